"""The article among the blocks of a page.

Blocks count as prose by their words outside of links, as in boilerpipe (Kohlschuetter, Fankhauser
and Nejdl, Boilerplate Detection using Shallow Text Features, WSDM 2010). What is left out is told
by its structure: lists of links, teasers that repeat a headline with a link, and what stands
outside of the element that holds the prose. Names of elements ("comments", "footer") only decide
on what is a smaller part of the page and does not read like the paragraphs beside it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from chaffinch.datasets.extraction.blocks import HEADINGS, Block, Element, PageBlocks
from chaffinch.features.document import PageExtraction

_MIN_PROSE = 10
"""Words outside of links from which a block may be prose; menus, bylines and buttons have fewer.
Our choice; boilerpipe has the same."""

_DENSE = 0.5
"""Share of words in links from which text is a list of links. Our choice."""

_LINKED = 0.8
"""Share of a line's words in links from which it is nothing but a link. Our choice."""

_ENDS = '.!?"\u201d'
"""Characters that a line ends with where it is a sentence."""

_FEW_WORDS = 6
"""Words of a line that is left alone although it is a link: scrapers leave such lines at the foot
of an article ("Read Entire Article"). Our choice."""

_SMALL = 0.2
"""Share of the page's prose of a list of links that is left out. Our choice."""

_PART = 0.45
"""Share of the page's prose up to which a name such as "footer" is believed of an element."""

_MOST = 0.85
"""Share up to which it is believed of one whose prose is in items of one kind, such as comments.
Both were chosen on one half of the annotated pages (benchmarks/extraction.py)."""

_LEAST_PROSE = 0.15
"""Share of the page's prose that its main content has at least. Our choice: comments and teasers
may be several times as long as a short article."""

_HOLDS = 0.9
"""Share of the prose around it that the element of the article holds. Our choice: from 0.75 to 0.95
the annotated pages differ by two in a thousand."""

_ITEMS = 3
"""Elements of one kind that make a list. Our choice."""

_ITEM_SHARE = 0.8
"""Share of such elements, or of their prose, that must be alike. Our choice."""

_HEADLINE_WORDS = 0.6
"""Share of the title's words that a headline has. Our choice: titles add the publisher's name."""

_DEEP = 20
"""Elements within one another that are searched for a list of items. Our choice."""

_CONTAINERS = frozenset(
    """
    article aside audio blockquote body canvas center details dialog div dl fieldset figure footer
    form header main menu nav noscript object ol section table td ul video
    """.split()
)
_BOXES = _CONTAINERS - {"blockquote", "body", "center", "main", "table", "td"} | {"li"}
_BESIDE = frozenset("aside audio canvas dialog footer form menu nav noscript object video".split())
"""Elements that blocks are left out by; of these, those whose names do not matter; and those that
are themselves a name."""

_NAMES = frozenset(
    """
    comment comments commentlist commentform respond disqus replies related recommended
    recommendation recommendations recirc teaser teasers promo promotion trending outbrain taboola
    newsletter subscribe subscription signup author bio cookie cookies consent privacy disclaimer
    disclosure copyright tooltip footer sidebar widget share sharing social navigation menu
    breadcrumb breadcrumbs sponsor sponsored advertisement banner popup modal dialog overlay
    notification
    """.split()
)
"""Words in classes and identifiers of what stands beside an article, read off one half of the
annotated pages: of the prose in such elements three quarters or more are not the article's."""

_NAME_WORD = re.compile(r"[A-Z]?[a-z]+")
_HEADING = re.compile(
    r"(?:\d+ )?(?:comments?|repl(?:y|ies)|responses?)$|leave a (?:reply|comment)\b|related$"
    r"|related (?:articles?|posts?|stor(?:y|ies)|news|topics?|content|links|coverage|reading)$"
    r"|you (?:may|might) also (?:like|enjoy)\b|most (?:read|popular|viewed|shared)$"
    r"|(?:read|see) (?:also|next)$|up next$|trending\b|about the authors?$",
    re.IGNORECASE,
)
"""Headings of what stands beside an article. Our choice, from what common systems write there."""

_NOT_NAMED = re.compile(r"\b(?:no|non|has|with|without|un)[-_]", re.IGNORECASE)
_OF_THE_ARTICLE = re.compile(r"(?:post|entry|article|story)[\w-]*foot|author(?![\w-]*bio)")
"""Names of places where scrapers leave short lines: the foot of an article, and its author."""
_ATTRIBUTE = re.compile(r'\b(?:class|id|role)="([^"]{0,300})')

_SENTENCE_END = re.compile(r"[.!?:;\u2026][\"'\u201d\u2019)\]]*(?:\s|$)")
_WORD = re.compile(r"\w+")


class MainContent(NamedTuple):
    """What was found on a page.

    Attributes:
        text: The lines of its article.
        extraction: How it was found.
        prose: Words of running text on the page, in the article or beside it.
    """

    text: str
    extraction: PageExtraction
    prose: float


def main_content(page: PageBlocks, title: str = "") -> MainContent:
    """The text of a page's article.

    Where the rules would leave little of the page's prose they are tried without the names of
    elements (``fallback``), and at last nothing is left out (``whole``).

    Args:
        page: The page's blocks.
        title: Its title, by which its headline is known.
    """
    prose = _Prose(page)
    extraction: PageExtraction
    for extraction in ("main", "fallback"):
        kept = _Choice(page, prose, named=extraction == "main").kept(title)
        found = sum(prose.weights[number] for number in kept)
        if kept and found >= _LEAST_PROSE * prose.total:
            return MainContent(_text(page, kept), extraction, prose.total)
    return MainContent(_text(page, range(len(page.blocks))), "whole", prose.total)


def _weight(block: Block) -> float:
    """Words of a block that are prose: half of them where it has no end of a sentence."""
    plain = block.words - block.linked
    if plain < _MIN_PROSE or block.linked > _DENSE * block.words:
        return 0.0
    # Most prose ends with a sentence, which is soon seen.
    ended = block.text.endswith(".") or _SENTENCE_END.search(block.text)
    return plain if ended else plain / 2


def _text(page: PageBlocks, kept: Iterable[int]) -> str:
    """The lines of some blocks; the cells of a table's row stand on one line."""
    lines: list[str] = []
    row = -1
    for number in kept:
        block = page.blocks[number]
        cell = block.tag == "td" or block.tag == "th"
        around = page.elements[block.element].parent if cell and block.words < _MIN_PROSE else -1
        if around >= 0 and around == row:
            lines[-1] += f"\t{block.text}"
        else:
            lines.append(block.text)
        row = around
    return "\n".join(lines)


class _Prose:
    """How much of each element is prose, links and headings, by sums from the page's start."""

    def __init__(self, page: PageBlocks) -> None:
        blocks = page.blocks
        self.weights = [_weight(block) for block in blocks]
        self._words = _sums([block.words for block in blocks])
        self._linked = _sums([block.linked for block in blocks])
        self._prose = _sums(self.weights)
        self._headlines = _sums([block.tag == "h1" for block in blocks])
        pairs = zip(blocks, self.weights, strict=True)
        self._other = _sums([block.linked > 0 or not weight for block, weight in pairs])
        self._link_lines = _sums(
            [block.linked >= _ITEMS and block.linked > _DENSE * block.words for block in blocks]
        )
        self.total = self._prose[-1]

    def words(self, element: Element) -> float:
        """Words in an element."""
        return self._words[element.end] - self._words[element.first]

    def of(self, element: Element) -> float:
        """Words of prose in an element."""
        return self._prose[element.end] - self._prose[element.first]

    def is_dense(self, element: Element) -> bool:
        """Whether an element's words are links, most of them, and no headline is among them."""
        linked = self._linked[element.end] - self._linked[element.first]
        return linked > _DENSE * self.words(element) and not (
            self._headlines[element.end] - self._headlines[element.first]
        )

    def is_only_prose(self, element: Element) -> bool:
        """Whether an element has no link, heading or short line."""
        return self._other[element.end] == self._other[element.first]

    def has_link_line(self, element: Element) -> bool:
        """Whether a line of an element is a link of several words."""
        return self._link_lines[element.end] > self._link_lines[element.first]


def _sums(values: Iterable[float]) -> list[float]:
    return list(accumulate(values, initial=0.0))


class _Choice:
    """Which blocks of a page are its article."""

    def __init__(self, page: PageBlocks, prose: _Prose, *, named: bool) -> None:
        self._blocks, self._elements, self._prose = page.blocks, page.elements, prose
        self._named = named
        self._with_paragraphs: dict[int, bool] = {}
        self._inner: list[list[int]] = [[] for _ in page.elements]
        for number, element in enumerate(page.elements[1:], 1):
            self._inner[element.parent].append(number)

    def kept(self, title: str) -> list[int]:
        """Numbers of the blocks that are kept, in the page's order."""
        beside = self._beside()
        weights = [
            0.0 if left_out else weight
            for weight, left_out in zip(self._prose.weights, beside, strict=True)
        ]
        start, end = self._bounds(weights, title)
        kept = [
            number
            for number in range(start, end)
            if not beside[number] and not _is_link_line(self._blocks[number])
        ]
        return self._without_empty_headings(kept, start)

    def _beside(self) -> list[bool]:
        """For each block, whether it stands in an element that is left out as a whole."""
        beside = [False] * len(self._blocks)
        waiting = [0]
        while waiting:
            number = waiting.pop()
            element = self._elements[number]
            if self._is_beside(number, element):
                beside[element.first : element.end] = [True] * (element.end - element.first)
                continue
            inner = self._inner[number]
            if len(inner) >= _ITEMS:
                teasers = set(self._teasers(inner))
                for item in teasers:
                    first, end = self._elements[item].first, self._elements[item].end
                    beside[first:end] = [True] * (end - first)
                inner = [item for item in inner if item not in teasers]
            waiting += inner
        return beside

    def _is_beside(self, number: int, element: Element) -> bool:
        prose, tag = self._prose, element.tag
        if tag == "body" or (tag not in _CONTAINERS and tag not in _BOXES):
            return False
        one_line = element.end - element.first == 1 and prose.words(element) <= _FEW_WORDS
        part = prose.of(element)
        if (
            tag in _CONTAINERS
            and not one_line
            and part < _SMALL * prose.total
            and prose.is_dense(element)
        ):
            return True
        if not self._named or part >= _MOST * prose.total:
            return False
        name = _name(element) or self._heading(element)
        if not name:
            return False
        if _OF_THE_ARTICLE.search(name) and (one_line or not part):
            return False
        if part >= _PART * prose.total and (tag in _BESIDE or not self._is_list(number)):
            return False
        return not (prose.is_only_prose(element) and self._is_among_paragraphs(element))

    def _heading(self, element: Element) -> str:
        """The heading of an element that stands beside the article by what it says, or ""."""
        first = self._blocks[element.first]
        if element.tag not in _BOXES or first.tag not in HEADINGS:
            return ""
        return first.text if _HEADING.match(first.text) else ""

    def _is_among_paragraphs(self, element: Element) -> bool:
        found = self._with_paragraphs.get(element.parent)
        if found is None:
            inner = (self._elements[number] for number in self._inner[element.parent])
            found = any(other.tag == "p" and self._prose.of(other) for other in inner)
            self._with_paragraphs[element.parent] = found
        return found

    def _is_list(self, number: int) -> bool:
        """Whether the prose of an element is in items of one kind that have more than one block."""
        whole = _ITEM_SHARE * self._prose.of(self._elements[number])
        for _ in range(_DEEP):
            counts: defaultdict[str, int] = defaultdict(int)
            parts: defaultdict[str, float] = defaultdict(float)
            inner = self._inner[number]
            for element in (self._elements[item] for item in inner):
                part = self._prose.of(element)
                if part and element.end - element.first > 1:
                    counts[element.tag] += 1
                    parts[element.tag] += part
            if any(counts[tag] >= _ITEMS and parts[tag] >= whole for tag in counts):
                return True
            number = max(inner, key=lambda item: self._prose.of(self._elements[item]), default=0)
            if not number or self._prose.of(self._elements[number]) < whole:
                return False
        return False

    def _teasers(self, inner: list[int]) -> Iterable[int]:
        """Elements of one kind that have, most of them, a line that is a link."""
        kinds: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for number in inner:
            element = self._elements[number]
            if element.tag in ("article", "div", "li", "section", "td"):
                kinds[element.tag, _names(element)].append(number)
        for items in kinds.values():
            elements = [self._elements[number] for number in items]
            if (
                len(items) >= _ITEMS
                and sum(map(self._prose.has_link_line, elements)) >= _ITEM_SHARE * len(items)
                and sum(map(self._prose.of, elements)) < self._prose.total / 2
            ):
                yield from items

    def _bounds(self, weights: list[float], title: str) -> tuple[int, int]:
        """Where the article begins and ends.

        It is the element that holds nearly all prose, widened to its headline and to the end of
        what holds both; without a headline, to the paragraphs beside it.
        """
        number = self._innermost(weights)
        element = self._elements[number]
        headline = self._headline(element, weights, title)
        if headline is None:
            while number and self._is_among_paragraphs(element):
                number = element.parent
                element = self._elements[number]
            return element.first, element.end
        while element.first > headline:
            element = self._elements[element.parent]
        return headline, element.end

    def _innermost(self, weights: list[float]) -> int:
        """Number of the innermost element that holds nearly all prose."""
        sums = _sums(weights)

        def held(number: int) -> float:
            element = self._elements[number]
            return sums[element.end] - sums[element.first]

        number = 0
        while inner := self._inner[number]:
            largest = max(inner, key=held)
            if not held(largest) or held(largest) < _HOLDS * held(number):
                break
            if self._elements[largest].tag not in _CONTAINERS:
                break
            number = largest
        return number

    def _headline(self, article: Element, weights: list[float], title: str) -> int | None:
        """The last ``h1``, or heading like the title, at or before the article's first prose."""
        prose = (number for number in range(article.first, article.end) if weights[number])
        first = next(prose, article.first)
        wanted = set(_WORD.findall(title.casefold()))
        for number in range(min(first, len(self._blocks) - 1), -1, -1):
            block = self._blocks[number]
            if block.tag == "h1":
                return number
            if wanted and block.tag in HEADINGS:
                found = wanted.intersection(_WORD.findall(block.text.casefold()))
                if len(found) >= _HEADLINE_WORDS * len(wanted):
                    return number
        return None

    def _without_empty_headings(self, kept: list[int], start: int) -> list[int]:
        """The blocks without headings whose text is left out."""
        left = set(kept)
        found: list[int] = []
        following = -1
        for number in range(len(self._blocks) - 1, start - 1, -1):
            is_heading = self._blocks[number].tag in HEADINGS and not self._prose.weights[number]
            if number in left and (not is_heading or number == start or following in left):
                found.append(number)
            elif is_heading and number in left:
                left.discard(number)
                continue
            if not is_heading or number in left:
                following = number
        return found[::-1]


def _is_link_line(block: Block) -> bool:
    """Whether a block is a link that leads to another page, and no sentence of the article."""
    return (
        block.words > _FEW_WORDS
        and block.linked > _LINKED * block.words
        and block.tag not in HEADINGS
        and block.text[-1] not in _ENDS
    )


def _names(element: Element) -> str:
    """The class, id and role of an element."""
    return " ".join(_ATTRIBUTE.findall(element.attributes)) if element.attributes else ""


def _name(element: Element) -> str:
    """The names of an element that is called or named like what stands beside articles, or ""."""
    names = _names(element)
    if element.tag in _BESIDE:
        return f"{element.tag} {names}"
    if not names or element.tag not in _BOXES:
        return ""
    named = not _NAMES.isdisjoint(map(str.lower, _NAME_WORD.findall(names)))
    return names if named and not _NOT_NAMED.search(names) else ""
