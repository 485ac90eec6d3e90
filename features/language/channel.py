"""Which words a spinner or a slip writes for which, as one table."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.arrays import ranges


class Channel(NamedTuple):
    """Candidate originals of every written word, in compressed rows.

    The probable originals of the word with id `w` are
    ``original[start[w] : start[w + 1]]``, the likeliest first.

    Attributes:
        start: uint32 array of shape (n_ids + 1,).
        original: uint16 array of shape (n_pairs,), ids of probable originals.
        weight: uint8 array of shape (n_pairs,), log10 of the chance that a spinner that
            replaces the original writes this word, or that an author who means it does,
            quantised as in the language model.
    """

    start: NDArray[np.uint32]
    original: NDArray[np.uint16]
    weight: NDArray[np.uint8]

    @classmethod
    def blank(cls, n_ids: int) -> "Channel":
        """A table that knows no word."""
        none = np.zeros(0, np.uint16)
        return cls(np.zeros(n_ids + 1, np.uint32), none, none.astype(np.uint8))

    def expand(self, written: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """All candidates of many words at once.

        Returns:
            For each candidate the index of its word in `written` and its index in
            `original`, both int64 of shape (n_candidates,), grouped by word.
        """
        first = self.start[written].astype(np.int64)
        counts = self.start[written.astype(np.int64) + 1].astype(np.int64) - first
        return np.repeat(np.arange(len(written)), counts), ranges(first, counts)

    def thinned(self, share: float, seed: int) -> "Channel":
        """The same table with a random `share` of its pairs, as if a spinner were unknown."""
        kept = np.random.default_rng(seed).random(len(self.original)) < share
        before = np.concatenate(([0], np.cumsum(kept)))
        return Channel(before[self.start].astype(np.uint32), self.original[kept], self.weight[kept])


def best_of_each(owner: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which candidate of each owner is the best one, the first where several are.

    Args:
        owner: int64 array of shape (n_candidates,), rising from 0 or more.
        value: float64 array of shape (n_candidates,), higher for better candidates.

    Returns:
        int64 indices of shape (n_owners,), rising.

    >>> best_of_each(np.array([0, 0, 0, 7]), np.array([1.0, 3.0, 3.0, -2.0])).tolist()
    [1, 3]
    """
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    if not len(first):
        return first
    highest = np.maximum.reduceat(value, first).repeat(np.diff(first, append=len(owner)))
    best = np.flatnonzero(value == highest)
    return best[np.diff(owner.take(best), prepend=-1) > 0]
