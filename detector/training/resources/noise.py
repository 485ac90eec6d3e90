"""Noise that the context model is trained on: clean text with words replaced at random."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.context_model import WINDOW
from chaffinch.features.text.vocabulary import FIRST_WORD

NOISE_WORDS = 32
"""Substitutes drawn for each word; our choice: a table of 4 MB at the largest vocabulary."""

SEGMENT = 1024
"""Words of a segment that are judged; our choice, several times the topic's window."""

N_SEGMENTS = 8
"""Segments of one training step; our choice: 8,192 judged words."""

LENGTH = SEGMENT + 2 * WINDOW
"""Words of a segment, with those at its ends that are only read."""

INNER = slice(WINDOW, WINDOW + SEGMENT)
"""Where the judged words of a segment stand."""

_RATE_SPAN = 128
"""Words that share one share of replaced words; our choice: a paragraph or two."""

_UNTOUCHED = 0.3
"""Share of spans without a replacement, as most contexts are in use; our choice."""

_HIGHEST_RATE = 0.4
"""Greatest share of replaced words in a span: that of the heaviest simulated spinners."""

_SUBSTITUTE_WEIGHT, _RANDOM_WEIGHT = 0.5, 0.25
"""Weight of the answers "a substitute" and "a random word" beside the word as it stands; our
choice: they are made up, and the last is easy."""

_CORPUS_POWER = 0.6
"""Corpora are drawn in proportion to their size to this power; our choice. Below 1 small ones
are drawn more often than their size would have it, for the sake of rare kinds of prose."""

_RANDOM_POWER = 0.75
"""Random words are drawn in proportion to their count to this power: Mikolov et al.,
"Distributed representations of words and phrases and their compositionality" (NIPS 2013)."""

Ids = NDArray[np.int64]


def substitute_table(
    pairs: Mapping[tuple[int, int], float], n_ids: int, seed: int = 0
) -> NDArray[np.uint16]:
    """Draw what may be written for each word.

    Args:
        pairs: (original id, written id) to the chance that the original is written so.
        n_ids: Size of the vocabulary.
        seed: Seed of the draws.

    Returns:
        uint16 array of shape (n_ids, NOISE_WORDS); a row of zeros is a word that no spinner
        replaces.
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


class NoisyText(NamedTuple):
    """Running text as it was written and as a spinner left it.

    Attributes:
        clean: int64 array of shape (N_SEGMENTS, LENGTH), word ids before the spinner.
        written: int64 array of the same shape, word ids after it.
        replaced: bool array of the same shape, where they were replaced.
    """

    clean: Ids
    written: Ids
    replaced: NDArray[np.bool_]


class Questions(NamedTuple):
    """Three answers for each judged place: the word there, a substitute, and a random word.

    Attributes:
        answers: int64 array of shape (3 * n,), word ids; the n words there come first.
        replaced: float32 array of the same shape, 1 where the answer is not what was written.
        weight: float32 array of the same shape, what each answer weighs in the loss.
    """

    answers: Ids
    replaced: NDArray[np.float32]
    weight: NDArray[np.float32]


class Noise:
    """Draws text and questions from corpora.

    Args:
        corpora: uint16 word ids of running text, one array per corpus; those no longer than a
            segment are left out.
        substitutes: uint16 array of shape (n_ids, NOISE_WORDS), from `substitute_table`.

    Attributes:
        n_words: Words of all corpora that are drawn from.
    """

    def __init__(
        self, corpora: Sequence[NDArray[np.uint16]], substitutes: NDArray[np.uint16]
    ) -> None:
        self._corpora = [ids for ids in corpora if len(ids) > LENGTH]
        sizes = np.array([len(ids) for ids in self._corpora], float)
        self.n_words = int(sizes.sum())
        self._share = sizes**_CORPUS_POWER / (sizes**_CORPUS_POWER).sum()
        self._substitutes = substitutes
        self._replaceable = substitutes.max(axis=1) > 0
        counts = np.bincount(np.concatenate(self._corpora), minlength=len(substitutes))
        weight = np.where(np.arange(len(counts)) < FIRST_WORD, 0.0, counts) ** _RANDOM_POWER
        self._random_words = np.cumsum(weight) / weight.sum()

    def segments(self, rng: np.random.Generator) -> NoisyText:
        """Draw segments of corpora, and replace a random share of the words in each span."""
        chosen = rng.choice(len(self._corpora), N_SEGMENTS, p=self._share)
        starts = [int(rng.integers(len(self._corpora[corpus]) - LENGTH)) for corpus in chosen]
        clean = np.stack(
            [
                self._corpora[corpus][start : start + LENGTH]
                for corpus, start in zip(chosen, starts, strict=True)
            ]
        ).astype(np.int64)
        n_spans = -(-LENGTH // _RATE_SPAN)
        rates = rng.random((N_SEGMENTS, n_spans)) * _HIGHEST_RATE
        rates[rng.random(rates.shape) < _UNTOUCHED] = 0
        rates = rates.repeat(_RATE_SPAN, axis=1)[:, :LENGTH]
        replaced = (rng.random(clean.shape) < rates) & self._replaceable[clean]
        drawn = self._substitutes[clean, rng.integers(NOISE_WORDS, size=clean.shape)]
        return NoisyText(clean, np.where(replaced, drawn, clean), replaced)

    def questions(self, segments: NoisyText, rng: np.random.Generator) -> Questions:
        """Ask for three answers at each judged place."""
        here = segments.written[:, INNER].ravel()
        before = segments.clean[:, INNER].ravel()
        n = len(here)
        known = (here >= FIRST_WORD).astype(np.float32)
        substitute = self._substitutes[before, rng.integers(NOISE_WORDS, size=n)].astype(np.int64)
        other = np.searchsorted(self._random_words, rng.random(n))
        other = other.clip(FIRST_WORD, len(self._substitutes) - 1)
        made_up = np.ones(2 * n, np.float32)
        return Questions(
            answers=np.concatenate([here, substitute, other]),
            replaced=np.r_[segments.replaced[:, INNER].ravel().astype(np.float32), made_up],
            weight=np.concatenate(
                [
                    known,
                    known * self._replaceable[before] * np.float32(_SUBSTITUTE_WEIGHT),
                    known * np.float32(_RANDOM_WEIGHT),
                ]
            ),
        )
