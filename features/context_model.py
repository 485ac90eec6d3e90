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
_BATCH = 4096


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
        running = np.zeros((len(stream.ids) + 1, self.context.shape[1]), np.int32)
        np.cumsum(self.context[stream.ids], axis=0, dtype=np.int32, out=running[1:])
        parts = [np.zeros((0, self.context.shape[1]), np.float32)]
        for first in range(0, len(tokens), _BATCH):
            parts.append(self._wanted(block, stream, running, tokens[first : first + _BATCH]))
        return np.concatenate(parts)

    def log_odds(self, wanted: NDArray[np.float32], ids: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Natural log-odds that words were put by a machine where something was wanted.

        Args:
            wanted: float32 array of shape (n, d), from `wanted`.
            ids: uint16 array of shape (n,), the words.

        Returns:
            float32 array of shape (n,); high for words that do not belong.
        """
        fit = (wanted * self.word[ids]).sum(axis=1) * self.scale[ids]
        odds: NDArray[np.float32] = fit + self.bias[ids]
        return odds

    def _wanted(
        self,
        block: TokenBlock,
        stream: Stream,
        running: NDArray[np.int32],
        tokens: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        doc = block.doc[tokens]
        at = stream.place[tokens]
        low = np.maximum(at - TOPIC_WINDOW, stream.first[doc])
        high = np.minimum(at + TOPIC_WINDOW, stream.last[doc])
        width = (high - low).astype(np.float32)[:, None]
        total = (running[high] - running[low]).astype(np.float32)
        topic = total / width * np.float32(TOPIC_SCALE) * self.place[-1]
        sides = []
        for offsets, places in (
            (range(-WINDOW, 0), self.place[:WINDOW]),
            (range(1, WINDOW + 1), self.place[WINDOW:-1]),
        ):
            side = np.zeros_like(topic)
            for offset, weight in zip(offsets, places, strict=True):
                side += self.context[stream.neighbour(tokens, doc, offset)] * weight
            sides.append(side)
        left, right = sides
        unit_in, unit_hidden, unit_out, unit_output = self.units
        summed = np.hstack([left, right, topic])
        whole = np.clip(np.rint(summed / unit_in), -_LARGEST, _LARGEST)
        active = whole @ self.hidden.astype(np.float32) * unit_hidden + self.hidden_bias
        active = np.clip(np.rint(active / unit_out), 0, 2 * _LARGEST)
        mixed = active @ self.output.astype(np.float32) * unit_output
        wanted: NDArray[np.float32] = left + right + topic + mixed
        return wanted
