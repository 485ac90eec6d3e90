"""Chaffinch's features in a scikit-learn pipeline."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from chaffinch.features.document import Document
from chaffinch.features.extraction import extract
from chaffinch.features.registry import FEATURE_NAMES
from chaffinch.features.resources import Resources


class FeatureExtractor(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turns texts into features. There is nothing to fit.

    Args:
        resources: A model's arrays, as in ``Detector.load().model.resources``.

    Example:
        >>> from chaffinch.detector.detector import Detector
        >>> extractor = FeatureExtractor(Detector.load().model.resources)
        >>> extractor.fit_transform(["One short text."]).shape == (1, len(FEATURE_NAMES))
        True
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    def fit(self, X: Iterable[str | Document], y: Any = None) -> "FeatureExtractor":
        """Return the transformer as it is.

        Args:
            X: Ignored.
            y: Ignored.
        """
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Iterable[str | Document]) -> NDArray[np.float64]:
        """Features of texts or documents.

        Args:
            X: Texts or documents.

        Returns:
            float64 array of shape (n_samples, n_features).

        Raises:
            ValueError: `X` is a single string.
        """
        if isinstance(X, str):
            raise ValueError("X must be an iterable of texts. Got one string instead.")
        documents = [text if isinstance(text, Document) else Document(text) for text in X]
        empty = np.zeros((0, len(FEATURE_NAMES)))
        return np.vstack([empty, *(found.values for found in extract(documents, self.resources))])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Full names of the features, object array of shape (n_features,)."""
        return np.array(FEATURE_NAMES, dtype=object)
