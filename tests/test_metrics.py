"""Figures of merit: equal to scikit-learn's, with intervals that hold what they promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from chaffinch.detector.evaluation.metrics import (
    Figures,
    LabelledScores,
    curves,
    measure,
    operating_points,
    precision,
    reliability,
    resamplings,
    thresholds_at,
)


def drawn(n: int, seed: int = 0, steps: float = math.inf) -> LabelledScores:
    """Scores of clean texts around -2 and republications around 1; each text a group."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2 == 1
    scores = rng.normal(np.where(labels, 1.0, -2.0), 1.5)
    if steps < math.inf:
        scores = np.round(scores * steps) / steps
    return LabelledScores(scores, labels, np.arange(n).astype(np.str_))


def figures(
    scores: list[float], labels: list[int], threshold: float = 0.0, n_resamples: int = 0
) -> Figures:
    groups = np.arange(len(labels)).astype(np.str_)
    texts = LabelledScores(np.array(scores, float), np.array(labels, bool), groups)
    return measure(texts, threshold, 0.1, n_resamples)


several = st.integers(0, 8).map(float)


@given(
    clean=st.lists(several, min_size=1, max_size=30),
    bad=st.lists(several, max_size=30),
    rate=st.floats(0.001, 1),
)
def test_a_threshold_is_the_lowest_that_keeps_to_its_rate(
    clean: list[float], bad: list[float], rate: float
) -> None:
    scores = np.array(clean + bad)
    labels = np.array([False] * len(clean) + [True] * len(bad))
    texts = LabelledScores(scores, labels, np.arange(len(labels)).astype(np.str_))
    (threshold,) = thresholds_at(texts, np.array([rate]))
    assert (scores[~labels] >= threshold).mean() <= rate
    if bad:
        points = operating_points(scores, labels)
        assert (scores[labels] >= threshold).mean() == points.recall_at(np.array([rate]))[0, 0]
    lower = scores[scores < threshold]
    if len(lower):
        assert (scores[~labels] >= lower.max()).mean() > rate
    for moved in (threshold - 1e-6, threshold + 1e-6):
        assert np.array_equal(scores >= moved, scores >= threshold)


@given(
    clean=st.lists(several, min_size=1, max_size=30),
    bad=st.lists(several, min_size=1, max_size=30),
    base_rate=st.floats(0.001, 0.9),
)
def test_areas_are_those_of_scikit_learn_ties_included(
    clean: list[float], bad: list[float], base_rate: float
) -> None:
    scores = np.array(clean + bad)
    labels = np.array([False] * len(clean) + [True] * len(bad))
    weights = np.where(labels, base_rate / len(bad), (1 - base_rate) / len(clean))
    points = operating_points(scores, labels)
    assert math.isclose(points.auroc()[0], roc_auc_score(labels, scores))
    expected = average_precision_score(labels, scores, sample_weight=weights)
    assert math.isclose(points.average_precision(base_rate)[0], expected)


def test_weights_count_as_repeats() -> None:
    scores, labels, _ = drawn(200, steps=4)
    times = np.random.default_rng(1).integers(0, 4, len(scores))
    weighted = operating_points(scores, labels, times[None].astype(float))
    repeated = np.repeat(scores, times), np.repeat(labels, times)
    assert math.isclose(weighted.auroc()[0], roc_auc_score(repeated[1], repeated[0]))


@pytest.mark.parametrize("steps", [3, math.inf])
@pytest.mark.parametrize("rate", [0.001, 0.005, 0.01, 0.1, 1.0])
def test_recall_at_a_false_positive_rate_is_the_highest_that_the_roc_curve_has(
    steps: float, rate: float
) -> None:
    scores, labels, _ = drawn(2000, steps=steps)
    false_positive_rate, recall, _ = roc_curve(labels, scores, drop_intermediate=False)
    expected = recall[false_positive_rate <= rate].max()
    assert math.isclose(
        operating_points(scores, labels).recall_at(np.array([rate]))[0, 0], expected
    )


def test_precision_at_a_recall_is_read_where_the_recall_is_first_reached() -> None:
    points = operating_points(np.array([4.0, 3, 2, 1]), np.array([True, False, True, False]))
    # Half of the republications before any clean text; the other half after one of two.
    found = points.precision_at_recall(np.array([0.25, 0.5, 0.75, 1.0]), 0.5)
    assert found[0].tolist() == [1, 1, 1 / 1.5, 1 / 1.5]


def test_calibration_error_is_that_of_scikit_learns_bins() -> None:
    texts = drawn(4000)
    scores, labels, _ = texts
    probability = 1 / (1 + np.exp(-scores))
    true, said = calibration_curve(labels, probability, n_bins=10)
    counts = np.histogram(probability, bins=np.linspace(0, 1, 11))[0]
    expected = float(np.abs(true - said) @ counts[counts > 0] / len(scores))
    # Half of the texts are republications, so a base rate of one half leaves all weights equal.
    assert math.isclose(measure(texts, 0, 0.5, 0).ece.value, expected)
    bins = reliability(texts, 0.5, 0)
    assert np.allclose([one.true.value for one in bins], true)
    assert np.allclose([one.said for one in bins], said)
    assert math.isclose(sum(one.share for one in bins), 1)


def test_calibration_is_judged_at_the_stated_base_rate() -> None:
    rng = np.random.default_rng(0)
    probability = rng.beta(0.5, 4.5, 40_000)
    labels = rng.random(len(probability)) < probability
    scores = np.log(probability) - np.log1p(-probability)
    # Balanced as test sets are: one clean text for each republication.
    kept = np.r_[np.flatnonzero(labels), np.flatnonzero(~labels)[: labels.sum()]]
    texts = LabelledScores(scores[kept], labels[kept], kept.astype(np.str_))
    calibrated = measure(texts, 0, float(labels.mean()), 0)
    assert calibrated.ece.value < 0.01
    assert measure(texts, 0, 0.5, 0).ece.value > 0.2


def test_flagged_recall_and_precision_at_the_threshold() -> None:
    found = figures([-1, -1, -1, 0, 2, -3], [0, 0, 0, 0, 1, 1])
    assert (found.n_clean, found.n_republications) == (4, 2)
    assert (found.flagged_clean.value, found.recall.value) == (0.25, 0.5)
    # One text in a hundred is bad and half found: 0.5 hits for 24.75 misses.
    assert math.isclose(found.precision_at[0.01].value, 0.5 / (0.5 + 24.75))


@pytest.mark.parametrize(
    ("n_clean", "measurable"),
    [(99, []), (100, [0.01]), (200, [0.005, 0.01]), (1000, [0.001, 0.005, 0.01])],
)
def test_recall_is_not_stated_where_not_one_clean_text_may_be_flagged(
    n_clean: int, measurable: list[float]
) -> None:
    found = figures([float(place) for place in range(n_clean)] + [1e6], [0] * n_clean + [1])
    assert [rate for rate, one in found.recall_at.items() if one.value == 1] == measurable
    assert sum(math.isnan(one.value) for one in found.recall_at.values()) == 3 - len(measurable)


@pytest.mark.parametrize("label", [0, 1])
def test_what_needs_both_labels_is_not_stated_without_one(label: int) -> None:
    found = figures([1.0, -1.0], [label, label], n_resamples=10)
    assert math.isnan(found.auroc.value) and math.isnan(found.ece.value)
    share = found.recall if label else found.flagged_clean
    assert share.value == 0.5


def test_nothing_flagged_in_few_texts_is_no_proof_that_nothing_ever_will_be() -> None:
    found = figures([-1.0] * 100 + [1.0] * 20, [0] * 100 + [1] * 20, n_resamples=200)
    # Clopper-Pearson bounds for 0 of 100 and 20 of 20.
    assert found.flagged_clean == pytest.approx((0, 0, 0.0362), abs=1e-4)
    assert found.recall == pytest.approx((1, 0.8316, 1), abs=1e-4)
    assert found.precision_at[0.01].value == 1
    assert found.precision_at[0.01].low == pytest.approx(
        float(precision(np.array(found.recall.low), np.array(found.flagged_clean.high), 0.01))
    )


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    draws = [measure(drawn(200, seed), 0, 0.5, 200) for seed in range(60)]
    # Clean and bad differ by 3 with a spread of 1.5 each: AUROC is Phi(3 / (1.5 sqrt 2)).
    truth = 0.5 * (1 + math.erf(3 / 1.5 / 2))
    held = sum(one.auroc.low <= truth <= one.auroc.high for one in draws)
    assert 51 <= held <= 60


def test_copies_of_one_article_widen_the_interval() -> None:
    texts = drawn(400)
    alone = measure(texts, 0, 0.1, 300).recall
    copies = LabelledScores(
        np.tile(texts.scores, 5), np.tile(texts.labels, 5), np.tile(texts.groups, 5)
    )
    grouped = measure(copies, 0, 0.1, 300).recall
    independent = copies._replace(groups=np.arange(2000).astype(str))
    as_if_independent = measure(independent, 0, 0.1, 300).recall
    assert math.isclose(grouped.value, alone.value)
    assert math.isclose(grouped.high - grouped.low, alone.high - alone.low, rel_tol=0.01)
    assert as_if_independent.high - as_if_independent.low < 0.6 * (alone.high - alone.low)


def test_a_group_is_drawn_as_a_whole_and_the_first_row_is_the_texts_themselves() -> None:
    groups = np.array(["a", "b", "a", "c"])
    rows = np.vstack(list(resamplings(groups, 50)))
    assert rows.shape == (51, 4)
    assert (rows[0] == 1).all()
    assert (rows[:, 0] == rows[:, 2]).all()
    assert (rows[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert len(np.unique(rows[:, 0])) > 2


def test_curves_are_the_figures_read_at_many_places() -> None:
    texts = drawn(1000)
    rates, recalls = np.array([0.01, 0.1]), np.array([0.5, 1.0])
    roc, precision_recall = curves(texts, rates, recalls, (0.1, 0.01), 50)
    found = measure(texts, 0, 0.1, 50)
    assert roc[0].value == found.recall_at[0.01].value
    assert roc[0].low <= roc[0].value <= roc[0].high <= roc[1].high
    assert precision_recall[0.1][0].value > precision_recall[0.01][0].value
    assert math.isclose(precision_recall[0.1][1].value, 0.1, rel_tol=0.1)
