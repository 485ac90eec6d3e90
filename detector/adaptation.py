"""A classifier fitted to few labels, with an existing one's weights as the prior."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from chaffinch.detector.model import Classifier
from chaffinch.features.registry import SIGNALS

_EVIDENCE = np.array(
    [feature.group != "context" for signal in SIGNALS for feature in signal.features]
)


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
    standing = prior.standing(values)
    sign = np.where(labels, 1.0, -1.0)
    # Both labels weigh the same, as class_weight="balanced" has it.
    share = len(labels) / 2 / np.where(labels, labels.sum(), (~labels).sum())
    start = np.array([prior.intercept, *prior.weight])

    def loss(place: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (place[0] + standing @ place[1:])
        moved = place[1:] - start[1:]
        slope = -sign * share / (1 + np.exp(np.clip(margin, -500, 500)))
        total = share @ np.logaddexp(0, -margin) + moved @ moved / 2
        return float(total), np.r_[slope.sum(), slope @ standing + moved]

    limits = [(None, None), *((0, None) if used else (0, 0) for used in _EVIDENCE)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits).x
    return replace(prior, intercept=float(found[0]), weight=tuple(found[1:].tolist()))
