"""A model from the user's own labels, with figures on labels it was not fitted to."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from chaffinch.datasets.intake import STANDARD_INPUT
from chaffinch.detector.classifier import Classifier
from chaffinch.detector.digests import file_digest
from chaffinch.detector.evaluation.evaluation import Evaluation, evaluate
from chaffinch.detector.model_folder import Model, save_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.detector.training.adaptation import adapt_weights
from chaffinch.detector.training.card import Corpus, ModelCard, render_card
from chaffinch.detector.training.fitting import (
    BASE_RATE,
    LabelledValues,
    TrainingError,
    calibrate,
    train_classifier,
    with_false_positive_limits,
)
from chaffinch.detector.training.labelled import Example, scored_texts
from chaffinch.detector.training.licences import NOT_STATED
from chaffinch.detector.training.resources.pairs import read_pairs, with_pairs
from chaffinch.detector.training.scratch import build_from_examples
from chaffinch.features.extraction import extract
from chaffinch.features.registry import FEATURE_NAMES, column_of
from chaffinch.features.resources import Resources

N_FOLDS = 4
"""Folds of cross-validation; our choice: three fit, one calibrates."""

MIN_TEXTS = 20
"""Scorable texts of each label that training needs; our choice, five in each fold."""

MIN_GROUPS = 2 * N_FOLDS
"""Groups of each label that training needs, so that every fold has some."""

_WORDS = column_of("words")
"""Column of a document's number of words."""


class Trained(NamedTuple):
    """A trained model and what is known about it.

    Attributes:
        model: The model.
        evaluation: Figures of models fitted in the same way to three quarters of the groups,
            on the quarter that each has not seen.
        n_unscorable: Texts that were left out.
    """

    model: Model
    evaluation: Evaluation
    n_unscorable: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is made from labels.

    Attributes:
        base_rate: Share of republications that probabilities assume.
        start: The model to start from, or None to start from nothing.
        prior: Whether its weights are the prior.
        lexicons: Folder of synonym resources for a start from nothing.
        pairs: ``pairs.parquet`` of an audit, to take into the channel.
        licence: Licence of the labelled texts, for the card.
    """

    base_rate: float = BASE_RATE
    start: Model | None = None
    prior: bool = True
    lexicons: Path | None = None
    pairs: Path | None = None
    licence: str = NOT_STATED


class _JudgeableTexts(NamedTuple):
    """Labelled texts that can be judged, and their features.

    Attributes:
        examples: The texts.
        values: float64 array of shape (n, n_features).
        labels: bool array of shape (n,), True for republications.
        groups: str array of shape (n,), what is never split.
    """

    examples: list[Example]
    values: NDArray[np.float64]
    labels: NDArray[np.bool_]
    groups: NDArray[np.str_]


def train_on_labels(
    examples: Sequence[Example],
    resources: Resources,
    name: str,
    base_rate: float,
    prior: Classifier | None = None,
) -> Trained:
    """Fit and calibrate a classifier, and cross-validate how well that goes.

    The groups are split into four folds with like shares of both labels. One fold calibrates
    and sets the threshold, the others fit. For the figures each fold in turn is kept from
    both. The result does not depend on the order of the examples.

    Args:
        examples: Labelled texts.
        resources: What features are measured with; built from none of the examples.
        name: Name of the new model.
        base_rate: Share of republications that probabilities assume.
        prior: A classifier whose weights are the prior; none when None.

    Raises:
        TrainingError: There are too few texts or groups of one label.
    """
    measured = _measured(examples, resources)
    n_unscorable = len(examples) - len(measured.examples)
    _require_enough(measured.labels, measured.groups, n_unscorable)
    fold = split_folds(measured.labels, measured.groups)

    def fitted(fitting: NDArray[np.bool_], calibrating: NDArray[np.bool_]) -> Classifier:
        fit, held = (
            LabelledValues(measured.values[rows], measured.labels[rows])
            for rows in (fitting, calibrating)
        )
        if prior is None:
            return train_classifier(fit, held, base_rate)
        # The prior's threshold is a probability at its own base rate.
        adapted = adapt_weights(prior.with_base_rate(base_rate), fit)
        return with_false_positive_limits(calibrate(adapted, held, base_rate), held)

    scores = np.zeros(len(fold))
    for held_out in range(N_FOLDS):
        calibrating, unseen = fold == (held_out + 1) % N_FOLDS, fold == held_out
        model_of_fold = fitted(~calibrating & ~unseen, calibrating)
        added = model_of_fold.contributions(measured.values[unseen]).sum(axis=1)
        scores[unseen] = added + model_of_fold.intercept
    classifier = fitted(fold != 0, fold == 0)
    model = Model(name, classifier, resources)
    texts = scored_texts(measured.examples, scores, measured.values[:, _WORDS].astype(np.int64))
    evaluation = evaluate(texts, name, "", classifier.threshold, base_rate)
    return Trained(model, evaluation, n_unscorable)


def _measured(examples: Sequence[Example], resources: Resources) -> _JudgeableTexts:
    """The texts that can be judged, sorted, so that the order of the examples does not matter."""
    ordered = sorted(examples, key=lambda one: (one.unit, one.label, one.document.text))
    documents = [example.document for example in ordered]
    empty = np.zeros((0, len(FEATURE_NAMES)))
    values = np.vstack([empty, *(found.values for found in extract(documents, resources))])
    usable = [
        index
        for index, document in enumerate(documents)
        if why_unscorable(values[index], document.text) is None
    ]
    chosen = [ordered[index] for index in usable]
    return _JudgeableTexts(
        chosen,
        values[usable],
        np.array([example.label for example in chosen], np.bool_),
        np.array([example.unit for example in chosen], np.str_),
    )


def split_folds(labels: NDArray[np.bool_], groups: NDArray[np.str_]) -> NDArray[np.int64]:
    """The fold of each text: whole groups, with like shares of both labels in every fold."""
    folds = StratifiedGroupKFold(N_FOLDS)
    fold = np.zeros(len(labels), np.int64)
    for number, (_, members) in enumerate(folds.split(labels, labels, groups)):
        fold[members] = number
    return fold


def build_from_labels(
    examples: Sequence[Example], data: Path, output: Path, recipe: Recipe
) -> Trained:
    """Train on labels and write the model folder with its card.

    Args:
        examples: Labelled texts.
        data: Where they were read from, for the card.
        output: The model folder to write; its name becomes the model's.
        recipe: How the model is made.

    Raises:
        PairsError: The recipe's pairs are no pairs of an audit.
        TrainingError: There are too few texts.
    """
    resources, rest, prior, origin = _start(examples, recipe)
    corpora = [
        Corpus(
            data.name,
            len(examples),
            "training and calibration",
            recipe.licence,
            _digest(data, examples),
        )
    ]
    if recipe.pairs is not None:
        resources, n_pairs = with_pairs(resources, read_pairs(recipe.pairs))
        use = f"channel: {n_pairs:,} replacements seen in copies"
        digest = file_digest(recipe.pairs)
        corpora.append(Corpus(recipe.pairs.name, None, use, recipe.licence, digest))
    trained = train_on_labels(rest, resources, output.name, recipe.base_rate, prior)
    if resources.second_reader:
        trained = _with_fast(trained, rest, recipe)
    families = sorted({example.family for example in rest if example.label and example.family})
    card = ModelCard(
        description=(
            f"Trained by `chaffinch train` {origin}. {trained.n_unscorable:,} texts could not be "
            f"judged and were left out. A quarter of the groups calibrates and sets the threshold, "
            "the others fit."
        ),
        corpora=corpora,
        families=dict.fromkeys(families, "as labelled in the data"),
        evaluation=trained.evaluation,
        evaluated_on=(
            f"Cross-validated: models fitted in the same way to {N_FOLDS - 1} quarters of the "
            "groups, measured on the quarter that they had not seen. Spinners and sources that "
            "are not in the data are harder."
        ),
    )
    save_model(trained.model, output, render_card(card, trained.model))
    return trained


def _with_fast(trained: Trained, examples: Sequence[Example], recipe: Recipe) -> Trained:
    """The same with weights to judge with where its model's second reader is left out."""
    model = trained.model
    resources = replace(model.resources, second_reader=None)
    prior = recipe.start.fast if recipe.start and recipe.prior else None
    fast = train_on_labels(examples, resources, model.name, recipe.base_rate, prior)
    return trained._replace(model=replace(model, fast=fast.model.classifier))


class _Start(NamedTuple):
    """What training starts with.

    Attributes:
        resources: What features are measured with.
        examples: The texts to train on: none that the resources were built from.
        prior: The classifier whose weights are the prior, or None.
        origin: Where the resources come from, for the card.
    """

    resources: Resources
    examples: Sequence[Example]
    prior: Classifier | None
    origin: str


def _start(examples: Sequence[Example], recipe: Recipe) -> _Start:
    model = recipe.start
    if model is None:
        resources, rest = build_from_examples(examples, recipe.lexicons)
        origin = (
            f"from scratch: the clean texts of half of the groups ({len(examples) - len(rest):,} "
            "labelled texts) became the language model and served for nothing else"
        )
        return _Start(resources, rest, None, origin)
    origin = f"from the model {model.name} ({model.digest}): its language model and channel"
    if recipe.prior:
        origin += ", with its weights as the prior"
    return _Start(model.resources, examples, model.classifier if recipe.prior else None, origin)


def _digest(data: Path, examples: Sequence[Example]) -> str:
    """Digest of a file or folder, or, for standard input, of the texts in their order."""
    if str(data) != STANDARD_INPUT:
        return data_digest(data)
    whole = hashlib.blake2b(digest_size=16)
    for example in examples:
        whole.update(f"{example.unit} {example.label}\n".encode())
    return whole.hexdigest()


def data_digest(data: Path) -> str:
    """blake2b digest of a file, or of a folder's file names and contents, in hexadecimal."""
    if data.is_file():
        return file_digest(data)
    whole = hashlib.blake2b(digest_size=16)
    for file in sorted(path for path in data.rglob("*") if path.is_file()):
        name = file.relative_to(data).as_posix()
        whole.update(f"{name}\n{file_digest(file)}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def _require_enough(labels: NDArray[np.bool_], groups: NDArray[np.str_], n_unscorable: int) -> None:
    for name, chosen in (("clean texts", ~labels), ("republications", labels)):
        n_texts, n_groups = int(chosen.sum()), len(np.unique(groups[chosen]))
        if n_texts < MIN_TEXTS or n_groups < MIN_GROUPS:
            raise TrainingError(
                f"Training needs at least {MIN_TEXTS} {name} in at least {MIN_GROUPS} groups; "
                f"there are {n_texts} in {n_groups}, and {n_unscorable} texts that cannot be "
                "judged. Label more texts, or use a trained model as it is."
            )
