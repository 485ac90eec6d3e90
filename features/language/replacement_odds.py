"""How likely each word is to have been replaced: evidence weighed on learned curves."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

COLUMNS = (
    "frequency",
    "after_pair",
    "before_pair",
    "capital",
    "context",
    "repeats",
    "gain",
    "no_candidate",
    "slip",
    "reader",
    "unknown",
)
"""Names of the columns of the evidence on a word; `replacement_evidence` says what they hold."""

PAIRS, CONTEXT, ORIGINALS, SECOND_READER = range(4)
"""How closely a word was looked at: its neighbours, then its context, then its originals, and at
last by the second reader."""

COLUMNS_OF = (4, 6, 9, 11)
"""How many of the columns are known after each of these looks."""


@dataclass(frozen=True, eq=False)
class ReplacementOdds:
    """Generalised additive models over the columns of the evidence on a word, one for each look.

    Source: Hastie and Tibshirani, "Generalized additive models" (1986), with piecewise linear
    curves.

    Attributes:
        knots: float32 array of shape (len(COLUMNS), n_knots), places at which curves bend,
            rising.
        curves: float32 array of shape (len(COLUMNS_OF), len(COLUMNS), n_knots), each curve's height
            there; flat outside, and 0 for columns that a look does not know.
        phrase_knots: float32 array of shape (n_knots,), the same for the gain of a phrase.
        phrase_curve: float32 array of the same shape.
    """

    knots: NDArray[np.float32]
    curves: NDArray[np.float32]
    phrase_knots: NDArray[np.float32]
    phrase_curve: NDArray[np.float32]

    def padded(self) -> "ReplacementOdds":
        """The same with flat curves for columns and looks that an earlier version did not know."""
        lacking = len(COLUMNS) - len(self.knots)
        knots = np.concatenate([self.knots, self.knots[:1].repeat(lacking, axis=0)])
        looks = len(COLUMNS_OF) - len(self.curves)
        curves = np.pad(self.curves, ((0, looks), (0, lacking), (0, 0)))
        return replace(self, knots=knots, curves=curves)

    @classmethod
    def blank(cls) -> "ReplacementOdds":
        """Flat curves: nothing speaks for or against any word."""
        knots = np.arange(2, dtype=np.float32)[None].repeat(len(COLUMNS), axis=0)
        return cls(
            knots,
            np.zeros((len(COLUMNS_OF), *knots.shape), np.float32),
            knots[0],
            np.zeros_like(knots[0]),
        )

    def curve(self, look: int, name: str, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """The height of one curve at many places, float64 of the shape of `values`.

        Args:
            look: `PAIRS`, `CONTEXT`, `ORIGINALS` or `SECOND_READER`.
            name: The column.
            values: Places.
        """
        column = COLUMNS.index(name)
        height: NDArray[np.float64] = np.interp(
            values, self.knots[column], self.curves[look, column]
        )
        return height

    def log_ratio(self, look: int, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Natural log of how much likelier a spinner is to have left the evidence than an author.

        Args:
            look: How closely the words were looked at.
            values: float32 array of shape (n, len(COLUMNS)).

        Returns:
            float64 array of shape (n,).
        """
        total = np.zeros(len(values))
        for column, name in enumerate(COLUMNS[: COLUMNS_OF[look]]):
            total += self.curve(look, name, values[:, column])
        return total

    def phrase_log_ratio(self, gain: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same for phrases, by their gain alone; float64 of shape (n,).

        Args:
            gain: float64 array of shape (n,), log10.
        """
        ratio: NDArray[np.float64] = np.interp(gain, self.phrase_knots, self.phrase_curve)
        return ratio
