"""Records brought together by a key, on disk: what a crawl's documents have in common.

Own code: pyarrow and numpy sort what fits into memory.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BUCKET_ROWS = 20_000
"""Records of a bucket, of a hundred bytes each in use (our choice: some megabytes)."""

_MAX_BUCKETS = 256
"""Every chunk is written to a file of every bucket: more records make larger buckets instead."""


def bucket_count(n_records: int) -> int:
    """Into how many buckets a number of records goes; at least one."""
    return min(1 + n_records // _BUCKET_ROWS, _MAX_BUCKETS)


def regrouped(
    chunks: Iterable[NDArray[np.void]],
    bucket_of: Callable[[NDArray[np.void]], NDArray[Any]],
    folder: Path,
) -> Iterator[NDArray[np.void]]:
    """Records sorted into buckets, one bucket in memory at a time.

    Args:
        chunks: Structured arrays of shape (n_records,), all of one dtype.
        bucket_of: Gives integers of shape (n_records,) from 0 on, the bucket of each record. All
            records of one bucket are held at once.
        folder: Where they go meanwhile; what an interrupted run left there is removed.

    Yields:
        Each bucket that holds something, in the order of their numbers; within it records are in
        the order in which they came.

    Raises:
        OSError: They cannot be written.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    dtype: np.dtype[Any] = np.dtype([])
    for chunk in chunks:
        dtype = chunk.dtype
        bucket = bucket_of(chunk)
        order = np.argsort(bucket, kind="stable")
        ends = np.cumsum(np.bincount(bucket)).tolist()
        for number, (start, end) in enumerate(pairwise([0, *ends])):
            if end > start:
                with (folder / f"{number:06d}").open("ab") as opened:
                    opened.write(chunk[order[start:end]].tobytes())
    for file in sorted(folder.iterdir()):
        yield np.fromfile(file, dtype)
        file.unlink()
    shutil.rmtree(folder)
