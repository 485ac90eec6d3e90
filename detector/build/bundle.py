"""The bundled model, built from a folder of clean texts and lexicons."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from chaffinch.datasets.lexicons import Lexicons, read_lexicons
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.residue import split_phrases
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.detector.build.card import write_card
from chaffinch.detector.build.channel import build_channel, channel_pairs
from chaffinch.detector.build.corpus import (
    HELD_OUT,
    CleanText,
    corpus_files,
    file_digest,
    read_corpus,
)
from chaffinch.detector.build.language_model import (
    blocks,
    choose_vocabulary,
    count_words,
    token_stream,
    train_language_model,
)
from chaffinch.detector.build.simulation import LabelledText, simulate
from chaffinch.detector.model import Model, save_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.detector.training import train_classifier
from chaffinch.features.document import Document
from chaffinch.features.extraction import extract
from chaffinch.features.resources import Resources

PHRASE_SEED = 1
_RARE_SUBSTITUTE_RANK = 60_000
_MAX_RARE_SUBSTITUTES = 8_000
_MIN_COUNT = 8
_TABLES = 8
_KNOWN_PAIRS = 0.35
_HONEST_RESIDUE = 0.03
_JOBS = 2


def training_spinners(lexicons: Lexicons) -> dict[str, list[Spinner]]:
    """The simulated families, each with the spinners that are drawn from."""
    return {
        "dictionary-blind": [
            FAMILIES["dictionary-blind"].make(lexicons, seed) for seed in range(_TABLES)
        ],
        "wordnet": [FAMILIES["wordnet"].make(lexicons, 0)],
        "moby": [FAMILIES["moby"].make(lexicons, 0)],
    }


def build_resources(texts: Sequence[str], lexicons: Lexicons) -> Resources:
    """Language model and channel from clean texts and lexicons."""
    counts = count_words(texts)
    rank = lexicons.word_rank
    observed = [
        word
        for pair in lexicons.observed
        for word in (pair.original, pair.substitute)
        if " " not in word
    ]
    rare = sorted(
        (
            word
            for word in lexicons.wordnet.any_sense
            if rank.get(word, _RARE_SUBSTITUTE_RANK) < _RARE_SUBSTITUTE_RANK
            and counts[word] < _MIN_COUNT
        ),
        key=rank.__getitem__,
    )
    vocabulary = choose_vocabulary(counts, [*observed, *rare[:_MAX_RARE_SUBSTITUTES]], _MIN_COUNT)
    language_model = train_language_model(
        (token_stream(block) for block in blocks(texts, vocabulary)), len(vocabulary)
    )
    pairs = channel_pairs(lexicons.wordnet, lexicons.moby, lexicons.inflection, lexicons.observed)
    channel = build_channel(pairs, vocabulary, language_model.frequency)
    return Resources(vocabulary, language_model, channel)


def measure(texts: Sequence[str], resources: Resources) -> NDArray[np.float64]:
    """Feature values of many texts, float64 of shape (n_texts, n_features), on all cores."""
    size = 256
    chunks = [texts[first : first + size] for first in range(0, len(texts), size)]

    def values(chunk: Sequence[str]) -> NDArray[np.float64]:
        documents = [Document(text) for text in chunk]
        return np.vstack([found.values for found in extract(documents, resources)])

    return np.vstack(Parallel(n_jobs=_JOBS)(delayed(values)(chunk) for chunk in chunks))


def scorable(texts: Sequence[LabelledText], values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which texts the detector would give a probability to, bool of shape (n_texts,)."""
    return np.array(
        [why_unscorable(row, item.text) is None for row, item in zip(values, texts, strict=True)]
    )


def build_bundle(data: Path, output: Path, share: float = 1.0, hold_out: str = "") -> Model:
    """Build a model folder from clean corpora and lexicons, the same on every run.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora, ``lexicons/`` and
            ``observed_substitutions.tsv``.
        output: Where the model folder is written.
        share: Part of every corpus to use; less than 1 makes a small model quickly.
        hold_out: A family to keep out of training, and its thesaurus out of the channel.
    """
    lexicons = read_lexicons(data)
    if hold_out == "moby":
        lexicons = lexicons.without("moby")
    files = corpus_files(data)
    parts: dict[str, list[CleanText]] = {}
    for file in files:
        texts = list(read_corpus(file))
        for text in texts[: max(1, round(share * len(texts)))]:
            parts.setdefault(text.part, []).append(text)
    # What a language model wrote is clean for the classifier, but no model of human English.
    human = [text for text in parts["language_model"] if not text.genre.startswith("llm")]
    resources = build_resources([text.text for text in human], lexicons)

    spinners = training_spinners(lexicons)
    spinners.pop(hold_out, None)
    phrases, _ = split_phrases(PHRASE_SEED)
    measured = []
    for seed, part in enumerate(("training", "calibration")):
        texts = [text for text in parts[part] if text.corpus not in HELD_OUT]
        honest_residue = _HONEST_RESIDUE if part == "training" else 0.0
        labelled = list(simulate(texts, spinners, phrases, seed, honest_residue))
        values = measure([item.text for item in labelled], resources)
        if part == "training":
            # Half of the articles, clean and spun, are measured as if most of their spinner's
            # pairs were unknown: other evidence has to speak for spinners nobody has seen.
            strangers = np.arange(len(labelled)) // 2 % 2 == 1
            thin = resources._replace(channel=resources.channel.thinned(_KNOWN_PAIRS, 0))
            chosen = [labelled[index].text for index in np.flatnonzero(strangers)]
            values[strangers] = measure(chosen, thin)
        usable = scorable(labelled, values)
        labels = np.array([item.label for item in labelled])
        genres = np.array([item.source.corpus for item in labelled])
        measured.append((values[usable], labels[usable], genres[usable]))
    (values, labels, _), (calibration_values, calibration_labels, genres) = measured
    classifier = train_classifier(
        values, labels, calibration_values, calibration_labels, calibration_genres=genres
    )
    model = Model("bundled", classifier, resources)
    digests = {file.name: file_digest(file) for file in files}
    save_model(model, output, write_card(model, digests, parts, len(labels)))
    return model
