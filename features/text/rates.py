"""Counts made into rates that short texts cannot push to extremes."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.text.tokens import TokenBlock

DAMPING = 50.0
"""Words added to every text's length before dividing by it. Our choice."""


def damped(
    count: NDArray[np.float64] | NDArray[np.int64],
    total: NDArray[np.int64],
    damping: float = DAMPING,
) -> NDArray[np.float64]:
    """``count / (total + damping)``: the rate, drawn towards 0 where there is little text.

    Args:
        count: Array of shape (n_docs,).
        total: int64 array of shape (n_docs,), in the unit of `count`.
        damping: What is added to every total, in the same unit.

    Returns:
        float64 array of shape (n_docs,).
    """
    return count / (total + damping)


def distinct_share(block: TokenBlock, marked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of a document's different words that are marked at least once, damped.

    A word that a text repeats forty times is one fact, not forty.

    Args:
        block: The documents.
        marked: bool array of shape (n_tokens,).

    Returns:
        float64 array of shape (n_docs,).
    """
    return damped(distinct_count(block, marked).astype(np.float64), distinct_count(block))


def distinct_count(block: TokenBlock, marked: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Number of different words among each document's tokens, int64 of shape (n_docs,).

    Args:
        block: The documents.
        marked: bool array of shape (n_tokens,), the tokens that count; all where None.
    """
    types = block.types
    doc = types.doc
    if marked is not None:
        n_marked = np.bincount(types.of_token[marked[types.order]], minlength=len(doc))
        doc = doc[n_marked > 0]
    return np.bincount(doc, minlength=len(block))


def type_counts(block: TokenBlock) -> NDArray[np.int64]:
    """How often each token's word stands in its document, int64 of shape (n_tokens,)."""
    types = block.types
    counts = np.empty(len(types.order), np.int64)
    counts[types.order] = types.n_tokens.take(types.of_token)
    return counts
