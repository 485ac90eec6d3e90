"""What numpy lacks for arrays of runs."""

import numpy as np
from numpy.typing import NDArray


def ranges(first: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Runs of consecutive numbers, one after the other: `counts` of them from each of `first` on.

    Args:
        first: int64 array of shape (n,), where each run starts.
        counts: int64 array of shape (n,), its length, not negative.

    Returns:
        int64 array of shape (sum of counts,).

    >>> ranges(np.array([7, 0, 3]), np.array([2, 0, 3])).tolist()
    [7, 8, 3, 4, 5]
    """
    offset = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first, counts) + offset
