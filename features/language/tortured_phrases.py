"""Listed distortions of set terms, and where a text has them."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.phrase_channel import find_phrases, phrase_keys


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
        return _longest(*find_phrases(self.keys, ids, word, goes_on))


def _longest(
    first: NDArray[np.int64], length: NDArray[np.int64], phrase: NDArray[np.int64]
) -> TorturedMatches:
    """The matches that no longer one, or one further left, overlaps."""
    kept = []
    end = 0
    for index in np.lexsort((-length, first)).tolist():
        if first[index] >= end:
            kept.append(index)
            end = int(first[index] + length[index])
    return TorturedMatches(first[kept], length[kept], phrase[kept])
