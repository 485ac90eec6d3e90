"""The second reader as arrays for a model folder, its matrices in int8."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from chaffinch.detector.training.second_reader.network import Network
from chaffinch.features.second_reader.network import LONGEST

_GREATEST = 63
"""Greatest weight as a whole number. Processors without VNNI add two products of a weight and an
activation (at most 255) in 16 bits, which larger weights would overflow; the eighth bit gains
nothing, since most of the rounding error is that of the activations."""

Floats = NDArray[np.float32]
Arrays = dict[str, NDArray[Any]]


def reader_arrays(network: Network) -> Arrays:
    """A network's arrays by name; those of its layers have a first axis for the layer.

    Matrices are int8 of shape (n_in, n_out) with a float32 scale for each column, the table of
    pieces is int8 with a scale for each row, and everything else is float32. The head's last
    matrix, of one column, is float32 as well: its rounding errors would be the answer's own.
    """
    words, scale = _quantised(_plain(network.words.weight), axis=1)
    layers = [
        {
            key: array
            for name, part in layer.named_children()
            for key, array in _part(name, part).items()
        }
        for layer in network.layers
    ]
    return {
        "words": words,
        "words_scale": scale,
        # No crop was longer, so that nothing was learned of the places after it.
        "places": _plain(network.places.weight[:LONGEST]),
        **_part("norm", network.norm),
        **{key: np.stack([layer[key] for layer in layers]) for key in layers[0]},
        **_part("head_in", network.head_in),
        "head_out": _plain(network.head_out.weight)[0],
        "head_out_bias": _plain(network.head_out.bias),
    }


def _part(name: str, part: nn.Module) -> Arrays:
    """The arrays of a matrix or of a normalisation."""
    assert isinstance(part, nn.Linear | nn.LayerNorm)
    weight, bias = _plain(part.weight), _plain(part.bias)
    if isinstance(part, nn.LayerNorm):
        return {f"{name}_weight": weight, f"{name}_bias": bias}
    whole, scale = _quantised(weight.T, axis=0)
    return {name: whole, f"{name}_scale": scale, f"{name}_bias": bias}


def _plain(value: Tensor) -> Floats:
    array: Floats = value.detach().float().numpy()
    return np.ascontiguousarray(array)


def _quantised(values: Floats, axis: int) -> tuple[NDArray[np.int8], Floats]:
    """Whole numbers, and what each row or column of them is multiplied by to give the values.

    Args:
        values: A matrix.
        axis: The axis along which values share a scale.
    """
    scale = np.abs(values).max(axis=axis, keepdims=True) / _GREATEST
    whole = np.rint(values / np.where(scale > 0, scale, 1)).astype(np.int8)
    return np.ascontiguousarray(whole), scale.squeeze(axis).astype(np.float32)
