"""Quotation marks: how much of a text is quoted, and in how many styles."""

import numpy as np

from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.tokens import TokenBlock

_STRAIGHT, _OPEN, _CLOSE = 0x22, 0x201C, 0x201D


class Quotation(Signal):
    """Share of a text in quotation marks, and straight marks beside curly ones.

    What it measures: characters between double quotation marks as a share of all; the
    share of the rarer style among all double quotation marks.

    Why farms show it: some spinners leave quotations alone; pasted parts keep their own
    style of mark.

    When it is wrong: most mixtures are an editor's own; the numbers only help to read others.

    Source: seen on the first farm pages studied.
    """

    name = "quotation"
    features = (
        Feature("quoted", "share of characters", "text in quotation marks", 0, 1, "context"),
        Feature("mixed_marks", "share of marks", "rarer style of mark", 0, 0.5, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), 2))
        places = [np.flatnonzero(block.points == mark) for mark in (_OPEN, _CLOSE, _STRAIGHT)]
        bounds = [np.searchsorted(found, block.doc_start).tolist() for found in places]
        for doc in range(len(block)):
            opening, closing, straight = (
                found[bound[doc] : bound[doc + 1]]
                for found, bound in zip(places, bounds, strict=True)
            )
            n_curly = len(opening) + len(closing)
            marks = n_curly + len(straight)
            if not marks:
                continue
            pairs = min(len(opening), len(closing))
            curly = np.clip(closing[:pairs] - opening[:pairs], 0, None).sum()
            even = len(straight) // 2 * 2
            plain = (straight[1:even:2] - straight[:even:2]).sum()
            length = block.doc_start[doc + 1] - block.doc_start[doc] - 1
            values[doc] = (min(1.0, (curly + plain) / length), min(n_curly, len(straight)) / marks)
        return Measurement(values, [])
