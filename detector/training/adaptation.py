"""A classifier fitted to few labels, with an existing one's weights as the prior."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.classifier import Classifier
from chaffinch.detector.training.fitting import EVIDENCE
from chaffinch.detector.training.logistic import fit_logistic


def adapt_weights(
    prior: Classifier, values: NDArray[np.float64], labels: NDArray[np.bool_]
) -> Classifier:
    """Maximum a posteriori weights under a normal prior around an existing classifier's.

    Few labels move the weights little, many labels overrule the prior. Weights of evidence
    stay non-negative, and features that are no evidence stay unused, as in training. The
    result is not calibrated, and its threshold is the prior's.

    Source: Chelba and Acero, "Adaptation of maximum entropy capitalizer: little data can help
    a lot" (EMNLP 2004).

    Args:
        prior: The classifier to start from.
        values: float64 array of shape (n, n_features).
        labels: bool array of shape (n,), True for low-quality republications; both occur.
    """
    found = fit_logistic(
        prior.standing(values),
        labels,
        np.ones(len(labels)),
        EVIDENCE,
        np.array([prior.intercept, *prior.weight]),
    )
    return replace(prior, intercept=float(found[0]), weight=tuple(found[1:].tolist()))
