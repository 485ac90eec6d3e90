"""View counters and relative ages around a text."""

import re

import numpy as np

from chaffinch.features.patterns import lines, texts
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import TokenBlock

EDGE_LINES = 12
"""Lines at either end of a text in which a counter counts."""

_CAP = 3
_MAX_LINE = 80
_NUMBER = r"\d{1,3}(?:[.,]\d{1,3})*\s?[km]?"
_AGE = r"(?:an?|\d{1,3})\s(?:sec(?:ond)?|min(?:ute)?|hour|hr|day|week|month|year)s?\sago"
_COUNTED = r"(?:views?|reads?|shares?|hits|likes|comments?|visits|impressions)"
_COUNTER = re.compile(
    rf"(?:(?:posted|published|updated|added)?:?\s?{_AGE}\W{{0,3}}\s?(?:\d{{1,6}}|{_NUMBER}\s?{_COUNTED})"
    rf"|{_NUMBER}\s?{_COUNTED}(?:\W{{1,3}}{_NUMBER}\s?{_COUNTED})*"
    rf"|(?:total\s)?{_COUNTED}\s?:\s?{_NUMBER})",
    re.IGNORECASE,
)
_RELATIVE_AGE = re.compile(
    rf"(?:posted|published|updated|added)?:?\s?{_AGE}(?:\s?\W?\sby\s.{{1,40}})?", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"\d{1,6}")


class Counters(Signal):
    """Lines such as "5 months ago 98" at the head or tail of a text.

    What it measures: counter lines (an age with a number, or numbers of views, shares,
    comments) and bare relative ages among the first and last 12 lines, at most 3 each.

    Why farms show it: aggregator templates print age and views beside each headline, and
    extraction takes them for text.

    When it is wrong: forums and blogs that print the same; an age alone says little.

    Source: seen on the first farm pages studied.
    """

    name = "counters"
    features = (
        Feature("view_counters", "lines", "ages with counts, view counts", 0, _CAP, "scraped"),
        Feature("relative_ages", "lines", "relative ages alone", 0, _CAP, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), 2))
        spans = []
        for doc, text in enumerate(texts(block)):
            shown = list(lines(text))
            edge = (
                shown if len(shown) <= 2 * EDGE_LINES else shown[:EDGE_LINES] + shown[-EDGE_LINES:]
            )
            for index, (start, line) in enumerate(edge):
                if len(line) > _MAX_LINE:
                    continue
                column = _kind(line, edge[index + 1][1] if index + 1 < len(edge) else "")
                if column is None:
                    continue
                values[doc, column] = min(values[doc, column] + 1, _CAP)
                note = ("view counter", "relative age")[column]
                spans.append(
                    Span(doc, "text", start, start + len(line), None, 1.0 - column / 2, note)
                )
        return Measurement(values, spans)


def _kind(line: str, following: str) -> int | None:
    if _COUNTER.fullmatch(line):
        return 0
    if _RELATIVE_AGE.fullmatch(line):
        return 0 if _BARE_NUMBER.fullmatch(following) else 1
    return None
