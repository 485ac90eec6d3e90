"""Logistic regression with weights that may not be negative."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from chaffinch.detector.training.logistic import fit_logistic

N = 600


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
    everything = np.ones(4, np.bool_)
    found = fit_logistic(scaled, labels, np.ones(N), everything, np.zeros(5))
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


def test_what_is_no_evidence_has_no_weight() -> None:
    scaled, labels = alike(0)
    evidence = np.array([True, False, True, True])
    assert fit_logistic(scaled, labels, np.ones(N), evidence, np.zeros(5))[2] == 0


def test_a_row_of_twice_the_weight_is_two_rows() -> None:
    scaled, labels = alike(1)
    twice = np.where(np.arange(N) < 100, 2.0, 1.0)
    rows = np.r_[np.arange(N), np.arange(100)]
    everything, zero_prior = np.ones(4, np.bool_), np.zeros(5)
    once = fit_logistic(scaled, labels, twice, everything, zero_prior)
    repeated = fit_logistic(scaled[rows], labels[rows], np.ones(N + 100), everything, zero_prior)
    assert np.allclose(once, repeated, atol=1e-4)
