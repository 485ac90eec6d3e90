"""Documents read again: which stretches of them, and what is found there."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.second_reader.network import LONGEST, SecondReader
from chaffinch.features.second_reader.pieces import Pieces, pieces_of
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

_WINDOW = LONGEST - 2
"""Pieces of a text that are read at once."""

_MARGIN = 24
"""Pieces at either end of a window that only give context, but at the ends of the text. Our choice:
what is read of a word lies at least a sentence's length from where the window was cut."""

_STRIDE = _WINDOW - 2 * _MARGIN
"""Pieces from the beginning of a window to that of the next."""

_MOST_WINDOWS = 12
"""Windows of a document that are read, at most. Our choice: some 1,000 words, and a quarter of a
second."""

_SHARE_IN_TRAINING = 0.07
"""Share of replaced words among those that the reader was trained on, so that its log-odds hold for
such a share."""

_SUPPOSED_SHARE = 0.1
"""Share of replaced words of a spun text, for the test after each window. Our choice: the middle of
what spinners replace."""


class Asked(NamedTuple):
    """What is to be read again of a block.

    Attributes:
        docs: int64 array of shape (n_docs_asked,), the documents, rising.
        doubt: float64 array of shape (n_tokens,), how doubtful each word of the block is, not
            negative: the windows of a document with most doubt are read first.
        enough: Natural log ratios (a spun text against an honest one) at which no more of a
            document is read.
    """

    docs: NDArray[np.int64]
    doubt: NDArray[np.float64]
    enough: tuple[float, float]


class Reading(NamedTuple):
    """What the second reader says of some words.

    Attributes:
        tokens: int64 array of shape (n,), indices of the words in their block, rising.
        log_odds: float32 array of shape (n,), natural log-odds that a spinner put them.
    """

    tokens: NDArray[np.int64]
    log_odds: NDArray[np.float32]


def read_again(
    block: TokenBlock, asked: Asked, vocabulary: Vocabulary, reader: SecondReader
) -> Reading:
    """Read documents of a block again, window by window, until each is decided.

    Source: the sequential probability ratio test (Wald, Annals of Mathematical Statistics 1945).

    Args:
        block: The documents.
        asked: Which of them, and where to begin.
        vocabulary: The words that the block was tokenised with.
        reader: What reads them.
    """
    read = []
    for doc in asked.docs.tolist():
        pieces = pieces_of(block, doc, vocabulary, reader.word_pieces)
        first_token = int(np.searchsorted(block.doc, doc))
        doubt = asked.doubt[first_token : first_token + len(pieces.first)]
        found = _read(pieces, doubt, asked.enough, reader)
        read.append(found._replace(tokens=first_token + found.tokens))
    return Reading(
        np.concatenate([np.zeros(0, np.int64), *(one.tokens for one in read)]),
        np.concatenate([np.zeros(0, np.float32), *(one.log_odds for one in read)]),
    )


def _read(
    pieces: Pieces, doubt: NDArray[np.float64], enough: tuple[float, float], reader: SecondReader
) -> Reading:
    """Read one document; its tokens are counted from its first one."""
    n_windows = 1 + max(0, -(-(len(pieces.ids) - _WINDOW) // _STRIDE))
    # Each piece is judged in the window in which it stands farthest from where that was cut.
    window = np.clip((pieces.first - _MARGIN) // _STRIDE, 0, n_windows - 1)
    order = np.argsort(-np.bincount(window, doubt, n_windows), kind="stable")
    log_odds = np.full(len(window), np.nan, np.float32)
    ends = reader.word_pieces.first, reader.word_pieces.last
    total = 0.0
    for number in order[:_MOST_WINDOWS].tolist():
        start = number * _STRIDE
        ids = pieces.ids[start : start + _WINDOW].tolist()
        found = reader.log_odds(np.array([ends[0], *ids, ends[1]], np.int64))
        inside = np.flatnonzero(window == number)
        log_odds[inside] = found[1 + pieces.first[inside] - start]
        total += _log_ratio(log_odds[inside])
        if not enough[0] < total < enough[1]:
            break
    tokens = np.flatnonzero(~np.isnan(log_odds))
    return Reading(tokens, log_odds[tokens])


def _log_ratio(log_odds: NDArray[np.float32]) -> float:
    """How much likelier (nats) words are in a spun text than in an honest one."""
    prior = np.log(_SHARE_IN_TRAINING / (1 - _SHARE_IN_TRAINING))
    ratio = np.exp(log_odds.astype(np.float64) - prior)
    return float(np.log(1 - _SUPPOSED_SHARE + _SUPPOSED_SHARE * ratio).sum())
