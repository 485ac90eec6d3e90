"""Which phrases a spinner writes for which words and phrases, and words for which phrases."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.arrays import ranges
from chaffinch.features.language.channel import best_of_each
from chaffinch.features.language.language_model import (
    STEPS_PER_TEN,
    LanguageModel,
    dequantise,
    pair_fit,
)
from chaffinch.features.language.stream import Stream
from chaffinch.features.text.tokens import GAP_NONE, LOWER, TokenBlock
from chaffinch.features.text.vocabulary import FIRST_WORD

LONGEST = 4
"""Words of the longest phrase: the 16-bit ids of one fit into 64 bits."""

_NONE = np.uint16(0)
"""The id after a phrase's last word."""

_OPENINGS = 1 << 22
"""Places for pairs of words that open a phrase: 4 MB of flags, of which few are set. Our choice."""


class PhraseMatches(NamedTuple):
    """Phrases of a block that a spinner could have written.

    Attributes:
        first: int64 array of shape (n,), index of each phrase's first token, rising.
        length: int64 array of shape (n,), its number of tokens, 1 to `LONGEST`.
        gain: float64 array of shape (n,), log10 of how much better the best original fits
            there, the channel's chance included.
        original: int64 array of shape (n,), index of that original in the channel's phrases.
    """

    first: NDArray[np.int64]
    length: NDArray[np.int64]
    gain: NDArray[np.float64]
    original: NDArray[np.int64]


@dataclass(frozen=True)
class PhraseChannel:
    """Pairs of which at least one side is several words.

    Attributes:
        phrases: uint16 array of shape (n_phrases, LONGEST), word ids, 0 after the last word;
            in rising order of their keys; written phrases and originals alike.
        start: uint32 array of shape (n_phrases + 1,): the pairs of the written phrase `i` are
            ``start[i]`` to ``start[i + 1]``; none for a phrase that is only an original.
        original: uint32 array of shape (n_pairs,), indices of probable originals.
        weight: uint8 array of shape (n_pairs,), log10 of the chance that a spinner that
            replaces the original writes the phrase, quantised as in the language model.
    """

    phrases: NDArray[np.uint16]
    start: NDArray[np.uint32]
    original: NDArray[np.uint32]
    weight: NDArray[np.uint8]

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """`phrase_keys` of all phrases, uint64 of shape (n_phrases,)."""
        return phrase_keys(self.phrases)

    @cached_property
    def _written(self) -> NDArray[np.bool_]:
        return self.start[1:] > self.start[:-1]

    def text(self, index: int, words: list[str]) -> str:
        """A phrase in letters.

        Args:
            index: Its index.
            words: Every id's word.
        """
        return " ".join(words[id] for id in self.phrases[index] if id)

    @cached_property
    def _openings(self) -> NDArray[np.bool_]:
        """Whether a written phrase may begin with a pair of words, by `_opening` of the pair."""
        openings = np.zeros(_OPENINGS, np.bool_)
        several = self.phrases[self._written & (self.phrases[:, 1] != _NONE)]
        openings[_opening(several[:, 0], several[:, 1])] = True
        return openings

    def matches(
        self,
        block: TokenBlock,
        model: LanguageModel,
        doubtful: NDArray[np.int64],
    ) -> PhraseMatches:
        """The phrases of a block that stand where an original would fit, best ones only.

        Args:
            block: The documents.
            model: What the fit is measured with.
            doubtful: int64 indices of doubted words. A phrase holds one at least, or is of several
                words that the words on either side speak against.
        """
        stream = Stream.of_block(block)
        first, length, phrase = self._found(block, doubtful, pair_fit(block, model).lift)
        begin = self.start[phrase].astype(np.int64)
        counts = self.start[phrase + 1].astype(np.int64) - begin
        at = np.repeat(np.arange(len(first)), counts)
        pair = ranges(begin, counts)
        original = self.original[pair].astype(np.int64)
        before = stream.place.take(first) - 1
        after = stream.place.take(first + length - 1) + 1
        steps = pair_fit(block, model).steps
        running = np.zeros(len(steps) + 1, np.int64)
        np.cumsum(steps, out=running[1:])
        own = running.take(after) - running.take(before)
        other = _fit(
            model,
            self.phrases.take(original, axis=0),
            stream.ids.take(before.take(at)),
            stream.ids.take(after.take(at)),
        )
        better = (other - own.take(at)) / np.float64(STEPS_PER_TEN)
        value = dequantise(self.weight.take(pair)) + better
        best = best_of_each(at, value)
        return PhraseMatches(first[at[best]], length[at[best]], value[best], original[best])

    def _found(
        self, block: TokenBlock, doubtful: NDArray[np.int64], lift: NDArray[np.int16]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """First token, length and phrase of every written phrase, by first token."""
        n_tokens = len(block.word)
        plain = (block.word >= FIRST_WORD) & (block.case == LOWER)
        goes_on = np.zeros(n_tokens, np.bool_)
        goes_on[:-1] = plain[1:] & (block.gap[1:] == GAP_NONE)
        single = doubtful[plain.take(doubtful) & (len(self.keys) > 0)]
        key = _opened(block.word.take(single))
        word = _nearest(self.keys, key)
        hit = np.flatnonzero(self.keys.take(word) == key)
        alone = single.take(hit), np.ones(len(hit), np.int64), word.take(hit)
        token = np.flatnonzero(plain & goes_on)
        pair = _opening(block.word.take(token), block.word.take(token + 1))
        token = token[self._openings.take(pair)]
        several = find_phrases(self.keys, block.word, token, goes_on)
        first, length, phrase = (
            np.concatenate(parts) for parts in zip(alone, several, strict=True)
        )
        holds = np.zeros(n_tokens + 1, np.int64)
        holds[doubtful + 1] = 1
        np.cumsum(holds, out=holds)
        place = Stream.of_block(block).place
        beside = lift.take(place.take(first) - 1) + lift.take(place.take(first + length - 1))
        looked_at = (holds[first + length] > holds[first]) | ((length > 1) & (beside < 0))
        kept = self._written.take(phrase) & looked_at
        order = np.flatnonzero(kept)
        order = order[np.lexsort((length[order], first[order]))]
        return first[order], length[order], phrase[order]


def _opening(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """A place among `_OPENINGS` for each pair of words; few pairs share one."""
    mixed = first * np.uint32(40_503) + second
    return (mixed ^ (mixed >> np.uint32(11))) & np.uint32(_OPENINGS - 1)


def find_phrases(
    keys: NDArray[np.uint64],
    ids: NDArray[np.uint16],
    token: NDArray[np.int64],
    goes_on: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The phrases of two words or more among running words.

    Args:
        keys: uint64 array of shape (n_phrases,), `phrase_keys` of what is looked for, rising.
        ids: uint16 array of shape (n_words,), word ids.
        token: int64 indices of words at which a phrase may begin; each of them goes on.
        goes_on: bool array of shape (n_words,), whether a phrase may go on to the next word.

    Returns:
        First word, number of words, and index in `keys` of each phrase found, int64 of shape (n,).
    """
    key = _opened(ids.take(token))
    found = []
    for place in range(1, LONGEST):
        shift = np.uint64(16 * (LONGEST - 1 - place))
        key = key | (ids.take(token + place).astype(np.uint64) << shift)
        phrase = _nearest(keys, key)
        hit = np.flatnonzero(keys.take(phrase) == key)
        found.append((token.take(hit), np.full(len(hit), place + 1), phrase.take(hit)))
        begun = keys.take(phrase) >> shift == key >> shift
        longer = np.flatnonzero(begun & goes_on.take(token + place))
        token, key = token.take(longer), key.take(longer)
    first, length, phrase = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return first, length, phrase


def _opened(word: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Keys of phrases of one word."""
    return word.astype(np.uint64) << np.uint64(16 * (LONGEST - 1))


def _nearest(keys: NDArray[np.uint64], key: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Index of the first of some rising keys that is not before each key, or of the last."""
    return np.minimum(np.searchsorted(keys, key), len(keys) - 1)


def phrase_keys(phrases: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """One key for each phrase; keys rise with the ids from the first word on.

    Args:
        phrases: uint16 array of shape (n, LONGEST), 0 after the last word.

    Returns:
        uint64 array of shape (n,).
    """
    keys = np.zeros(len(phrases), np.uint64)
    for place in range(LONGEST):
        keys = (keys << np.uint64(16)) | phrases[:, place]
    return keys


def _fit(
    model: LanguageModel,
    phrases: NDArray[np.uint16],
    before: NDArray[np.uint16],
    after: NDArray[np.uint16],
) -> NDArray[np.int64]:
    """log10 probability of phrases, and of what follows, in their places, in steps."""
    last = phrases[:, 0].copy()
    total = model.bigram_steps(before, last).astype(np.int64)
    for place in range(1, LONGEST):
        more = np.flatnonzero(phrases[:, place] != _NONE)
        word = phrases[more, place]
        total[more] += model.bigram_steps(last[more], word)
        last[more] = word
    return total + model.bigram_steps(last, after)
