"""A page as blocks of running text, and the elements that hold them.

The page is written out by its parser, so that every element is closed and every attribute is
quoted, and read again tag by tag: that takes half the time of walking through the parser's tree
from Python, and no stack however deep elements nest.
"""

import html
import re
from dataclasses import dataclass
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

_TAG = re.compile(
    rf"<(/?)({'|'.join(sorted(_BLOCKS, key=len, reverse=True))}|a|button|br|hr)(?=[\s>])"
    r'([^>"]*+(?:"[^"]*+"[^>"]*+)*+)>|<!--.*?-->',
    re.DOTALL,
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
    end: int = -1


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
    """The blocks and elements of a page, in its order."""

    blocks: list[Block]
    elements: list[Element]


def page_blocks(tree: Any) -> PageBlocks:
    """Divide a page into blocks; elements that hold no text are taken out of it.

    Args:
        tree: A page that resiliparse has parsed.
    """
    if tree.document is None:
        return _Reader().read("")
    for element in select(tree.document, _NEVER_TEXT, _MAX_NEVER_TEXT):
        if (parent := element.parent) is not None:
            parent.remove_child(element)
    return _Reader().read((tree.body or tree.document).html)


class _Reader:
    """Gathers the blocks of a page tag by tag."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._elements = [Element(-1, "html", "", 0)]
        self._pieces: list[str] = []
        self._linked: list[str] = []

    def read(self, markup: str) -> PageBlocks:
        """Read a page that its parser has written out."""
        current = 0
        # The links and buttons that are open; an anchor that leads nowhere is "".
        labels: list[str] = []
        blocks, elements, pieces = self._blocks, self._elements, self._pieces
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
                    self._end_block(current)
                if closing:
                    elements[current].end = len(blocks)
                    current = max(elements[current].parent, 0)
                elif tag and tag != "hr":
                    elements.append(Element(current, tag, attributes, len(blocks)))
                    current = len(elements) - 1
        for element in elements:
            if element.end < 0:
                element.end = len(blocks)
        return PageBlocks(blocks, elements)

    def _end_block(self, element: int) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if "<" in text:
            text = _INLINE_TAG.sub("", text)
        if "&" in text:
            text = html.unescape(text)
        tag = self._elements[element].tag
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
            linked = sum(len(_INLINE_TAG.sub("", piece).split()) for piece in self._linked)
            self._blocks.append(Block(text, words, linked, element, tag))
        self._linked.clear()
