"""Lines that a scraper left in."""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from chaffinch.features.hosts import is_within
from chaffinch.features.signal import CONVICTS, Feature, Measurement, Signal, Span
from chaffinch.features.signals.counters import Counters, counter_lines
from chaffinch.features.text.characters import one_of
from chaffinch.features.text.phrases import PhraseMatcher, phrase_matcher
from chaffinch.features.text.tokens import TokenBlock

EDGE_LINES = 12
"""Lines at the start or end of a text in which head and tail phrases count. Our choice, as for
counters."""

_CAP = 4
"""Different phrases of one kind from which more count no further. Our choice: four leave no
doubt."""

_SEVERAL_LETTERS = np.array(
    [0xDF, 0x130, 0x149, 0x17F, 0x1F0, *range(0x1E96, 0x1E9B), 0x1E9E, *range(0xFB00, 0xFB07)],
    np.uint32,
)
"""Characters whose case folding, unlike their lower case, has letters from a to z."""

_KINDS = ("scraper", "template", "credit")
"""Kinds of phrases in ``phrases.json``, in the order of the features."""

_CREDIT = _KINDS.index("credit")
"""Column of the credit lines, the first that is no kind of residue."""

_VIEW_COUNTERS = Counters.column("view_counters")
"""Column of `Counters` that is a kind of residue."""


class Residue(Signal):
    """Whole lines from a list of scraper and page-template phrases.

    What it measures: different phrases found as whole lines, at most 4 of each kind, and
    whether there are two kinds of residue. View counters are a kind, credit lines are not.
    Phrases that belong to the page's own host do not count. Each span weighs 1.

    Why farms show it: feed importers add "Read Entire Article" and "Source link", and
    copy "Continue reading the main story" along with the text.

    When it is wrong: a publisher's own template on a host that the list does not know. Honest
    pages have one kind of residue now and then. Honest sites name the first publisher as well, so
    these lines count apart.

    Source: ``phrases.json`` names for each phrase where it is seen.
    """

    name = "residue"
    features = (
        Feature(
            "scraper_lines",
            "phrases",
            "lines that farms add",
            0,
            _CAP,
            "scraped",
            most_alone=CONVICTS,
            role="residue kind",
        ),
        Feature(
            "template_lines",
            "phrases",
            "source's template lines",
            0,
            _CAP,
            "scraped",
            most_alone=CONVICTS,
            role="residue kind",
        ),
        Feature("credit_lines", "phrases", "first publisher named", 0, _CAP, "scraped", CONVICTS),
        Feature(
            "two_kinds",
            "0 or 1",
            "farms' and source's lines, counters",
            0,
            1,
            "scraped",
            most_alone=CONVICTS,
            role="several residue kinds",
        ),
    )
    finds = "leftover lines"

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), len(_KINDS)))
        spans = []
        matcher = phrase_matcher()
        for doc, numbers in _possible_lines(block, matcher).items():
            site, shown = block.documents[doc].site, block.lines[doc]
            found: set[tuple[int, str]] = set()
            for number in sorted(numbers):
                start, line = shown[number]
                phrase = matcher.match(line)
                if phrase is None or is_within(site, phrase.home):
                    continue
                if phrase.position == "head" and number >= EDGE_LINES:
                    continue
                if phrase.position == "tail" and number < len(shown) - EDGE_LINES:
                    continue
                column = _KINDS.index(phrase.kind)
                found.add((column, phrase.phrase))
                note = f"{phrase.kind} line"
                spans.append(Span(doc, "text", start, start + len(line), None, 1.0, note))
            for column, _ in found:
                values[doc, column] = min(values[doc, column] + 1, _CAP)
        counted = counter_lines(block).values[:, _VIEW_COUNTERS]
        n_kinds = np.count_nonzero(np.column_stack((values[:, :_CREDIT], counted)), axis=1)
        return Measurement(np.column_stack((values, n_kinds > 1)), spans)

    @classmethod
    def summarise(cls, text: str, spans: Sequence[Span], contributions: Sequence[float]) -> str:
        found = super().summarise(text, spans, contributions)
        several = spans and contributions[cls.column("two_kinds")]
        return f"{found}; two kinds of residue" if several else found


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
