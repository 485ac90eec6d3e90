"""How much of a text stands in quotation marks."""

import numpy as np

from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.tokens import TokenBlock

_STRAIGHT, _OPEN, _CLOSE = 0x22, 0x201C, 0x201D


class Quotation(Signal):
    """Share of a text in quotation marks.

    What it measures: characters between double quotation marks, curly or straight, as a
    share of all.

    Why farms show it: some spinners leave quotations alone; others put their substitutes in
    quotation marks. An honest article about spinning quotes its examples.

    When it is wrong: interviews are nearly all quotation; the number only helps to read others.

    Source: seen on the first farm pages studied.
    """

    name = "quotation"
    features = (
        Feature("quoted", "share of characters", "text in quotation marks", 0, 1, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), 1))
        places = [np.flatnonzero(block.points == mark) for mark in (_OPEN, _CLOSE, _STRAIGHT)]
        bounds = [np.searchsorted(found, block.doc_start).tolist() for found in places]
        for doc in range(len(block)):
            opening, closing, straight = (
                found[bound[doc] : bound[doc + 1]]
                for found, bound in zip(places, bounds, strict=True)
            )
            pairs = min(len(opening), len(closing))
            curly = np.clip(closing[:pairs] - opening[:pairs], 0, None).sum()
            even = len(straight) // 2 * 2
            plain = (straight[1:even:2] - straight[:even:2]).sum()
            length = block.doc_start[doc + 1] - block.doc_start[doc] - 1
            values[doc, 0] = min(1.0, (curly + plain) / max(length, 1))
        return Measurement(values, [])
