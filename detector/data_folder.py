"""Folders of JSON and ``.npy`` files from strangers, read without running code or leaving them."""

import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.digests import file_digest

MAX_TEXT_BYTES = 10_000_000
"""Bytes of a JSON or text file that is read. Our choice: twenty times the bundled vocabulary."""

MAX_BYTES = 1_000_000_000
"""Bytes of a file that is opened. Our choice: two hundred times the bundled model's largest."""

LARGEST = 10_000.0
"""Largest number of a sound model. Our choice: sums and products of smaller ones stay finite in
float32, and the bundled model has none over 200."""


def read_text(folder: Path, name: str) -> str:
    """The text of a file in a folder.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not a plain file in the folder, is too large, or is not UTF-8.
    """
    return _plain_file(folder, name, MAX_TEXT_BYTES).read_bytes().decode()


def open_array(folder: Path, name: str, dtype: type[np.generic], n_dims: int) -> NDArray[Any]:
    """The array in ``name.npy``, memory-mapped, its numbers at most `LARGEST`.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not a plain file in the folder, is too large, or holds another array.
    """
    file = _plain_file(folder, f"{name}.npy", MAX_BYTES)
    try:
        array = np.load(file, mmap_mode="r", allow_pickle=False)
    except (TokenError, SyntaxError) as error:
        # numpy reads the header of an old version a second time, as a line of Python 2.
        raise ValueError(f"{name}.npy has a broken header: {error}") from None
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
    """Check that every file of a folder has its stated digest.

    Args:
        folder: The folder.
        digests: `file_digest` of each file, as the folder's description states it.
        names: Files that there must be.

    Raises:
        OSError: A file cannot be read.
        ValueError: Other files are named, or a file has another digest.
    """
    if set(digests) != set(names):
        first = min(set(digests) ^ set(names))
        raise ValueError(f"its digests must name every file, and no other. See {first}")
    for name, stated in digests.items():
        if file_digest(_plain_file(folder, name, MAX_BYTES)) != stated:
            raise ValueError(f"the content of {name} differs from its digest")


def _plain_file(folder: Path, name: str, most: int) -> Path:
    """A file in the folder itself: not a link to another place, a pipe or a device.

    Raises:
        OSError: It cannot be looked up.
        ValueError: It is not such a file, or has more than `most` bytes.
    """
    file = folder / name
    state = file.lstat()
    if not stat.S_ISREG(state.st_mode):
        raise ValueError(f"{name} is no plain file. Copy what it stands for into the folder")
    if state.st_size > most:
        raise ValueError(f"{name} has more than {most // 1_000_000:,} MB")
    return file
