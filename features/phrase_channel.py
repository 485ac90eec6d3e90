"""Which phrases a spinner writes for which words and phrases, and words for which phrases."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.channel import best_of_each
from chaffinch.features.language_model import LanguageModel, dequantise
from chaffinch.features.stream import Stream
from chaffinch.features.tokens import GAP_NONE, LOWER, TokenBlock
from chaffinch.features.vocabulary import FIRST_WORD

LONGEST = 4
"""Words of the longest phrase; the ids of one fit into 64 bits."""

_NONE = np.uint16(0)


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

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        """Whether each id is the first of a written phrase."""
        begins = np.zeros(1 << 16, np.bool_)
        begins[self.phrases[self._written, 0]] = True
        return begins

    def text(self, index: int, words: list[str]) -> str:
        """A phrase in letters.

        Args:
            index: Its index.
            words: Every id's word.
        """
        return " ".join(words[id] for id in self.phrases[index] if id)

    def matches(self, block: TokenBlock, stream: Stream, model: LanguageModel) -> PhraseMatches:
        """The phrases of a block that stand where an original would fit, best ones only.

        Args:
            block: The documents.
            stream: Their words and pauses.
            model: What the fit is measured with.
        """
        first, length, phrase = self._found(block)
        counts = (self.start[phrase + 1] - self.start[phrase]).astype(np.int64)
        at = np.repeat(np.arange(len(first)), counts)
        offset = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        pair = self.start[phrase[at]].astype(np.int64) + offset
        original = self.original[pair].astype(np.int64)
        doc = block.doc[first]
        before = stream.neighbour(first, doc, -1)
        after = stream.neighbour(first + length - 1, doc, 1)
        fit = _fit(
            model,
            self.phrases.take(np.concatenate((phrase, original)), axis=0),
            np.concatenate((before, before.take(at))),
            np.concatenate((after, after.take(at))),
        )
        own, other = fit[: len(first)], fit[len(first) :]
        value = dequantise(self.weight.take(pair)) + other - own.take(at)
        best = best_of_each(at, value)
        return PhraseMatches(first[at[best]], length[at[best]], value[best], original[best])

    def _found(
        self, block: TokenBlock
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """First token, length and phrase of every written phrase, by first token."""
        plain = (block.word >= FIRST_WORD) & (block.case == LOWER)
        goes_on = np.append(plain[1:] & (block.gap[1:] == GAP_NONE), False)
        token = np.flatnonzero(plain & self._begins.take(block.word))
        key = np.zeros(len(token), np.uint64)
        found = []
        for place in range(LONGEST):
            shift = np.uint64(16 * (LONGEST - 1 - place))
            key |= block.word.take(token + place).astype(np.uint64) << shift
            phrase = np.searchsorted(self.keys, key)
            np.minimum(phrase, len(self.phrases) - 1, out=phrase)
            nearest = self.keys.take(phrase)
            hit = np.flatnonzero((nearest == key) & self._written.take(phrase))
            found.append((token.take(hit), np.full(len(hit), place + 1), phrase.take(hit)))
            longer = np.flatnonzero(
                (nearest >> shift == key >> shift) & goes_on.take(token + place)
            )
            token, key = token.take(longer), key.take(longer)
        first, length, phrase = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.lexsort((length, first))
        return first[order], length[order], phrase[order]


def phrase_keys(phrases: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """One 64-bit key a phrase; keys rise with the ids from the first word on."""
    keys = np.zeros(len(phrases), np.uint64)
    for place in range(LONGEST):
        keys = (keys << np.uint64(16)) | phrases[:, place]
    return keys


def _fit(
    model: LanguageModel,
    phrases: NDArray[np.uint16],
    before: NDArray[np.uint16],
    after: NDArray[np.uint16],
) -> NDArray[np.float64]:
    """log10 probability of phrases, and of what follows, in their places."""
    last = phrases[:, 0].copy()
    total = model.bigram(before, last)
    for place in range(1, LONGEST):
        more = np.flatnonzero(phrases[:, place] != _NONE)
        word = phrases[more, place]
        total[more] += model.bigram(last[more], word)
        last[more] = word
    return total + model.bigram(last, after)
