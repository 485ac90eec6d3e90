"""Counts made into rates that short texts cannot push to extremes."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.tokens import TokenBlock

DAMPING = 50.0
"""Words added to every text's length before dividing by it."""


def damped(
    count: NDArray[np.float64] | NDArray[np.int64],
    total: NDArray[np.int64],
    damping: float = DAMPING,
) -> NDArray[np.float64]:
    """``count / (total + damping)``: the rate, drawn towards 0 where there is little text."""
    return count / (total + damping)


def distinct_share(block: TokenBlock, marked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of a document's different words that are marked at least once, damped.

    A word that a text repeats forty times is one fact, not forty.
    """
    return damped(distinct_count(block, marked).astype(np.float64), distinct_count(block))


def distinct_count(block: TokenBlock, marked: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Number of different words among each document's (marked) tokens, of shape (n_docs,)."""
    doc, word_hash = block.doc, block.word_hash
    if marked is not None:
        doc, word_hash = doc[marked], word_hash[marked]
    order, new = _by_type(doc, word_hash)
    return np.bincount(doc[order][new], minlength=len(block))


def mean_by_type(block: TokenBlock, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over a document's different words of the mean value at their places.

    Args:
        block: The documents.
        values: float64 array of shape (n_tokens,).

    Returns:
        float64 array of shape (n_docs,).
    """
    order, new = _by_type(block.doc, block.word_hash)
    word_type = np.cumsum(new) - 1
    mean = np.bincount(word_type, weights=values[order]) / np.maximum(np.bincount(word_type), 1)
    doc_of_type = block.doc[order][new]
    return np.bincount(doc_of_type, weights=mean, minlength=len(block)).astype(np.float64)


def type_counts(block: TokenBlock) -> NDArray[np.int64]:
    """How often each token's word stands in its document, int64 of shape (n_tokens,)."""
    order, new = _by_type(block.doc, block.word_hash)
    word_type = np.cumsum(new) - 1
    counts = np.empty(len(order), np.int64)
    counts[order] = np.bincount(word_type)[word_type]
    return counts


def _by_type(
    doc: NDArray[np.int64], word_hash: NDArray[np.uint64]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Tokens in order of document and word, and where in that order a new word begins."""
    order = np.lexsort((word_hash, doc))
    doc, word_hash = doc[order], word_hash[order]
    new = np.ones(len(doc), np.bool_)
    new[1:] = (doc[1:] != doc[:-1]) | (word_hash[1:] != word_hash[:-1])
    return order, new
