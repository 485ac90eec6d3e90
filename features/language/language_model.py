"""Counts of word pairs in clean English, looked up in vectorised numpy."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.hashed_table import HashedTable
from chaffinch.features.language.stream import Stream
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import FIRST_WORD

Ids = NDArray[np.uint16]
"""Word ids of shape (n,)."""

STEPS_PER_TEN = 32
"""Steps in a power of ten: log-probabilities are whole numbers of them. Our choice: 256 steps
reach from 1 to 10**-8."""

# The log10 value of every stored byte.
_DEQUANTISED = np.arange(256) / np.float64(-STEPS_PER_TEN)


def quantise(log10: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Store non-positive log10 values in 8 bits, 0 to -7.97 in steps of 1/32.

    Args:
        log10: float64 array.

    Returns:
        uint8 array of the same shape.
    """
    return np.clip(np.rint(-log10 * STEPS_PER_TEN), 0, 255).astype(np.uint8)


def dequantise(stored: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The log10 values that `quantise` stored, float64 of the shape of `stored`."""
    return _DEQUANTISED.take(stored)


def bigram_keys(first: Ids, second: Ids) -> NDArray[np.uint64]:
    """One key for each pair of word ids, uint64 of shape (n,)."""
    return (first.astype(np.uint64) << np.uint64(16)) | second


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """Interpolated Kneser-Ney bigrams over 16-bit word ids.

    Source: Chen and Goodman, "An empirical study of smoothing techniques for language
    modeling" (1999), with one discount per order; n-grams seen less often than a cut-off are
    dropped and their mass goes to the lower order, so each context's probabilities still
    add up to one.

    Attributes:
        unigram: float32 array of shape (n_ids,), log10 of each id's continuation probability.
        frequency: float32 array of shape (n_ids,), log10 of each id's share of the corpus.
        backoff: float32 array of shape (n_ids,), log10 of the mass that each context word
            leaves to the unigrams.
        bigrams: Pairs to log10 probability, quantised.
    """

    unigram: NDArray[np.float32]
    frequency: NDArray[np.float32]
    backoff: NDArray[np.float32]
    bigrams: HashedTable

    @cached_property
    def _unigram_steps(self) -> NDArray[np.int16]:
        return _steps(self.unigram)

    @cached_property
    def _backoff_steps(self) -> NDArray[np.int16]:
        return _steps(self.backoff)

    @cached_property
    def frequency_steps(self) -> NDArray[np.int16]:
        """`frequency` in steps, int16 of shape (n_ids,)."""
        return _steps(self.frequency)

    def bigram_steps(self, first: Ids, second: Ids) -> NDArray[np.int16]:
        """log10 P(second | first) in steps, int16 of shape (n,)."""
        slot = self.bigrams.find(bigram_keys(first, second))
        known: NDArray[np.int16] = -self.bigrams.value[:, 0].take(slot).astype(np.int16)
        absent = np.flatnonzero(slot < 0)
        first, second = first.take(absent), second.take(absent)
        known[absent] = self._backoff_steps.take(first) + self._unigram_steps.take(second)
        return known

    def bigram(self, first: Ids, second: Ids) -> NDArray[np.float64]:
        """log10 P(second | first), float64 of shape (n,)."""
        return self.bigram_steps(first, second) / np.float64(STEPS_PER_TEN)

    def pairs(
        self, before: Ids, word: Ids, after: Ids
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """log10 P(word | before) and log10 P(after | word), both float64 of shape (n,)."""
        both = self.bigram(np.concatenate((before, word)), np.concatenate((word, after)))
        return both[: len(word)], both[len(word) :]


def _steps(log10: NDArray[np.float32]) -> NDArray[np.int16]:
    steps: NDArray[np.int16] = np.rint(log10 * np.float32(STEPS_PER_TEN)).astype(np.int16)
    return steps


class PairFit(NamedTuple):
    """How much likelier words are beside their neighbours than by themselves.

    Attributes:
        steps: int16 array of shape (n_tokens + n_pauses,): log10 P(next | id) of every id of a
            stream but the last, in steps.
        lift: int16 array of the same shape: the same less log10 of the next word's frequency; 0
            where no word of the vocabulary comes next.
    """

    steps: NDArray[np.int16]
    lift: NDArray[np.int16]


@lru_cache(maxsize=1)
def pair_fit(block: TokenBlock, model: LanguageModel) -> PairFit:
    """The fit of all pairs of a block's stream, looked up once for all signals."""
    ids = Stream.of_block(block).ids
    following = ids[1:]
    steps = model.bigram_steps(ids[:-1], following)
    lift = steps - model.frequency_steps.take(following)
    lift[following < FIRST_WORD] = 0
    return PairFit(steps, lift)
