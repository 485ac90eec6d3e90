"""Texts on disk, to look up by shared sketch values and to read one by one: a folder of arrays.

Own code: datasketch holds its index in memory or on a server.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import zstandard
from numpy.typing import NDArray

from chaffinch.detector.data_folder import open_array
from chaffinch.features.document import MAX_CHARACTERS

ARRAYS: dict[str, Any] = {
    "values": np.uint64,
    "rows": np.uint32,
    "texts": np.uint8,
    "text_ends": np.int64,
}
"""Arrays of a folder: each has one axis, this dtype, and an ``.npy`` file of its name."""

_MAX_BYTES = 4 * MAX_CHARACTERS
"""Bytes of a stored text: UTF-8 has up to four for a character."""


class SketchedTexts(NamedTuple):
    """Texts by row, and the sketches of all of them as one inverted index.

    Attributes:
        values: uint64 array of shape (n_values,), the values of all sketches, ascending.
        rows: uint32 array of shape (n_values,), row of the text that each value is of.
        texts: uint8 array of shape (n_bytes,), the texts as Zstandard frames, one after another.
        text_ends: int64 array of shape (n_texts,), where each frame ends.
    """

    values: NDArray[np.uint64]
    rows: NDArray[np.uint32]
    texts: NDArray[np.uint8]
    text_ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.text_ends)

    @classmethod
    def of(
        cls, sketches: Sequence[NDArray[np.uint64]], texts: Sequence[str | None]
    ) -> "SketchedTexts":
        """Texts with their sketches; a row without a text is None."""
        counts = np.array([len(one) for one in sketches], np.int64)
        values = np.concatenate([np.zeros(0, np.uint64), *sketches])
        rows = np.repeat(np.arange(len(counts)), counts).astype(np.uint32)
        order = np.lexsort((rows, values))
        pack = zstandard.ZstdCompressor().compress
        frames = [
            b"" if text is None else pack(text[:MAX_CHARACTERS].encode("utf-8", "replace"))
            for text in texts
        ]
        return cls(
            values[order],
            rows[order],
            np.frombuffer(b"".join(frames), np.uint8),
            np.cumsum([len(frame) for frame in frames], dtype=np.int64),
        )

    def save(self, folder: Path) -> None:
        """Write the arrays into an existing folder."""
        for name, array in self._asdict().items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "SketchedTexts":
        """Map a folder's arrays into memory.

        Raises:
            OSError: A file is missing or cannot be read.
            ValueError: A file holds no such array.
        """
        arrays = {name: open_array(folder, name, dtype, 1) for name, dtype in ARRAYS.items()}
        return cls(**arrays)

    def text(self, row: int) -> str:
        """The text in a row; "" where there is none.

        Raises:
            ValueError: What is stored there is no text.
        """
        start = int(self.text_ends[row - 1]) if row else 0
        return _unpacked(self.texts[start : int(self.text_ends[row])].tobytes(), row)

    def between(self, low: int, high: int | None) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        """Values from `low` up to `high` (None: to the end), with their rows."""
        return _between(self.values, self.rows, low, high)


def stored_values(
    folder: Path, low: int, high: int | None
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """What `SketchedTexts.between` gives of a folder, in memory; the folder is not kept open.

    Raises:
        OSError: A file is missing or cannot be read.
        ValueError: A file holds no such array.
    """
    values, rows = (open_array(folder, name, ARRAYS[name], 1) for name in ("values", "rows"))
    found = _between(values, rows, low, high)
    return np.array(found[0]), np.array(found[1])


def _between(
    values: NDArray[np.uint64], rows: NDArray[np.uint32], low: int, high: int | None
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    first = np.searchsorted(values, np.uint64(low))
    last = len(values) if high is None else np.searchsorted(values, np.uint64(high))
    return values[first:last], rows[first:last]


class StoredTexts(NamedTuple):
    """The texts of a folder, read one by one: pages that are mapped count as memory in use.

    Attributes:
        file: The file of their frames.
        ends: int64 array of shape (n_texts,), where each frame ends.
    """

    file: Path
    ends: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path) -> "StoredTexts":
        """Open what `SketchedTexts.save` wrote.

        Raises:
            OSError: A file is missing or cannot be read.
            ValueError: A file holds no such array.
        """
        return cls(folder / "texts.npy", np.array(open_array(folder, "text_ends", np.int64, 1)))

    def text(self, row: int) -> str:
        """The text in a row; "" where there is none.

        Raises:
            OSError: It cannot be read.
            ValueError: What is stored there is no text.
        """
        start = int(self.ends[row - 1]) if row else 0
        with self.file.open("rb", buffering=0) as opened:
            # The frames are the end of the file.
            opened.seek(start - int(self.ends[-1]), os.SEEK_END)
            return _unpacked(opened.read(int(self.ends[row]) - start), row)


def _unpacked(frame: bytes, row: int) -> str:
    """The text in a frame; "" for none."""
    if not frame:
        return ""
    try:
        if zstandard.frame_content_size(frame) > _MAX_BYTES:
            raise ValueError("it is longer than any text that is stored")
        return zstandard.ZstdDecompressor().decompress(frame, _MAX_BYTES).decode()
    except (zstandard.ZstdError, ValueError) as error:
        raise ValueError(f"text {row} cannot be read ({error})") from None
