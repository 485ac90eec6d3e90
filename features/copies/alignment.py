"""Two texts read side by side: whether one is the other with words replaced, and which."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.arrays import ranges
from chaffinch.features.copies.unspun_words import blocks, names_and_numbers

_WIDEST_STEP = 40
"""Words from one anchor to the next, at the most, where texts go in step. Our choice."""

_SLACK_WORDS, _SLACK_SHARE = 2, 0.25
"""How much longer a step may be in one text than in the other: words, or a share of the shorter
step where that is more. Our choice: a phrase for a word adds two or three."""

_SHORTEST_RUN = 20
"""Words of a run in step, at the least: about a sentence. Our choice."""

_FOREIGN_WORDS, _FOREIGN_SHARE = 16, 0.22
"""Words of a foreign stretch at least, and share of its different words that the source's stretch
in the same place has at most.

Chosen on the calibration part of the corpora: of 2,347 simulated copies none has a tenth of its
words in such stretches; of 677 pairs of pages that share 70 to 85 % of their words, as a template
with a text of its own in each, 84 % have.
"""

_PAIR = np.uint64(0x9E3779B97F4A7C15)
"""Odd factor that parts the hash of "a b" from that of "b a"."""

# Hashes, rising, and their places.
_Places = tuple[NDArray[np.uint64], NDArray[np.int64]]


class AlignableText:
    """A text's words, ready to be laid beside those of others.

    Args:
        text: The text.
        words: uint64 array of shape (n_words,), hash of each word.
        is_entity: bool array of shape (n_words,), whether each is a name or a number.
        start: int64 array of shape (n_words,), first code point of each word.
        end: int64 array of shape (n_words,), one past the last one.
    """

    def __init__(
        self,
        text: str,
        words: NDArray[np.uint64],
        is_entity: NDArray[np.bool_],
        start: NDArray[np.int64],
        end: NDArray[np.int64],
    ) -> None:
        self.words = words
        self.is_entity = is_entity
        self._text = text
        self._start = start
        self._end = end

    def wording(self, first: int, end: int) -> str:
        """The text from a word up to another; "" where there is no word between."""
        start, last = self.span(first, end)
        return self._text[start:last]

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Code points from a word up to another; an empty span where there is no word between."""
        if end > first:
            return int(self._start[first]), int(self._end[end - 1])
        return 0, 0

    @cached_property
    def single(self) -> tuple[_Places, _Places]:
        """Words, and pairs of words, that the text has once: their hashes, rising, and places."""
        return _single(self.words), _single(self.words[:-1] * _PAIR + self.words[1:])


def alignable(texts: Sequence[str]) -> list[AlignableText]:
    """Texts made ready to be aligned."""
    ready = []
    for block in blocks(texts):
        is_entity = names_and_numbers(block)
        ends = np.cumsum(block.n_words).tolist()
        for document, first, end, origin in zip(
            block.documents, [0, *ends], ends, block.doc_start.tolist(), strict=False
        ):
            ready.append(
                AlignableText(
                    document.text,
                    block.word_hash[first:end],
                    is_entity[first:end],
                    block.start[first:end] - origin,
                    block.end[first:end] - origin,
                )
            )
    return ready


class Alignment(NamedTuple):
    """How a copy's words stand beside a source's.

    Attributes:
        n_words: Words of the copy.
        n_in_step: Words of the copy in runs of 20 and more that go along with the source.
        n_equal: Words of these runs that the source has in the same place.
        n_shifted: Words that stand in these runs of one text without a counterpart.
        n_entities: Names and numbers of the copy in these runs.
        n_entities_equal: Those of them that the source has in the same place.
        n_foreign: Words of the copy in long stretches that stand where the source has a long
            stretch of other words. Pages made from one template have their own texts there;
            a spun text keeps some words everywhere.
        runs: int64 array of shape (n_runs, 4): first and end word in the copy, first and end
            word in the source, of each run.
        replaced: int64 array of shape (n_replaced, 4): first and end word in the copy, first
            and end word in the source, of everything in these runs that differs.
    """

    n_words: int
    n_in_step: int
    n_equal: int
    n_shifted: int
    n_entities: int
    n_entities_equal: int
    n_foreign: int
    runs: NDArray[np.int64]
    replaced: NDArray[np.int64]

    @property
    def similarity(self) -> float:
        """Share of the copy's words that the source has in the same place, 0 to 1."""
        return self.n_equal / self.n_words if self.n_words else 0.0


def align(copy: AlignableText, source: AlignableText) -> Alignment:
    """Lay a text beside one that it may be a copy of.

    Words and pairs of words that both texts have once are laid beside each other, in the
    longest order that is the same in both (patience sorting: Aldous and Diaconis 1999). Where
    the next such word is about as far away in both texts they go in step; runs in step are what
    a spinner leaves of a text, and what two reports of one event do not have.
    """
    n_words = len(copy.words)
    if n_words and np.array_equal(copy.words, source.words):
        n_entities = int(copy.is_entity.sum())
        whole, nothing = np.array([[0, n_words, 0, n_words]]), np.zeros((0, 4), np.int64)
        return Alignment(n_words, n_words, n_words, 0, n_entities, n_entities, 0, whole, nothing)
    i, j = _anchors(copy, source)
    steps, runs = _steps_in_runs(copy, source, i, j)
    di, dj = np.diff(i)[steps], np.diff(j)[steps]
    level = di == dj
    # Steps of one length: words in the same place of both texts.
    places, others = ranges(i[steps[level]], di[level]), ranges(j[steps[level]], di[level])
    same = copy.words[places] == source.words[others]
    is_entity = copy.is_entity[places]
    # Other steps: what is left when equal ends are taken off.
    uneven = steps[~level]
    phrases = _phrases(copy, source, i, j, uneven)
    in_uneven = ranges(i[uneven], di[~level])
    n_phrase_words = int((phrases[:, 1] - phrases[:, 0]).sum())
    changed, instead = places[~same], others[~same]
    single = np.stack([changed, changed + 1, instead, instead + 1], axis=1)
    replaced = np.concatenate([single, phrases])
    n_in_step = int((runs[:, 1] - runs[:, 0]).sum())
    return Alignment(
        n_words,
        n_in_step=n_in_step,
        n_equal=n_in_step - int(di.sum()) + int(same.sum()) + len(in_uneven) - n_phrase_words,
        n_shifted=int(np.abs(di - dj).sum()),
        n_entities=int(is_entity.sum()) + int(copy.is_entity[in_uneven].sum()),
        n_entities_equal=int((is_entity & same).sum()) + int(copy.is_entity[i[uneven]].sum()),
        n_foreign=_foreign_words(copy.words, source.words, i, j),
        runs=runs,
        replaced=replaced[np.argsort(replaced[:, 0], kind="stable")],
    )


def _steps_in_runs(
    copy: AlignableText, source: AlignableText, i: NDArray[np.int64], j: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The steps of runs that go along for long enough, and these runs.

    Args:
        copy: The copy.
        source: The source.
        i: int64 array of shape (n_anchors,), places of anchors in the copy, rising.
        j: int64 array of the same shape, in the source.

    Returns:
        int64 indices of anchors at which a step begins, rising, and the runs as
        `Alignment.runs`: equal words before a run's first anchor and from its last one on
        belong to it.
    """
    di, dj = np.diff(i), np.diff(j)
    slack = np.maximum(_SLACK_WORDS, _SLACK_SHARE * np.minimum(di, dj))
    in_step = (np.abs(di - dj) <= slack) & (np.maximum(di, dj) <= _WIDEST_STEP)
    bounds = np.flatnonzero(np.diff(in_step, prepend=False, append=False))
    first, last = bounds[::2], bounds[1::2]
    long = i[last] - i[first] >= _SHORTEST_RUN
    first, last = first[long], last[long]
    runs = []
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        before, after = _grown(copy.words, source.words, i, j, begin, end)
        runs.append((i[begin] - before, i[end] + after, j[begin] - before, j[end] + after))
    return ranges(first, last - first), np.array(runs, np.int64).reshape(-1, 4)


def _phrases(
    copy: AlignableText,
    source: AlignableText,
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    steps: NDArray[np.int64],
) -> NDArray[np.int64]:
    """What differs in steps of two lengths, int64 of shape (n_steps, 4) as `Alignment.replaced`."""
    found = [
        _core(copy.words, source.words, int(i[at]), int(i[at + 1]), int(j[at]), int(j[at + 1]))
        for at in steps.tolist()
    ]
    return np.array(found, np.int64).reshape(-1, 4)


def _single(values: NDArray[np.uint64]) -> _Places:
    """Values that stand in an array once, rising, and their places."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    differs = np.ones(len(values) + 1, np.bool_)
    differs[1:-1] = ordered[1:] != ordered[:-1]
    alone = differs[1:] & differs[:-1]
    return ordered[alone], order[alone]


def _anchors(
    copy: AlignableText, source: AlignableText
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of words and pairs of words that each text has once, rising in both texts."""
    found = []
    for (values, places), (others, other_places) in zip(copy.single, source.single, strict=True):
        at = np.searchsorted(others, values)
        shared = np.zeros(len(values), np.bool_)
        inside = at < len(others)
        shared[inside] = others[at[inside]] == values[inside]
        found.append(np.stack([places[shared], other_places[at[shared]]], axis=1))
    both = np.unique(np.concatenate(found), axis=0)
    # With the later places first, two of one word cannot both be in a rising order.
    both = both[np.lexsort((-both[:, 1], both[:, 0]))]
    i, j = both.T
    chain = _longest_rising(j.tolist())
    return i[chain], j[chain]


def _longest_rising(values: list[int]) -> list[int]:
    """Indices of a longest strictly rising part (Schensted 1961).

    >>> _longest_rising([5, 1, 2, 9, 3])
    [1, 2, 4]
    """
    lowest: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(lowest, value)
        before.append(ends[place - 1] if place else -1)
        if place == len(lowest):
            lowest.append(value)
            ends.append(index)
        else:
            lowest[place], ends[place] = value, index
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]


def _grown(
    copy: NDArray[np.uint64],
    source: NDArray[np.uint64],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    begin: int,
    end: int,
) -> tuple[int, int]:
    """How many equal words stand before a run's first anchor, and from its last one on.

    Args:
        copy: uint64 array of shape (n_words,), the copy's words.
        source: uint64 array of shape (n_source_words,), the source's.
        i: int64 array of shape (n_anchors,), places of anchors in the copy, rising.
        j: int64 array of the same shape, in the source.
        begin: Index of the run's first anchor.
        end: Index of its last one.
    """
    low = int(i[begin - 1]) + 1 if begin else 0
    before, at, other = 0, int(i[begin]), int(j[begin])
    while at - before > low and other > before:
        if copy[at - before - 1] != source[other - before - 1]:
            break
        before += 1
    high = int(i[end + 1]) if end + 1 < len(i) else len(copy)
    after, at, other = 0, int(i[end]), int(j[end])
    while at + after < high and other + after < len(source):
        if copy[at + after] != source[other + after]:
            break
        after += 1
    return before, after


def _foreign_words(
    copy: NDArray[np.uint64],
    source: NDArray[np.uint64],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
) -> int:
    """Words of the copy in long stretches opposite long stretches of other words."""
    # A single anchor between other words is chance: rare words and "the" alike occur once.
    around = np.zeros(len(i), np.bool_)
    inside = (i > 0) & (j > 0)
    around[inside] = copy[i[inside] - 1] == source[j[inside] - 1]
    inside = (i + 1 < len(copy)) & (j + 1 < len(source))
    around[inside] |= copy[i[inside] + 1] == source[j[inside] + 1]
    starts = np.concatenate([[0], i[around] + 1]), np.concatenate([[0], j[around] + 1])
    ends = np.append(i[around], len(copy)), np.append(j[around], len(source))
    long = np.minimum(ends[0] - starts[0], ends[1] - starts[1]) >= _FOREIGN_WORDS
    n_foreign = 0
    for gap in np.flatnonzero(long).tolist():
        ours = copy[starts[0][gap] : ends[0][gap]]
        theirs = source[starts[1][gap] : ends[1][gap]]
        different = np.unique(ours), np.unique(theirs)
        shared = len(np.intersect1d(*different, assume_unique=True))
        if shared < _FOREIGN_SHARE * min(map(len, different)):
            n_foreign += len(ours)
    return n_foreign


def _core(
    copy: NDArray[np.uint64],
    source: NDArray[np.uint64],
    first: int,
    end: int,
    other_first: int,
    other_end: int,
) -> tuple[int, int, int, int]:
    """What differs of two spans that are not equally long: equal ends are taken off."""
    while first < end and other_first < other_end and copy[first] == source[other_first]:
        first, other_first = first + 1, other_first + 1
    while end > first and other_end > other_first and copy[end - 1] == source[other_end - 1]:
        end, other_end = end - 1, other_end - 1
    return first, end, other_first, other_end
