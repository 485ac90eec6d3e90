"""Fitting the linear classifier with scikit-learn."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression

from chaffinch.detector.classifier import Classifier, log_odds, probability
from chaffinch.detector.training.logistic import fit_logistic
from chaffinch.features.registry import FEATURE_NAMES, FEATURES, column_of, columns_of

BASE_RATE = 0.1
MAX_FALSE_POSITIVE_RATE = 0.001
_MIN_CLEAN_FOR_THRESHOLD = 500
_MIN_CLEAN_FOR_GENRE = 200
_LEAST_THRESHOLD = 0.25
_GENRE_ALLOWANCE = 10
_HIGHEST_QUANTILE = 0.98
_MIN_SCALE = 0.01
_DIGITS = 6

EVIDENCE = np.array([feature.group != "context" for feature in FEATURES])
"""Features that may have a weight: bool, one a feature, in the registry's order."""

_MOST_ALONE = np.array([feature.most_alone for feature in FEATURES])
_MOST_EACH = np.array([feature.most_each for feature in FEATURES])
_LIMITED = np.isfinite(_MOST_EACH)

_TWO_KINDS, _MOST_OF_ONE_KIND = 1.04, 0.9
_RESIDUE, _SEVERAL = columns_of("residue kind"), column_of("several residue kinds")


class TrainingError(Exception):
    """Labelled data that no classifier can be trained on; the message says why."""


def train_classifier(
    values: NDArray[np.float64],
    labels: NDArray[np.bool_],
    calibration_values: NDArray[np.float64],
    calibration_labels: NDArray[np.bool_],
    base_rate: float = BASE_RATE,
    max_fpr: float = MAX_FALSE_POSITIVE_RATE,
    genres: NDArray[np.str_] | None = None,
    calibration_genres: NDArray[np.str_] | None = None,
) -> Classifier:
    """Fit weights, calibrate them, and set the threshold.

    Evidence speaks in one direction only: no weight is negative, so no spinner's habit in the
    training set can make another's evidence count as innocence. Calibration is Platt's (1999),
    folded into the weights; the threshold is the quantile of clean calibration texts that
    `max_fpr` names, and high enough for ten times that rate in every single genre, small ones
    taken together.

    Args:
        values: float64 array of shape (n, n_features) of training texts.
        labels: bool array of shape (n,), True for low-quality republications.
        calibration_values: The same for other texts.
        calibration_labels: Their labels.
        base_rate: Share of republications that probabilities assume.
        max_fpr: Share of clean texts that may be flagged.
        genres: str array of shape (n,), the genre of each training text; small genres weigh
            more than their size, with its square root.
        calibration_genres: The same for the calibration texts.

    Raises:
        TrainingError: One of the two labels is missing.
    """
    for name, given in (("training", labels), ("calibration", calibration_labels)):
        if len(np.unique(given)) < 2:
            raise TrainingError(
                f"The {name} texts must hold both labels, clean and low-quality; "
                f"got {len(given)} texts of one label."
            )
    roots = np.sqrt(values)
    clean = roots[~labels]
    centre = np.median(clean, axis=0)
    scale = np.maximum(clean.std(axis=0), _MIN_SCALE)
    # Of the copies that have a feature at all: the others would hide what a rare one is worth.
    highest = [
        float(np.quantile(column[column > 0], _HIGHEST_QUANTILE)) if (column > 0).any() else 1.0
        for column in ((roots[labels] - centre) / scale).T
    ]
    draft = Classifier(
        features=FEATURE_NAMES,
        centre=tuple(centre.tolist()),
        scale=tuple(scale.tolist()),
        highest=tuple(np.maximum(highest, 1.0).tolist()),
        weight=tuple(np.zeros(len(FEATURE_NAMES)).tolist()),
        intercept=0.0,
        base_rate=base_rate,
        threshold=0.5,
    )
    sample_weight = np.ones(len(labels))
    if genres is not None:
        _, genre, sizes = np.unique(genres, return_inverse=True, return_counts=True)
        sample_weight = sizes[genre] ** -0.5 * len(labels) / np.sqrt(sizes).sum()
    nothing = np.zeros(1 + len(FEATURE_NAMES))
    fitted = fit_logistic(draft.standing(values), labels, sample_weight, EVIDENCE, nothing)
    return with_residue_rule(
        calibrate(
            replace(draft, weight=tuple(fitted[1:].tolist()), intercept=float(fitted[0])),
            calibration_values,
            calibration_labels,
            base_rate,
            max_fpr,
            calibration_genres,
        )
    )


def with_residue_rule(classifier: Classifier) -> Classifier:
    """A classifier that any two kinds of residue convince, and no number of one kind.

    Of tortured phrases it takes four different ones.
    """
    needed = log_odds(classifier.threshold) - classifier.intercept
    weight, highest = np.array(classifier.weight), np.array(classifier.highest)
    one_piece = (1 - np.array(classifier.centre)) / np.array(classifier.scale)
    kinds = np.zeros(len(weight), np.bool_)
    kinds[_RESIDUE] = weight[_RESIDUE] > 0
    if kinds.any():
        weakest = np.sort((weight * np.minimum(one_piece, highest))[_RESIDUE])[:2].sum()
        lacking = max(_TWO_KINDS * needed - weakest, 0.0)
        weight[_SEVERAL] = max(weight[_SEVERAL], lacking / one_piece[_SEVERAL])
        highest[_SEVERAL] = max(highest[_SEVERAL], one_piece[_SEVERAL])
    most_each = _MOST_EACH[_LIMITED] * needed / one_piece[_LIMITED]
    weight[_LIMITED] = np.minimum(weight[_LIMITED], most_each)
    most = _MOST_OF_ONE_KIND * needed / np.maximum(weight, 1e-9)
    return replace(
        classifier,
        weight=_rounded(weight),
        highest=_rounded(np.where(kinds, np.minimum(highest, most), highest)),
    )


def calibrate(
    draft: Classifier,
    values: NDArray[np.float64],
    labels: NDArray[np.bool_],
    base_rate: float = BASE_RATE,
    max_fpr: float = MAX_FALSE_POSITIVE_RATE,
    genres: NDArray[np.str_] | None = None,
) -> Classifier:
    """Fold Platt scaling into a classifier's weights and set its threshold.

    No single feature adds more of what flags a document than its part in `_MOST_ALONE`. Where
    there are too few clean texts for the threshold's quantile it is a probability of one half, or
    the draft's own if that is higher.

    Args:
        draft: A classifier whose log-odds need not be calibrated.
        values: float64 array of shape (n, n_features), texts that the draft was not fitted to.
        labels: bool array of shape (n,), True for low-quality republications; both occur.
        base_rate: Share of republications that probabilities assume.
        max_fpr: Share of clean texts that may be flagged.
        genres: str array of shape (n,), the genre of each text.
    """
    weight = np.array(draft.weight)
    score = draft.standing(values) @ weight + draft.intercept
    platt = LogisticRegression(C=1e6, class_weight="balanced").fit(score[:, None], labels)
    slope = float(platt.coef_[0, 0])
    shift = float(platt.intercept_[0] + log_odds(base_rate))
    clean = draft.standing(values[~labels])
    clean_genres = None if genres is None else genres[~labels]
    weight, intercept = slope * weight, slope * draft.intercept + shift
    least = max(0.0, log_odds(draft.threshold))
    limit = _limit(clean @ weight + intercept, clean_genres, max_fpr, least)
    most = _MOST_ALONE * (limit - intercept) / np.maximum(weight, 1e-9)
    highest = np.minimum(np.array(draft.highest), most)
    limit = _limit(np.minimum(clean, highest) @ weight + intercept, clean_genres, max_fpr, least)
    # Rounded, so that processors that add up in another order give the same model.
    return replace(
        draft,
        centre=_rounded(draft.centre),
        scale=_rounded(draft.scale),
        highest=_rounded(highest),
        weight=_rounded(weight),
        intercept=round(intercept, _DIGITS),
        base_rate=base_rate,
        threshold=round(min(probability(limit), 1 - 1e-6), _DIGITS),
    )


def _limit(
    scores: NDArray[np.float64], genres: NDArray[np.str_] | None, max_fpr: float, least: float
) -> float:
    """Log-odds from which documents are flagged, by those of clean calibration texts."""
    if len(scores) < _MIN_CLEAN_FOR_THRESHOLD:
        return least
    limits = [log_odds(_LEAST_THRESHOLD), float(np.quantile(scores, 1 - max_fpr))]
    stated = np.zeros(len(scores), np.str_) if genres is None else genres
    names, genre, sizes = np.unique(stated, return_inverse=True, return_counts=True)
    # One outlier among fifty texts says little of their genre: small ones are taken together.
    group = np.where(sizes < _MIN_CLEAN_FOR_GENRE, -1, np.arange(len(names)))[genre]
    for number in np.unique(group):
        of_group = scores[group == number]
        if len(of_group) >= _MIN_CLEAN_FOR_GENRE:
            limits.append(float(np.quantile(of_group, 1 - _GENRE_ALLOWANCE * max_fpr)))
    return max(limits)


def _rounded(values: ArrayLike) -> tuple[float, ...]:
    return tuple(np.round(np.asarray(values, np.float64), _DIGITS).tolist())
