"""Logistic regression with weights that may not be negative."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from chaffinch.detector.training.logistic import fit_logistic

N = 600
POSITIVE = np.array([[0.0, np.inf]] * 4)


def alike(seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Four features that measure nearly the same, the last one the least well."""
    rng = np.random.default_rng(seed)
    labels = np.arange(N) % 3 == 0
    common = rng.normal(labels * 1.0, 1)
    noise = rng.normal(size=(N, 4)) * (0.2, 0.25, 0.3, 1.5)
    return common[:, None] + noise, labels


def loss(
    found: NDArray[np.float64], scaled: NDArray[np.float64], labels: NDArray[np.bool_]
) -> float:
    margin = np.where(labels, 1, -1) * (found[0] + scaled @ found[1:])
    share = N / 2 / np.where(labels, labels.sum(), (~labels).sum())
    return float(share @ np.logaddexp(0, -margin) + found[1:] @ found[1:] / 2)


@pytest.mark.parametrize("seed", range(6))
def test_no_choice_of_features_with_positive_weights_fits_better(seed: int) -> None:
    scaled, labels = alike(seed)
    found = fit_logistic(scaled, labels, np.ones(N), POSITIVE, np.zeros(5))
    assert (found[1:] >= 0).all()
    for size in range(1, 5):
        for columns in combinations(range(4), size):
            chosen = list(columns)
            model = LogisticRegression(class_weight="balanced", tol=1e-9, max_iter=5000)
            model.fit(scaled[:, chosen], labels)
            if (model.coef_ >= 0).all():
                other = np.zeros(5)
                other[0], other[1 + np.array(chosen)] = (
                    np.ravel(model.intercept_)[0],
                    model.coef_[0],
                )
                assert loss(found, scaled, labels) <= loss(other, scaled, labels) + 1e-6


def test_a_weight_stays_within_its_bounds() -> None:
    scaled, labels = alike(0)
    bounds = POSITIVE.copy()
    bounds[1], bounds[2] = (0, 0), (1, 1)
    found = fit_logistic(scaled, labels, np.ones(N), bounds, np.array([0.0, 0, 0, 1, 0]))
    assert found[2:4].tolist() == [0, 1]


def test_what_one_weight_says_already_no_other_says_again() -> None:
    scaled, labels = alike(0)
    held = POSITIVE.copy()
    held[0] = 3
    free = fit_logistic(scaled, labels, np.ones(N), POSITIVE, np.zeros(5))
    beside = fit_logistic(scaled, labels, np.ones(N), held, np.array([0.0, 3, 0, 0, 0]))
    assert beside[2:].sum() < free[2:].sum()


def test_a_row_of_twice_the_weight_is_two_rows() -> None:
    scaled, labels = alike(1)
    twice = np.where(np.arange(N) < 100, 2.0, 1.0)
    rows = np.r_[np.arange(N), np.arange(100)]
    once = fit_logistic(scaled, labels, twice, POSITIVE, np.zeros(5))
    repeated = fit_logistic(scaled[rows], labels[rows], np.ones(N + 100), POSITIVE, np.zeros(5))
    assert np.allclose(once, repeated, atol=1e-4)
