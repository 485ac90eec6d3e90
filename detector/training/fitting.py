"""Fitting the linear classifier, calibrating it, and setting its threshold."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.classifier import (
    Classifier,
    FalsePositiveLimits,
    TermColumns,
    log_odds,
    probability,
)
from chaffinch.detector.training.logistic import fit_logistic
from chaffinch.features.registry import FEATURES

BASE_RATE = 0.1
"""Share of republications that probabilities assume. Our choice: crawls differ, and `--base-rate`
says otherwise."""

MAX_FALSE_POSITIVE_RATE = 0.002
"""Share of clean calibration texts that may be flagged. Our choice: of the bundled model's, half
are of kinds that read like spun ones; of news none is flagged at this rate."""

_EVIDENCE = np.array([feature.group != "context" for feature in FEATURES])
"""Features that may have a weight: bool array of shape (n_features,)."""

_MOST_ALONE = np.array([feature.most_alone for feature in FEATURES])
_MOST_EACH = np.array([feature.most_each for feature in FEATURES])
"""`Feature.most_alone` and `Feature.most_each`, float64 arrays of shape (n_features,)."""

_LIMITED = np.flatnonzero(np.isfinite(_MOST_EACH))
"""TermColumns of features with a `Feature.most_each`."""

_IN_NATS = np.array([feature.in_nats for feature in FEATURES])
"""Features whose weight is 1 and not fitted: bool array of shape (n_features,)."""

_HIGH = np.array([feature.high for feature in FEATURES])
_CONVICTS_FROM = np.array([feature.convicts_from for feature in FEATURES])
"""`Feature.high` and `Feature.convicts_from`, float64 arrays of shape (n_features,)."""

_ENOUGH = 1.04
"""What a feature in nats adds that flags a page alone, of the log-odds that flag a typical page.
Our choice: a little over 1, so that rounding does not leave the page below the threshold."""

_MIN_CLEAN_FOR_THRESHOLD = 500
"""Clean texts below which the threshold is not set by a quantile. Our choice: the quantile of
`MAX_FALSE_POSITIVE_RATE` would be less than half a text."""

_LEAST_THRESHOLD = 0.25
"""Least probability from which documents are flagged. Our choice: what is likelier honest than not,
three to one, is not flagged however few clean texts reach it."""

_GENRE_ALLOWANCE = 5
"""How many times the false positives of all clean texts a single genre may have: 1 % of the bundled
model's worst. Our choice: verse was flagged at 7 % by a threshold that news alone would allow."""

_MIN_CLEAN_FOR_GENRE = 200
"""Clean texts below which a genre has no threshold of its own. Our choice: a quantile of one in a
hundred needs some more than a hundred."""

_STATED_RATES = np.outer([1e-4, 1e-3, 1e-2, 1e-1], [1, 1.5, 2, 3, 5, 7]).ravel().round(5)
"""False-positive rates that a model states the threshold of. Our choice: a wanted rate between two
of them gets the threshold of the lower one, which flags at least two thirds as many."""

_HIGHEST_QUANTILE = 0.98
"""Share of the republications with a feature that its limit does not touch. Our choice."""

_MIN_SCALE = 0.01
"""Least standard deviation of a feature's square root. Our choice: most rare features are 0 in
nearly all clean texts, and dividing by less would make one finding endless."""

_MIN_WEIGHT = 1e-9
"""Weights are taken to be at least this where a limit is divided by them."""

_PLATT_PRECISION = 1e-6
"""Regularisation of Platt scaling: next to none, for it has two parameters."""

_LARGEST_THRESHOLD = 1 - 1e-6
"""A threshold must lie below 1, also where it is rounded."""

_SLACK = 1e-9
"""Texts; a rate of k texts in n takes in k of them, whatever the rounding."""

_DIGITS = 6
"""Decimals that numbers of the model are rounded to, so that processors that add up in another
order give the same model."""


class TrainingError(Exception):
    """Labelled data that no classifier can be trained on; the message says why."""


class LabelledValues(NamedTuple):
    """What was measured on labelled texts.

    Attributes:
        values: float64 array of shape (n, n_features).
        labels: bool array of shape (n,), True for low-quality republications.
        genres: str array of shape (n,), the genre of each text, or None where it is not known.
    """

    values: NDArray[np.float64]
    labels: NDArray[np.bool_]
    genres: NDArray[np.str_] | None = None


def train_classifier(
    fitting: LabelledValues,
    calibrating: LabelledValues,
    base_rate: float = BASE_RATE,
    max_fpr: float = MAX_FALSE_POSITIVE_RATE,
) -> Classifier:
    """Fit weights, calibrate them, and set the threshold.

    Evidence speaks in one direction only: no weight is negative, so no spinner's habit in the
    training set can make another's evidence count as innocence. Features in nats are log ratios of
    counts already: they add as they are, and what is fitted is the rest beside them. Simulated
    farms would only teach how often the simulation writes such a line.

    Args:
        fitting: Texts to fit to. Small genres weigh more than their size, with its square root.
        calibrating: Other texts, see `calibrate`.
        base_rate: Share of republications that probabilities assume.
        max_fpr: Share of clean texts that may be flagged.

    Raises:
        TrainingError: One of the two labels is missing.
    """
    _require_both_labels("training", fitting.labels)
    _require_both_labels("calibration", calibrating.labels)
    columns = standardised(fitting.values, fitting.labels)
    found = fit_logistic(
        columns.scaled(fitting.values),
        fitting.labels,
        _sample_weight(fitting),
        weight_bounds(columns),
        np.r_[0.0, columns.weight],
    )
    fitted = columns._replace(weight=found[1:])
    draft = Classifier(fitted.terms(), float(found[0]), base_rate, threshold=0.5)
    classifier = calibrate(draft, calibrating, base_rate, max_fpr)
    return with_false_positive_limits(classifier, calibrating)


def standardised(values: NDArray[np.float64], labels: NDArray[np.bool_]) -> TermColumns:
    """Terms before fitting: how features are scaled, by labelled texts; those in nats weigh 1.

    Args:
        values: float64 array of shape (n, n_features).
        labels: bool array of shape (n,), True for low-quality republications; both occur.
    """
    roots = np.sqrt(values)
    clean = roots[~labels]
    centre = np.median(clean, axis=0)
    scale = np.maximum(clean.std(axis=0), _MIN_SCALE)
    # Of the copies that have a feature at all: the others would hide what a rare one is worth.
    highest = [
        float(np.quantile(column[column > 0], _HIGHEST_QUANTILE)) if (column > 0).any() else 1.0
        for column in ((roots[labels] - centre) / scale).T
    ]
    return TermColumns(
        np.where(_IN_NATS, 0.0, centre),
        np.where(_IN_NATS, 1.0, scale),
        np.where(_IN_NATS, _HIGH, np.maximum(highest, 1.0)),
        _IN_NATS.astype(np.float64),
    )


def weight_bounds(columns: TermColumns) -> NDArray[np.float64]:
    """Between what each weight is fitted, float64 array of shape (n_features, 2).

    Evidence may not speak for innocence, what is no evidence has no weight, and features in nats
    keep the weight that they have.
    """
    least = np.where(_IN_NATS, columns.weight, 0.0)
    most = np.where(_IN_NATS, columns.weight, np.where(_EVIDENCE, np.inf, 0.0))
    return np.column_stack((least, most))


def calibrate(
    draft: Classifier,
    calibrating: LabelledValues,
    base_rate: float = BASE_RATE,
    max_fpr: float = MAX_FALSE_POSITIVE_RATE,
) -> Classifier:
    """Fold Platt scaling into a classifier's weights and set its threshold.

    The threshold is the quantile of clean texts that `max_fpr` names, and high enough for five
    times that rate in every single genre, small ones taken together. No single feature adds more
    of what flags a document than its `Feature.most_alone`, and what features declare of single
    findings holds (`with_declared_limits`). Features in nats are calibrated as they are, and Platt
    scaling is of the sum of all others. Where there are too few clean texts for the quantile the
    threshold is a probability of one half, or the draft's own if that is higher.

    Source: Platt, "Probabilistic outputs for support vector machines" (1999).

    Args:
        draft: A classifier whose log-odds need not be calibrated.
        calibrating: Texts that the draft was not fitted to; both labels occur.
        base_rate: Share of republications that probabilities assume.
        max_fpr: Share of clean texts that may be flagged.
    """
    columns, labels = draft.columns, calibrating.labels
    scaled = columns.scaled(calibrating.values)
    added = scaled * columns.weight
    counted = added[:, _IN_NATS].sum(axis=1)
    shift, slope, _ = fit_logistic(
        np.column_stack((added[:, ~_IN_NATS].sum(axis=1) + draft.intercept, counted)),
        labels,
        np.ones(len(labels)),
        np.array([[0.0, np.inf], [1.0, 1.0]]),
        np.array([0.0, 1.0, 1.0]),
        _PLATT_PRECISION,
    )
    weight = np.where(_IN_NATS, columns.weight, slope * columns.weight)
    intercept = float(slope * draft.intercept + shift + log_odds(base_rate))
    clean = scaled[~labels]
    genres = None if calibrating.genres is None else calibrating.genres[~labels]
    least = max(0.0, log_odds(draft.threshold))
    limit = _limit(clean @ weight + intercept, genres, max_fpr, least)
    most = _MOST_ALONE * (limit - intercept) / np.maximum(weight, _MIN_WEIGHT)
    highest = np.minimum(columns.highest, most)
    limit = _limit(np.minimum(clean, highest) @ weight + intercept, genres, max_fpr, least)
    calibrated = Classifier(
        _rounded(columns._replace(weight=weight, highest=highest)).terms(),
        intercept=round(intercept, _DIGITS),
        base_rate=base_rate,
        threshold=round(min(probability(limit), _LARGEST_THRESHOLD), _DIGITS),
    )
    return with_declared_limits(calibrated)


def with_declared_limits(classifier: Classifier) -> Classifier:
    """A classifier that is held to what features declare of single findings.

    A value of 1 adds no more than the feature's `Feature.most_each`, and one in nats that reaches
    its `Feature.convicts_from` flags a page alone.
    """
    needed = log_odds(classifier.threshold) - classifier.intercept
    columns = classifier.columns
    weight = columns.weight.copy()
    one_piece = (1 - columns.centre[_LIMITED]) / columns.scale[_LIMITED]
    weight[_LIMITED] = np.minimum(weight[_LIMITED], _MOST_EACH[_LIMITED] * needed / one_piece)
    least = np.where(weight > 0, _ENOUGH * needed / _CONVICTS_FROM, 0.0)
    limited = _rounded(columns._replace(weight=np.maximum(weight, least)))
    return replace(classifier, terms=limited.terms())


def with_false_positive_limits(classifier: Classifier, calibrating: LabelledValues) -> Classifier:
    """A classifier that states which score how many clean calibration texts reach.

    As for the threshold, any genre with enough texts may have five times the rate of all texts.

    Args:
        classifier: The classifier in its final state.
        calibrating: The texts that it was calibrated to.
    """
    clean = ~calibrating.labels
    added = classifier.contributions(calibrating.values[clean]).sum(axis=1)
    scores = added + classifier.intercept
    genres = None if calibrating.genres is None else calibrating.genres[clean]
    parts = [(scores, 1), *((part, _GENRE_ALLOWANCE) for part in _by_genre(scores, genres))]
    rates = _STATED_RATES[_STATED_RATES * len(scores) >= 1]
    limits = [max(_score_over(part, times * rate) for part, times in parts) for rate in rates]
    stated = FalsePositiveLimits(len(scores), tuple(rates.tolist()), tuple(limits))
    return replace(classifier, limits=stated if limits else None)


def _score_over(scores: NDArray[np.float64], rate: float) -> float:
    """The least score, in the model's decimals, that at most a share `rate` of texts reaches."""
    reached = int(rate * len(scores) + _SLACK)
    if reached >= len(scores):
        return -np.inf
    step = 10.0**_DIGITS
    return float((np.floor(np.sort(scores)[-1 - reached] * step) + 1) / step)


def _require_both_labels(name: str, labels: NDArray[np.bool_]) -> None:
    if len(np.unique(labels)) < 2:
        raise TrainingError(
            f"The {name} texts must hold both labels, clean and low-quality; "
            f"got {len(labels)} texts of one label."
        )


def _sample_weight(fitting: LabelledValues) -> NDArray[np.float64]:
    """What each text weighs, float64 array of shape (n,) with a mean of 1."""
    n = len(fitting.labels)
    if fitting.genres is None:
        return np.ones(n)
    _, genre, sizes = np.unique(fitting.genres, return_inverse=True, return_counts=True)
    weight: NDArray[np.float64] = sizes[genre] ** -0.5 * n / np.sqrt(sizes).sum()
    return weight


def _limit(
    scores: NDArray[np.float64], genres: NDArray[np.str_] | None, max_fpr: float, least: float
) -> float:
    """Log-odds from which documents are flagged, by those of clean calibration texts."""
    if len(scores) < _MIN_CLEAN_FOR_THRESHOLD:
        return least
    limits = [log_odds(_LEAST_THRESHOLD), float(np.quantile(scores, 1 - max_fpr))]
    for of_genre in _by_genre(scores, genres):
        limits.append(float(np.quantile(of_genre, 1 - _GENRE_ALLOWANCE * max_fpr)))
    return max(limits)


def _by_genre(
    scores: NDArray[np.float64], genres: NDArray[np.str_] | None
) -> Iterator[NDArray[np.float64]]:
    """The scores of each genre that has enough texts; all texts are one where none is known."""
    stated = np.zeros(len(scores), np.str_) if genres is None else genres
    names, genre, sizes = np.unique(stated, return_inverse=True, return_counts=True)
    # One outlier among fifty texts says little of their genre: small ones are taken together.
    group = np.where(sizes < _MIN_CLEAN_FOR_GENRE, -1, np.arange(len(names)))[genre]
    for number in np.unique(group):
        of_group = scores[group == number]
        if len(of_group) >= _MIN_CLEAN_FOR_GENRE:
            yield of_group


def _rounded(columns: TermColumns) -> TermColumns:
    return TermColumns(*(np.round(column, _DIGITS) for column in columns))
