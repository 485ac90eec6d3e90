"""Verification of candidates: align a text with its probable source, word by word."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.copies.alignment import AlignableText, Alignment, align, alignable

MATCH = np.dtype([("copy", np.int64), ("source", np.int64), ("similarity", np.float64)])
"""Row of a document, row of a text that it is a copy of, and the share of its words that this
text has in the same place."""

# Limits of what is a copy, our choice. benchmarks/republication.py checks them: of 576 texts of
# human paraphrases of the same news, one is called a copy.

_MIN_WORDS = 40
"""Words under which only the very same words are a copy: people say a sentence again."""

_MIN_IN_STEP = 0.7
"""Share of a copy's words that run in step with the source."""

_MIN_EQUAL = 0.2
"""Share of these words that are the same in the source."""

_FEW_SHIFTED, _MAX_SHIFTED = 0.02, 0.25
"""Words without a counterpart, as a share of those in step, or of those that differ."""

_MAX_FOREIGN = 0.1
"""Share of a copy's words that stand opposite other words of the source, stretch by stretch."""

_FEW_ENTITIES = 2
"""Names and numbers that may always differ."""

_MAX_ENTITIES, _MAX_CHANGED = 0.1, 0.3
"""Differing names and numbers, as a share of all of them, or of the words that differ."""

_MIN_ENTITIES_KEPT = 0.25
"""Share of names and numbers that a copy keeps when most of its words differ."""

LONGEST_PHRASE = 4
"""Words of a replacement on either side: longer ones are rewritten, not replaced (our choice)."""

_COPIES_AT_ONCE = 100
"""Copies whose texts are held at once (our choice)."""


class Replaced(NamedTuple):
    """A word or phrase of a copy, and what its source has in the same place, in lower case.

    Attributes:
        copy: Row of the copy.
        substitute: What the copy says.
        original: What its source says.
    """

    copy: int
    substitute: str
    original: str


def is_copy(alignment: Alignment) -> bool:
    """Whether a text aligned with another is a copy of it or of a part of it.

    At least 70 % of its words run in step with the other's, and a fifth of these are the same.
    The others were replaced, as a program replaces words: in place, here and there, and without
    touching names and numbers. Under 40 words only the very same words are a copy.
    """
    n_words, in_step, equal = alignment.n_words, alignment.n_in_step, alignment.n_equal
    if n_words < _MIN_WORDS:
        return 0 < n_words == equal
    return (
        in_step >= _MIN_IN_STEP * n_words
        and equal >= _MIN_EQUAL * in_step
        and alignment.n_foreign <= _MAX_FOREIGN * n_words
        and _stays_in_place(alignment)
        and _keeps_entities(alignment)
    )


def _stays_in_place(alignment: Alignment) -> bool:
    """Whether what differs was replaced: people who rewrite put words in and leave words out."""
    changed = alignment.n_in_step - alignment.n_equal
    return (
        alignment.n_shifted <= _FEW_SHIFTED * alignment.n_in_step
        or alignment.n_shifted <= _MAX_SHIFTED * (alignment.n_shifted + changed)
    )


def _keeps_entities(alignment: Alignment) -> bool:
    """Whether names and numbers are kept: pages made from one form differ in exactly these."""
    changed = alignment.n_in_step - alignment.n_equal
    differing = alignment.n_entities - alignment.n_entities_equal
    return (
        differing <= max(_FEW_ENTITIES, _MAX_ENTITIES * alignment.n_entities)
        or differing <= _MAX_CHANGED * changed
    ) and (
        changed <= alignment.n_equal
        or differing <= _FEW_ENTITIES
        or alignment.n_entities_equal >= _MIN_ENTITIES_KEPT * alignment.n_entities
    )


def verify(
    pairs: NDArray[np.void], texts_of: Callable[[Sequence[int]], Sequence[str]]
) -> Iterator[tuple[NDArray[np.void], list[Replaced]]]:
    """Align the texts of pairs, and keep the pairs that are copies.

    Args:
        pairs: Structured array of shape (n_pairs,) with ``copy`` and ``source``, sorted by copy.
        texts_of: Gives the texts of rows.

    Yields:
        For some hundred pairs at a time, the `MATCH` array of the copies among them, and what
        was replaced in each copy, compared with its most similar source.
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
    """Replacements of one to four words by one to four, all of letters and not names."""
    for first, end, other_first, other_end in alignment.replaced.tolist():
        lengths = (end - first, other_end - other_first)
        if min(lengths) < 1 or max(lengths) > LONGEST_PHRASE:
            continue
        substitute = copy.wording(first, end).lower()
        original = source.wording(other_first, other_end).lower()
        names = source.is_entity[other_first:other_end].any()
        if substitute != original and not names and _letters(substitute) and _letters(original):
            yield Replaced(row, substitute, original)


# Words repeat: some megabytes of the commonest replacements.
@lru_cache(maxsize=50_000)
def _letters(words: str) -> bool:
    return all(word.isalpha() for word in words.split())
