"""What the originals of an index mean: vectors of their sentences and passages, on disk."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.data_folder import open_array, read_text
from chaffinch.detector.model_folder import BUNDLED
from chaffinch.detector.second_reader_arrays import WORD_PIECES
from chaffinch.features.meaning.encoder import WIDTH, SentenceEncoder, directions, stored
from chaffinch.features.meaning.sentences import sentences
from chaffinch.features.second_reader.word_pieces import WordPieces

_PREFIX = "meaning_"

ARRAYS: dict[str, tuple[Any, int]] = {
    "meaning_sentences": (np.int8, 2),
    "meaning_ends": (np.int64, 1),
    "meaning_passages": (np.int8, 2),
    "meaning_rows": (np.uint32, 1),
}
"""Arrays of a folder by name: the dtype and the number of axes of each ``.npy`` file."""

_PASSAGE = 8
"""Sentences of a passage, at most. Our choice: a third of an article, so that a copy of a third is
near to a passage of it, and there are hardly more passages than texts to search."""


class MeaningVectors(NamedTuple):
    """Vectors of texts, by row.

    Attributes:
        sentences: int8 array of shape (n_sentences, `WIDTH`), of each text's sentences in order.
        ends: int64 array of shape (n_texts,), where each text's sentences end.
        passages: int8 array of shape (n_passages, `WIDTH`), the mean of some sentences in a row.
        rows: uint32 array of shape (n_passages,), the text that each passage is of, rising.
    """

    sentences: NDArray[np.int8]
    ends: NDArray[np.int64]
    passages: NDArray[np.int8]
    rows: NDArray[np.uint32]

    @classmethod
    def of(cls, texts: Sequence[str], encoder: SentenceEncoder) -> "MeaningVectors":
        """Vectors of texts; every core reads some of them."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            read = list(pool.map(lambda text: sentence_vectors(text, encoder), texts))
        parts = [passages(vectors) for vectors in read]
        none = np.zeros((0, WIDTH), np.int8)
        return cls(
            np.concatenate([none, *read]),
            np.cumsum([len(vectors) for vectors in read], dtype=np.int64),
            np.concatenate([none, *parts]),
            np.repeat(np.arange(len(parts)), [len(part) for part in parts]).astype(np.uint32),
        )

    def save(self, folder: Path) -> None:
        """Write the arrays into an existing folder."""
        for name in ARRAYS:
            array = getattr(self, name.removeprefix(_PREFIX))
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, n_texts: int) -> "MeaningVectors":
        """Map a folder's arrays into memory.

        Raises:
            OSError: A file is missing or cannot be read.
            ValueError: A file holds no such array, or not one for so many texts.
        """
        found = cls(*(open_array(folder, name, *kind) for name, kind in ARRAYS.items()))
        for name, array in (("sentences", found.sentences), ("passages", found.passages)):
            if array.shape[1] != WIDTH:
                raise ValueError(f"{folder.name}/meaning_{name}.npy must be {WIDTH} wide")
        if len(found.ends) != n_texts:
            raise ValueError(f"{folder.name}/meaning_ends.npy must be for {n_texts} originals")
        if len(found.rows) != len(found.passages):
            raise ValueError(
                f"{folder.name}/meaning_rows.npy must be as long as meaning_passages.npy"
            )
        return found

    def check(self, folder: Path) -> None:
        """Check what is used to look up rows and sentences.

        Raises:
            ValueError: A number points outside its array.
        """
        last = int(self.ends[-1]) if len(self.ends) else 0
        if (np.diff(self.ends, prepend=0) < 0).any() or last != len(self.sentences):
            raise ValueError(f"{folder.name}/meaning_ends.npy does not rise to the last sentence")
        if len(self.rows) and self.rows.max() >= len(self.ends):
            raise ValueError(f"{folder.name}/meaning_rows.npy names originals that are not there")

    def of_text(self, row: int) -> NDArray[np.int8]:
        """The vectors of one text's sentences, int8 of shape (n_sentences, `WIDTH`)."""
        start = int(self.ends[row - 1]) if row else 0
        return self.sentences[start : int(self.ends[row])]


def sentence_vectors(text: str, encoder: SentenceEncoder) -> NDArray[np.int8]:
    """Vectors of a text's sentences, int8 of shape (n_sentences, `WIDTH`)."""
    return encoder.vectors([text[start:end] for start, end in sentences(text)])


def passages(vectors: NDArray[np.int8]) -> NDArray[np.int8]:
    """Means of a text's sentences, some in a row at a time, int8 of shape (n_passages, `WIDTH`)."""
    return np.array([stored(part.mean(axis=0)) for part in _in_passages(vectors)], np.int8).reshape(
        -1, WIDTH
    )


def _in_passages(vectors: NDArray[np.int8]) -> Iterator[NDArray[np.float32]]:
    n_passages = -(-len(vectors) // _PASSAGE)
    if n_passages:
        yield from np.array_split(directions(vectors), n_passages)


@cache
def installed_encoder() -> SentenceEncoder:
    """The encoder that is installed, opened once per process.

    Raises:
        EncoderError: There is none.
    """
    return SentenceEncoder.installed(WordPieces(read_text(BUNDLED, WORD_PIECES).split("\n")))
