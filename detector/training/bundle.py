"""The bundled model, built from a folder of clean texts and lexicons."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from chaffinch.datasets.lexicons.lexicons import HOLD_OUTS, Lexicons, read_lexicons
from chaffinch.datasets.simulation.pages import split_templates
from chaffinch.datasets.simulation.residue import split_phrases
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.detector.classifier import Classifier
from chaffinch.detector.evaluation.evaluation import ScoredTexts
from chaffinch.detector.model_folder import Model, save_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.detector.training.bundled_card import Ingredients, write_card
from chaffinch.detector.training.corpora import (
    HELD_OUT,
    PARTS,
    CleanText,
    CorpusError,
    by_corpus,
    read_parts,
)
from chaffinch.detector.training.fitting import (
    MAX_FALSE_POSITIVE_RATE,
    LabelledValues,
    train_classifier,
)
from chaffinch.detector.training.resources.build import (
    build_resources,
    with_fitted_odds,
    with_second_look,
)
from chaffinch.detector.training.resources.context_model import EPOCHS
from chaffinch.detector.training.simulation import (
    Simulated,
    make_spinners,
    simulate,
    training_families,
)
from chaffinch.features.document import Document
from chaffinch.features.extraction import extract
from chaffinch.features.resources import Resources
from chaffinch.features.second_reader.network import SecondReader
from chaffinch.features.text.phrases import Phrase

PHRASE_SEED = 1
"""Seed of the half of the residue phrases that training uses; tests use the other half."""

_NEW_SITES = 2000
"""Seed of the first site that training does not use, for the card's figures."""

_HONEST_RESIDUE = 0.03
"""Share of clean training texts with one piece of residue, as honest pages have it now and then;
our choice."""

_MOST_OF_A_CORPUS = 700
"""Texts of one corpus that the classifier is fitted or calibrated to; our choice: the largest
corpora have ten times as many, and the classifier has few weights."""

_MOST_FOR_ODDS = 250
"""Texts of one corpus whose words the odds' curves are fitted to; our choice."""

_MOST_READ_FOR_ODDS, _MOST_READ = 60, 400
"""The same where a second reader, which takes longer, reads the texts. Our choice: it takes twenty
minutes."""

_MAX_FPR_READ = 0.001
"""Share of clean calibration texts that may be flagged by both readers; our choice: spun texts lie
so far above that half of what the first one alone is allowed does."""

_MOST_TO_EVALUATE = 200
"""Texts of one corpus that the card's figures come from; our choice."""

_JOBS = 2
"""Processes that measure; a fixed number, so that a build needs the same memory everywhere."""

_MIN_WORDS = 2_000
"""Words that the largest corpus needs in the language model's part: the context model is trained
on runs of a thousand."""

_AT_ONCE = 256
"""Documents that a process measures in one go; our choice."""


class SimulationInputs(NamedTuple):
    """What copies are simulated with.

    Attributes:
        spinners: Family to the spinners of several sites.
        phrases: Residue phrases.
        templates: Names of page templates.
    """

    spinners: Mapping[str, Sequence[Spinner]]
    phrases: Sequence[Phrase]
    templates: Sequence[str]


class MeasuredDocuments(NamedTuple):
    """Simulated documents with their features.

    Attributes:
        items: The documents.
        values: float64 array of shape (n, n_features).
        scorable: bool array of shape (n,), which of them the detector would judge.
        labels: bool array of shape (n,), True for republications.
        corpora: str array of shape (n,), the corpus of each one's clean text.
    """

    items: list[Simulated]
    values: NDArray[np.float64]
    scorable: NDArray[np.bool_]
    labels: NDArray[np.bool_]
    corpora: NDArray[np.str_]


def measure(documents: Sequence[Document], resources: Sequence[Resources]) -> NDArray[np.float64]:
    """Measure many documents in several processes.

    Args:
        documents: What to measure.
        resources: What to measure it with; with two, every second pair of documents is measured
            with the second.

    Returns:
        float64 array of shape (n, n_features).
    """
    which = np.arange(len(documents)) // 2 % len(resources)
    chunks = [
        (index, places[first : first + _AT_ONCE])
        for index in range(len(resources))
        for places in [np.flatnonzero(which == index)]
        for first in range(0, len(places), _AT_ONCE)
    ]

    def values(index: int, places: NDArray[np.int64]) -> NDArray[np.float64]:
        chunk = [documents[place] for place in places]
        return np.vstack([found.values for found in extract(chunk, resources[index])])

    measured: Any = Parallel(n_jobs=_JOBS)(delayed(values)(*chunk) for chunk in chunks)
    table: NDArray[np.float64] = np.zeros((len(documents), measured[0].shape[1]))
    for (_, places), rows in zip(chunks, measured, strict=True):
        table[places] = rows
    return table


def scorable(documents: Sequence[Document], values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which documents the detector would give a probability to, bool of shape (n,)."""
    return np.array(
        [
            why_unscorable(row, document.text) is None
            for row, document in zip(values, documents, strict=True)
        ],
        np.bool_,
    )


class BuildOptions(NamedTuple):
    """What a build is made with, besides its data.

    Attributes:
        share: Part of every corpus to use; less than 1 makes a small model quickly.
        hold_out: Thesauri that neither the language side nor any spinner in training may know,
            and groups of honest kinds that no part of the model may see.
        epochs: Training of the context model.
        second_reader: A trained second reader, or None for a model without one.
    """

    share: float = 1.0
    hold_out: Sequence[str] = ()
    epochs: float = EPOCHS
    second_reader: SecondReader | None = None


_USUAL = BuildOptions()
"""A whole model."""


def build_bundle(
    data: Path,
    output: Path,
    options: BuildOptions = _USUAL,
    progress: Callable[[str], None] = lambda stage: None,
) -> Model:
    """Build a model folder from clean corpora and lexicons, the same on every run.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora, ``lexicons/`` and
            ``observed_substitutions.tsv``; ``honest/`` may hold more corpora.
        output: Where the model folder is written.
        options: What it is made with.
        progress: Called with the name of each stage as it begins.

    Raises:
        CorpusError: There are no corpora, too small ones, or one that cannot be read.
        OSError: A lexicon is missing.
        TrainingError: Too few of their texts can be judged.
    """
    progress("reading lexicons and corpora")
    lexicons = read_lexicons(data)
    thesauri = [name for name in options.hold_out if name in HOLD_OUTS]
    for thesaurus in thesauri:
        lexicons = lexicons.without(thesaurus)
    kinds = [name for name in options.hold_out if name not in HOLD_OUTS]
    parts = read_parts(data, options.share, kinds)
    _require_enough(parts, data)
    families = training_families(thesauri)
    seen, unseen = _inputs(lexicons, families)

    human = _written_by_people(parts["language_model"])
    n_texts = sum(map(len, human.values()))
    progress(f"counting words and training the context model on {n_texts:,} texts")
    resources = build_resources(human, lexicons, options.epochs)
    sample = _spread(_allowed(parts["training"]), _MOST_FOR_ODDS)
    progress(f"weighing the evidence on words of {len(sample):,} texts, clean and spun")
    both = with_fitted_odds(resources, [text.text for text in sample], seen.spinners)
    plan = _FittingPlan(_MOST_OF_A_CORPUS, MAX_FALSE_POSITIVE_RATE)
    classifier, n_fitted = _classifier(parts, seen, both, plan, progress)
    fast = None
    if options.second_reader:
        sample = _spread(sample, _MOST_READ_FOR_ODDS)
        progress(f"reading {len(sample):,} of these texts again")
        both = with_second_look(
            both[0], options.second_reader, [text.text for text in sample], seen.spinners
        )
        fast = classifier
        plan = _FittingPlan(_MOST_READ, _MAX_FPR_READ)
        classifier, n_fitted = _classifier(parts, seen, both, plan, progress)
    model = Model("bundled", classifier, both[0], fast)
    testing = simulate(_spread(parts["test"], _MOST_TO_EVALUATE), *unseen, 3, 0.0)
    test = _measured("test", testing, both[:1], progress)
    progress("writing the model")
    ingredients = Ingredients(data, parts, families, options.hold_out, n_fitted)
    save_model(model, output, write_card(model, ingredients, _scored(model, test)))
    return model


class _FittingPlan(NamedTuple):
    """How a classifier is fitted.

    Attributes:
        most: Texts of one corpus that it is fitted to.
        max_fpr: Share of clean calibration texts that may be flagged.
    """

    most: int
    max_fpr: float


def _classifier(
    parts: Mapping[str, Sequence[CleanText]],
    inputs: SimulationInputs,
    resources: Sequence[Resources],
    plan: _FittingPlan,
    progress: Callable[[str], None],
) -> tuple[Classifier, int]:
    """Fit and calibrate a classifier; also the number of documents that it was fitted to.

    Args:
        parts: Clean texts by part of the split.
        inputs: What copies are simulated with.
        resources: What is measured with, and the same with few of the channel's pairs.
        plan: How it is fitted.
        progress: Called with the name of each stage as it begins.
    """
    fitting = simulate(_spread(_allowed(parts["training"]), plan.most), *inputs, 1, _HONEST_RESIDUE)
    calibrating = _spread(_allowed(parts["calibration"]), _MOST_OF_A_CORPUS)
    training = _measured("training", fitting, resources, progress)
    calibration = _measured(
        "calibration", simulate(calibrating, *inputs, 2, 0.0), resources[:1], progress
    )
    progress("fitting the classifier")
    return _fitted(training, calibration, plan.max_fpr), len(training.items)


def _require_enough(parts: Mapping[str, Sequence[CleanText]], data: Path) -> None:
    empty = [part.replace("_", " ") for part in PARTS if not parts.get(part)]
    if empty:
        raise CorpusError(f"{data}: no text falls into the part for {empty[0]}. Add texts.")
    corpora = _written_by_people(parts["language_model"]).values()
    n_words = max((sum(len(text.split()) for text in own) for own in corpora), default=0)
    if n_words < _MIN_WORDS:
        raise CorpusError(
            f"{data}: the language model needs a corpus of at least {_MIN_WORDS:,} words in its "
            f"part; the largest has {n_words:,}. Add texts."
        )


def _written_by_people(texts: Sequence[CleanText]) -> dict[str, list[str]]:
    """Texts of people by corpus: what a language model wrote is clean, but no human English."""
    human = [text for text in texts if not text.genre.startswith("llm")]
    return {name: [text.text for text in own] for name, own in by_corpus(human).items()}


def _allowed(texts: Sequence[CleanText]) -> list[CleanText]:
    """Texts of the corpora that a classifier may see."""
    return [text for text in texts if text.corpus not in HELD_OUT]


def _spread(texts: Sequence[CleanText], most: int) -> list[CleanText]:
    """At most `most` texts of each corpus, one corpus after the other."""
    return [text for own in by_corpus(texts, most).values() for text in own]


def _inputs(
    lexicons: Lexicons, families: Sequence[str]
) -> tuple[SimulationInputs, SimulationInputs]:
    """Inputs of the simulated training and calibration texts, and of the test texts."""
    phrases, unseen_phrases = split_phrases(PHRASE_SEED)
    templates, unseen_templates = split_templates()
    return (
        SimulationInputs(make_spinners(lexicons, families), phrases, templates),
        SimulationInputs(
            make_spinners(lexicons, families, _NEW_SITES), unseen_phrases, unseen_templates
        ),
    )


def _measured(
    part: str,
    simulated: Iterable[Simulated],
    resources: Sequence[Resources],
    progress: Callable[[str], None],
) -> MeasuredDocuments:
    """Measure the simulated documents of one part of the split."""
    items = list(simulated)
    documents = [item.document for item in items]
    progress(f"measuring {len(items):,} texts for {part}")
    values = measure(documents, resources)
    labels = np.array([item.label for item in items], np.bool_)
    corpora = np.array([item.source.corpus for item in items], np.str_)
    return MeasuredDocuments(items, values, scorable(documents, values), labels, corpora)


def _fitted(
    training: MeasuredDocuments, calibration: MeasuredDocuments, max_fpr: float
) -> Classifier:
    fitting, calibrating = (
        LabelledValues(
            part.values[part.scorable], part.labels[part.scorable], part.corpora[part.scorable]
        )
        for part in (training, calibration)
    )
    return train_classifier(fitting, calibrating, max_fpr=max_fpr)


def _scored(model: Model, test: MeasuredDocuments) -> ScoredTexts:
    items = test.items
    score = model.classifier.contributions(test.values).sum(axis=1) + model.classifier.intercept
    return ScoredTexts(
        score=np.where(test.scorable, score, np.nan),
        label=test.labels,
        words=np.array([len(item.document.text.split()) for item in items]),
        family=np.array([item.family if item.label else "" for item in items], np.str_),
        rate=np.full(len(items), np.nan),
        genre=test.corpora,
        group=np.array([f"{item.source.corpus} {item.source.id}" for item in items], np.str_),
    )
