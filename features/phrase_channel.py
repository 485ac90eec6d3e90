"""Which phrases a spinner writes for which words and phrases, and words for which phrases."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class PhraseChannel(NamedTuple):
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
        own = _fit(model, self.phrases[phrase], before, after)
        other = _fit(model, self.phrases[original], before[at], after[at])
        value = dequantise(self.weight[pair]) + other - own[at]
        order = np.lexsort((-value, at))
        best = order[np.diff(at[order], prepend=-1) > 0]
        return PhraseMatches(first[at[best]], length[at[best]], value[best], original[best])

    def _found(
        self, block: TokenBlock
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """First token, length and phrase of every written phrase, by first token."""
        keys = phrase_keys(self.phrases)
        written = np.flatnonzero(np.diff(self.start.astype(np.int64)) > 0)
        begins = np.zeros(1 << 16, np.bool_)
        begins[self.phrases[written, 0]] = True
        plain = (block.word >= FIRST_WORD) & (block.case == LOWER)
        joined = np.append(block.gap[1:] == GAP_NONE, False)
        able = np.flatnonzero(plain & begins[block.word])
        ids = np.zeros((len(able), LONGEST), np.uint16)
        whole = np.ones(len(able), np.bool_)
        found = []
        for place in range(LONGEST):
            token = np.minimum(able + place, len(block.word) - 1)
            if place:
                whole &= joined[np.minimum(able + place - 1, len(block.word) - 1)]
            whole &= plain[token]
            ids[:, place] = np.where(whole, block.word[token], _NONE)
            key = phrase_keys(ids)
            slot = np.minimum(np.searchsorted(keys, key), max(len(keys) - 1, 0))
            hit = whole & (keys[slot] == key) if len(keys) else np.zeros(len(able), np.bool_)
            hit &= self.start[slot + 1] > self.start[slot] if len(keys) else False
            rows = np.flatnonzero(hit)
            found.append((able[rows], np.full(len(rows), place + 1), slot[rows]))
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
    total = model.bigram(before, phrases[:, 0])
    last = phrases[:, 0]
    for place in range(1, LONGEST):
        word = phrases[:, place]
        more = word != _NONE
        total = total + np.where(more, model.bigram(last, word), 0.0)
        last = np.where(more, word, last)
    return total + model.bigram(last, after)
