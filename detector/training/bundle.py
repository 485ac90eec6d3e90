"""The bundled model, built from a folder of clean texts and lexicons."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from chaffinch.datasets.lexicons.lexicons import Lexicons, read_lexicons
from chaffinch.datasets.simulation.pages import split_templates
from chaffinch.datasets.simulation.residue import split_phrases
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.detector.evaluation.evaluation import ScoredTexts
from chaffinch.detector.model_folder import Model, save_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.detector.training.bundled_card import write_card
from chaffinch.detector.training.corpora import (
    HELD_OUT,
    CleanText,
    corpus_files,
    read_corpus,
)
from chaffinch.detector.training.fitting import train_classifier
from chaffinch.detector.training.resources.build import build_resources, with_fitted_odds
from chaffinch.detector.training.resources.context_model import EPOCHS
from chaffinch.detector.training.simulation import Simulated, simulate
from chaffinch.features.document import Document
from chaffinch.features.extraction import extract
from chaffinch.features.resources import Resources

PHRASE_SEED = 1
_SITES = 8
_NEW_SITES = 2000
_HONEST_RESIDUE = 0.03
_MOST_OF_A_CORPUS = 700
_MOST_FOR_ODDS = 250
_MOST_TO_EVALUATE = 200
_JOBS = 2


def training_families(held_out: Sequence[str]) -> list[str]:
    """Families whose words do not come from held-out thesauri alone.

    A family that draws on several resources stays, without the held-out ones.
    """
    return [name for name, family in FAMILIES.items() if not set(family.thesauri) <= set(held_out)]


def make_spinners(
    lexicons: Lexicons, families: Sequence[str], first_site: int = 0
) -> dict[str, list[Spinner]]:
    """The families, each with the spinners of several sites."""
    sites = range(first_site, first_site + _SITES)
    return {name: [FAMILIES[name].make(lexicons, site) for site in sites] for name in families}


def read_parts(data: Path, share: float = 1.0) -> dict[str, list[CleanText]]:
    """Clean texts by part of the split.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora.
        share: Part of every corpus to use.
    """
    parts: dict[str, list[CleanText]] = {}
    for file in corpus_files(data):
        texts = list(read_corpus(file))
        for text in texts[: max(1, round(share * len(texts)))]:
            parts.setdefault(text.part, []).append(text)
    return parts


def by_corpus(texts: Sequence[CleanText], most: int | None = None) -> dict[str, list[CleanText]]:
    """Texts by corpus, of each at most `most`, drawn evenly from its length."""
    corpora: dict[str, list[CleanText]] = {}
    for text in texts:
        corpora.setdefault(text.corpus, []).append(text)
    if most is None:
        return corpora
    return {
        name: [own[index] for index in np.linspace(0, len(own) - 1, most).astype(int)]
        if len(own) > most
        else own
        for name, own in corpora.items()
    }


def measure(documents: Sequence[Document], resources: Sequence[Resources]) -> NDArray[np.float64]:
    """Feature values of many documents, float64 of shape (n, n_features), on all cores.

    Args:
        documents: What to measure.
        resources: What to measure it with; with two, every second pair of documents is measured
            with the second.
    """
    size = 256
    which = np.arange(len(documents)) // 2 % len(resources)
    chunks = [
        (index, places[first : first + size])
        for index in range(len(resources))
        for places in [np.flatnonzero(which == index)]
        for first in range(0, len(places), size)
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


def build_bundle(
    data: Path,
    output: Path,
    share: float = 1.0,
    hold_out: Sequence[str] = (),
    epochs: float = EPOCHS,
    progress: Callable[[str], None] = lambda stage: None,
) -> Model:
    """Build a model folder from clean corpora and lexicons, the same on every run.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora, ``lexicons/`` and
            ``observed_substitutions.tsv``.
        output: Where the model folder is written.
        share: Part of every corpus to use; less than 1 makes a small model quickly.
        hold_out: Thesauri that neither the language side nor any spinner in training may know.
        epochs: Training of the context model.
        progress: Told of each stage as it begins.
    """
    progress("reading lexicons and corpora")
    lexicons = read_lexicons(data)
    for thesaurus in hold_out:
        lexicons = lexicons.without(thesaurus)
    parts = read_parts(data, share)
    # What a language model wrote is clean for the classifier, but no model of human English.
    human = [text for text in parts["language_model"] if not text.genre.startswith("llm")]
    corpora = {name: [text.text for text in own] for name, own in by_corpus(human).items()}
    progress(f"counting words and training the context model on {len(human):,} texts")
    resources = build_resources(corpora, lexicons, epochs)

    families = training_families(hold_out)
    spinners = make_spinners(lexicons, families)
    seen = [text for text in parts["training"] if text.corpus not in HELD_OUT]
    sample = [text.text for own in by_corpus(seen, _MOST_FOR_ODDS).values() for text in own]
    progress(f"weighing the evidence on words of {len(sample):,} texts, clean and spun")
    resources, thin = with_fitted_odds(resources, sample, spinners)

    phrases, unseen_phrases = split_phrases(PHRASE_SEED)
    templates, unseen_templates = split_templates()
    measured = []
    for seed, part in enumerate(("training", "calibration", "test"), 1):
        chosen = [text for text in parts[part] if part == "test" or text.corpus not in HELD_OUT]
        most = _MOST_TO_EVALUATE if part == "test" else _MOST_OF_A_CORPUS
        labelled = list(
            simulate(
                [text for own in by_corpus(chosen, most).values() for text in own],
                make_spinners(lexicons, families, _NEW_SITES) if part == "test" else spinners,
                unseen_phrases if part == "test" else phrases,
                unseen_templates if part == "test" else templates,
                seed,
                _HONEST_RESIDUE if part == "training" else 0.0,
            )
        )
        documents = [item.document for item in labelled]
        progress(f"measuring {len(documents):,} texts for {part}")
        values = measure(documents, (resources, thin) if part == "training" else (resources,))
        measured.append((labelled, values, scorable(documents, values)))

    (fitted, values, usable), (held, held_values, held_usable), tested = measured
    progress("fitting the classifier and writing the model")
    classifier = train_classifier(
        values[usable],
        _labels(fitted)[usable],
        held_values[held_usable],
        _labels(held)[held_usable],
        genres=_genres(fitted)[usable],
        calibration_genres=_genres(held)[held_usable],
    )
    model = Model("bundled", classifier, resources)
    card = write_card(model, data, parts, len(fitted), families, hold_out, _scored(model, *tested))
    save_model(model, output, card)
    return model


def _labels(items: Sequence[Simulated]) -> NDArray[np.bool_]:
    return np.array([item.label for item in items], np.bool_)


def _genres(items: Sequence[Simulated]) -> NDArray[np.str_]:
    return np.array([item.source.corpus for item in items], np.str_)


def _scored(
    model: Model,
    items: Sequence[Simulated],
    values: NDArray[np.float64],
    usable: NDArray[np.bool_],
) -> ScoredTexts:
    score = model.classifier.contributions(values).sum(axis=1) + model.classifier.intercept
    return ScoredTexts(
        score=np.where(usable, score, np.nan),
        label=_labels(items),
        words=np.array([len(item.document.text.split()) for item in items]),
        family=np.array([item.family if item.label else "" for item in items], np.str_),
        rate=np.full(len(items), np.nan),
        genre=_genres(items),
        group=np.array([f"{item.source.corpus} {item.source.id}" for item in items], np.str_),
    )
