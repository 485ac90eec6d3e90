"""Whether a text that may be a copy is one: it is laid beside its source, word by word."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.copies.alignment import AlignableText, Alignment, align, alignable

MATCH = np.dtype([("copy", np.int64), ("source", np.int64), ("similarity", np.float64)])
"""A document's row, the row of a text that it is a copy of, and how much of it is the same."""

_LEAST_WORDS = 40
_LEAST_IN_STEP, _LEAST_EQUAL = 0.7, 0.2
_FEW_SHIFTED = 0.02
_MOST_SHIFTED = 0.25
_FEW_FIRM, _LITTLE_FIRM, _MOST_FIRM, _LEAST_FIRM = 2, 0.1, 0.3, 0.25
_LONGEST_PHRASE = 4
_COPIES_AT_ONCE = 100


class Replaced(NamedTuple):
    """A word or phrase of a copy, and what its source has in the same place, in lower case."""

    copy: int
    substitute: str
    original: str


def is_copy(alignment: Alignment) -> bool:
    """Whether a text aligned with another is a copy of it or of a part of it.

    At least 70 % of its words are in step with the other's, and of these a fifth is the same.
    What differs there was replaced and not moved: at most 2 % of the words, or a quarter of what
    differs, has no counterpart, while people who rewrite a sentence put words in and leave words
    out. And what differs is not names and numbers: pages of one form have others of them, and a
    spinner leaves them. At most two of them or 10 % are other ones, or 30 % of what differs;
    where less than half of the words is the same, two at most or three quarters of them.

    Under 40 words only the very same words are a copy: a sentence is soon said again.
    """
    n_words, in_step, equal = alignment.n_words, alignment.n_in_step, alignment.n_equal
    changed = in_step - equal
    other_firm = alignment.n_firm - alignment.n_firm_equal
    if n_words < _LEAST_WORDS:
        return 0 < n_words == equal
    return (
        in_step >= _LEAST_IN_STEP * n_words
        and equal >= _LEAST_EQUAL * in_step
        and (
            alignment.n_shifted <= _FEW_SHIFTED * in_step
            or alignment.n_shifted <= _MOST_SHIFTED * (alignment.n_shifted + changed)
        )
        and (
            other_firm <= max(_FEW_FIRM, _LITTLE_FIRM * alignment.n_firm)
            or other_firm <= _MOST_FIRM * changed
        )
        and (
            changed <= equal
            or other_firm <= _FEW_FIRM
            or alignment.n_firm_equal >= _LEAST_FIRM * alignment.n_firm
        )
    )


def verify(
    pairs: NDArray[np.void], texts_of: Callable[[Sequence[int]], Sequence[str]]
) -> Iterator[tuple[NDArray[np.void], list[Replaced]]]:
    """Align the texts of pairs, some hundred at a time, and keep the pairs that are copies.

    Args:
        pairs: Array with the fields ``copy`` and ``source``, sorted by copy.
        texts_of: Gives the texts of rows.

    Yields:
        `MATCH` array of the copies found, and what was replaced in each copy, by its most
        similar source.
    """
    copies = np.flatnonzero(np.diff(pairs["copy"], prepend=-1))
    for first, end in pairwise([*copies[::_COPIES_AT_ONCE].tolist(), len(pairs)]):
        some = pairs[first:end]
        rows = np.unique(np.concatenate([some["copy"], some["source"]])).tolist()
        text = dict(zip(rows, alignable(texts_of(rows)), strict=True))
        found: list[tuple[int, int, float]] = []
        best: dict[int, tuple[Alignment, AlignableText]] = {}
        for copy, source in zip(some["copy"].tolist(), some["source"].tolist(), strict=True):
            alignment = align(text[copy], text[source])
            if is_copy(alignment):
                found.append((copy, source, alignment.similarity))
                if copy not in best or alignment.n_equal > best[copy][0].n_equal:
                    best[copy] = alignment, text[source]
        replaced = [
            one
            for copy, (alignment, source) in best.items()
            for one in _replaced(copy, text[copy], source, alignment)
        ]
        yield np.array(found, MATCH), replaced


def _replaced(
    row: int, copy: AlignableText, source: AlignableText, alignment: Alignment
) -> Iterator[Replaced]:
    """Replacements of at most four words by at most four, letters all, and no names."""
    for first, end, other_first, other_end in alignment.replaced.tolist():
        lengths = (end - first, other_end - other_first)
        if min(lengths) < 1 or max(lengths) > _LONGEST_PHRASE:
            continue
        substitute = copy.wording(first, end).lower()
        original = source.wording(other_first, other_end).lower()
        names = source.firm[other_first:other_end].any()
        if substitute != original and not names and _letters(substitute) and _letters(original):
            yield Replaced(row, substitute, original)


@lru_cache(maxsize=50_000)
def _letters(words: str) -> bool:
    return all(word.isalpha() for word in words.split())
