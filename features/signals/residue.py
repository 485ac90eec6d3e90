"""Lines that a scraper left in."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from chaffinch.features.document import Document
from chaffinch.features.own_site import is_own_host, is_own_name
from chaffinch.features.signal import CONVICTS, Feature, Measurement, Signal, Span
from chaffinch.features.text.characters import one_of
from chaffinch.features.text.lines import BETWEEN_PARTS, Line
from chaffinch.features.text.phrases import (
    MAX_LINE,
    SURE,
    Phrase,
    PhraseMatcher,
    named_in,
    phrase_matcher,
    residue_file,
)
from chaffinch.features.text.tokens import TokenBlock

EDGE_LINES = 12
"""Lines at the start or end of a text in which head and tail phrases count. Our choice, as for
counters."""

EDGE_WORDS = 50
"""Words above or below an advert's mark at the edge of a text. Our choice: a headline, a deck and a
byline, or tags and a share bar; in a manual, more words introduce the mark."""

_PARAGRAPH_WORDS = 25
"""Words of a line from which it is a paragraph, which stands inside of such a mark. Our choice."""

_ABOUT_MARKS = re.compile(r"\b(?:short-?codes?|plug-?ins?)\b", re.IGNORECASE)
"""Words of a text that is about such marks."""

_MOST_SURE = 20.0
"""Nats from which lines that convict count no further. Our choice: two leave no doubt."""

_MOST_WEAK = 6.0
"""Nats from which weak lines count no further. Our choice; `_WEAK_ALONE` limits them further."""

_WEAK_ALONE = 0.12
"""`Feature.most_alone` of weak lines, and of counters as well. Our choice: honest pages have both
every day, and the clean texts that set the threshold are stripped of them, so they may move little.
"""

_MOST_CREDITS = 4
"""Different credit lines from which more count no further. Our choice."""

_SEVERAL_LETTERS = np.array(
    [0xDF, 0x130, 0x149, 0x17F, 0x1F0, *range(0x1E96, 0x1E9B), 0x1E9E, *range(0xFB00, 0xFB07)],
    np.uint32,
)
"""Characters whose case folding, unlike their lower case, has letters from a to z."""

_SIGNS = "[]{}%()<>|"
"""What stands round a mark, and is left out where prose speaks of it."""


class ResidueLine(NamedTuple):
    """A line that is a phrase.

    Attributes:
        doc: Document within the block.
        start: First code point in the document's text.
        line: The line.
        phrase: The phrase that it is.
        away: Whether it stands away from where it belongs; None where that is not known. True
            for phrases that belong nowhere.
    """

    doc: int
    start: int
    line: str
    phrase: Phrase
    away: bool | None


class Residue(Signal):
    """Whole lines from a list of scraper and page-template phrases.

    What it measures: what different phrases weigh that are found as whole lines, in nats, the
    unmistakable ones and the weak ones apart; and how many lines credit a first publisher. A
    phrase's weight is the log ratio of how often it stands on farms' pages and on honest ones
    (`KindOfLine.weight`). One of `SURE` nats or more is unmistakable, unless the text also
    mentions it in its prose or shows it as an example. A phrase of the page's own
    site does not count; where the page's address is not known, a phrase that has a home is weak.
    Each span weighs what its phrase does.

    Why farms show it: feed importers add "Read Entire Article" and "Source link", leave
    placeholders such as "[ad_1]" unfilled, and copy "Continue reading the main story" along with
    the text.

    When it is wrong: a publisher's own template on a host that the list does not know. Honest
    sites invite to read on, have share bars, and name the first publisher as well: such lines are
    weak, or weigh nothing.

    Source: ``phrases.json`` names for each phrase where it is seen, and how often it is counted.
    """

    name = "residue"
    features = (
        Feature(
            "unmistakable",
            "nats",
            "lines that only farms have",
            0,
            _MOST_SURE,
            "scraped",
            most_alone=CONVICTS,
            in_nats=True,
            convicts_from=SURE,
        ),
        Feature(
            "weak",
            "nats",
            "lines that honest pages have too",
            0,
            _MOST_WEAK,
            "scraped",
            most_alone=_WEAK_ALONE,
            in_nats=True,
        ),
        Feature("credit_lines", "phrases", "first publisher named", 0, _MOST_CREDITS, "context"),
    )
    finds = "leftover lines"

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), len(self.features)))
        sure, weak, credits = range(len(self.features))
        kinds = residue_file().kinds
        seen: set[tuple[int, str]] = set()
        spans = []
        for found in residue_lines(block):
            doc, start, line, phrase, away = found
            if away is False:
                continue
            note = kinds[phrase.kind].note
            spans.append(Span(doc, "text", start, start + len(line), None, phrase.weight, note))
            if (doc, phrase.phrase) in seen:
                continue
            seen.add((doc, phrase.phrase))
            if phrase.kind == "credit":
                values[doc, credits] += 1
            elif phrase.is_sure and away and not _is_shown(found, block):
                values[doc, sure] += phrase.weight
            else:
                values[doc, weak] += phrase.weight
        highest = [feature.high for feature in self.features]
        return Measurement(np.minimum(values, highest), spans)


def residue_lines(block: TokenBlock) -> Iterator[ResidueLine]:
    """Every line of a block that is a phrase in its position, by document and line."""
    matcher = phrase_matcher()
    for doc, numbers in _possible_lines(block, matcher).items():
        shown = block.lines[doc]
        for number in sorted(numbers):
            whole = matcher.match(shown[number][1]) is not None
            for start, line in [shown[number]] if whole else _parts(*shown[number]):
                phrase = matcher.match(line)
                if phrase is not None and _is_in_position(phrase, number, shown):
                    away = _is_away(phrase, line, block.documents[doc])
                    yield ResidueLine(doc, start, line, phrase, away)


def _parts(start: int, line: str) -> Iterator[Line]:
    """A line, or the facts that a template joins on one line by dots or bars, with their places."""
    place = 0
    for between in BETWEEN_PARTS.finditer(line) if len(line) <= MAX_LINE else ():
        yield start + place, line[place : between.start()]
        place = between.end()
    yield start + place, line[place:]


def _is_in_position(phrase: Phrase, number: int, shown: list[Line]) -> bool:
    match phrase.position:
        case "head":
            return number < EDGE_LINES
        case "tail":
            return number >= len(shown) - EDGE_LINES
        case "edge":
            return _is_at_edge(line for _, line in shown[:number]) or _is_at_edge(
                line for _, line in shown[number + 1 :]
            )
    return True


def _is_at_edge(lines: Iterator[str]) -> bool:
    """Whether some lines have few words in all and no paragraph is among them."""
    words = 0
    for line in lines:
        of_line = len(line.split(None, _PARAGRAPH_WORDS))
        words += of_line
        if of_line >= _PARAGRAPH_WORDS or words > EDGE_WORDS:
            return False
    return True


def _is_away(phrase: Phrase, line: str, document: Document) -> bool | None:
    """Whether a line stands on another page than it belongs to; None where that is not known."""
    if phrase.home:
        own = [is_own_host(document, home) for home in phrase.home]
        return None if None in own else not any(own)
    if phrase.kind not in ("footer", "credit"):
        return True
    named = named_in(phrase, line)
    own_name = is_own_name(document, named) if named else None
    return None if own_name is None else not own_name


def _is_shown(found: ResidueLine, block: TokenBlock) -> bool:
    """Whether a mark is an example of a text about it: mentioned in prose, or behind a colon.

    A placeholder is one in any text about plugins as well, for that may show it without a word.
    Prose may name a mark without its brackets, where that is no word of its own: ``ad_1``. Phrases
    with wildcards are not looked for.
    """
    phrase = found.phrase
    text = block.documents[found.doc].text
    before = text[: found.start].rstrip()
    if phrase.kind == "placeholder" and (before.endswith(":") or _ABOUT_MARKS.search(text)):
        return True
    if "*" in phrase.phrase:
        return False
    bare = phrase.phrase.strip(_SIGNS)
    mark = phrase.phrase if bare.isalpha() else bare
    return any(
        mark in line.casefold() and phrase_matcher().match(line) is None
        for start, line in block.lines[found.doc]
        if not start <= found.start < start + len(line)
    )


def _possible_lines(block: TokenBlock, matcher: PhraseMatcher) -> dict[int, set[int]]:
    """The lines that may hold phrases, by document; both count from 0 and rise."""
    keys = block.start[matcher.keys.holds(block.word_hash)]
    several = block.far[one_of(block.points.take(block.far), _SEVERAL_LETTERS)]
    places = np.sort(np.concatenate((keys, several)))
    docs = np.searchsorted(block.doc_start, places, side="right") - 1
    numbers: dict[int, set[int]] = {}
    for doc, place in zip(docs.tolist(), (places - block.doc_start[docs]).tolist(), strict=True):
        number = bisect_left(block.lines[doc], (place + 1,)) - 1
        numbers.setdefault(doc, set()).add(number)
    return numbers
