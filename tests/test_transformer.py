"""The scikit-learn transformer keeps scikit-learn's manners."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from chaffinch.detector.detector import Detector
from chaffinch.features.registry import FEATURE_NAMES
from chaffinch.features.transformer import FeatureExtractor

TEXTS = ["The council voted on Tuesday.", "It volition beryllium held connected Friday."] * 4


def test_it_works_in_a_pipeline_and_can_be_cloned(detector: Detector) -> None:
    extractor = FeatureExtractor(resources=detector.model.resources)
    pipeline = make_pipeline(clone(extractor), LogisticRegression())
    pipeline.fit(TEXTS, [0, 1] * 4)
    assert pipeline.predict(TEXTS).tolist() == [0, 1] * 4


def test_columns_have_the_features_names(detector: Detector) -> None:
    extractor = FeatureExtractor(resources=detector.model.resources)
    assert tuple(extractor.get_feature_names_out()) == FEATURE_NAMES
    values = extractor.fit(TEXTS).transform(TEXTS)
    verdict = detector.score(TEXTS[1])
    assert np.array_equal(values[1], list(verdict.features.values()))


def test_one_string_is_refused(detector: Detector) -> None:
    extractor = FeatureExtractor(resources=detector.model.resources)
    with pytest.raises(ValueError, match="Got one string"):
        extractor.transform("text")
