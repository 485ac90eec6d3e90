"""Counts of word pairs in clean English, looked up in vectorised numpy."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.hashed_table import HashedTable

Ids = NDArray[np.uint16]

_STEPS_PER_TEN = 32
"""Quantisation of stored log-probabilities: steps of 1/32 of a power of ten."""

_DEQUANTISED = np.arange(256) / np.float64(-_STEPS_PER_TEN)


def quantise(log10: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Store non-positive log10 values in 8 bits, 0 to -7.97 in steps of 1/32."""
    return np.clip(np.rint(-log10 * _STEPS_PER_TEN), 0, 255).astype(np.uint8)


def dequantise(stored: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The log10 values that `quantise` stored."""
    return _DEQUANTISED.take(stored)


def bigram_keys(first: Ids, second: Ids) -> NDArray[np.uint64]:
    """One 64-bit key a pair of word ids."""
    return (first.astype(np.uint64) << np.uint64(16)) | second


class LanguageModel(NamedTuple):
    """Interpolated Kneser-Ney bigrams over 16-bit word ids.

    Source: Chen and Goodman, "An empirical study of smoothing techniques for language
    modeling" (1999), with one discount an order; n-grams seen less often than a cut-off are
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

    def bigram(self, first: Ids, second: Ids) -> NDArray[np.float64]:
        """log10 P(second | first), float64 of shape (n,)."""
        slot = self.bigrams.find(bigram_keys(first, second))
        known = dequantise(self.bigrams.value[:, 0].take(slot))
        absent = np.flatnonzero(slot < 0)
        first, second = first.take(absent), second.take(absent)
        known[absent] = self.backoff.take(first).astype(np.float64) + self.unigram.take(second)
        return known

    def pairs(
        self, before: Ids, word: Ids, after: Ids
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """log10 P(word | before) and log10 P(after | word), both float64 of shape (n,)."""
        both = self.bigram(np.concatenate((before, word)), np.concatenate((word, after)))
        return both[: len(word)], both[len(word) :]
