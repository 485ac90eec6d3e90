"""Fitting of the curves that weigh the evidence on a word, with scikit-learn."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import SplineTransformer

from chaffinch.features.language.replacement_odds import (
    COLUMNS,
    COLUMNS_OF,
    SECOND_READER,
    ReplacementOdds,
)

N_KNOTS = 8
"""Bends of each curve; our choice."""

_DIGITS = 4
"""Decimals that heights are rounded to, so that processors that add up in another order give the
same model; our choice."""

_LOW, _HIGH = 0.02, 0.999
"""Quantiles of phrases' gains between which their curve bends, the upper one of replaced phrases;
our choice."""

_SLIP_KNOTS = (-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.5, 6.5)
"""Where the curve of slips bends (log10), `N_KNOTS` places; our choice: nine words in ten have no
slip that explains them, so that quantiles would leave no bend where it matters."""

_READER_KNOTS = (-8.0, -5.0, -3.0, -1.5, 0.0, 1.5, 3.0, 5.0)
"""The same for the log-odds of the second reader."""

_BINARY = ("no_candidate", "capital", "unknown")
"""Columns that are 0 or 1."""

_MIN_SCALE = 1e-3
"""Least spread that a column is divided by; our choice."""


def fit_replacement_odds(
    values: NDArray[np.float32],
    replaced: NDArray[np.bool_],
    phrase_gain: NDArray[np.float64],
    phrase_replaced: NDArray[np.bool_],
) -> ReplacementOdds:
    """Fit the curves to words and phrases of which it is known whether they were replaced.

    Those of what the second reader adds are left flat, see `with_second_reader`.

    Args:
        values: float32 array of shape (n, len(COLUMNS)).
        replaced: bool array of shape (n,).
        phrase_gain: float64 array of shape (m,), gains of matched phrases.
        phrase_replaced: bool array of shape (m,).
    """
    knots = [_knots(values[:, index], name in _BINARY) for index, name in enumerate(COLUMNS)]
    slip = COLUMNS.index("slip")
    knots[slip] = np.array(_SLIP_KNOTS, np.float32)
    knots[COLUMNS.index("reader")] = np.array(_READER_KNOTS, np.float32)
    curves = np.zeros((len(COLUMNS_OF), *np.shape(knots)), np.float32)
    for look, known in enumerate(COLUMNS_OF[:SECOND_READER]):
        curves[look, :known] = _curves(values[:, :known], knots[:known], replaced)
    # A slip that explains a word better never speaks for a spinner.
    curves[:, slip] = np.minimum.accumulate(curves[:, slip], axis=1)
    phrase_knots, phrase_curve = np.zeros(N_KNOTS, np.float32), np.zeros(N_KNOTS, np.float32)
    phrase_knots += np.arange(N_KNOTS, dtype=np.float32)
    if phrase_replaced.any():
        # Few clean phrases have a gain over 0, so quantiles would leave no bend where it matters.
        low = np.quantile(phrase_gain, _LOW)
        high = max(np.quantile(phrase_gain[phrase_replaced], _HIGH), low + 1)
        phrase_knots = np.linspace(low, high, N_KNOTS, dtype=np.float32)
        column = phrase_gain.astype(np.float32)[:, None]
        phrase_curve = _curves(column, [phrase_knots], phrase_replaced)[0]
    return ReplacementOdds(
        np.stack(knots), curves, phrase_knots, np.maximum.accumulate(phrase_curve)
    )


def with_second_reader(
    odds: ReplacementOdds, values: NDArray[np.float32], replaced: NDArray[np.bool_]
) -> ReplacementOdds:
    """The same odds with curves for words that the second reader read as well.

    Args:
        odds: What the first reader's evidence is weighed with.
        values: float32 array of shape (n, len(COLUMNS)).
        replaced: bool array of shape (n,).
    """
    knots = odds.knots.copy()
    slip, reader = COLUMNS.index("slip"), COLUMNS.index("reader")
    # A model without a second reader has no bends for it.
    knots[reader] = np.array(_READER_KNOTS, np.float32)
    fitted = _curves(values, [*knots], replaced)
    fitted[slip] = np.minimum.accumulate(fitted[slip])
    fitted[reader] = np.maximum.accumulate(fitted[reader])
    curves = odds.curves.copy()
    curves[SECOND_READER] = fitted
    return replace(odds, knots=knots, curves=curves)


def _knots(values: NDArray[np.floating], binary: bool) -> NDArray[np.float32]:
    inner = np.unique(np.quantile(values, np.linspace(0, 1, N_KNOTS)).astype(np.float32))
    if binary or len(inner) < 3:
        inner = np.linspace(0, 1, N_KNOTS, dtype=np.float32)
    # Quantiles that fall together leave fewer bends: the rest stand beyond the last one.
    beyond = inner[-1] + np.arange(1, N_KNOTS - len(inner) + 1, dtype=np.float32)
    knots: NDArray[np.float32] = np.concatenate([inner, beyond])
    return knots


def _curves(
    values: NDArray[np.float32], knots: list[NDArray[np.float32]], replaced: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Heights at the knots by logistic regression, less the log-odds of the share replaced."""
    hats = [
        SplineTransformer(
            degree=1,
            knots=column[:, None].astype(np.float64),  # pyright: ignore[reportArgumentType]
            extrapolation="constant",
        ).fit_transform(values[:, [index]])
        for index, column in enumerate(knots)
    ]
    design = np.hstack(hats).astype(np.float32)
    scale = np.maximum(design.std(axis=0), _MIN_SCALE)
    model = LogisticRegression(C=1.0, max_iter=1000).fit(design / scale, replaced)
    curves = (model.coef_[0] / scale).reshape(len(knots), N_KNOTS)
    share = replaced.mean()
    # The constant goes into one curve: all of them are added up.
    curves[0] += model.intercept_[0] - np.log(share / (1 - share))
    heights: NDArray[np.float32] = np.round(curves, _DIGITS).astype(np.float32)
    return heights
