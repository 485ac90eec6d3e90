"""How sure it is that a text says another one again, from how their sentences stand together."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.meaning.alignment import MeaningAlignment

MODEL = Path(__file__).with_name("model.json")
"""The weights, written by ``python -m chaffinch.detector.training.meaning``."""

INPUTS = ("near", "least", "margin", "order", "mutual", "names", "lengths", "matched")
"""What is weighed, in this order: fields of `MeaningAlignment`, and how much nearer the source is
than any other original."""

MOST_MARGIN = 0.3
"""Margin over the next original from which more counts no further. Our choice: texts that have only
the language in common are farther away."""

_MOST_MATCHED = 20
"""Matched sentences from which more count no further. Our choice."""


class MeaningModel(NamedTuple):
    """The weights of the evidence.

    Attributes:
        weights: One for each of `INPUTS`, in their order, not negative.
        intercept: Log-odds where all of them are 0.
        threshold: Log-odds from which a text is a copy by meaning.
    """

    weights: tuple[float, ...]
    intercept: float
    threshold: float

    def log_odds(self, inputs: NDArray[np.float64]) -> float:
        """Natural log-odds that a text is a copy, by its `evidence`."""
        return self.intercept + float(np.array(self.weights) @ inputs)


def evidence(alignment: MeaningAlignment, rival: float) -> NDArray[np.float64]:
    """What the model weighs, float64 of shape (n_inputs,).

    Args:
        alignment: Of the text with its nearest original.
        rival: How near the text is to the next original that is no version of that one.
    """
    margin = min(max(alignment.near - rival, 0.0), MOST_MARGIN)
    return np.array(
        [
            alignment.near,
            alignment.least,
            margin,
            alignment.order,
            alignment.mutual,
            alignment.names,
            alignment.lengths,
            math.log1p(min(alignment.n_matched, _MOST_MATCHED)),
        ]
    )


@cache
def meaning_model() -> MeaningModel:
    """The model that comes with this version."""
    return read_meaning_model(json.loads(MODEL.read_text("utf-8")))


def read_meaning_model(stated: dict[str, Any]) -> MeaningModel:
    """A model from JSON.

    Raises:
        KeyError: A weight or number is missing.
    """
    weights = tuple(stated["weights"][name] for name in INPUTS)
    return MeaningModel(weights, stated["intercept"], stated["threshold"])
