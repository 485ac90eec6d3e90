"""Training of the context model: noise-contrastive, in numpy, on clean text."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from chaffinch.features.language.context_model import (
    TOPIC_SCALE,
    TOPIC_WINDOW,
    WINDOW,
    ContextModel,
)
from chaffinch.features.text.vocabulary import FIRST_WORD

Floats = NDArray[np.float32]

DIMENSIONS = 64
HIDDEN_UNITS = 128
EPOCHS = 2.0
NOISE_WORDS = 32
"""Substitutes a word that are kept to draw from."""

_SEGMENT = 1024
_SEGMENTS = 8
_RATE_SPAN = 128
_UNTOUCHED = 0.3
_HIGHEST_RATE = 0.4
_SUBSTITUTE_WEIGHT, _RANDOM_WEIGHT = 0.5, 0.25
_LEARNING_RATE = 0.15
_LAST_RATE = 0.05
_CORPUS_POWER = 0.6
_CLIP_QUANTILE = 0.9995


def substitute_table(
    pairs: Mapping[tuple[int, int], float], n_ids: int, seed: int = 0
) -> NDArray[np.uint16]:
    """What may be written for each word, drawn by chance: uint16 of (n_ids, NOISE_WORDS).

    A row of zeros is a word that no spinner replaces.

    Args:
        pairs: (original id, written id) to the chance that the original is written so.
        n_ids: Size of the vocabulary.
        seed: Seed of the draws.
    """
    rows: dict[int, list[tuple[int, float]]] = {}
    for (original, written), chance in pairs.items():
        rows.setdefault(original, []).append((written, chance))
    table = np.zeros((n_ids, NOISE_WORDS), np.uint16)
    rng = np.random.default_rng(seed)
    for original, options in sorted(rows.items()):
        written_ids, chances = np.array(options).T
        drawn = rng.choice(len(options), NOISE_WORDS, p=chances / chances.sum())
        table[original] = written_ids[drawn].astype(np.uint16)
    return table


class _Adagrad:
    """Adagrad (Duchi et al. 2011), with one step size a row for tables of vectors."""

    def __init__(self) -> None:
        self._seen: dict[str, Floats] = {}

    def step(self, name: str, parameter: Floats, gradient: Floats, rate: float) -> None:
        seen = self._seen.setdefault(name, np.full(parameter.shape, 1e-6, np.float32))
        seen += gradient * gradient
        parameter -= np.float32(rate) * gradient / np.sqrt(seen)

    def step_rows(
        self, name: str, table: Floats, rows: NDArray[np.int64], gradient: Floats, rate: float
    ) -> None:
        seen = self._seen.setdefault(name, np.full(len(table), 1e-6, np.float32))
        square = gradient * gradient
        seen[rows] += square if square.ndim == 1 else square.mean(axis=1)
        step = np.float32(rate) / np.sqrt(seen[rows])
        table[rows] -= gradient * (step if gradient.ndim == 1 else step[:, None])


def _grouped(
    rows: NDArray[np.int64], n_rows: int, weight: Floats, columns: NDArray[np.int64]
) -> csr_matrix:
    return csr_matrix((weight, (rows, columns)), shape=(n_rows, int(columns.max()) + 1))


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
        corpora: uint16 word ids of running text, one array a corpus.
        substitutes: uint16 array of shape (n_ids, NOISE_WORDS), from `substitute_table`.
        epochs: Words drawn, as a multiple of all words.
        seed: Seed of every draw.
    """
    n_ids = len(substitutes)
    rng = np.random.default_rng(seed)
    d, h = DIMENSIONS, HIDDEN_UNITS
    context = rng.normal(0, 0.1, (n_ids, d)).astype(np.float32)
    word = rng.normal(0, 0.1, (n_ids, d)).astype(np.float32)
    bias = np.zeros(n_ids, np.float32)
    distance = np.abs([*range(-WINDOW, 0), *range(1, WINDOW + 1)])
    place = np.append(distance**-0.5, 0.5)[:, None].repeat(d, axis=1).astype(np.float32)
    hidden = rng.normal(0, (3 * d) ** -0.5, (3 * d, h)).astype(np.float32)
    hidden_bias = np.zeros(h, np.float32)
    output = np.zeros((h, d), np.float32)

    length = _SEGMENT + 2 * WINDOW
    corpora = [ids for ids in corpora if len(ids) > length]
    sizes = np.array([len(ids) for ids in corpora], float)
    share = sizes**_CORPUS_POWER / (sizes**_CORPUS_POWER).sum()
    counts = np.bincount(np.concatenate(corpora), minlength=n_ids).astype(float)
    counts[:FIRST_WORD] = 0
    random_words = np.cumsum(counts**0.75) / (counts**0.75).sum()
    replaceable = substitutes.max(axis=1) > 0
    n_steps = max(1, int(epochs * sizes.sum() / (_SEGMENT * _SEGMENTS)))
    n = _SEGMENT * _SEGMENTS
    inner = np.arange(WINDOW, WINDOW + _SEGMENT)
    low = np.maximum(inner - TOPIC_WINDOW, 0)
    high = np.minimum(inner + TOPIC_WINDOW, length)
    width = (high - low).astype(np.float32)[None, :, None]
    everyone = np.arange(n)
    ones = np.ones(n, np.float32)
    offsets = [*range(-WINDOW, 0), *range(1, WINDOW + 1)]
    optimiser = _Adagrad()

    for step in range(n_steps):
        rate = _LEARNING_RATE * (1 - (1 - _LAST_RATE) * step / n_steps)
        chosen = rng.choice(len(corpora), _SEGMENTS, p=share)
        starts = [int(rng.integers(len(corpora[one]) - length)) for one in chosen]
        clean = np.stack(
            [corpora[one][at : at + length] for one, at in zip(chosen, starts, strict=True)]
        ).astype(np.int64)
        n_spans = -(-length // _RATE_SPAN)
        rates = rng.random((_SEGMENTS, n_spans)) * _HIGHEST_RATE
        rates[rng.random(rates.shape) < _UNTOUCHED] = 0
        rates = rates.repeat(_RATE_SPAN, axis=1)[:, :length]
        replaced = (rng.random(clean.shape) < rates) & replaceable[clean]
        drawn = substitutes[clean, rng.integers(NOISE_WORDS, size=clean.shape)]
        written = np.where(replaced, drawn, clean)

        types, index = np.unique(written, return_inverse=True)
        index = index.reshape(written.shape)
        table = context[types]
        vectors = table[index]
        running = np.zeros((_SEGMENTS, length + 1, d), np.float32)
        np.cumsum(vectors, axis=1, out=running[:, 1:])
        topic = (running[:, high] - running[:, low]) / width * np.float32(TOPIC_SCALE)
        topic = topic.reshape(n, d)
        around = [
            vectors[:, WINDOW + offset : WINDOW + offset + _SEGMENT].reshape(n, d)
            for offset in offsets
        ]
        sums = np.zeros((n, 3 * d), np.float32)
        for k in range(2 * WINDOW):
            side = slice(0, d) if k < WINDOW else slice(d, 2 * d)
            sums[:, side] += place[k] * around[k]
        sums[:, 2 * d :] = place[-1] * topic
        active = np.maximum(sums @ hidden + hidden_bias, 0)
        wanted = sums[:, :d] + sums[:, d : 2 * d] + sums[:, 2 * d :] + active @ output

        here = written[:, inner].ravel()
        before = clean[:, inner].ravel()
        known = (here >= FIRST_WORD).astype(np.float32)
        substitute = substitutes[before, rng.integers(NOISE_WORDS, size=n)].astype(np.int64)
        other = np.searchsorted(random_words, rng.random(n)).clip(FIRST_WORD, n_ids - 1)
        answers = np.concatenate([here, substitute, other])
        target = np.concatenate([replaced[:, inner].ravel(), ones, ones]).astype(np.float32)
        weight = np.concatenate(
            [
                known,
                known * replaceable[before] * np.float32(_SUBSTITUTE_WEIGHT),
                known * np.float32(_RANDOM_WEIGHT),
            ]
        )
        mine = word[answers]
        score = (mine.reshape(3, n, d) * wanted).sum(axis=2).ravel() + bias[answers]
        slope = ((1 / (1 + np.exp(-np.clip(score, -30, 30))) - target) * weight).astype(np.float32)

        to_wanted = (slope[:, None] * mine).reshape(3, n, d).sum(axis=0)
        rows, row = np.unique(answers, return_inverse=True)
        gathered = _grouped(row, len(rows), slope, np.tile(everyone, 3))
        optimiser.step_rows("word", word, rows, gathered @ wanted, rate)
        by_row = np.bincount(row, slope, minlength=len(rows)).astype(np.float32)
        optimiser.step_rows("bias", bias, rows, by_row, rate / 2)

        to_active = to_wanted @ output.T
        to_active[active <= 0] = 0
        to_sums = to_active @ hidden.T + np.tile(to_wanted, 3)
        optimiser.step("output", output, active.T @ to_wanted, rate / 10)
        optimiser.step("hidden", hidden, sums.T @ to_active, rate / 10)
        optimiser.step("hidden_bias", hidden_bias, to_active.sum(axis=0), rate / 10)
        to_table = np.zeros_like(table)
        to_place = np.zeros_like(place)
        for k, offset in enumerate(offsets):
            side = slice(0, d) if k < WINDOW else slice(d, 2 * d)
            upward = to_sums[:, side]
            to_place[k] = (around[k] * upward).sum(axis=0)
            seen = index[:, WINDOW + offset : WINDOW + offset + _SEGMENT].ravel()
            to_table += place[k] * (_grouped(seen, len(types), ones, everyone) @ upward)
        # The topic's vectors are taken as they are: its gradient goes to its weight alone.
        to_place[-1] = (topic * to_sums[:, 2 * d :]).sum(axis=0)
        optimiser.step("place", place, to_place, rate / 5)
        optimiser.step_rows("context", context, types, to_table, rate)
    return _quantised(
        context, word, bias, place, hidden, hidden_bias, output, _typical(sums, active)
    )


def _typical(sums: Floats, active: Floats) -> tuple[float, float]:
    """Units in which nearly all sums fit into seven bits, and hidden units into eight."""
    return (
        float(np.quantile(np.abs(sums), _CLIP_QUANTILE)) / 127,
        float(np.quantile(active, _CLIP_QUANTILE)) / 254,
    )


def _whole(values: Floats, unit: float | Floats) -> NDArray[np.int8]:
    whole: NDArray[np.int8] = np.clip(np.rint(values / unit), -127, 127).astype(np.int8)
    return whole


def _quantised(
    context: Floats,
    word: Floats,
    bias: Floats,
    place: Floats,
    hidden: Floats,
    hidden_bias: Floats,
    output: Floats,
    typical: tuple[float, float],
) -> ContextModel:
    unit_context = float(np.quantile(np.abs(context), _CLIP_QUANTILE)) / 127
    scale = np.maximum(np.abs(word).max(axis=1), 1e-6) / 127
    unit_in, unit_out = typical
    unit_hidden = float(np.abs(hidden).max()) / 127
    unit_output = max(float(np.abs(output).max()), 1e-6) / 127
    units = [unit_in, unit_in * unit_hidden, unit_out, unit_out * unit_output]
    return ContextModel(
        context=_whole(context, unit_context),
        word=_whole(word, scale[:, None]),
        bias=bias,
        scale=scale.astype(np.float32),
        place=(place * unit_context).astype(np.float32),
        hidden=_whole(hidden, unit_hidden),
        hidden_bias=hidden_bias,
        output=_whole(output, unit_output),
        units=np.array(units, np.float32),
    )
