"""Logistic regression with non-negative weights.

Own code on scipy's optimiser: scikit-learn's LogisticRegression takes neither bounds nor a mean of
the prior.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

_OPTIONS = {"maxiter": 5000, "maxfun": 5000, "ftol": 1e-13, "gtol": 1e-7}
"""Limits of L-BFGS-B: so many steps and evaluations that the tolerances end the search. ``ftol`` is
relative to the loss, ``gtol`` the largest slope. Our choice: the search ends where the six decimals
that a model keeps no longer change."""

_LARGEST_MARGIN = 500.0
"""Margin (log-odds) beyond which the slope of the loss is 0; ``exp`` overflows from 710 on."""


def fit_logistic(
    scaled: NDArray[np.float64],
    labels: NDArray[np.bool_],
    sample_weight: NDArray[np.float64],
    bounds: NDArray[np.float64],
    prior: NDArray[np.float64],
    precision: float = 1.0,
) -> NDArray[np.float64]:
    """MAP weights under a normal prior, each within bounds.

    Both labels weigh the same in sum. The loss is convex, so a weight that the bound holds at zero
    is zero in the best fit of all. Dropping negative weights and fitting again would instead drop,
    by chance, one of two features that say nearly the same.

    Args:
        scaled: float64 array of shape (n, n_features).
        labels: bool array of shape (n,); both occur.
        sample_weight: float64 array of shape (n,), what each row weighs among those of its label.
        bounds: float64 array of shape (n_features, 2), the least and the greatest value of each
            weight; infinite where there is none.
        prior: float64 array of shape (1 + n_features,), the mean of the intercept and of the
            weights; the intercept starts there and is not drawn to it.
        precision: Inverse of the prior's variance.

    Returns:
        float64 array of shape (1 + n_features,), the intercept and the weights.
    """
    sign = np.where(labels, 1.0, -1.0)
    totals = [(sample_weight * (labels == label)).sum() for label in (False, True)]
    share = sample_weight * sample_weight.sum() / 2 / np.where(labels, totals[1], totals[0])

    def loss(place: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = sign * (place[0] + scaled @ place[1:])
        moved = precision * (place[1:] - prior[1:])
        limited = np.clip(margin, -_LARGEST_MARGIN, _LARGEST_MARGIN)
        slope = -sign * share / (1 + np.exp(limited))
        total = share @ np.logaddexp(0, -margin) + moved @ moved / precision / 2
        return float(total), np.r_[slope.sum(), slope @ scaled + moved]

    limits = np.vstack(([-np.inf, np.inf], bounds))
    fitted = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=limits, options=_OPTIONS)
    found: NDArray[np.float64] = fitted.x
    return found
