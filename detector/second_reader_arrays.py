"""The arrays of a model's second reader: what they are called, and how they must fit together."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.data_folder import open_array, read_text
from chaffinch.features.second_reader.network import (
    HEADS,
    LAYERED,
    LAYERS,
    LONGEST,
    SecondReader,
)
from chaffinch.features.second_reader.word_pieces import WordPieces

WORD_PIECES = "word_pieces.txt"
"""File of the pieces that words are cut into, one per line."""

_PREFIX = "reader_"
"""What the names of the arrays' files begin with."""

_MATRICES = ("attention_in", "attention_out", "inner_in", "inner_out", "head_in")
"""Matrices of int8, each with a scale and a bias for every column."""

_NORMS = ("norm", "attention_norm", "inner_norm")
"""Normalisations, each with a weight and a bias."""

ARRAYS: dict[str, tuple[type[np.generic], int]] = {
    "words": (np.int8, 2),
    "words_scale": (np.float32, 1),
    "places": (np.float32, 2),
    **{name: (np.int8, 2 + (name in LAYERED)) for name in _MATRICES},
    **{
        f"{name}_{part}": (np.float32, 1 + (name in LAYERED))
        for name in _MATRICES
        for part in ("scale", "bias")
    },
    **{
        f"{name}_{part}": (np.float32, 1 + (name in LAYERED))
        for name in _NORMS
        for part in ("weight", "bias")
    },
    "head_out": (np.float32, 1),
    "head_out_bias": (np.float32, 1),
}
"""The arrays by the names that the graph has for them, each with its dtype and number of axes;
those of layers have a first axis for the layer."""

READER_FILES = sorted([WORD_PIECES, *(f"{_PREFIX}{name}.npy" for name in ARRAYS)])
"""Every file of a second reader in a model folder."""


def save_second_reader(reader: SecondReader, folder: Path) -> None:
    """Write a second reader's files into a model folder.

    Raises:
        OSError: They cannot be written.
    """
    for name, array in reader.weights.items():
        np.save(folder / f"{_PREFIX}{name}.npy", array, allow_pickle=False)
    (folder / WORD_PIECES).write_bytes(reader.word_pieces.text.encode())


def load_second_reader(folder: Path) -> SecondReader:
    """The second reader of a model folder; arrays are memory-mapped.

    Raises:
        OSError: A file cannot be read.
        ValueError: Arrays that are not such arrays, or do not fit together.
    """
    weights = {
        name: open_array(folder, f"{_PREFIX}{name}", dtype, n_dims)
        for name, (dtype, n_dims) in ARRAYS.items()
    }
    word_pieces = WordPieces(read_text(folder, WORD_PIECES).split("\n"))
    _check_shapes(weights, len(word_pieces))
    return SecondReader(word_pieces, weights)


def _check_shapes(weights: dict[str, NDArray[Any]], n_pieces: int) -> None:
    width, inner = weights["words"].shape[1], weights["inner_in"].shape[2]
    if width == 0 or width % HEADS:
        raise ValueError(f"the second reader's width must be a multiple of {HEADS}. Got {width}")
    sizes = {
        "attention_in": (width, 3 * width),
        "attention_out": (width, width),
        "inner_in": (width, inner),
        "inner_out": (inner, width),
        "head_in": (width, width),
    }
    shapes = {
        "words": (n_pieces, width),
        "words_scale": (n_pieces,),
        "places": (weights["places"].shape[0], width),
        "head_out": (width,),
        "head_out_bias": (1,),
    }
    for name, size in sizes.items():
        layers = (LAYERS,) if name in LAYERED else ()
        shapes[name] = (*layers, *size)
        shapes |= {f"{name}_{part}": (*layers, size[1]) for part in ("scale", "bias")}
    for name in _NORMS:
        layers = (LAYERS,) if name in LAYERED else ()
        shapes |= {f"{name}_{part}": (*layers, width) for part in ("weight", "bias")}
    for name, shape in shapes.items():
        if weights[name].shape != shape:
            raise ValueError(
                f"{_PREFIX}{name}.npy must have the shape {shape}. Got {weights[name].shape}"
            )
    if len(weights["places"]) < LONGEST:
        raise ValueError(f"{_PREFIX}places.npy must hold {LONGEST} places")
