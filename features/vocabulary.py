"""The words that the language model knows, and their ids."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.characters import code_points

UNKNOWN, NAME, NUMBER, BOUNDARY, CLAUSE_MARK = range(5)
FIRST_WORD = 5
MAX_WORDS = 65_536 - FIRST_WORD
"""Ids fit in 16 bits, so that an n-gram's key is one integer."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def inverse_odd(value: int) -> int:
    """Inverse of an odd number modulo 2**64."""
    return pow(value, -1, 1 << 64)


_INVERSE = np.uint64(inverse_odd(int(_MULTIPLIER)))
_powers = np.ones((2, 1), np.uint64)


def powers(size: int) -> NDArray[np.uint64]:
    """Powers of the hash's multiplier and of its inverse, uint64 of shape (2, >= size)."""
    global _powers
    if _powers.shape[1] < size:
        length = max(size, 1 << 17)
        grown = np.ones((2, length), np.uint64)
        np.cumprod(np.full(length - 1, _MULTIPLIER), out=grown[0, 1:])
        np.cumprod(np.full(length - 1, _INVERSE), out=grown[1, 1:])
        _powers = grown
    return _powers


def hash_spans(
    folded: NDArray[np.uint32], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """64-bit polynomial hashes of many spans of one array, without a Python object a span.

    The hash of a span depends on its characters alone: sums of ``c[i] * M**i`` come from one
    running sum (exact modulo 2**64) and are shifted back by ``M**-start``.
    """
    table = powers(len(folded) + 1)
    running = np.zeros(len(folded) + 1, np.uint64)
    np.cumsum((folded.astype(np.uint64) + np.uint64(1)) * table[0, : len(folded)], out=running[1:])
    value = (running[end] - running[start]) * table[1, start]
    mixed: NDArray[np.uint64] = value ^ (value >> np.uint64(29))
    return mixed


def hash_words(words: list[str]) -> NDArray[np.uint64]:
    """Hashes of words that are folded already."""
    lengths = np.array([len(word) for word in words], np.int64)
    end = np.cumsum(lengths)
    return hash_spans(code_points("".join(words)), end - lengths, end)


class WordSet:
    """A few words, looked up among many hashes without sorting these.

    Args:
        words: Distinct folded words.
    """

    def __init__(self, words: list[str]) -> None:
        hashes = hash_words(words)
        size = 1 << max(4, (len(words) ** 2 - 1).bit_length())
        self._mask = np.uint64(size - 1)
        for shift in range(64 - size.bit_length()):
            self._shift = np.uint64(shift)
            places = self._places(hashes)
            if len(np.unique(places)) == len(hashes):
                break
        else:
            raise ValueError("The words must be distinct.")
        # An empty place holds a hash that belongs elsewhere.
        self._table = np.full(size, hashes[0], np.uint64)
        self._table[places] = hashes

    def _places(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        return ((hashes >> self._shift) & self._mask).astype(np.int64)

    def holds(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which hashes are those of words in the set, bool of the shape of `hashes`.

        >>> WordSet(["a", "an"]).holds(hash_words(["a", "the"])).tolist()
        [True, False]
        """
        found: NDArray[np.bool_] = self._table[self._places(hashes)] == hashes
        return found


class Vocabulary:
    """Words with 16-bit ids; ids below `FIRST_WORD` stand for classes of tokens.

    Args:
        hashes: Sorted uint64 array of shape (n_words,).
        text: The words in the same order, joined by line feeds.
    """

    def __init__(self, hashes: NDArray[np.uint64], text: str) -> None:
        self.hashes = hashes
        self._text = text

    @classmethod
    def from_words(cls, words: list[str]) -> "Vocabulary":
        """A vocabulary of distinct folded words."""
        hashes = hash_words(words)
        order = np.argsort(hashes)
        return cls(hashes[order], "\n".join(words[index] for index in order))

    def __len__(self) -> int:
        return len(self.hashes) + FIRST_WORD

    @property
    def text(self) -> str:
        """The words in the order of their ids, joined by line feeds."""
        return self._text

    @cached_property
    def words(self) -> list[str]:
        """Every id's word; the classes come first, in angle brackets."""
        classes = ["<unknown>", "<name>", "<number>", "<boundary>", "<clause>"]
        return classes + (self._text.split("\n") if self._text else [])

    def ids_of_hashes(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """Ids of hashed words; `UNKNOWN` for those that are not in the vocabulary."""
        if not len(self.hashes):
            return np.zeros(len(hashes), np.uint16)
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        known = self.hashes[place] == hashes
        return np.where(known, place + FIRST_WORD, UNKNOWN).astype(np.uint16)

    def ids(self, words: list[str]) -> NDArray[np.uint16]:
        """Ids of folded words.

        >>> vocabulary = Vocabulary.from_words(["arsenic", "as"])
        >>> [vocabulary.words[i] for i in vocabulary.ids(["as", "helium"])]
        ['as', '<unknown>']
        """
        return self.ids_of_hashes(hash_words(words))
