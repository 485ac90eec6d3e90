"""From where on more is asked of a word or of a document than its nearest neighbours."""

from math import inf
from typing import NamedTuple


class Doubts(NamedTuple):
    """From where on more is asked of a word, or of a document; natural logs throughout.

    Attributes:
        context: Log ratio that a word's neighbours leave from which its context is looked at.
        slip: The same that its context leaves, for what its author may have meant.
        originals: The same for its originals.
        least: Share of a document's words that were replaced, as far as the first reader can say,
            from which it is read again.
        most: The same from which it is clear enough without.
        enough: Log ratios, of what was read again of a document, at which no more of it is read.
    """

    context: float
    slip: float
    originals: float
    least: float
    most: float
    enough: tuple[float, float]


DOUBTS = Doubts(1.0, 0.5, 2.0, 0.008, 0.15, (-14.0, 30.0))
"""Of clean words 6 % pass the first, and 1 % the third; of clean texts 9 % pass the fourth, and
none the fifth. Of copies that only both readers together find, 9 in 10 pass the fourth
(docs/experiments.md has what other choices cost and find)."""

NO_DOUBTS = Doubts(-inf, -inf, -inf, -inf, inf, (-inf, inf))
"""Doubts that every word and document passes, to fit curves on."""
