"""Running text as word ids with its pauses, the form in which language models read it."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.text.tokens import GAP_CLAUSE, TokenBlock
from chaffinch.features.text.vocabulary import BOUNDARY, CLAUSE_MARK


class Stream(NamedTuple):
    """A block's words and pauses in their order.

    Attributes:
        ids: uint16 array of shape (n_tokens + n_pauses + 1,), word ids with `BOUNDARY` between
            sentences and documents, `CLAUSE_MARK` between clauses and `BOUNDARY` at the end.
        place: int64 array of shape (n_tokens,), where each token stands in `ids`.
        first: int64 array of shape (n_docs,), where each document begins in `ids`.
        last: int64 array of shape (n_docs,), one past where it ends.
    """

    ids: NDArray[np.uint16]
    place: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    @classmethod
    def of_block(cls, block: TokenBlock) -> "Stream":
        """The stream of a block; documents do not look into each other's part of it."""
        return _stream(block)


@lru_cache(maxsize=1)
def _stream(block: TokenBlock) -> Stream:
    n_tokens = len(block.word)
    pause = (block.gap >= GAP_CLAUSE).astype(np.int64)
    place = np.arange(n_tokens) + np.cumsum(pause)
    ids = np.full(n_tokens + int(pause.sum()) + 1, BOUNDARY, np.uint16)
    ids[place] = block.word
    ids[place[block.gap == GAP_CLAUSE] - 1] = CLAUSE_MARK
    ends = np.cumsum(block.n_words)
    padded = np.append(place, len(ids) - 1)
    first = padded[ends - block.n_words]
    last = np.where(block.n_words > 0, padded[np.maximum(ends - 1, 0)] + 1, first)
    return Stream(ids, place, first, last)
