"""Folders of JSON and ``.npy`` files from anybody, read without running code or leaving them."""

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.digests import file_digest

MAX_TEXT_BYTES = 10_000_000
"""Bytes of a JSON or text file that are read."""

MAX_BYTES = 1_000_000_000
"""Bytes of a file that is opened."""

LARGEST = 10_000.0
"""Numbers beyond this are in no sound model; sums and products of smaller ones stay finite."""


def read_text(folder: Path, name: str) -> str:
    """A text of a folder.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no plain file in the folder, too large, or no UTF-8.
    """
    return _plain_file(folder, name, MAX_TEXT_BYTES).read_bytes().decode()


def open_array(folder: Path, name: str, dtype: type[np.generic], n_dims: int) -> NDArray[Any]:
    """The array in ``name.npy``, memory-mapped, its numbers at most `LARGEST`.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no plain file in the folder, too large, or not such an array.
    """
    file = _plain_file(folder, f"{name}.npy", MAX_BYTES)
    array = np.load(file, mmap_mode="r", allow_pickle=False)
    if array.dtype != dtype or array.ndim != n_dims:
        raise ValueError(
            f"{name}.npy must be {np.dtype(dtype)} with {n_dims} axes. "
            f"Got {array.dtype} with {array.ndim}"
        )
    found: NDArray[Any] = array.view(np.ndarray)
    if np.issubdtype(dtype, np.floating) and not (np.abs(found) <= LARGEST).all():
        raise ValueError(f"{name}.npy must hold finite numbers, none beyond {LARGEST:,.0f}")
    return found


def check_digests(folder: Path, digests: Mapping[str, str], names: Iterable[str]) -> None:
    """Compare every file of a folder with its digest.

    Args:
        folder: The folder.
        digests: `file_digest` of each file, as the folder's description states it.
        names: Files that there must be.

    Raises:
        OSError: A file cannot be read.
        ValueError: Names differ, or a file is not the one described.
    """
    if set(digests) != set(names):
        first = min(set(digests) ^ set(names))
        raise ValueError(f"its digests must name every file, and no other. See {first}")
    for name, stated in digests.items():
        if file_digest(_plain_file(folder, name, MAX_BYTES)) != stated:
            raise ValueError(f"the content of {name} differs from its digest")


def _plain_file(folder: Path, name: str, most: int) -> Path:
    """A file that lies in a folder itself: no link to another place, no pipe, no device."""
    file = folder / name
    state = file.lstat()
    if not stat.S_ISREG(state.st_mode):
        raise ValueError(f"{name} is no plain file. Copy what it stands for into the folder")
    if state.st_size > most:
        raise ValueError(f"{name} has more than {most // 1_000_000:,} MB")
    return file
