"""The classifier: a linear model whose contributions add up to the log-odds."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights of a calibrated linear model over square roots of features.

    A feature's standing is ``clip((sqrt(x) - centre) / scale, lowest, highest)`` and its
    contribution ``weight * standing``; contributions and intercept add up to the log-odds.

    Attributes:
        features: Full feature names, in the registry's order.
        centre: Median of the square root over clean texts, one a feature.
        scale: Spread of the same, one a feature.
        highest: Standing from which more of a feature counts no further, one a feature.
        weight: Log-odds a unit of standing, never negative; 0 for features not used.
        intercept: Log-odds of a typical clean text.
        base_rate: Share of low-quality republications that the probability assumes.
        threshold: Probability from which a document is flagged.
    """

    features: tuple[str, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    highest: tuple[float, ...]
    weight: tuple[float, ...]
    intercept: float
    base_rate: float
    threshold: float

    LOWEST = 0.0

    def contributions(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each feature adds to the log-odds, float64 of the shape of `values`."""
        added: NDArray[np.float64] = self.standing(values) * np.array(self.weight)
        return added

    def standing(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Features on the scale of their spread among clean texts."""
        raw = (np.sqrt(values) - np.array(self.centre)) / np.array(self.scale)
        clipped: NDArray[np.float64] = np.clip(raw, self.LOWEST, np.array(self.highest))
        return clipped

    def with_base_rate(self, base_rate: float) -> "Classifier":
        """The same evidence for another share of republications.

        The threshold moves with the probabilities, so the same documents are flagged.
        """
        shift = log_odds(base_rate) - log_odds(self.base_rate)
        return Classifier(
            **{
                **asdict(self),
                "intercept": self.intercept + shift,
                "base_rate": base_rate,
                "threshold": probability(log_odds(self.threshold) + shift),
            }
        )


def log_odds(p: float) -> float:
    """Natural log-odds of a probability strictly between 0 and 1."""
    return float(np.log(p) - np.log1p(-p))


def probability(score: float) -> float:
    """The probability of natural log-odds."""
    return float(1 / (1 + np.exp(-min(max(score, -500.0), 500.0))))
