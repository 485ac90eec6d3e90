"""How much of a text stands in quotation marks."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.text.tokens import TokenBlock

_STRAIGHT, _OPEN, _CLOSE = 0x22, 0x201C, 0x201D
"""Code points of double quotation marks."""


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
        mark = block.points.take(block.marks)
        opening, closing, straight = (
            _Places.of_block(block, block.marks[mark == sought])
            for sought in (_OPEN, _CLOSE, _STRAIGHT)
        )
        pairs = np.minimum(opening.in_doc, closing.in_doc)
        first, last = opening.up_to(pairs), closing.up_to(pairs)
        straight = straight.up_to(straight.in_doc // 2 * 2)
        quoted = np.bincount(
            np.concatenate((first.doc, straight.doc[::2])),
            weights=np.concatenate(
                (
                    np.clip(last.place - first.place, 0, None),
                    straight.place[1::2] - straight.place[::2],
                )
            ),
            minlength=len(block),
        )
        length = np.diff(block.doc_start) - 1
        return Measurement(np.minimum(1.0, quoted / np.maximum(length, 1))[:, None], [])


class _Places(NamedTuple):
    """Where a character stands.

    Attributes:
        place: int64 array of shape (n,), its places in the block's code points, rising.
        doc: int64 array of shape (n,), the document of each place.
        in_doc: int64 array of shape (n_docs,), how often it stands in each document.
    """

    place: NDArray[np.int64]
    doc: NDArray[np.int64]
    in_doc: NDArray[np.int64]

    @classmethod
    def of_block(cls, block: TokenBlock, place: NDArray[np.int64]) -> "_Places":
        count = np.diff(np.searchsorted(place, block.doc_start))
        return cls(place, np.repeat(np.arange(len(block)), count), count)

    def up_to(self, most: NDArray[np.int64]) -> "_Places":
        """The first `most` places of each document.

        Args:
            most: int64 array of shape (n_docs,).
        """
        first = np.cumsum(self.in_doc) - self.in_doc
        rank = np.arange(len(self.place)) - first[self.doc]
        kept = rank < most[self.doc]
        return _Places(self.place[kept], self.doc[kept], np.minimum(self.in_doc, most))
