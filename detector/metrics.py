"""Figures of merit of a detector on labelled texts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Metrics(NamedTuple):
    """How well probabilities separate republications from clean texts.

    Attributes:
        n_clean: Clean texts.
        n_republications: Low-quality republications.
        flagged_clean: Share of clean texts over the threshold (false-positive rate).
        recall: Share of republications over the threshold.
        auroc: Area under the ROC curve; 0.5 is chance.
        recall_at_half_percent: Recall at a false-positive rate of 0.5 %.
        precision_at_one_percent: Precision at the threshold if 1 % of all texts were
            republications.
        ece: Expected calibration error (Naeini et al., AAAI 2015), ten bins, texts weighted
            to the base rate.
    """

    n_clean: int
    n_republications: int
    flagged_clean: float
    recall: float
    auroc: float
    recall_at_half_percent: float
    precision_at_one_percent: float
    ece: float


def measure(
    probability: NDArray[np.float64],
    label: NDArray[np.bool_],
    threshold: float,
    base_rate: float,
) -> Metrics:
    """Compute all figures; those that need both labels are NaN where one is missing.

    Args:
        probability: float64 array of shape (n,).
        label: bool array of shape (n,), True for republications.
        threshold: Probability from which texts are flagged.
        base_rate: Share of republications the probabilities assume.
    """
    clean, bad = probability[~label], probability[label]
    flagged = float((clean >= threshold).mean()) if len(clean) else float("nan")
    recall = float((bad >= threshold).mean()) if len(bad) else float("nan")
    if not len(clean) or not len(bad):
        nan = float("nan")
        return Metrics(len(clean), len(bad), flagged, recall, nan, nan, nan, nan)
    limit = np.quantile(clean, 0.995)
    hits, misses = 0.01 * recall, 0.99 * flagged
    return Metrics(
        len(clean),
        len(bad),
        flagged,
        recall,
        _auroc(clean, bad),
        float((bad > limit).mean()),
        hits / (hits + misses) if hits + misses else float("nan"),
        _calibration_error(probability, label, base_rate),
    )


def _auroc(clean: NDArray[np.float64], bad: NDArray[np.float64]) -> float:
    ordered = np.sort(clean)
    below = np.searchsorted(ordered, bad, "left")
    tied = np.searchsorted(ordered, bad, "right") - below
    return float((below + tied / 2).sum() / (len(clean) * len(bad)))


def _calibration_error(
    probability: NDArray[np.float64], label: NDArray[np.bool_], base_rate: float
) -> float:
    weight = np.where(label, base_rate / label.sum(), (1 - base_rate) / (~label).sum())
    bins = np.minimum((probability * 10).astype(int), 9)
    total = np.bincount(bins, weight, minlength=10)
    said = np.bincount(bins, weight * probability, minlength=10)
    true = np.bincount(bins, weight * label, minlength=10)
    return float(np.abs(said - true).sum() / total.sum())
