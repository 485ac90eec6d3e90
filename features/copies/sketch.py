"""A text in a few hashes that its copies share, whole or cut, word for word or spun."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.copies.unspun_words import blocks, reread, unspun
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import FIRST_WORD, NUMBER, powers

SKETCH_VERSION = 1
"""Version of the values; rises when the same text gets other ones."""

_WEIGHT, _LIGHT = 4, 1
"""Weight of a word of content, and of a function word or one of two letters. Our choice."""

_LIGHT_CHARACTERS = 2
"""Characters of the longest word that is light whatever it is."""

_SHINGLE_WEIGHT = 12
"""Weight of a shingle: three words of content. Our choice: copies with 40 % of their words
replaced still share shingles of names, numbers and function words."""

_SAMPLED = np.uint64(2**64 // 8)
"""Values below this are kept: one in eight. Our choice."""

_LEAST_VALUES, _MOST_VALUES = 48, 4096
"""Values kept of a short text, where it has so many, and of a long one. Our choice: 4096
values take 32 KB."""

_FACTORS = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)
"""Factors and shift of MurmurHash3's 64-bit finaliser (Appleby 2011)."""


def sketch(texts: Sequence[str]) -> list[NDArray[np.uint64]]:
    """The MinHash values of texts.

    We hash shingles: runs of words that weigh as much as three words of content, function words
    being light. Runs of all words survive copying and light spinning. Runs of names, numbers and
    the function words that spinners leave alone, skipping what stands between them, survive heavy
    spinning. The lowest of the distinct values are kept, one in eight and at least 48, so that
    two texts share values in proportion to what they have in common, however long each is.

    Source: bottom sketches, Broder (1997); values kept by their size, Manber (1994) and, as
    FracMinHash, Irber et al. (2022).

    Returns:
        For each text a rising uint64 array; empty for a text of a few words.
    """
    return [values for block in blocks(texts) for values in _sketches(block)]


def sketch_block(block: TokenBlock) -> list[NDArray[np.uint64]]:
    """The sketches of documents that are tokenised already, with any vocabulary.

    Returns:
        For each document a rising uint64 array.
    """
    return _sketches(reread(block))


def _sketches(block: TokenBlock) -> list[NDArray[np.uint64]]:
    values, start = _sketch(block)
    return np.split(values, start[1:-1])


def _sketch(block: TokenBlock) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Values of all documents, and where in them each document's begin and the last one's end."""
    short = (block.end - block.start <= _LIGHT_CHARACTERS) & (block.word != NUMBER)
    weight = np.where((block.word >= FIRST_WORD) | short, _LIGHT, _WEIGHT)
    left = np.flatnonzero(unspun(block))
    every, of_every = _shingles(block.word_hash, weight, block.doc)
    firm, of_firm = _shingles(block.word_hash[left], weight[left], block.doc[left])
    # Where a text's words are all left alone, both kinds are the same words.
    values = np.concatenate([_mixed(every), _mixed(~firm)])
    doc = np.concatenate([of_every, of_firm])
    sampled = values < _SAMPLED
    low, of_low = _different(values[sampled], doc[sampled])
    # Few texts are so short that more than those values are kept.
    short = np.bincount(of_low, minlength=len(block)) < _LEAST_VALUES
    of_short = short[doc]
    rest, of_rest = _different(values[of_short], doc[of_short])
    long = ~short[of_low]
    return _lowest(
        np.concatenate([low[long], rest]), np.concatenate([of_low[long], of_rest]), len(block)
    )


def _different(
    values: NDArray[np.uint64], doc: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The different values of each document, rising, and their documents."""
    order = np.lexsort((values, doc))
    values, doc = values[order], doc[order]
    new = np.ones(len(values), np.bool_)
    new[1:] = (values[1:] != values[:-1]) | (doc[1:] != doc[:-1])
    return values[new], doc[new]


def _lowest(
    values: NDArray[np.uint64], doc: NDArray[np.int64], n_docs: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Those of rising values that are kept, and where each document's begin."""
    order = np.argsort(doc, kind="stable")
    values, doc = values[order], doc[order]
    rank = np.arange(len(values)) - np.searchsorted(doc, doc)
    kept = ((values < _SAMPLED) | (rank < _LEAST_VALUES)) & (rank < _MOST_VALUES)
    return values[kept], np.searchsorted(doc[kept], np.arange(n_docs + 1))


def _shingles(
    hashes: NDArray[np.uint64], weight: NDArray[np.int64], doc: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hash and document of the run that begins at each word, where its document is long enough."""
    # The word that holds each unit of weight.
    holder = np.repeat(np.arange(len(hashes)), weight)
    reached = np.cumsum(weight) - weight + _SHINGLE_WEIGHT
    start = np.flatnonzero(reached <= len(holder))
    end = holder[reached[start] - 1] + 1
    within = doc[start] == doc[end - 1]
    start, end = start[within], end[within]
    # As in `hash_spans`: a polynomial of the words, from one running sum.
    table = powers(len(hashes) + 1)
    running = np.zeros(len(hashes) + 1, np.uint64)
    np.cumsum(hashes * table[0, : len(hashes)], out=running[1:])
    return (running[end] - running[start]) * table[1, start], doc[start]


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Values spread evenly over 64 bits: the finaliser of MurmurHash3."""
    for factor in _FACTORS:
        values = (values ^ (values >> _SHIFT)) * factor
    mixed: NDArray[np.uint64] = values ^ (values >> _SHIFT)
    return mixed
