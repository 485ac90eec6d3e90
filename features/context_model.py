"""Which words their wider context speaks against: a small neural model of clean English."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.stream import Stream
from chaffinch.features.tokens import TokenBlock

WINDOW = 5
"""Words and pauses on either side that are weighed one by one."""

TOPIC_WINDOW = 64
"""Words and pauses on either side whose mean stands for the topic."""

TOPIC_SCALE = 4.0
"""The topic's mean is shorter than a single vector by about this factor."""

_LARGEST = 127
_TILE = 512
"""Tokens worked on together: what is worked out on the way stays in a processor's cache."""


class ContextModel(NamedTuple):
    """Log-odds that a word was put in its place by a machine rather than by the author.

    A log-bilinear model (Mnih and Kavukcuoglu, NIPS 2013) with one hidden layer, trained to
    tell replaced words from written ones as in ELECTRA (Clark et al., ICLR 2020): the
    vectors of five words on either side, weighed by place and dimension, and the mean vector of
    the wider text say what word is wanted; the word's own vector says how well it answers.

    Everything that is summed by matrix products is a whole number below 2**24, so results do
    not depend on which tokens are computed together.

    Attributes:
        context: int8 array of shape (n_ids, d), each word as a part of a context.
        word: int8 array of shape (n_ids, d), each word as an answer to one.
        bias: float32 array of shape (n_ids,), log-odds of each word by itself.
        scale: float32 array of shape (n_ids,), length of a unit of `word`.
        place: float32 array of shape (2 * WINDOW + 1, d), weight of each place of the context,
            left to right, the topic's last; multiplied by the unit of `context`.
        hidden: int8 array of shape (3 * d, h), from the left, right and topic sums to the
            hidden units.
        hidden_bias: float32 array of shape (h,), in the same units.
        output: int8 array of shape (h, d), from the hidden units to the wanted word.
        units: float32 array of shape (4,), the units of the sums, of `hidden`, of the hidden
            units, and of `output`.
    """

    context: NDArray[np.int8]
    word: NDArray[np.int8]
    bias: NDArray[np.float32]
    scale: NDArray[np.float32]
    place: NDArray[np.float32]
    hidden: NDArray[np.int8]
    hidden_bias: NDArray[np.float32]
    output: NDArray[np.int8]
    units: NDArray[np.float32]

    def wanted(
        self, block: TokenBlock, stream: Stream, tokens: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """What the places of some tokens ask for, whatever stands there.

        Args:
            block: The documents.
            stream: Their words and pauses.
            tokens: int64 indices of tokens, of shape (n,).

        Returns:
            float32 array of shape (n, d), to be answered by `log_odds`.
        """
        vectors = self.context.take(stream.ids, axis=0)
        running = np.zeros((len(vectors) + 1, vectors.shape[1]), np.int32)
        np.cumsum(vectors, axis=0, dtype=np.int32, out=running[1:])
        layers = self.hidden.astype(np.float32), self.output.astype(np.float32)
        wanted = np.empty((len(tokens), vectors.shape[1]), np.float32)
        for first in range(0, len(tokens), _TILE):
            tile = slice(first, first + _TILE)
            wanted[tile] = self._wanted(block, stream, vectors, running, layers, tokens[tile])
        return wanted

    def log_odds(self, wanted: NDArray[np.float32], ids: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Natural log-odds that words were put by a machine where something was wanted.

        Args:
            wanted: float32 array of shape (n, d), from `wanted`.
            ids: uint16 array of shape (n,), the words.

        Returns:
            float32 array of shape (n,); high for words that do not belong.
        """
        fit = np.empty(len(ids), np.float32)
        for first in range(0, len(ids), _TILE):
            tile = slice(first, first + _TILE)
            fit[tile] = (wanted[tile] * self.word.take(ids[tile], axis=0)).sum(axis=1)
        odds: NDArray[np.float32] = fit * self.scale.take(ids) + self.bias.take(ids)
        return odds

    def _wanted(
        self,
        block: TokenBlock,
        stream: Stream,
        vectors: NDArray[np.int8],
        running: NDArray[np.int32],
        layers: tuple[NDArray[np.float32], NDArray[np.float32]],
        tokens: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        doc = block.doc[tokens]
        at = stream.place[tokens]
        start, stop = stream.first[doc], stream.last[doc]
        low = np.maximum(at - TOPIC_WINDOW, start)
        high = np.minimum(at + TOPIC_WINDOW, stop)
        width = (high - low).astype(np.float32)[:, None]
        total = (running.take(high, axis=0) - running.take(low, axis=0)).astype(np.float32)
        topic = total / width * np.float32(TOPIC_SCALE) * self.place[-1]
        product = np.empty_like(topic)
        sides = []
        for offsets, places in (
            (range(-WINDOW, 0), self.place[:WINDOW]),
            (range(1, WINDOW + 1), self.place[WINDOW:-1]),
        ):
            side = np.zeros_like(topic)
            for offset, weight in zip(offsets, places, strict=True):
                beside = at + offset
                # The stream ends with a boundary, as documents do.
                beside[(beside < start) | (beside >= stop)] = len(vectors) - 1
                side += np.multiply(vectors.take(beside, axis=0), weight, out=product)
            sides.append(side)
        left, right = sides
        unit_in, unit_hidden, unit_out, unit_output = self.units
        whole = np.hstack([left, right, topic])
        whole /= unit_in
        np.rint(whole, out=whole)
        np.clip(whole, -_LARGEST, _LARGEST, out=whole)
        hidden, output = layers
        active = whole @ hidden
        active *= unit_hidden
        active += self.hidden_bias
        active /= unit_out
        np.rint(active, out=active)
        np.clip(active, 0, 2 * _LARGEST, out=active)
        mixed = active @ output
        mixed *= unit_output
        wanted: NDArray[np.float32] = left + right + topic + mixed
        return wanted
