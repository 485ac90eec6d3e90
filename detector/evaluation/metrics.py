"""Figures of merit of scores against labels, each with a bootstrap interval.

The figures are those of scikit-learn (tests compare them), computed here for many weightings of
the texts at once: scikit-learn takes one weighting at a time and sorts the scores again for each,
which takes 13 times as long on 5,000 texts. scipy's bootstrap draws no groups as a whole, and has
no interval once one resample lacks a label.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binomtest

FALSE_POSITIVE_RATES = (0.001, 0.005, 0.01)
"""False-positive rates at which recall is stated."""

BASE_RATES = (0.01, 0.001)
"""Shares of republications for which precision is stated."""

CONFIDENCE = 0.95
"""Coverage of every interval."""

N_RESAMPLES = 1000
"""Resamples of the bootstrap: Efron and Tibshirani, "An introduction to the bootstrap" (1993),
ask for a thousand behind a percentile interval."""

N_BINS = 10
"""Bins of the reliability curve and of the calibration error, as in scikit-learn's examples; our
choice."""

_CELLS_AT_ONCE = 2_000_000
"""Weights that are held at once, 16 MB; our choice."""

_SLACK = 1e-9
"""Relative; a rate of k texts in n takes in exactly k of them, whatever the rounding."""


Floats = NDArray[np.float64]
Labels = NDArray[np.bool_]


class LabelledScores(NamedTuple):
    """Scores and what is true of the texts.

    Attributes:
        scores: float64 array of shape (n,), log-odds at the base rate, higher for republications.
        labels: bool array of shape (n,), True for republications.
        groups: str array of shape (n,), what is resampled as a whole.
    """

    scores: Floats
    labels: Labels
    groups: NDArray[np.str_]


class Interval(NamedTuple):
    """A figure and the bounds of its 95 % interval; NaN where it cannot be measured."""

    value: float
    low: float
    high: float


class Bin(NamedTuple):
    """Texts whose probability lies in one tenth of the scale, weighted to the base rate.

    Attributes:
        share: Share of all texts.
        said: Their mean probability.
        true: Share of them that are republications.
    """

    share: float
    said: float
    true: Interval


class Figures(NamedTuple):
    """How well scores separate republications from clean texts.

    Attributes:
        n_clean: Clean texts.
        n_republications: Low-quality republications.
        flagged_clean: Share of clean texts at or over the threshold (false-positive rate).
        recall: Share of republications at or over the threshold.
        auroc: Area under the ROC curve; 0.5 is chance.
        average_precision: Area under the precision-recall curve at the stated base rate.
        recall_at: Recall at each of `FALSE_POSITIVE_RATES`; NaN at a rate of less than one
            clean text.
        precision_at: Precision at the threshold for each of `BASE_RATES`.
        ece: Expected calibration error, ten bins, texts weighted to the stated base rate.
    """

    n_clean: int
    n_republications: int
    flagged_clean: Interval
    recall: Interval
    auroc: Interval
    average_precision: Interval
    recall_at: dict[float, Interval]
    precision_at: dict[float, Interval]
    ece: Interval


class OperatingPoints(NamedTuple):
    """Every threshold that tells texts apart, from the strictest, for each of several weightings.

    Attributes:
        false_positive_rate: float64 array of shape (n_weightings, n_thresholds + 1), share of
            clean texts at or over each threshold, starting with 0.
        recall: float64 array of the same shape, share of republications.
    """

    false_positive_rate: Floats
    recall: Floats

    def auroc(self) -> Floats:
        """Area under the ROC curve, float64 of shape (n_weightings,)."""
        width = np.diff(self.false_positive_rate, axis=1)
        area: Floats = (width * (self.recall[:, 1:] + self.recall[:, :-1]) / 2).sum(axis=1)
        return area

    def average_precision(self, base_rate: float) -> Floats:
        """Mean precision over the steps of recall at a base rate, of shape (n_weightings,)."""
        found = precision(self.recall, self.false_positive_rate, base_rate)
        area: Floats = (np.diff(self.recall, axis=1) * found[:, 1:]).sum(axis=1)
        return area

    def recall_at(self, rates: Floats) -> Floats:
        """Highest recall at each false-positive rate, of shape (n_weightings, n_rates)."""
        limits = rates * (1 + _SLACK)
        return np.stack(
            [
                recall[np.searchsorted(rate, limits, "right") - 1]
                for rate, recall in zip(self.false_positive_rate, self.recall, strict=True)
            ]
        )

    def precision_at_recall(self, recalls: Floats, base_rate: float) -> Floats:
        """Precision where each recall is first reached, of shape (n_weightings, n_recalls)."""
        last = self.recall.shape[1] - 1
        rows = []
        for rate, recall in zip(self.false_positive_rate, self.recall, strict=True):
            place = np.minimum(np.searchsorted(recall, recalls * (1 - _SLACK), "left"), last)
            rows.append(precision(recall[place], rate[place], base_rate))
        return np.stack(rows)


def operating_points(
    scores: Floats, labels: Labels, weights: Floats | None = None
) -> OperatingPoints:
    """Sort texts by score and count; texts with the same score share a threshold.

    Args:
        scores: float64 array of shape (n,), higher for republications.
        labels: bool array of shape (n,), True for republications; both labels must occur.
        weights: float64 array of shape (n_weightings, n); one weighting of ones when None.
    """
    if weights is None:
        weights = np.ones((1, len(scores)))
    order = np.argsort(-scores, kind="stable")
    ordered, label = scores[order], labels[order]
    ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    weights = weights[:, order]
    start = np.zeros((len(weights), 1))
    with np.errstate(invalid="ignore"):
        rates = []
        for kind in (~label, label):
            count = np.hstack([start, np.cumsum(weights * kind, axis=1)[:, ends]])
            rates.append(count / count[:, -1:])
    return OperatingPoints(*rates)


def thresholds_at(texts: LabelledScores, rates: Floats) -> Floats:
    """The lowest threshold at which no larger share of clean texts is flagged than each rate.

    A threshold lies half-way between the scores on both sides of it, so that rounding it a
    little changes nothing.

    Args:
        texts: Scored texts, with a clean one among them.
        rates: float64 array of shape (n_rates,), shares of clean texts.

    Returns:
        float64 array of the same shape, log-odds.
    """
    scores = np.unique(texts.scores)
    clean = np.sort(texts.scores[~texts.labels])[::-1]
    flagged = (rates * (1 + _SLACK) * len(clean)).astype(np.int64)
    # Where all clean texts may be flagged, whatever has a score is.
    highest = np.r_[clean, scores[0] - 2.0][np.minimum(flagged, len(clean))]
    above = np.r_[scores, scores[-1] + 2.0][np.searchsorted(scores, highest, "right")]
    half_way: Floats = (highest + above) / 2
    return half_way


def precision(recall: Floats, false_positive_rate: Floats, base_rate: float) -> Floats:
    """Share of republications among the flagged at a base rate; NaN where nothing is flagged."""
    hits, misses = base_rate * recall, (1 - base_rate) * false_positive_rate
    with np.errstate(invalid="ignore"):
        share: Floats = hits / (hits + misses)
    return share


def share_of(hits: int, total: int) -> Interval:
    """A share of independent texts with its bounds; NaN where there are none.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the
    case of the binomial" (1934).

    >>> [round(figure, 3) for figure in share_of(3, 300)]
    [0.01, 0.002, 0.029]
    """
    if not total:
        return Interval(math.nan, math.nan, math.nan)
    bounds = binomtest(hits, total).proportion_ci(CONFIDENCE)
    return Interval(hits / total, float(bounds.low), float(bounds.high))


def resamplings(groups: NDArray[np.str_], n_resamples: int, seed: int = 0) -> Iterator[Floats]:
    """Weights of a bootstrap that draws whole groups, a few hundred resamples at a time.

    Copies of one article are not independent facts, so an article comes with all its copies.
    Source: Field and Welsh, "Bootstrapping clustered data" (2007), cluster bootstrap.

    Args:
        groups: str array of shape (n,).
        n_resamples: How many resamples.
        seed: Seed of the draws.

    Yields:
        float64 arrays of shape (n_rows, n); the very first row is all ones, the texts as
        they are.
    """
    yield np.ones((1, len(groups)))
    names, group = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    rows = max(1, _CELLS_AT_ONCE // max(1, len(groups)))
    for first in range(0, n_resamples, rows):
        n_rows = min(rows, n_resamples - first)
        drawn = rng.integers(len(names), size=(n_rows, len(names)))
        drawn += np.arange(n_rows)[:, None] * len(names)
        times = np.bincount(drawn.ravel(), minlength=n_rows * len(names))
        yield times.reshape(n_rows, len(names))[:, group].astype(np.float64)


def measure(
    texts: LabelledScores, threshold: float, base_rate: float, n_resamples: int = N_RESAMPLES
) -> Figures:
    """Compute all figures; those that need both labels are NaN where one is missing.

    Args:
        texts: Scored texts.
        threshold: Log-odds from which texts are flagged.
        base_rate: Share of republications that the log-odds assume.
        n_resamples: Resamples of the bootstrap; 0 for figures without bounds.
    """
    labels, groups = texts.labels, texts.groups
    n_bad = int(labels.sum())
    n_clean = len(labels) - n_bad
    rates = np.array(FALSE_POSITIVE_RATES)
    rates[rates * n_clean < 1] = np.nan
    table = np.vstack(
        [
            _columns(texts, weights, threshold, base_rate, rates)
            for weights in resamplings(groups, n_resamples)
        ]
    )
    flagged_clean = _widened(_interval(table[:, 0]), len(np.unique(groups[~labels])))
    recall = _widened(_interval(table[:, 1]), len(np.unique(groups[labels])))
    return Figures(
        n_clean=n_clean,
        n_republications=n_bad,
        flagged_clean=flagged_clean,
        recall=recall,
        auroc=_interval(table[:, 2]),
        average_precision=_interval(table[:, 3]),
        recall_at=dict(zip(FALSE_POSITIVE_RATES, map(_interval, table[:, 5:].T), strict=True)),
        precision_at={
            rate: _precision(table[:, 0], table[:, 1], flagged_clean, recall, rate)
            for rate in BASE_RATES
        },
        ece=_interval(table[:, 4]),
    )


def curves(
    texts: LabelledScores,
    false_positive_rates: Floats,
    recalls: Floats,
    base_rates: tuple[float, ...],
    n_resamples: int = N_RESAMPLES,
) -> tuple[list[Interval], dict[float, list[Interval]]]:
    """Points of the ROC curve and of a precision-recall curve for each base rate.

    Args:
        texts: Scored texts of both labels.
        false_positive_rates: float64 array, where the ROC curve is read.
        recalls: float64 array, where the precision-recall curves are read.
        base_rates: Shares of republications.
        n_resamples: Resamples of the bootstrap.

    Returns:
        Recall at each false-positive rate; precision at each recall by base rate.
    """
    found, precise = [], []
    for weights in resamplings(texts.groups, n_resamples):
        points = operating_points(texts.scores, texts.labels, weights)
        found.append(points.recall_at(false_positive_rates))
        precise.append(
            np.stack([points.precision_at_recall(recalls, rate) for rate in base_rates], axis=2)
        )
    table = np.vstack(precise)
    return (
        [_interval(column) for column in np.vstack(found).T],
        {
            rate: [_interval(column) for column in table[:, :, index].T]
            for index, rate in enumerate(base_rates)
        },
    )


def reliability(
    texts: LabelledScores, base_rate: float, n_resamples: int = N_RESAMPLES
) -> list[Bin]:
    """The reliability curve: what probabilities say and what is true, in ten bins.

    The arguments are those of `measure`. Bins without texts are left out.
    """
    sums = [
        _bin_sums(texts, weights, base_rate) for weights in resamplings(texts.groups, n_resamples)
    ]
    total, said, true = (np.vstack(parts) for parts in zip(*sums, strict=True))
    with np.errstate(invalid="ignore"):
        share = true / total
    return [
        Bin(
            share=float(total[0, place] / total[0].sum()),
            said=float(said[0, place] / total[0, place]),
            true=_interval(share[:, place]),
        )
        for place in np.flatnonzero(total[0])
    ]


def _columns(
    texts: LabelledScores, weights: Floats, threshold: float, base_rate: float, rates: Floats
) -> Floats:
    """Flagged clean share, recall, AUROC, average precision, ECE and recall at `rates`."""
    scores, labels, _ = texts
    kinds = np.stack([~labels, labels], axis=1).astype(np.float64)
    with np.errstate(invalid="ignore"):
        flagged = (weights * (scores >= threshold)) @ kinds / (weights @ kinds)
    missing = np.full((len(weights), 3 + len(rates)), np.nan)
    if not labels.any() or labels.all():
        return np.hstack([flagged, missing])
    points = operating_points(scores, labels, weights)
    total, said, true = _bin_sums(texts, weights, base_rate)
    areas = [
        points.auroc(),
        points.average_precision(base_rate),
        np.abs(said - true).sum(axis=1) / total.sum(axis=1),
    ]
    recall = np.where(np.isnan(rates), np.nan, points.recall_at(np.nan_to_num(rates)))
    return np.hstack([flagged, np.stack(areas, axis=1), recall])


def _bin_sums(
    texts: LabelledScores, weights: Floats, base_rate: float
) -> tuple[Floats, Floats, Floats]:
    """Weight, sum of probabilities and weight of republications by bin, (n_weightings, 10).

    Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using
    Bayesian binning" (AAAI 2015), with equal bins and both labels weighted to the base rate.
    """
    labels, probability = texts.labels, expit(texts.scores)
    place = np.minimum((probability * N_BINS).astype(np.int64), N_BINS - 1)
    member = (place[:, None] == np.arange(N_BINS)).astype(np.float64)
    bad, clean = member * labels[:, None], member * ~labels[:, None]
    said = probability[:, None]
    sums = weights @ np.hstack([bad, clean, bad * said, clean * said])
    n_bad, n_clean, said_bad, said_clean = np.split(sums, 4, axis=1)
    # A resample may lack a label; NaN keeps it out of the interval.
    per_bad, per_clean = (
        share / np.where(total > 0, total, np.nan)
        for share, total in (
            (base_rate, n_bad.sum(axis=1, keepdims=True)),
            (1 - base_rate, n_clean.sum(axis=1, keepdims=True)),
        )
    )
    true = per_bad * n_bad
    return true + per_clean * n_clean, per_bad * said_bad + per_clean * said_clean, true


def _interval(column: Floats) -> Interval:
    """The first row's figure with the bounds that the other rows give."""
    value, resampled = float(column[0]), column[1:]
    resampled = resampled[np.isfinite(resampled)]
    if np.isnan(value) or not len(resampled):
        return Interval(value, math.nan, math.nan)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    return Interval(value, float(low), float(high))


def _widened(share: Interval, n_groups: int) -> Interval:
    """Bounds of a share of none or of all, which resampling cannot move."""
    if np.isnan(share.low) or share.value not in (0, 1):
        return share
    return share_of(int(share.value) * n_groups, n_groups)


def _precision(
    flagged: Floats, found: Floats, flagged_clean: Interval, recall: Interval, base_rate: float
) -> Interval:
    """Precision at the threshold; its lower bound allows for false positives not yet seen."""
    interval = _interval(precision(found, flagged, base_rate))
    if flagged_clean.value == 0 and not np.isnan(interval.low):
        low = base_rate * recall.low
        return interval._replace(low=low / (low + (1 - base_rate) * flagged_clean.high))
    return interval
