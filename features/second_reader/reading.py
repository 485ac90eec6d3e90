"""Documents read again: which stretches of them, and what is found there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.second_reader.network import LONGEST, SecondReader
from chaffinch.features.second_reader.pieces import pieces_of
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

_WINDOW = LONGEST - 2
"""Pieces of a text that are read at once."""

_MARGIN = 24
"""Pieces at either end of a window that only give context, but at the ends of the text. Our choice:
what is read of a word lies at least a sentence's length from where the window was cut."""

_STRIDE = _WINDOW - 2 * _MARGIN
"""Pieces from the beginning of a window to that of the next."""

MOST_WINDOWS = 12
"""Windows of a document that are read, those with most doubt. Our choice: some 1,000 words, and a
quarter of a second."""


class Reading(NamedTuple):
    """What the second reader says of some words.

    Attributes:
        tokens: int64 array of shape (n,), indices of the words in their block, rising.
        log_odds: float32 array of shape (n,), natural log-odds that a spinner put them.
    """

    tokens: NDArray[np.int64]
    log_odds: NDArray[np.float32]


def read_again(
    block: TokenBlock,
    docs: NDArray[np.int64],
    doubt: NDArray[np.float64],
    vocabulary: Vocabulary,
    reader: SecondReader,
) -> Reading:
    """Read documents of a block again, of long ones the stretches with most doubt.

    Args:
        block: The documents.
        docs: int64 indices of those to read, rising.
        doubt: float64 array of shape (n_tokens,), how doubtful each word is, not negative.
        vocabulary: The words that the block was tokenised with.
        reader: What reads them.
    """
    read = [_read(block, doc, doubt, vocabulary, reader) for doc in docs.tolist()]
    return Reading(
        np.concatenate([np.zeros(0, np.int64), *(one.tokens for one in read)]),
        np.concatenate([np.zeros(0, np.float32), *(one.log_odds for one in read)]),
    )


def _read(
    block: TokenBlock,
    doc: int,
    doubt: NDArray[np.float64],
    vocabulary: Vocabulary,
    reader: SecondReader,
) -> Reading:
    pieces = pieces_of(block, doc, vocabulary, reader.word_pieces)
    first_token = int(np.searchsorted(block.doc, doc))
    n_pieces = len(pieces.ids)
    n_windows = 1 + max(0, -(-(n_pieces - _WINDOW) // _STRIDE))
    # Each piece is judged in the window in which it stands farthest from where that was cut.
    window = np.clip((pieces.first - _MARGIN) // _STRIDE, 0, n_windows - 1)
    doubts = np.bincount(window, doubt[first_token : first_token + len(window)], n_windows)
    chosen = np.sort(np.argsort(-doubts, kind="stable")[:MOST_WINDOWS])
    log_odds = np.zeros(len(window), np.float32)
    for number in chosen.tolist():
        start = number * _STRIDE
        ids = pieces.ids[start : start + _WINDOW]
        ends = reader.word_pieces.first, reader.word_pieces.last
        found = reader.log_odds(np.array([ends[0], *ids.tolist(), ends[1]], np.int64))
        inside = np.flatnonzero(window == number)
        log_odds[inside] = found[1 + pieces.first[inside] - start]
    tokens = np.flatnonzero(np.isin(window, chosen))
    return Reading(first_token + tokens, log_odds[tokens])
