"""Decoding: for every word, the original that its context would rather have."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language_model import dequantise
from chaffinch.features.resources import Resources
from chaffinch.features.tokens import CAPITALISED, GAP_CLAUSE, GAP_STOP, LOWER, TokenBlock
from chaffinch.features.vocabulary import BOUNDARY, CLAUSE_MARK, FIRST_WORD

PRIOR_RATE = 0.15
"""Share of words assumed to be replaced in a spun text; it sets the zero of the gain."""

_WELL_PLACED = -5.0
"""Words whose trigrams are likelier than this (log10) are not looked at: no gain above 0 was
ever found there in 170,000 words of clean text but for 0.3 %."""

_HOPELESS = -2.0
"""Candidates that gain less than this by their pairs (log10) are not read in full."""

_LOG_PRIOR = float(np.log10(PRIOR_RATE / (1 - PRIOR_RATE)))


class Decoding(NamedTuple):
    """The best probable original of each token.

    Attributes:
        gain: float64 array of shape (n_tokens,), log10 odds that the word was replaced, in a
            text of which `PRIOR_RATE` of the words were: the channel's and the language
            model's evidence together. -inf where no candidate is known.
        original: uint16 array of shape (n_tokens,), id of the best original (0 where none).
    """

    gain: NDArray[np.float64]
    original: NDArray[np.uint16]


def contexts(block: TokenBlock) -> tuple[NDArray[np.uint16], ...]:
    """Two ids before and two after every token, with pauses as ids of their own.

    Returns:
        uint16 arrays (second before, first before, first after, second after), each of shape
        (n_tokens,).
    """
    n = len(block.word)
    pause = (block.gap >= GAP_CLAUSE).astype(np.int64)
    place = np.arange(n) + np.cumsum(pause) + 2
    stream = np.full(n + int(pause.sum()) + 5, BOUNDARY, np.uint16)
    stream[place] = block.word
    stream[place[block.gap == GAP_CLAUSE] - 1] = CLAUSE_MARK
    at = (stream[place - 2], stream[place - 1], stream[place + 1], stream[place + 2])
    # Past a sentence's end lies nothing: what stands there must not depend on neighbours.
    before2, before1, after1, after2 = at
    before2 = np.where(before1 == BOUNDARY, np.uint16(BOUNDARY), before2)
    after2 = np.where(after1 == BOUNDARY, np.uint16(BOUNDARY), after2)
    return before2, before1, after1, after2


def decode(block: TokenBlock, resources: Resources) -> Decoding:
    """Find the best original of every replaceable token of a block.

    The gain of original ``o`` for written ``w`` is the log-odds of "a spinner replaced o"
    against "the author wrote w": the channel's log P(w | o), plus the language model's
    log P(text with o) - log P(text with w) over the trigrams that hold the word, plus the
    prior's log-odds. Names (capitals in mid-sentence) are never replaceable.
    """
    model = resources.language_model
    before2, before1, after1, after2 = contexts(block)

    def fit(word: NDArray[np.uint16], at: NDArray[np.int64]) -> NDArray[np.float64]:
        two = after1[at]
        follows = np.where(two == BOUNDARY, 0.0, model.trigram(word, two, after2[at]))
        total: NDArray[np.float64] = (
            model.trigram(before2[at], before1[at], word)
            + model.trigram(before1[at], word, two)
            + follows
        )
        return total

    def rough_fit(word: NDArray[np.uint16], at: NDArray[np.int64]) -> NDArray[np.float64]:
        return model.bigram(before1[at], word) + model.bigram(word, after1[at])

    own = fit(block.word, np.arange(len(block.word)))
    gain = np.full(len(block.word), -np.inf)
    original = np.zeros(len(block.word), np.uint16)
    sentence_start = block.gap >= GAP_STOP
    able = (block.word >= FIRST_WORD) & (
        (block.case == LOWER) | ((block.case == CAPITALISED) & sentence_start)
    )
    # Most words sit well where they are and most candidates do not: pairs of words, cheaper
    # than triples, leave one candidate in ten to be read in full.
    places = np.flatnonzero(able & (own < _WELL_PLACED))
    row, pair = resources.channel.expand(block.word[places])
    at, candidate = places[row], resources.channel.original[pair]
    bias = dequantise(resources.channel.weight[pair]) + _LOG_PRIOR
    rough_own = rough_fit(block.word[places], places)
    hopeful = bias + rough_fit(candidate, at) - rough_own[row] > _HOPELESS
    at, candidate, bias = at[hopeful], candidate[hopeful], bias[hopeful]
    if len(at):
        value = bias + fit(candidate, at) - own[at]
        # Best candidate of each word: ties go to the first, which the table holds likeliest.
        order = np.lexsort((-value, at))
        best = order[np.concatenate(([True], at[order][1:] != at[order][:-1]))]
        gain[at[best]] = value[best]
        original[at[best]] = candidate[best]
    return Decoding(gain, original)
