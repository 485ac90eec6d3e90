"""View counters and relative ages around a text."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.text.characters import folded
from chaffinch.features.text.lines import BETWEEN_PARTS
from chaffinch.features.text.phrases import residue_file
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import WordSet

EDGE_LINES = 12
"""Lines at either end of a text in which a counter counts. Our choice: lines further in are
the article's own."""

_MOST_ALONE = 0.12
"""`Feature.most_alone` of all counters together. Our choice: as of other weak lines, for honest
blogs and forums print them."""

_MOST = 6.0
"""Nats from which counters count no further. Our choice; `_MOST_ALONE` limits them further."""

_MAX_LINE = 80
"""Characters of a line that is read as a counter. Our choice: longer lines are prose."""

# Parts of the expressions below.
_NUMBER = r"\d{1,6}(?:[.,]\d{1,3})*(?:\s?[km])?"
_UNIT = r"(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?"
_AGE = rf"(?:(?:an?|\d{{1,3}})\s{_UNIT}|\d{{1,3}}\s?(?:h|d|w|mo|y))\sago"
_SAID = r"(?:posted|published|updated|added)?:?\s?"
_COUNTED = r"(?:views?|reads?|shares?|hits|likes|comments?|visits|impressions)"
_COUNT = rf"(?:{_NUMBER}\s?{_COUNTED}|(?:(?:post|total)\s)?{_COUNTED}\s?:\s?{_NUMBER})"

_COUNTER = re.compile(
    rf"\W{{0,3}}(?:{_SAID}{_AGE}\W{{0,3}}{_NUMBER}"
    rf"|(?:{_SAID}{_AGE}\W{{0,3}})?{_COUNT}(?:\W{{1,3}}{_COUNT})*(?:\W{{1,3}}{_AGE})?)",
    re.IGNORECASE,
)
"""A whole counter: an age and a number, or numbers of views, shares and the like, with an age or
not."""

_LONE_COMMENTS = re.compile(
    rf"\W{{0,3}}(?:{_NUMBER}\s?comments?|(?:total\s)?comments?\s?:\s?{_NUMBER})", re.IGNORECASE
)
"""A number of comments and nothing else, which honest blogs print."""

_RELATIVE_AGE = re.compile(rf"{_SAID}{_AGE}(?:\s?\W?\sby\s.{{1,40}})?", re.IGNORECASE)
"""A whole line that gives an age, with an author or not."""

_DIGIT = re.compile(r"\d")
"""What every counter without an age has: lines with neither are passed over."""

_AGO = WordSet(["ago"])
"""The word that every age has."""

_ANY_AGE = re.compile(_AGE, re.IGNORECASE)
"""An age anywhere in a line."""

_BARE_NUMBER = re.compile(r"\d{1,6}")
"""A line that holds a number and nothing else."""

_KINDS = ("view counter", "relative age", "foot counter")
"""What evidence calls counters of each kind, and what the phrase file does."""

_VIEW, _AGE_ALONE, _FOOT = range(len(_KINDS))
"""The kinds' places, strongest first as parts of one line go."""


class Counters(Signal):
    """Lines such as "5 months ago 98" at the head or tail of a text.

    What it measures: what the kinds of counters weigh, in nats, that stand among the first and
    last 12 lines: an age with a number, or numbers of views, shares, comments; a bare relative
    age; and a count without an age in the second half of the lines. A number on the line before or
    after an age makes it a counter. A number of comments alone does not count, because honest
    blogs print it. Each kind counts once. Each span weighs what its kind does.

    Why farms show it: aggregator templates print age and views beside each headline, and
    extraction takes them for text.

    When it is wrong: forums and blogs that print the same; an age alone says little, and so do
    counts at the foot, where the plugins of honest blogs put them.

    Source: seen on the first farm pages studied; counted on honest texts (``phrases.json``).
    """

    name = "counters"
    features = (
        Feature(
            "evidence",
            "nats",
            "ages, views and other counts",
            0,
            _MOST,
            "scraped",
            most_alone=_MOST_ALONE,
            in_nats=True,
        ),
    )
    finds = "leftover lines"

    def measure(self, block: TokenBlock) -> Measurement:
        weights = residue_file().counters
        kinds: list[set[str]] = [set() for _ in range(len(block))]
        spans = []
        for doc, start, line, kind in counter_lines(block):
            kinds[doc].add(kind)
            spans.append(Span(doc, "text", start, start + len(line), None, weights[kind], kind))
        values = [sum(weights[kind] for kind in sorted(found)) for found in kinds]
        return Measurement(np.minimum(values, _MOST)[:, None], spans)


class CounterLine(NamedTuple):
    """A line that is a counter.

    Attributes:
        doc: Document within the block.
        start: First code point in the document's text.
        line: The line.
        kind: Which kind of counter, a key of `ResidueFile.counters`.
    """

    doc: int
    start: int
    line: str
    kind: str


def counter_lines(block: TokenBlock) -> Iterator[CounterLine]:
    """Every counter at either end of a block's texts, by document and line."""
    says_ago = block.count(_AGO.holds(block.word_hash)) > 0
    for doc, shown in enumerate(block.lines):
        tail = max(EDGE_LINES, len(shown) - EDGE_LINES)
        for index in (*range(min(EDGE_LINES, len(shown))), *range(tail, len(shown))):
            start, line = shown[index]
            if len(line) > _MAX_LINE or not (says_ago[doc] or _DIGIT.search(line)):
                continue
            beside = [other for _, other in shown[max(0, index - 1) : index + 2]]
            kind = _kind(line, beside)
            if kind is None:
                continue
            if kind == _VIEW and 2 * index >= len(shown) and not _has_age(line, beside):
                kind = _FOOT
            yield CounterLine(doc, start, line, _KINDS[kind])


def _kind(line: str, beside: list[str]) -> int | None:
    """Place of the kind of counter that a line is; `beside` holds the lines around it.

    Templates join such facts on one line ("5 months ago 98 | Newsroom"), so the strongest of
    its parts counts.
    """
    if not line.isascii():
        line = folded(line)
    parts = BETWEEN_PARTS.split(line)
    kinds = (_kind_of_part(part, beside) for part in {line, *parts})
    return min((kind for kind in kinds if kind is not None), default=None)


def _has_age(line: str, beside: list[str]) -> bool:
    """Whether a counter has an age, or a whole line beside it is one."""
    return bool(_ANY_AGE.search(folded(line))) or any(map(_RELATIVE_AGE.fullmatch, beside))


def _kind_of_part(line: str, beside: list[str]) -> int | None:
    if _COUNTER.fullmatch(line) and not _LONE_COMMENTS.fullmatch(line):
        return _VIEW
    if _RELATIVE_AGE.fullmatch(line):
        return _VIEW if any(map(_BARE_NUMBER.fullmatch, beside)) else _AGE_ALONE
    return None
