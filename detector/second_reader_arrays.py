"""The arrays of a model's second reader: what they are called, and how they must fit together."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.data_folder import open_array, read_text
from chaffinch.features.second_reader.network import (
    INNER,
    LAYERED,
    LONGEST,
    N_LAYERS,
    N_PIECES,
    WIDTH,
    SecondReader,
)
from chaffinch.features.second_reader.word_pieces import WordPieces

WORD_PIECES = "word_pieces.txt"
"""File of the pieces that words are cut into, one per line."""

_PREFIX = "reader_"
"""What the names of the arrays' files begin with."""

_MATRICES = {
    "attention_in": (WIDTH, 3 * WIDTH),
    "attention_out": (WIDTH, WIDTH),
    "inner_in": (WIDTH, INNER),
    "inner_out": (INNER, WIDTH),
    "head_in": (WIDTH, WIDTH),
}
"""Shapes of the matrices of int8, each of which has a scale and a bias for every column."""

_NORMS = ("norm", "attention_norm", "inner_norm")
"""Normalisations, each with a weight and a bias."""


def _arrays() -> Iterator[tuple[str, type[np.generic], tuple[int, ...]]]:
    yield "words", np.int8, (N_PIECES, WIDTH)
    yield "words_scale", np.float32, (N_PIECES,)
    yield "places", np.float32, (LONGEST, WIDTH)
    for name, (rows, columns) in _MATRICES.items():
        layers = (N_LAYERS,) if name in LAYERED else ()
        yield name, np.int8, (*layers, rows, columns)
        for part in ("scale", "bias"):
            yield f"{name}_{part}", np.float32, (*layers, columns)
    for name in _NORMS:
        layers = (N_LAYERS,) if name in LAYERED else ()
        for part in ("weight", "bias"):
            yield f"{name}_{part}", np.float32, (*layers, WIDTH)
    yield "head_out", np.float32, (WIDTH,)
    yield "head_out_bias", np.float32, (1,)


ARRAYS = {name: (dtype, shape) for name, dtype, shape in _arrays()}
"""The arrays by the names that the graph has for them, each with its dtype and its shape; those of
layers have a first axis for the layer."""

READER_FILES = sorted([WORD_PIECES, *(f"{_PREFIX}{name}.npy" for name in ARRAYS)])
"""Every file of a second reader in a model folder."""


def save_second_reader(reader: SecondReader, folder: Path) -> None:
    """Write a second reader's files into a folder, which is made where there is none.

    Raises:
        OSError: They cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in reader.weights.items():
        np.save(folder / f"{_PREFIX}{name}.npy", array, allow_pickle=False)
    (folder / WORD_PIECES).write_bytes(reader.word_pieces.text.encode())


def load_second_reader(folder: Path) -> SecondReader:
    """The second reader of a model folder; arrays are memory-mapped.

    Raises:
        OSError: A file cannot be read.
        ValueError: Arrays that are not such arrays, or do not fit together.
    """
    weights: dict[str, NDArray[Any]] = {}
    for name, (dtype, shape) in ARRAYS.items():
        array = open_array(folder, f"{_PREFIX}{name}", dtype, len(shape))
        if array.shape != shape:
            raise ValueError(f"{_PREFIX}{name}.npy must have the shape {shape}. Got {array.shape}")
        weights[name] = array
    word_pieces = WordPieces(read_text(folder, WORD_PIECES).split("\n"))
    if len(word_pieces) != N_PIECES:
        raise ValueError(f"{WORD_PIECES} must hold {N_PIECES} pieces. Got {len(word_pieces)}")
    return SecondReader(word_pieces, weights)
