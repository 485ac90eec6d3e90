"""The classifier: a linear model whose contributions add up to the log-odds."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.registry import FEATURE_NAMES, FEATURES

_LARGEST_SCORE = 500.0
"""Log-odds beyond which a probability is 0 or 1 in float64; ``exp`` overflows from 710 on."""


class Term(NamedTuple):
    """How one feature adds to the log-odds.

    The square root of its value is scaled to ``clip((sqrt(x) - centre) / scale, 0, highest)``. A
    value in nats adds as it is: no root is taken, the centre is 0 and the scale 1.

    Attributes:
        centre: Median of the square root over clean texts.
        scale: Standard deviation of the same, over 0.
        highest: Scaled value from which more of the feature counts no further, not negative.
        weight: Log-odds per unit of the scaled value, not negative; 0 for unused features.
    """

    centre: float
    scale: float
    highest: float
    weight: float


_NO_TERM = Term(centre=0.0, scale=1.0, highest=0.0, weight=0.0)
"""The term of a feature that a classifier does not know: it adds nothing, whatever its value."""


_IN_NATS = np.array([feature.in_nats for feature in FEATURES])
"""`Feature.in_nats`, bool array of shape (n_features,)."""


class TermColumns(NamedTuple):
    """Terms as columns, one number per feature in the registry's order.

    Attributes:
        centre: float64 array of shape (n_features,), `Term.centre` of each feature.
        scale: The same of `Term.scale`.
        highest: The same of `Term.highest`.
        weight: The same of `Term.weight`.
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    highest: NDArray[np.float64]
    weight: NDArray[np.float64]

    def scaled(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Features on the scale of their spread among clean texts.

        Args:
            values: float64 array of shape (n, n_features), none negative.

        Returns:
            float64 array of the same shape.
        """
        raw = (np.where(_IN_NATS, values, np.sqrt(values)) - self.centre) / self.scale
        clipped: NDArray[np.float64] = np.clip(raw, 0.0, self.highest)
        return clipped

    def terms(self) -> dict[str, Term]:
        """The same as terms by the full names of their features."""
        rows = zip(*(column.tolist() for column in self), strict=True)
        return dict(zip(FEATURE_NAMES, map(Term._make, rows), strict=True))


class FalsePositiveLimits(NamedTuple):
    """How many of the clean texts that a classifier was calibrated to reach which score.

    Attributes:
        n_texts: How many clean texts there were.
        rates: Shares of them, rising, none below one text.
        scores: For each rate the log-odds that no larger share of them reaches, falling.
    """

    n_texts: int
    rates: tuple[float, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Classifier:
    """A calibrated linear model over square roots of features, and over those in nats as they are.

    A feature's contribution is its term's weight times the scaled value; the contributions and
    the intercept add up to the log-odds.

    Attributes:
        terms: The terms of the features that it was fitted to, by full name. Features of this
            version without a term add nothing, and terms of features that this version no longer
            has are not used: the other weights hold as they are.
        intercept: Log-odds of a typical clean text.
        base_rate: Share of low-quality republications that the probability assumes.
        threshold: Probability from which a document is flagged.
        limits: Scores that few clean texts reach; None where they were not counted.
    """

    terms: Mapping[str, Term]
    intercept: float
    base_rate: float
    threshold: float
    limits: FalsePositiveLimits | None = None

    @property
    def new_features(self) -> tuple[str, ...]:
        """Features of this version that the classifier does not know, by full name."""
        return tuple(name for name in FEATURE_NAMES if name not in self.terms)

    @property
    def gone_features(self) -> tuple[str, ...]:
        """Features that the classifier knows and this version does not have, by full name."""
        return tuple(name for name in self.terms if name not in FEATURE_NAMES)

    @cached_property
    def columns(self) -> TermColumns:
        """The terms of this version's features."""
        rows = [self.terms.get(name, _NO_TERM) for name in FEATURE_NAMES]
        return TermColumns(*np.array(rows, np.float64).T)

    def contributions(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each feature adds to the log-odds.

        Args:
            values: float64 array of shape (n, n_features).

        Returns:
            float64 array of the same shape.
        """
        added: NDArray[np.float64] = self.columns.scaled(values) * self.columns.weight
        return added

    def with_base_rate(self, base_rate: float) -> "Classifier":
        """The same evidence for another share of republications.

        The threshold moves with the probabilities, so the same documents are flagged.
        """
        shift = log_odds(base_rate) - log_odds(self.base_rate)
        limits = self.limits
        return replace(
            self,
            intercept=self.intercept + shift,
            base_rate=base_rate,
            threshold=probability(log_odds(self.threshold) + shift),
            limits=limits
            and limits._replace(scores=tuple(score + shift for score in limits.scores)),
        )

    def with_max_fpr(self, max_fpr: float) -> "Classifier":
        """The same evidence, flagged from where at most a share of honest texts is.

        The share is counted on the clean texts that the classifier was calibrated to.

        Args:
            max_fpr: The share; the next lower one of `FalsePositiveLimits.rates` is used.

        Raises:
            ValueError: The limits are not known, or begin at a larger share; the message goes
                on from the model's name.
        """
        if self.limits is None:
            raise ValueError(
                "does not state how its honest calibration texts score. Give --threshold, or "
                "train it again."
            )
        place = bisect_right(self.limits.rates, max_fpr) - 1
        if place < 0:
            raise ValueError(
                f"was calibrated to {self.limits.n_texts:,} honest texts, too few for a "
                f"false-positive rate of {100 * max_fpr:g} %. The least is "
                f"{100 * self.limits.rates[0]:g} %."
            )
        below_one = float(np.nextafter(1, 0))
        return replace(self, threshold=min(probability(self.limits.scores[place]), below_one))


def log_odds(p: float) -> float:
    """Natural log-odds of a probability strictly between 0 and 1."""
    return float(np.log(p) - np.log1p(-p))


def probability(score: float) -> float:
    """The probability of natural log-odds."""
    return float(1 / (1 + np.exp(-min(max(score, -_LARGEST_SCORE), _LARGEST_SCORE))))
