"""Runs of consecutive numbers, many at once."""

import numpy as np
from numpy.typing import NDArray


def spread(first: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The `counts` numbers from each of `first` on, one run after the other.

    Args:
        first: int64 array of shape (n,), where each run starts.
        counts: int64 array of shape (n,), its length, not negative.

    Returns:
        int64 array of shape (sum of counts,).

    >>> spread(np.array([7, 0, 3]), np.array([2, 0, 3])).tolist()
    [7, 8, 3, 4, 5]
    """
    offset = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first, counts) + offset
