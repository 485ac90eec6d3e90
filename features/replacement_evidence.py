"""What speaks for and against each word's having been replaced, as numbers side by side."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.channel import best_of_each
from chaffinch.features.language_model import dequantise
from chaffinch.features.rates import type_counts
from chaffinch.features.resources import Resources
from chaffinch.features.stream import Stream
from chaffinch.features.tokens import CAPITALISED, GAP_STOP, LOWER, TokenBlock
from chaffinch.features.vocabulary import FIRST_WORD

_LARGEST = 8.0
_NO_GAIN = -3.0
_CONTEXT_WEIGHT = 0.4
_BEYOND_DOUBT = -3.5
"""Words whose context wants them more than this (log-odds) have no originals looked up: 97 % of
the words that a spinner of unknown words replaced lie above, and half of clean words below."""


class Evidence(NamedTuple):
    """Evidence on the words that a spinner could have written.

    Attributes:
        tokens: int64 array of shape (n,), indices of these words: names, numbers and
            words that the vocabulary lacks are left out.
        values: float32 array of shape (n, len(COLUMNS)), columns as in `COLUMNS`:

            - frequency: log10 share of the word in clean English,
            - after_pair, before_pair: log10 of how much likelier the word is after the word
              before it, and the word after it behind it, than by themselves,
            - context: log-odds from the context model,
            - gain: log10 of how much better the best candidate original fits, the channel's
              chance included; `-3` where there is none or none fits,
            - no_candidate: 1 where the channel knows no original,
            - repeats: natural log of how often the document has the word,
            - capital: 1 at the start of a sentence.
        original: uint16 array of shape (n,), id of the best candidate, 0 where there is none.
    """

    tokens: NDArray[np.int64]
    values: NDArray[np.float32]
    original: NDArray[np.uint16]


def replacement_evidence(block: TokenBlock, stream: Stream, resources: Resources) -> Evidence:
    """Gather the evidence on every word of a block that could have been replaced.

    Args:
        block: The documents.
        stream: Their words and pauses.
        resources: What the evidence is measured with.
    """
    model, context_model = resources.language_model, resources.context_model
    starts = block.gap >= GAP_STOP
    able = (block.word >= FIRST_WORD) & (
        (block.case == LOWER) | ((block.case == CAPITALISED) & starts)
    )
    tokens = np.flatnonzero(able)
    word, doc = block.word[tokens], block.doc[tokens]
    before = stream.neighbour(tokens, doc, -1)
    after = stream.neighbour(tokens, doc, 1)
    from_before, to_after = model.pairs(before, word, after)
    wanted = context_model.wanted(block, stream, tokens)
    context = context_model.log_odds(wanted, word)
    gain, original = _best_candidates(
        word, before, after, from_before + to_after, wanted, context, resources
    )
    known_after = after >= FIRST_WORD
    values = np.stack(
        [
            model.frequency[word],
            from_before - model.frequency[word],
            np.where(known_after, to_after - model.frequency[after], 0.0),
            np.clip(context, -_LARGEST, _LARGEST),
            np.maximum(gain, _NO_GAIN),
            ~np.isfinite(gain),
            np.log(type_counts(block)[tokens]),
            block.case[tokens] != LOWER,
        ],
        axis=1,
        dtype=np.float32,
    )
    return Evidence(tokens, values, original)


def _best_candidates(
    word: NDArray[np.uint16],
    before: NDArray[np.uint16],
    after: NDArray[np.uint16],
    own: NDArray[np.float64],
    wanted: NDArray[np.float32],
    context: NDArray[np.float32],
    resources: Resources,
) -> tuple[NDArray[np.float64], NDArray[np.uint16]]:
    """The candidate original of each word that fits best, and by how much (log10)."""
    model = resources.language_model
    channel = resources.channel
    gain = np.full(len(word), -np.inf)
    original = np.zeros(len(word), np.uint16)
    questionable = np.flatnonzero(context > _BEYOND_DOUBT)
    at, pair = channel.expand(word[questionable])
    at = questionable.take(at)
    candidate = channel.original.take(pair)
    from_before, to_after = model.pairs(before.take(at), candidate, after.take(at))
    value = dequantise(channel.weight.take(pair)) + (from_before + to_after) - own.take(at)
    hopeful = np.flatnonzero(value > _NO_GAIN)
    at, candidate, value = at.take(hopeful), candidate.take(hopeful), value.take(hopeful)
    better = context.take(at) - resources.context_model.log_odds(wanted.take(at, axis=0), candidate)
    value = value + _CONTEXT_WEIGHT * better
    best = best_of_each(at, value)
    gain[at[best]] = value[best]
    original[at[best]] = candidate[best]
    return gain, original
