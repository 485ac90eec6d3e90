"""Nearest vectors among many on disk, by exact search."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.meaning.encoder import directions

_AT_ONCE = 8_192
"""Vectors that are compared at once: 12 MB as float32 (our choice)."""

_QUERIES_AT_ONCE = 512
"""Queries of one product with them, so that their cosines take 16 MB (our choice)."""


def nearest(
    queries: NDArray[np.float32],
    parts: Iterable[tuple[NDArray[np.int8], NDArray[np.int64]]],
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest vectors of each query.

    All are compared: a million vectors take less time than the encoder takes for the queries
    (`python benchmarks/meaning.py DATA`), and no library that would search some of them has to be
    trusted with files.

    Args:
        queries: float32 array of shape (n_queries, width), of length 1.
        parts: Stored vectors, each part int8 of shape (n, width) with the number of each vector's
            owner, int64 of shape (n,).
        most: Vectors that are found for a query.

    Returns:
        int64 array of shape (n_queries, most), the owners of the nearest vectors, -1 where there
        are no more, and float32 array of the same shape, their cosines, falling; of equal ones
        those of lower owners first.
    """
    owners = np.full((len(queries), most), -1)
    cosines = np.full((len(queries), most), -np.inf, np.float32)
    for vectors, numbers in parts:
        for first in range(0, len(vectors), _AT_ONCE):
            some = directions(vectors[first : first + _AT_ONCE]).T
            of_some = numbers[first : first + _AT_ONCE]
            for start in range(0, len(queries), _QUERIES_AT_ONCE):
                rows = slice(start, start + _QUERIES_AT_ONCE)
                _keep_nearest(owners[rows], cosines[rows], queries[rows] @ some, of_some)
    return owners, cosines


def _keep_nearest(
    owners: NDArray[np.int64],
    cosines: NDArray[np.float32],
    found: NDArray[np.float32],
    numbers: NDArray[np.int64],
) -> None:
    """Put what is nearer in place of what was found before."""
    most = owners.shape[1]
    better = found > cosines[:, -1:]
    for row in np.flatnonzero(better.any(axis=1)).tolist():
        new = np.flatnonzero(better[row])
        if len(new) > most:
            kept = np.argpartition(-found[row, new], most - 1)[:most]
            # What is as near as the last one that is kept may be of a lower owner.
            new = new[found[row, new] >= found[row, new[kept]].min()]
        owner = np.concatenate([owners[row], numbers[new]])
        cosine = np.concatenate([cosines[row], found[row, new]])
        order = np.lexsort((owner, -cosine))[:most]
        owners[row], cosines[row] = owner[order], cosine[order]
