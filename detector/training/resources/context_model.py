"""Training of the context model: noise-contrastive, on clean text.

Written in numpy: a framework for neural networks would be larger than all other dependencies
together, for one hidden layer whose gradients take thirty lines.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from chaffinch.detector.training.resources.noise import (
    INNER,
    LENGTH,
    N_SEGMENTS,
    SEGMENT,
    Noise,
    Questions,
)
from chaffinch.features.language.context_model import (
    TOPIC_SCALE,
    TOPIC_WINDOW,
    WINDOW,
    ContextModel,
)

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

DIMENSIONS = 64
"""Numbers of a word's vector; 96, trained for three epochs, found 1 % more (model card)."""

HIDDEN_UNITS = 128
"""Units of the hidden layer; 64 found 3 % less (model card)."""

EPOCHS = 2.0
"""Words drawn in training, as a multiple of all words; see `DIMENSIONS`."""

_LEARNING_RATE = 0.15
"""Adagrad's step size at the beginning; our choice."""

_LAST_RATE = 0.05
"""The step size falls in a straight line to this share of `_LEARNING_RATE`; our choice."""

_BIAS_SLOWER, _PLACE_SLOWER, _LAYER_SLOWER = 2, 5, 10
"""How many times smaller than the vectors' the step sizes of biases, place weights and layers
are: their gradients are sums over all words of a step. Our choice."""

_FIRST_SPREAD = 0.1
"""Standard deviation of the vectors' random start; our choice."""

_SMALLEST = 1e-6
"""Keeps divisors from being 0: Adagrad's sums of squares, and units of quantisation."""

_CLIP_QUANTILE = 0.9995
"""Share of the numbers that quantisation does not clip; our choice."""

_OFFSETS = (*range(-WINDOW, 0), *range(1, WINDOW + 1))
"""Places of the window, from the word in the middle."""


class _Weights(NamedTuple):
    """What is learned, float32; the shapes are those of `ContextModel`."""

    context: Floats
    word: Floats
    bias: Floats
    place: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats

    @classmethod
    def drawn(cls, n_ids: int, rng: np.random.Generator) -> "_Weights":
        d, h = DIMENSIONS, HIDDEN_UNITS
        nearness = np.append(np.abs(_OFFSETS) ** -0.5, 0.5)
        return cls(
            context=rng.normal(0, _FIRST_SPREAD, (n_ids, d)).astype(np.float32),
            word=rng.normal(0, _FIRST_SPREAD, (n_ids, d)).astype(np.float32),
            bias=np.zeros(n_ids, np.float32),
            place=nearness[:, None].repeat(d, axis=1).astype(np.float32),
            hidden=rng.normal(0, (3 * d) ** -0.5, (3 * d, h)).astype(np.float32),
            hidden_bias=np.zeros(h, np.float32),
            output=np.zeros((h, d), np.float32),
        )


class _Adagrad:
    """Adagrad (Duchi, Hazan and Singer 2011), with one step size per row for tables of vectors."""

    def __init__(self, weights: _Weights) -> None:
        self._weights = weights
        self._seen: dict[str, Floats] = {}

    def step(self, name: str, gradient: Floats, rate: float) -> None:
        """Move all of a parameter's numbers."""
        parameter: Floats = getattr(self._weights, name)
        seen = self._seen.setdefault(name, np.full(parameter.shape, _SMALLEST, np.float32))
        seen += gradient * gradient
        parameter -= np.float32(rate) * gradient / np.sqrt(seen)

    def step_rows(self, name: str, rows: Ids, gradient: Floats, rate: float) -> None:
        """Move some rows of a parameter."""
        table: Floats = getattr(self._weights, name)
        seen = self._seen.setdefault(name, np.full(len(table), _SMALLEST, np.float32))
        square = gradient * gradient
        seen[rows] += square if square.ndim == 1 else square.mean(axis=1)
        step = np.float32(rate) / np.sqrt(seen[rows])
        table[rows] -= gradient * (step if gradient.ndim == 1 else step[:, None])


class _Reading(NamedTuple):
    """What a forward pass works out for the n judged places of a step.

    Attributes:
        types: int64 array of shape (n_types,), the different words of the text.
        row_of: int64 array of shape (N_SEGMENTS, LENGTH), where each word stands in `types`.
        around: By offset, float32 array of shape (n, d): the vectors of the words there.
        topic: float32 array of shape (n, d), the mean vector of the wider text.
        sums: float32 array of shape (n, 3 * d): left, right and topic, weighed by place.
        active: float32 array of shape (n, h), the hidden units.
        wanted: float32 array of shape (n, d), what the places ask for.
    """

    types: Ids
    row_of: Ids
    around: list[Floats]
    topic: Floats
    sums: Floats
    active: Floats
    wanted: Floats


def train_context_model(
    corpora: Sequence[NDArray[np.uint16]],
    substitutes: NDArray[np.uint16],
    epochs: float = EPOCHS,
    seed: int = 0,
) -> ContextModel:
    """Learn to tell replaced words from written ones.

    Text is drawn in segments, small corpora more often than their size would have it. In each
    stretch of 128 words a random share is replaced (none in a third of them, up to 40 % in the
    others), so the model reads contexts as spun as those it will meet. It judges
    every word of the stretch, and for each also one substitute and one random word.

    Args:
        corpora: uint16 word ids of running text, one array per corpus.
        substitutes: uint16 array of shape (n_ids, NOISE_WORDS), from `substitute_table`.
        epochs: Words drawn, as a multiple of all words.
        seed: Seed of every draw.
    """
    rng = np.random.default_rng(seed)
    weights = _Weights.drawn(len(substitutes), rng)
    noise = Noise(corpora, substitutes)
    optimiser = _Adagrad(weights)
    n_steps = max(1, int(epochs * noise.n_words / (SEGMENT * N_SEGMENTS)))
    for step in range(n_steps):
        rate = _LEARNING_RATE * (1 - (1 - _LAST_RATE) * step / n_steps)
        segments = noise.segments(rng)
        reading = _read(weights, segments.written)
        _learn(optimiser, weights, reading, noise.questions(segments, rng), rate)
    return _quantised(weights, reading)


def _read(weights: _Weights, written: Ids) -> _Reading:
    """The forward pass over segments of word ids."""
    d, n = DIMENSIONS, N_SEGMENTS * SEGMENT
    types, row_of = np.unique(written, return_inverse=True)
    row_of = row_of.reshape(written.shape)
    vectors = weights.context[types][row_of]
    around = [
        vectors[:, WINDOW + offset : WINDOW + offset + SEGMENT].reshape(n, d) for offset in _OFFSETS
    ]
    topic = _topic(vectors).reshape(n, d)
    sums = np.zeros((n, 3 * d), np.float32)
    for k, beside in enumerate(around):
        sums[:, _side(k)] += weights.place[k] * beside
    sums[:, 2 * d :] = weights.place[-1] * topic
    active = np.maximum(sums @ weights.hidden + weights.hidden_bias, 0)
    wanted = sums[:, :d] + sums[:, d : 2 * d] + sums[:, 2 * d :] + active @ weights.output
    return _Reading(types, row_of, around, topic, sums, active, wanted)


def _topic(vectors: Floats) -> Floats:
    """Mean vector of the words around each judged place, scaled to the length of one vector."""
    running = np.zeros((N_SEGMENTS, LENGTH + 1, DIMENSIONS), np.float32)
    np.cumsum(vectors, axis=1, out=running[:, 1:])
    judged = np.arange(LENGTH)[INNER]
    low, high = np.maximum(judged - TOPIC_WINDOW, 0), np.minimum(judged + TOPIC_WINDOW, LENGTH)
    width = (high - low).astype(np.float32)[None, :, None]
    return (running[:, high] - running[:, low]) / width * np.float32(TOPIC_SCALE)


def _side(k: int) -> slice:
    """Columns of the sums that the k-th word of the window adds to: the left or the right."""
    return slice(0, DIMENSIONS) if k < WINDOW else slice(DIMENSIONS, 2 * DIMENSIONS)


def _learn(
    optimiser: _Adagrad,
    weights: _Weights,
    reading: _Reading,
    questions: Questions,
    rate: float,
) -> None:
    """The backward pass of a logistic loss over the answers, and one step against it."""
    n, answers = len(reading.wanted), questions.answers
    vectors = weights.word[answers]
    score = (vectors.reshape(3, n, -1) * reading.wanted).sum(axis=2).ravel() + weights.bias[answers]
    chance = 1 / (1 + np.exp(-np.clip(score, -30, 30)))
    slope = ((chance - questions.replaced) * questions.weight).astype(np.float32)
    to_wanted = (slope[:, None] * vectors).reshape(3, n, -1).sum(axis=0)

    rows, row = np.unique(answers, return_inverse=True)
    to_rows = _grouped(row, len(rows), slope, np.tile(np.arange(n), 3)) @ reading.wanted
    optimiser.step_rows("word", rows, to_rows, rate)
    by_row = np.bincount(row, slope, minlength=len(rows)).astype(np.float32)
    optimiser.step_rows("bias", rows, by_row, rate / _BIAS_SLOWER)

    to_active = to_wanted @ weights.output.T
    to_active[reading.active <= 0] = 0
    to_sums = to_active @ weights.hidden.T + np.tile(to_wanted, 3)
    optimiser.step("output", reading.active.T @ to_wanted, rate / _LAYER_SLOWER)
    optimiser.step("hidden", reading.sums.T @ to_active, rate / _LAYER_SLOWER)
    optimiser.step("hidden_bias", to_active.sum(axis=0), rate / _LAYER_SLOWER)
    _learn_window(optimiser, weights.place, reading, to_sums, rate)


def _learn_window(
    optimiser: _Adagrad, place: Floats, reading: _Reading, to_sums: Floats, rate: float
) -> None:
    """One step of the words' vectors and of the places' weights."""
    n = len(to_sums)
    everywhere, ones = np.arange(n), np.ones(n, np.float32)
    to_types = np.zeros((len(reading.types), DIMENSIONS), np.float32)
    to_place = np.zeros_like(place)
    for k, offset in enumerate(_OFFSETS):
        to_side = to_sums[:, _side(k)]
        to_place[k] = (reading.around[k] * to_side).sum(axis=0)
        seen = reading.row_of[:, WINDOW + offset : WINDOW + offset + SEGMENT].ravel()
        to_types += place[k] * (_grouped(seen, len(to_types), ones, everywhere) @ to_side)
    # The topic's gradient goes to its weight alone, not to the vectors of its many words.
    to_place[-1] = (reading.topic * to_sums[:, 2 * DIMENSIONS :]).sum(axis=0)
    optimiser.step("place", to_place, rate / _PLACE_SLOWER)
    optimiser.step_rows("context", reading.types, to_types, rate)


def _grouped(rows: Ids, n_rows: int, weight: Floats, columns: Ids) -> csr_matrix:
    """A matrix that sums weighted rows of another one by group."""
    return csr_matrix((weight, (rows, columns)), shape=(n_rows, int(columns.max()) + 1))


def _quantised(weights: _Weights, reading: _Reading) -> ContextModel:
    """The model in whole numbers; the last reading says how large sums and hidden units get."""
    unit_context = float(np.quantile(np.abs(weights.context), _CLIP_QUANTILE)) / 127
    scale = np.maximum(np.abs(weights.word).max(axis=1), _SMALLEST) / 127
    # Nearly all sums fit into seven bits and a sign, hidden units, never negative, into eight.
    unit_in = float(np.quantile(np.abs(reading.sums), _CLIP_QUANTILE)) / 127
    unit_out = float(np.quantile(reading.active, _CLIP_QUANTILE)) / 254
    unit_hidden = float(np.abs(weights.hidden).max()) / 127
    unit_output = max(float(np.abs(weights.output).max()), _SMALLEST) / 127
    units = [unit_in, unit_in * unit_hidden, unit_out, unit_out * unit_output]
    return ContextModel(
        context=_whole(weights.context, unit_context),
        word=_whole(weights.word, scale[:, None]),
        bias=weights.bias,
        scale=scale.astype(np.float32),
        place=(weights.place * unit_context).astype(np.float32),
        hidden=_whole(weights.hidden, unit_hidden),
        hidden_bias=weights.hidden_bias,
        output=_whole(weights.output, unit_output),
        units=np.array(units, np.float32),
    )


def _whole(values: Floats, unit: float | Floats) -> NDArray[np.int8]:
    whole: NDArray[np.int8] = np.clip(np.rint(values / unit), -127, 127).astype(np.int8)
    return whole
