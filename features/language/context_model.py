"""Which words their wider context speaks against: a small neural model of clean English."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.stream import Stream
from chaffinch.features.text.tokens import TokenBlock

WINDOW = 5
"""Words and pauses on either side that are weighed one by one. Our choice, as `TOPIC_WINDOW`."""

TOPIC_WINDOW = 64
"""Words and pauses on either side whose mean stands for the topic, at the least."""

TOPIC_SCALE = 4.0
"""The topic's mean is shorter than a single vector by about this factor."""

_CELL = 32
"""Places that share one topic. Our choice: half of `TOPIC_WINDOW`, which it divides."""

_PART = 16 * _CELL
"""Places summed together: the intermediate sums stay in a processor's cache. Our choice."""

_LARGEST = 127
"""Largest whole number of an input of a layer, as int8 holds it; hidden units have twice that."""

# The places on either side, relative to a word's own.
_OFFSETS = np.array([*range(-WINDOW, 0), *range(1, WINDOW + 1)])
_TILE = 256
"""Tokens worked on together: the intermediate arrays stay in a processor's cache. Our choice."""


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
        topic, cell = self._topics(stream, vectors)
        layers = self.hidden.astype(np.float32), self.output.astype(np.float32)
        wanted = np.empty((len(tokens), vectors.shape[1]), np.float32)
        doc, at = block.doc.take(tokens), stream.place.take(tokens)
        cell = cell.take(doc) + (at - stream.first.take(doc)) // _CELL
        # The stream ends with a boundary, as documents do.
        beside = at[:, None] + _OFFSETS
        outside = (beside < stream.first.take(doc)[:, None]) | (
            beside >= stream.last.take(doc)[:, None]
        )
        beside[outside] = len(vectors) - 1
        for first in range(0, len(tokens), _TILE):
            tile = slice(first, first + _TILE)
            around = vectors.take(beside[tile], axis=0).astype(np.float32)
            wanted[tile] = self._wanted(around, topic.take(cell[tile], axis=0), layers)
        return wanted

    def _topics(
        self, stream: Stream, vectors: NDArray[np.int8]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The mean vectors of the wider text, one for each cell of `_CELL` places of a document.

        Returns:
            Means over a cell and `TOPIC_WINDOW` places on either side of it, float32 of shape
            (n_cells, d), weighed as a part of the context; and the number of each document's
            first cell, int64 of shape (n_docs,).
        """
        reach = TOPIC_WINDOW // _CELL
        lengths = stream.last - stream.first
        counts = -(-lengths // _CELL)
        begin = np.cumsum(counts) - counts
        sums = np.zeros((int(counts.sum()), vectors.shape[1]), np.int16)
        places = zip(stream.first.tolist(), stream.last.tolist(), begin.tolist(), strict=True)
        for first, last, start in places:
            _sum_cells(vectors[first:last], sums[start:])
        cell = np.arange(len(sums))
        doc = np.repeat(np.arange(len(counts)), counts)
        total = np.zeros(sums.shape, np.float32)
        for step in range(-reach, reach + 1):
            beside = np.clip(cell + step, 0, len(sums) - 1)
            same = (cell + step >= begin[doc]) & (cell + step < (begin + counts)[doc])
            total += sums.take(beside, axis=0) * same[:, None]
        edge = (cell - begin[doc]) * _CELL
        high = np.minimum(edge + _CELL + TOPIC_WINDOW, lengths[doc])
        width = high - np.maximum(edge - TOPIC_WINDOW, 0)
        topic: NDArray[np.float32] = total / width[:, None].astype(np.float32)
        topic *= np.float32(TOPIC_SCALE) * self.place[-1]
        return topic, begin

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
        around: NDArray[np.float32],
        topic: NDArray[np.float32],
        layers: tuple[NDArray[np.float32], NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        """What is wanted in places, from the vectors beside them and the topics around."""
        n, _, d = around.shape
        sides = np.einsum(
            "nskd,skd->nsd",
            around.reshape(n, 2, WINDOW, d),
            self.place[:-1].reshape(2, WINDOW, d),
        )
        unit_in, unit_hidden, unit_out, unit_output = self.units
        whole = np.concatenate((sides.reshape(n, 2 * d), topic), axis=1)
        wanted: NDArray[np.float32] = sides.sum(axis=1) + topic
        whole *= 1 / unit_in
        np.rint(whole, out=whole)
        np.clip(whole, -_LARGEST, _LARGEST, out=whole)
        hidden, output = layers
        active = whole @ hidden
        active *= unit_hidden / unit_out
        active += self.hidden_bias / unit_out
        np.rint(active, out=active)
        np.clip(active, 0, 2 * _LARGEST, out=active)
        mixed = active @ output
        mixed *= unit_output
        wanted += mixed
        return wanted


def _sum_cells(vectors: NDArray[np.int8], sums: NDArray[np.int16]) -> None:
    """Sum the vectors of each cell of one document into the first rows of `sums`.

    Args:
        vectors: int8 array of shape (n_places, d).
        sums: int16 array of shape (n_cells or more, d), changed in place.
    """
    d = vectors.shape[1]
    for place in range(0, len(vectors), _PART):
        part = vectors[place : place + _PART].astype(np.int16)
        part.resize((-(-len(part) // _CELL), _CELL * d), refcheck=False)
        while part.shape[1] > d:
            half = part.shape[1] // 2
            part = part[:, :half] + part[:, half:]
        row = place // _CELL
        sums[row : row + len(part)] = part
