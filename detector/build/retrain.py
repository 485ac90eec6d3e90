"""An existing model's language model with a classifier fitted to other labels."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from chaffinch.detector.build.labelled import Example
from chaffinch.detector.model import Model, save_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.detector.training import train_classifier
from chaffinch.features.extraction import extract

_CALIBRATION_SHARE = 0.25


def retrain(model: Model, examples: Sequence[Example], output: Path, base_rate: float) -> Model:
    """Fit, calibrate and save a classifier.

    A quarter of the groups, drawn by a digest of their names, serves for calibration.

    Raises:
        TrainingError: One of the labels is missing in either part.
    """
    documents = [example.document for example in examples]
    empty = np.zeros((0, len(model.feature_names)))
    values = np.vstack([empty, *(one.values for one in extract(documents, model.resources))])
    usable = np.array(
        [
            why_unscorable(row, document.text) is None
            for row, document in zip(values, documents, strict=True)
        ],
        bool,
    )
    labels = np.array([example.label for example in examples], bool)
    held_back = np.array([_draw(example) < _CALIBRATION_SHARE for example in examples], bool)
    fitting, calibrating = usable & ~held_back, usable & held_back
    classifier = train_classifier(
        values[fitting],
        labels[fitting],
        values[calibrating],
        labels[calibrating],
        base_rate,
    )
    trained = replace(model, name=output.name, classifier=classifier)
    card = (
        f"# Model card: {output.name}\n\nFitted to {int(fitting.sum())} texts and calibrated on "
        f"{int(calibrating.sum())} others, with the language model of {model.name} "
        f"({model.digest}). Unscorable texts left out: {int((~usable).sum())}.\n"
    )
    save_model(trained, output, card)
    return trained


def _draw(example: Example) -> float:
    name = example.group or example.document.text
    digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
