"""The words that the language model knows, and their ids."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.text.characters import code_points

UNKNOWN, NAME, NUMBER, BOUNDARY, CLAUSE_MARK = range(5)
"""Ids that stand for classes of tokens and for pauses."""

FIRST_WORD = 5
"""Id of the first word."""

MAX_WORDS = 65_536 - FIRST_WORD
"""Words of the largest vocabulary: ids fit in 16 bits, so that an n-gram's key is one integer."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio, made odd: multiples of it spread evenly (Knuth, TAOCP 3, 6.4)."""

_SLOT_BITS = 19
"""Log2 of the slots of words: with 60,000 words one comparison finds nine words in ten."""

_MOST_FACTORS = 64
"""Factors that are tried until a set's words lie apart. With the square of their number as slots
more than half of all factors do (Fredman, Komlós and Szemerédi 1984)."""


def inverse_odd(value: int) -> int:
    """Inverse of an odd number modulo 2**64."""
    return pow(value, -1, 1 << 64)


# The multiplier's inverse; and the powers of both, which `powers` lengthens.
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
    """64-bit polynomial hashes of many spans of one array, without a Python object for each.

    The hash of a span depends on its characters alone: sums of ``c[i] * M**i`` come from one
    running sum (exact modulo 2**64) and are shifted back by ``M**-start``.

    Args:
        folded: uint32 array of shape (n_points,), code points.
        start: int64 array of shape (n,), first code point of each span.
        end: int64 array of shape (n,), one past the last one.

    Returns:
        uint64 array of shape (n,).
    """
    power, inverse = powers(len(folded) + 1)
    running = np.zeros(len(folded) + 1, np.uint64)
    terms = np.add(folded, 1, out=running[1:], dtype=np.uint64)
    terms *= power[: len(folded)]
    np.cumsum(terms, out=terms)
    value = running.take(end)
    value -= running.take(start)
    value *= inverse.take(start)
    value ^= value >> np.uint64(29)
    return value


def hash_words(words: Sequence[str]) -> NDArray[np.uint64]:
    """Hashes of words that are folded already, uint64 of shape (n_words,)."""
    lengths = np.array([len(word) for word in words], np.int64)
    end = np.cumsum(lengths)
    return hash_spans(code_points("".join(words)), end - lengths, end)


class WordSet:
    """A few words, looked up among many hashes without sorting these.

    Args:
        words: Distinct folded words.

    Raises:
        ValueError: Two words are the same.
    """

    def __init__(self, words: Sequence[str]) -> None:
        hashes = hash_words(words)
        bits = max(4, (len(words) ** 2 - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        for self._factor in powers(_MOST_FACTORS)[0, 1:_MOST_FACTORS]:
            places = self._places(hashes)
            if len(set(places.tolist())) == len(hashes):
                break
        else:
            raise ValueError("The words must be distinct.")
        # An empty place holds a hash that belongs elsewhere.
        self._table = np.full(1 << bits, hashes[0], np.uint64)
        self._table[places] = hashes

    def _places(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        places: NDArray[np.int64] = ((hashes * self._factor) >> self._shift).view(np.int64)
        return places

    def holds(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which hashes are those of words in the set, bool of the shape of `hashes`.

        >>> WordSet(["a", "an"]).holds(hash_words(["a", "the"])).tolist()
        [True, False]
        """
        found: NDArray[np.bool_] = self._table.take(self._places(hashes)) == hashes
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
        """Ids of hashed words, `UNKNOWN` for those that are not in the vocabulary.

        Args:
            hashes: uint64 array of shape (n,), from `hash_words` or `hash_spans`.

        Returns:
            uint16 array of shape (n,).
        """
        if not len(self.hashes):
            return np.zeros(len(hashes), np.uint16)
        words, crowded = self._slots
        slot = _slots(hashes)
        place = words.take(slot)
        known = self.hashes.take(place) == hashes
        unsure = np.flatnonzero(~known)
        unsure = unsure[crowded.take(slot[unsure])]
        sought = hashes[unsure]
        found = np.searchsorted(self.hashes, sought)
        place[unsure] = found
        known[unsure] = self.hashes.take(found, mode="clip") == sought
        place += FIRST_WORD
        return np.where(known, place, np.uint16(UNKNOWN))

    @cached_property
    def _slots(self) -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
        """One of the words of every slot, and which slots have more of them."""
        words = np.zeros(1 << _SLOT_BITS, np.uint16)
        crowded = np.zeros(1 << _SLOT_BITS, np.bool_)
        slot, place = _slots(self.hashes), np.arange(len(self.hashes))
        words[slot] = place
        crowded[slot[words[slot] != place]] = True
        return words, crowded

    def ids(self, words: list[str]) -> NDArray[np.uint16]:
        """Ids of folded words, uint16 of shape (n_words,).

        >>> vocabulary = Vocabulary.from_words(["arsenic", "as"])
        >>> [vocabulary.words[i] for i in vocabulary.ids(["as", "helium"])]
        ['as', '<unknown>']
        """
        return self.ids_of_hashes(hash_words(words))


def _slots(hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
    # Multiplied once more: words that differ in their first letter share their highest bits.
    return ((hashes * _MULTIPLIER) >> np.uint64(64 - _SLOT_BITS)).view(np.int64)
