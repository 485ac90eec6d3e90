"""The folder that the copy stage works in: which file holds what."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.atomic import replacing
from chaffinch.detector.audit.copies.originals import opened_originals
from chaffinch.detector.audit.copies.sketched_texts import StoredTexts

NO_VALUES = np.zeros(0, np.uint64)


class Workspace(NamedTuple):
    """What every task of the stage knows.

    Rows of the crawl are held in parts of some thousand consecutive ones.

    Attributes:
        folder: Where the stage's files are.
        first_rows: int64 array of shape (n_parts,), the first row of each part.
        n_rows: Number of the crawl's rows; originals of the index are numbered after them.
        n_texts: Number of all texts, those of the index included.
        bounds: uint64 array of shape (n_ranges - 1,), the sketch values at which one range
            ends and the next begins.
        reference: Folder and digest of the index of originals, or None.
    """

    folder: Path
    first_rows: NDArray[np.int64]
    n_rows: int
    n_texts: int
    bounds: NDArray[np.uint64]
    reference: tuple[Path, str] | None

    @property
    def n_parts(self) -> int:
        """Number of parts."""
        return len(self.first_rows)

    @property
    def n_ranges(self) -> int:
        """Number of ranges of sketch values."""
        return len(self.bounds) + 1

    @property
    def ranks(self) -> Path:
        """File of each document's rank as a source."""
        return self.folder / "ranks.npy"

    def range(self, number: int) -> tuple[int, int | None]:
        """Where a range begins and ends; None for the end of all values."""
        inner = self.bounds.tolist()
        return [0, *inner][number], [*inner, None][number]

    def texts(self, part: int) -> Path:
        """Folder of the texts and sketches of a part."""
        return self.folder / f"texts-{part:06d}"

    def candidates(self, range_: int) -> Path:
        """File of the candidate pairs from a range of values."""
        return self.folder / f"candidates-{range_:06d}.npy"

    def common(self, range_: int) -> Path:
        """File of how many values of a range too many documents share."""
        return self.folder / f"common-{range_:06d}.npy"

    def matches(self, part: int) -> Path:
        """File of the copies among the rows of a part."""
        return self.folder / f"matches-{part:06d}.npy"

    def replaced_words(self, part: int) -> Path:
        """File of the words that were replaced in these copies."""
        return self.folder / f"replaced-{part:06d}.parquet"

    def by_meaning(self, part: int) -> Path:
        """File of the copies by meaning among the rows of a part."""
        return self.folder / f"meaning-{part:06d}.parquet"

    def text(self, row: int) -> str:
        """The text of a row, or of an original."""
        if row >= self.n_rows:
            assert self.reference is not None
            return opened_originals(*self.reference).text(row - self.n_rows)
        part = int(np.searchsorted(self.first_rows, row, side="right")) - 1
        return _texts_in(self.texts(part)).text(row - int(self.first_rows[part]))


# Of 32 KB each, where a part has 4,000 rows.
@lru_cache(maxsize=256)
def _texts_in(folder: Path) -> StoredTexts:
    return StoredTexts.load(folder)


def save_array(array: NDArray[Any], file: Path) -> None:
    """Write an ``.npy`` file that appears whole or not at all."""
    with replacing(file) as draft, draft.open("wb") as opened:
        np.save(opened, array, allow_pickle=False)


def save_rows(chunks: Iterable[NDArray[Any]], n_rows: int, dtype: Any, file: Path) -> None:
    """Write arrays of one axis, one after another, as an ``.npy`` file as `save_array` does.

    Args:
        chunks: The arrays.
        n_rows: Length of all together.
        dtype: Their dtype.
        file: The file.
    """
    with replacing(file) as draft, draft.open("wb") as opened:
        # A header for so many rows: a view of one that takes no memory.
        like = np.broadcast_to(np.zeros(1, dtype), n_rows)
        header = np.lib.format.header_data_from_array_1_0(like)
        np.lib.format.write_array_header_1_0(opened, {**header, "fortran_order": False})
        for chunk in chunks:
            opened.write(chunk.tobytes())
