"""A classifier fitted to few labels, with an existing one's weights as the prior."""

import numpy as np

from chaffinch.detector.classifier import Classifier, TermColumns
from chaffinch.detector.training.fitting import LabelledValues, standardised, weight_bounds
from chaffinch.detector.training.logistic import fit_logistic
from chaffinch.features.registry import FEATURE_NAMES


def adapt_weights(prior: Classifier, fitting: LabelledValues) -> Classifier:
    """MAP weights under a normal prior around an existing classifier's weights.

    Few labels move the weights little, many labels overrule the prior. Weights of evidence
    stay non-negative, and features that are no evidence stay unused, as in training. A feature
    that the prior does not know is scaled by the labelled texts, and its prior weight is 0; one in
    nats adds as it is. Terms of features that this version does not have are dropped. The result
    is not calibrated, and its threshold is the prior's.

    Source: Chelba and Acero, "Adaptation of maximum entropy capitalizer: little data can help
    a lot" (EMNLP 2004).

    Args:
        prior: The classifier to start from.
        fitting: The labelled texts; both labels occur.
    """
    is_new = np.array([name not in prior.terms for name in FEATURE_NAMES])
    fresh = standardised(fitting.values, fitting.labels)
    columns = TermColumns(
        *(np.where(is_new, *pair) for pair in zip(fresh, prior.columns, strict=True))
    )
    found = fit_logistic(
        columns.scaled(fitting.values),
        fitting.labels,
        np.ones(len(fitting.labels)),
        weight_bounds(columns),
        np.array([prior.intercept, *columns.weight]),
    )
    fitted = columns._replace(weight=found[1:])
    return Classifier(fitted.terms(), float(found[0]), prior.base_rate, prior.threshold)
