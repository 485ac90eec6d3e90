"""A page as blocks of running text, and the elements that hold them.

The page is written out by its parser, so that every element is closed and every attribute is
quoted, and read again tag by tag: that takes half the time of walking through the parser's tree
from Python, and no stack however deep elements nest.
"""

import html
import re
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from chaffinch.datasets.extraction.selection import select

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_BLOCKS = """
address article aside audio blockquote body canvas caption center dd details dialog dir div dl dt
fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup legend li main
menu nav noscript object ol optgroup option p pre search section summary table tbody td tfoot th
thead tr ul video
""".split()
"""Elements that begin a line of their own."""

_NEVER_TEXT = (
    "script, style, svg, math, template, iframe, title, textarea, select, datalist, xmp, noembed, "
    "noframes, plaintext"
)
"""Elements whose content is not text of the page, or is written out without escapes."""

_MAX_NEVER_TEXT = 200_000
"""Elements without text that are taken out; no page has as many tags."""

_BY_LETTER = groupby(sorted({*_BLOCKS, "a", "button", "br", "hr"}, reverse=True), itemgetter(0))
_ANY = "|".join(
    f"{letter}(?:{'|'.join(name[1:] for name in names)})" for letter, names in _BY_LETTER
)
# Grouped by their first letters, names are found in two thirds of the time.
_TAG = re.compile(
    rf'<(?:(/?)({_ANY})(?=[\s>])([^>"]*+(?:"[^"]*+"[^>"]*+)*+)>|!--.*?-->)', re.DOTALL
)
_INLINE_TAG = re.compile(r'<[^>"]*+(?:"[^"]*+"[^>"]*+)*+>')
_LINE_BREAK = "\0"
"""What stands for a line break until lines are split; a parsed page has no such character."""

_LABEL = 10
"""Words of a button from which it is text and not a label. Our choice."""


@dataclass(slots=True)
class Element:
    """An element that holds blocks.

    Attributes:
        parent: Index of the element around it; -1 for the outermost.
        tag: Its name.
        attributes: Its attributes as the parser writes them.
        first: Index of its first block.
        end: Index after its last block.
    """

    parent: int
    tag: str
    attributes: str
    first: int
    end: int = 0


@dataclass(slots=True)
class Block:
    """Text that stands in one place of a page, such as a paragraph.

    Attributes:
        text: Its lines; white space within a line is collapsed.
        words: Number of words.
        linked: Number of words in links and buttons.
        element: Index of the element that holds it.
        tag: Name of that element.
    """

    text: str
    words: int
    linked: int
    element: int
    tag: str


@dataclass(slots=True)
class PageBlocks:
    """The blocks of a page, and the elements that hold any, in its order."""

    blocks: list[Block]
    elements: list[Element]


def page_blocks(tree: Any) -> PageBlocks:
    """Divide a page into blocks; elements that hold no text are taken out of it.

    Args:
        tree: A page that resiliparse has parsed.
    """
    if tree.document is None:
        return _Reader().read("")
    body = tree.body or tree.document
    for element in select(body, _NEVER_TEXT, _MAX_NEVER_TEXT):
        if (parent := element.parent) is not None:
            parent.remove_child(element)
    return _Reader().read(body.html)


class _Reader:
    """Gathers the blocks of a page tag by tag."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        # Elements are made once they hold a block: half of them never do.
        self._elements = [Element(-1, "html", "", 0)]
        self._open = [("html", "")]
        self._made = [0]
        self._pieces: list[str] = []
        self._linked: list[str] = []

    def read(self, markup: str) -> PageBlocks:
        """Read a page that its parser has written out."""
        # The links and buttons that are open; an anchor that leads nowhere is "".
        labels: list[str] = []
        opened, made, pieces = self._open, self._made, self._pieces
        # Text between two tags, then what the second one matched in the expression's groups.
        parts = iter((*_TAG.split(markup), "", "", ""))
        for piece, closing, tag, attributes in zip(parts, parts, parts, parts, strict=True):
            if piece and (pieces or not piece.isspace()):
                pieces.append(piece)
                if labels and (labels[-1] == "a" or (labels[-1] and piece.count(" ") < _LABEL)):
                    self._linked.append(piece)
            if tag == "a" or tag == "button":
                if closing:
                    del labels[-1:]
                else:
                    labels.append(tag if tag == "button" or "href=" in attributes else "")
            elif tag == "br":
                pieces.append(_LINE_BREAK)
            elif tag is not None:
                if pieces:
                    self._end_block()
                if closing:
                    if len(opened) > 1:
                        opened.pop()
                        if len(made) > len(opened):
                            self._elements[made.pop()].end = len(self._blocks)
                elif tag and tag != "hr":
                    opened.append((tag, attributes))
        for number in made:
            self._elements[number].end = len(self._blocks)
        return PageBlocks(self._blocks, self._elements)

    def _end_block(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if "<" in text:
            text = _INLINE_TAG.sub("", text)
        if "&" in text:
            text = html.unescape(text)
        tag = self._open[-1][0]
        if tag == "pre":
            text = text.replace("\n", _LINE_BREAK)
        if _LINE_BREAK in text:
            lines = [" ".join(line.split()) for line in text.split(_LINE_BREAK)]
            text = "\n".join(filter(None, lines))
            words = len(text.split())
        else:
            split = text.split()
            text, words = " ".join(split), len(split)
        if text:
            linked = 0
            for piece in self._linked:
                linked += len((_INLINE_TAG.sub("", piece) if "<" in piece else piece).split())
            for name, attributes in self._open[len(self._made) :]:
                self._elements.append(Element(self._made[-1], name, attributes, len(self._blocks)))
                self._made.append(len(self._elements) - 1)
            self._blocks.append(Block(text, words, linked, self._made[-1], tag))
        self._linked.clear()
