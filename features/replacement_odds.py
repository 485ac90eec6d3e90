"""How likely each word is to have been replaced: evidence weighed on learned curves."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

COLUMNS = (
    "frequency",
    "after_pair",
    "before_pair",
    "context",
    "gain",
    "no_candidate",
    "repeats",
    "capital",
)
"""Names of the columns of the evidence on a word; `replacement_evidence` says what they hold."""


class ReplacementOdds(NamedTuple):
    """A generalised additive model over the columns of the evidence on a word.

    Source: Hastie and Tibshirani, "Generalized additive models" (1986), with piecewise linear
    curves.

    Attributes:
        knots: float32 array of shape (len(COLUMNS), n_knots), places at which curves bend,
            rising.
        curves: float32 array of the same shape, each curve's height there; flat outside.
        phrase_knots: float32 array of shape (n_knots,), the same for the gain of a phrase.
        phrase_curve: float32 array of the same shape.
    """

    knots: NDArray[np.float32]
    curves: NDArray[np.float32]
    phrase_knots: NDArray[np.float32]
    phrase_curve: NDArray[np.float32]

    @classmethod
    def blank(cls) -> "ReplacementOdds":
        """Flat curves: nothing speaks for or against any word."""
        knots = np.arange(2, dtype=np.float32)[None].repeat(len(COLUMNS), axis=0)
        return cls(knots, np.zeros_like(knots), knots[0], np.zeros_like(knots[0]))

    def log_ratio(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Natural log of how much likelier a spinner is to have left the evidence than an author.

        Args:
            values: float32 array of shape (n, len(COLUMNS)).

        Returns:
            float64 array of shape (n,).
        """
        total = np.zeros(len(values))
        for column in range(len(COLUMNS)):
            total += np.interp(values[:, column], self.knots[column], self.curves[column])
        return total

    def phrase_log_ratio(self, gain: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same for phrases, by their gain alone."""
        ratio: NDArray[np.float64] = np.interp(gain, self.phrase_knots, self.phrase_curve)
        return ratio
