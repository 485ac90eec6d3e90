"""How much of a text was replaced, judged from the words and phrases that could have been."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.phrase_channel import PhraseMatches
from chaffinch.features.language.replacement_odds import ReplacementOdds
from chaffinch.features.text.mentions import mentioned
from chaffinch.features.text.tokens import TokenBlock

NEVER = -30.0
"""Log ratio (nats) of a word that was not replaced: its odds are 1 to 10 million million."""

_LARGEST = 8.0
"""Largest log ratio (nats) of one word, some 3,000 to 1. Our choice: no single word decides."""

_FIRST_SHARE, _LEAST_SHARE, _MOST_SHARE = 0.1, 0.005, 0.5
"""Share of replaced words that expectation maximisation starts from, and its bounds. Our choice:
below the least there is no spinning to speak of, and no spinner replaces more than the most."""

_ROUNDS = 8
"""Rounds of expectation maximisation. Our choice: more take longer for the last digits."""


class LogRatios(NamedTuple):
    """How much likelier (nats) a spinner is to have put something than an author.

    Attributes:
        words: float64 array of shape (n_tokens,), of each word for a word.
        phrases: float64 array of shape (n_matches,), of each phrase.
        all: float64 array of shape (n_tokens,), the larger of a word's and of a phrase's at it;
            `NEVER` where neither is asked for.
    """

    words: NDArray[np.float64]
    phrases: NDArray[np.float64]
    all: NDArray[np.float64]


def log_ratios(
    block: TokenBlock,
    tokens: NDArray[np.int64],
    of_words: NDArray[np.float64],
    matches: PhraseMatches,
    odds: ReplacementOdds,
) -> LogRatios:
    """What words and phrases say together; short quotations say nothing.

    Args:
        block: The documents.
        tokens: int64 array of shape (n,), indices of the words that could have been replaced.
        of_words: float64 array of shape (n,), the log ratio of each.
        matches: The phrases that could have been put.
        odds: What the phrases are weighed with.
    """
    words = np.full(len(block.word), NEVER)
    words[tokens] = np.clip(of_words, -_LARGEST, _LARGEST)
    phrases = np.minimum(odds.phrase_log_ratio(matches.gain), _LARGEST)
    both = words.copy()
    np.maximum.at(both, matches.first, phrases)
    mention = mentioned(block)
    both[mention] = words[mention] = NEVER
    return LogRatios(words, np.where(mention[matches.first], NEVER, phrases), both)


def likeliest_share(
    block: TokenBlock, tokens: NDArray[np.int64], log_ratio: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of replaced words by expectation maximisation, float64 of shape (n_docs,).

    Source: Dempster, Laird and Rubin (Journal of the Royal Statistical Society B, 1977).

    Args:
        block: The documents.
        tokens: int64 array of shape (n,), indices of the words that could have been replaced.
        log_ratio: float64 array of shape (n,), the log ratio of each.
    """
    doc = block.doc.take(tokens)
    share = np.full(len(block), _FIRST_SHARE)
    for _ in range(_ROUNDS):
        odds = log_ratio + np.log(share / (1 - share))[doc]
        replaced = np.bincount(doc, 1 / (1 + np.exp(-odds)), len(block))
        share = np.clip(replaced / (block.n_words + 1.0), _LEAST_SHARE, _MOST_SHARE)
    return share
