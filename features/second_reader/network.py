"""The second reader: a small transformer that tells replaced words from written ones."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.second_reader.word_pieces import WordPieces

GRAPH = Path(__file__).parent / "network.onnx"
"""What the transformer calculates, without its weights: a model brings numbers, no operators."""

N_PIECES, WIDTH, INNER, N_LAYERS = 30_522, 384, 1_536, 6
"""Sizes of MiniLM-L6, for which the graph is made: pieces that it knows, numbers that stand for a
piece, numbers between the two matrices of a layer, and layers."""

LAYERED = frozenset(
    {"attention_in", "attention_out", "attention_norm", "inner_in", "inner_out", "inner_norm"}
)
"""What every layer has. The arrays of these have a first axis for the layer, and the graph names
each layer's own part with its number behind a point."""

LONGEST = 160
"""Pieces that are read at once, the first and the last one included, as in training."""


def can_be_run() -> bool:
    """Whether the library that runs the graph is installed (the extra ``reader``)."""
    return find_spec("onnxruntime") is not None


class SecondReader:
    """Reads pieces of words and says how likely each is to begin a replaced word.

    A transformer of six layers (MiniLM: Wang et al., NeurIPS 2020), fine-tuned to tell replaced
    words from written ones as ELECTRA is (Clark et al., ICLR 2020), with weights of 7 bits, run
    by onnxruntime on one core. What it says of a run of pieces never depends on others.

    Args:
        word_pieces: The pieces.
        weights: Its arrays by the names that the graph has for them.
    """

    def __init__(self, word_pieces: WordPieces, weights: Mapping[str, NDArray[Any]]) -> None:
        self.word_pieces = word_pieces
        self.weights = dict(weights)

    def __getstate__(self) -> dict[str, Any]:
        """Without the session, which belongs to one process."""
        return {"word_pieces": self.word_pieces, "weights": self.weights}

    def log_odds(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Natural log-odds that a spinner put the word that each piece begins.

        Args:
            ids: int64 array of shape (n,), at most `LONGEST` pieces with the first and the last.

        Returns:
            float32 array of shape (n,).
        """
        found: NDArray[np.float32] = self._session.run(None, {"ids": ids[None]})[0].reshape(-1)
        return found

    @cached_property
    def _session(self) -> Any:
        # Only who has a document in doubt waits for the library to load.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        given = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))
            for name, array in _by_layer(self.weights)
        }
        options.add_external_initializers([*given], [*given.values()])
        return onnxruntime.InferenceSession(
            GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"]
        )


def _by_layer(weights: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays by the names that the graph has for them."""
    for name, array in weights.items():
        if name.removesuffix("_scale").removesuffix("_bias").removesuffix("_weight") in LAYERED:
            for layer, part in enumerate(array):
                yield f"{name}.{layer}", part
        else:
            yield name, array
