"""A model from the user's own labels, with figures on labels it was not fitted to."""

import hashlib
from collections.abc import Sequence
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
from chaffinch.detector.training.fitting import TrainingError, calibrate, train_classifier
from chaffinch.detector.training.labelled import Example, scored_texts
from chaffinch.detector.training.resources.pairs import read_pairs, with_pairs
from chaffinch.detector.training.scratch import build_from_examples
from chaffinch.features.extraction import extract
from chaffinch.features.registry import FEATURE_NAMES, column_of
from chaffinch.features.resources import Resources

N_FOLDS = 4
MIN_TEXTS = 20
"""Scorable texts of each label that training needs."""

MIN_GROUPS = 2 * N_FOLDS
"""Groups of each label that training needs, so that every fold has some."""

_WORDS = column_of("words")


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
    examples = sorted(examples, key=lambda one: (one.unit, one.label, one.document.text))
    documents = [example.document for example in examples]
    empty = np.zeros((0, len(FEATURE_NAMES)))
    values = np.vstack([empty, *(one.values for one in extract(documents, resources))])
    usable = [
        index
        for index, document in enumerate(documents)
        if why_unscorable(values[index], document.text) is None
    ]
    n_unscorable = len(examples) - len(usable)
    examples, values = [examples[index] for index in usable], values[usable]
    labels = np.array([example.label for example in examples], np.bool_)
    groups = np.array([example.unit for example in examples], np.str_)
    _require_enough(labels, groups, n_unscorable)

    fold = split_folds(labels, groups)

    def fitted(fitting: NDArray[np.bool_], calibrating: NDArray[np.bool_]) -> Classifier:
        parts = (values[fitting], labels[fitting]), (values[calibrating], labels[calibrating])
        if prior is None:
            return train_classifier(*parts[0], *parts[1], base_rate)
        # The prior's threshold is a probability at its own base rate.
        return calibrate(
            adapt_weights(prior.with_base_rate(base_rate), *parts[0]), *parts[1], base_rate
        )

    scores = np.zeros(len(labels))
    for held_out in range(N_FOLDS):
        calibrating = fold == (held_out + 1) % N_FOLDS
        one = fitted(~calibrating & (fold != held_out), calibrating)
        unseen = fold == held_out
        scores[unseen] = one.contributions(values[unseen]).sum(axis=1) + one.intercept
    classifier = fitted(fold != 0, fold == 0)
    model = Model(name, classifier, resources)
    texts = scored_texts(examples, scores, values[:, _WORDS].astype(np.int64))
    evaluation = evaluate(texts, name, "", classifier.threshold, base_rate)
    return Trained(model, evaluation, n_unscorable)


def split_folds(labels: NDArray[np.bool_], groups: NDArray[np.str_]) -> NDArray[np.int64]:
    """The fold of each text: whole groups, with like shares of both labels in every fold."""
    folds = StratifiedGroupKFold(N_FOLDS)
    fold = np.zeros(len(labels), np.int64)
    for number, (_, members) in enumerate(folds.split(labels, labels, groups)):
        fold[members] = number
    return fold


def build_from_labels(
    examples: Sequence[Example],
    data: Path,
    output: Path,
    base_rate: float,
    start: Model | None,
    prior: bool,
    lexicons: Path | None,
    licence: str,
    pairs: Path | None = None,
) -> Trained:
    """Train on labels and write the model folder with its card.

    Args:
        examples: Labelled texts.
        data: Where they were read from, for the card.
        output: The model folder to write; its name becomes the model's.
        base_rate: Share of republications that probabilities assume.
        start: The model to start from, or None to start from nothing.
        prior: Whether its weights are the prior.
        lexicons: Folder of synonym resources for a start from nothing.
        licence: Licence of the examples, for the card.
        pairs: ``pairs.parquet`` of an audit, to take into the channel.

    Raises:
        PairsError: `pairs` is no such file.
        TrainingError: There are too few texts.
    """
    n_examples = len(examples)
    weights = None
    if start is None:
        resources, examples = build_from_examples(examples, lexicons)
        origin = (
            f"from scratch: the clean texts of half of the groups ({n_examples - len(examples):,} "
            "labelled texts) became the language model and served for nothing else"
        )
    else:
        resources, weights = start.resources, start.classifier if prior else None
        origin = f"from the model {start.name} ({start.digest}): its language model and channel" + (
            ", with its weights as the prior" if prior else ""
        )
    corpora = [
        Corpus(data.name, n_examples, "training and calibration", licence, _digest(data, examples))
    ]
    if pairs is not None:
        resources, n_pairs = with_pairs(resources, read_pairs(pairs))
        use = f"channel: {n_pairs:,} replacements seen in copies"
        corpora.append(Corpus(pairs.name, None, use, licence, file_digest(pairs)))
    trained = train_on_labels(examples, resources, output.name, base_rate, weights)
    families = sorted({example.family for example in examples if example.label and example.family})
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


def _digest(data: Path, examples: Sequence[Example]) -> str:
    """The digest of a file or folder; of the texts, in their order, for standard input."""
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
