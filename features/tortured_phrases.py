"""Listed distortions of set terms, and where a text has them."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.phrase_channel import LONGEST, phrase_keys


class TorturedMatches(NamedTuple):
    """Listed phrases found in running words, longest ones only where they overlap.

    Attributes:
        first: int64 array of shape (n,), index of each phrase's first word, rising.
        length: int64 array of shape (n,), its number of words.
        phrase: int64 array of shape (n,), its index in the list.
    """

    first: NDArray[np.int64]
    length: NDArray[np.int64]
    phrase: NDArray[np.int64]


class TorturedPhrases:
    """Phrases that paraphrasing tools wrote for terms of science.

    Args:
        phrases: uint16 array of shape (n, LONGEST), word ids of phrases of two words or more, 0
            after the last word, in rising order of their keys.
        originals: uint16 array of the same shape, the term that each was written for.
    """

    def __init__(self, phrases: NDArray[np.uint16], originals: NDArray[np.uint16]) -> None:
        self.phrases = phrases
        self.originals = originals

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """`phrase_keys` of the phrases, uint64 of shape (n,)."""
        return phrase_keys(self.phrases)

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        """Whether each id is the first of a phrase."""
        begins = np.zeros(1 << 16, np.bool_)
        begins[self.phrases[:, 0]] = True
        return begins

    def find(self, ids: NDArray[np.uint16], joined: NDArray[np.bool_]) -> TorturedMatches:
        """The listed phrases among running words.

        Args:
            ids: uint16 array of shape (n_words,), word ids.
            joined: bool array of the same shape, whether each word goes on from the one before.
        """
        goes_on = np.append(joined[1:], False)
        word = np.flatnonzero(self._begins.take(ids) & goes_on)
        key = np.zeros(len(word), np.uint64)
        first: list[NDArray[np.int64]] = []
        length: list[NDArray[np.int64]] = []
        phrase: list[NDArray[np.int64]] = []
        for place in range(LONGEST if len(self.phrases) else 0):
            shift = np.uint64(16 * (LONGEST - 1 - place))
            key |= ids.take(word + place).astype(np.uint64) << shift
            nearest = np.minimum(np.searchsorted(self.keys, key), len(self.phrases) - 1)
            hit = np.flatnonzero(self.keys.take(nearest) == key)
            first.append(word.take(hit))
            length.append(np.full(len(hit), place + 1))
            phrase.append(nearest.take(hit))
            longer = np.flatnonzero(
                (self.keys.take(nearest) >> shift == key >> shift) & goes_on.take(word + place)
            )
            word, key = word.take(longer), key.take(longer)
        return _longest(
            *(np.concatenate([np.zeros(0, np.int64), *x]) for x in (first, length, phrase))
        )


def _longest(
    first: NDArray[np.int64], length: NDArray[np.int64], phrase: NDArray[np.int64]
) -> TorturedMatches:
    kept = []
    end = 0
    for index in np.lexsort((-length, first)).tolist():
        if first[index] >= end:
            kept.append(index)
            end = int(first[index] + length[index])
    return TorturedMatches(first[kept], length[kept], phrase[kept])
