"""Fitting the classifier: what its weights may say, and where its threshold stands."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from chaffinch.detector.classifier import Classifier, log_odds
from chaffinch.detector.training.fitting import (
    LabelledValues,
    TrainingError,
    train_classifier,
    with_declared_limits,
)
from chaffinch.features.registry import FEATURE_NAMES

CLEAN, BAD = 900, 300
LIGHT = "substitutions.light"
SURE, WEAK, COUNTERS = "residue.unmistakable", "residue.weak", "counters.evidence"


def sample(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Clean texts with residue and runs of spaces now and then, and three kinds of copies."""
    rng = np.random.default_rng(seed)
    values = np.zeros((CLEAN + BAD, len(FEATURE_NAMES)))
    labels = np.arange(CLEAN + BAD) >= CLEAN

    def column(name: str) -> np.ndarray:
        return values[:, FEATURE_NAMES.index(name)]

    column(LIGHT)[:] = rng.exponential(0.02, len(labels))
    column(LIGHT)[CLEAN : CLEAN + 150] += rng.exponential(0.3, 150)
    column("fluency.function_words")[:] = rng.uniform(0.3, 0.5, len(labels))
    for name in (WEAK, COUNTERS):
        column(name)[: CLEAN // 30] = 3.0 * (rng.random(CLEAN // 30) < 0.3)
        column(name)[CLEAN + 150 :] = 3.0 * (rng.random(150) < 0.7)
    column(SURE)[CLEAN + 150 :] = 8.7
    column("spacing.runs_of_spaces")[CLEAN : CLEAN + 40] = 0.1
    return values, labels


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return train_classifier(LabelledValues(*sample(0)), LabelledValues(*sample(1)))


def score(classifier: Classifier, found: Mapping[str, float]) -> float:
    values = np.zeros((1, len(FEATURE_NAMES)))
    values[0, FEATURE_NAMES.index("fluency.function_words")] = 0.4
    for name, value in found.items():
        values[0, FEATURE_NAMES.index(name)] = value
    return float(classifier.contributions(values).sum() + classifier.intercept)


@pytest.mark.parametrize(
    ("found", "flagged"),
    [
        ({}, False),
        ({SURE: 8.0}, True),
        ({WEAK: 6}, False),
        ({COUNTERS: 6}, False),
        ({WEAK: 6, COUNTERS: 6}, False),
        ({WEAK: 6, COUNTERS: 6, "provenance.foreign_canonical": 1}, False),
        ({"spacing.runs_of_spaces": 1}, False),
        ({LIGHT: 1.5}, True),
    ],
)
def test_unmistakable_residue_convinces_alone_and_nothing_small_does(
    classifier: Classifier, found: Mapping[str, float], flagged: bool
) -> None:
    assert (score(classifier, found) >= log_odds(classifier.threshold)) == flagged


@pytest.mark.parametrize(("phrases", "flagged"), [(0, False), (2, False), (3, True)])
def test_three_more_tortured_phrases_than_one_convince_and_fewer_do_not(
    classifier: Classifier, phrases: int, flagged: bool
) -> None:
    name = "tortured.phrases"
    term = classifier.terms[name]._replace(weight=1000.0, highest=1000.0)
    sure = replace(classifier, terms={**classifier.terms, name: term})
    found = score(with_declared_limits(sure), {name: phrases})
    assert (found >= log_odds(classifier.threshold)) == flagged


def test_what_is_counted_in_nats_adds_as_it_is(classifier: Classifier) -> None:
    added = score(classifier, {SURE: 9.5}) - score(classifier, {})
    assert added == pytest.approx(9.5)


def test_unmistakable_residue_convinces_whatever_the_threshold(classifier: Classifier) -> None:
    strict = with_declared_limits(replace(classifier, threshold=1 - 1e-6))
    assert score(strict, {SURE: 8.0}) >= log_odds(strict.threshold)
    assert score(strict, {WEAK: 6, COUNTERS: 6}) < log_odds(strict.threshold)


def test_no_weight_is_negative_and_context_has_none(classifier: Classifier) -> None:
    assert min(term.weight for term in classifier.terms.values()) >= 0
    assert classifier.terms["fluency.function_words"].weight == 0


def test_absence_of_evidence_is_no_evidence(classifier: Classifier) -> None:
    below = score(classifier, {})
    typical = score(classifier, {LIGHT: classifier.terms[LIGHT].centre ** 2})
    assert below == pytest.approx(typical)


def test_a_genre_with_odd_clean_texts_lifts_the_threshold() -> None:
    parts = [sample(seed) for seed in range(1, 6)]
    values, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    values[:3, FEATURE_NAMES.index(LIGHT)] = 0.4
    genres = np.where(np.arange(len(labels)) < 200, "verse", "news")
    fitting = LabelledValues(*sample(0))
    plain = train_classifier(fitting, LabelledValues(values, labels))
    careful = train_classifier(fitting, LabelledValues(values, labels, genres))
    assert careful.threshold > plain.threshold


@pytest.mark.parametrize("verse", [0, 300])
def test_the_limits_hold_on_the_calibration_texts(verse: int) -> None:
    parts = [sample(seed) for seed in range(1, 4)]
    values, labels = (np.concatenate(part) for part in zip(*parts, strict=True))
    values[:verse, FEATURE_NAMES.index(LIGHT)] *= 3
    genres = np.where(np.arange(len(labels)) < verse, "verse", "news")
    found = train_classifier(
        LabelledValues(*sample(0)), LabelledValues(values, labels, genres), base_rate=0.02
    )
    assert found.limits and found.limits.n_texts == 3 * CLEAN
    assert found.limits.rates[0] == 0.0005 and found.limits.rates[-1] == 0.7
    scores = found.contributions(values).sum(axis=1) + found.intercept
    for rate in found.limits.rates:
        limit = log_odds(found.with_max_fpr(rate).threshold)
        over, just_under = scores >= limit, scores >= limit - 1e-5
        assert over[~labels].mean() <= rate
        assert not verse or over[:verse].mean() <= 5 * rate
        # No lower threshold keeps to the rate.
        assert just_under[~labels].mean() > rate or just_under[:verse].mean() > 5 * rate
    shifted = found.with_base_rate(0.3).with_max_fpr(0.01)
    assert np.array_equal(
        scores >= log_odds(found.with_max_fpr(0.01).threshold),
        scores + shifted.intercept - found.intercept >= log_odds(shifted.threshold),
    )


def test_few_calibration_texts_state_no_small_rates() -> None:
    values, labels = sample(1)
    few = np.r_[0:8, CLEAN : CLEAN + 8]
    found = train_classifier(LabelledValues(*sample(0)), LabelledValues(values[few], labels[few]))
    assert found.limits and found.limits.n_texts == 8 and found.limits.rates[0] == 0.15
    with pytest.raises(ValueError, match=r"8 honest texts, too few .* 1 %. The least is 15 %"):
        found.with_max_fpr(0.01)


def test_one_label_is_not_enough() -> None:
    values, labels = sample(0)
    with pytest.raises(TrainingError, match="both labels"):
        train_classifier(
            LabelledValues(values, np.zeros_like(labels)), LabelledValues(values, labels)
        )
