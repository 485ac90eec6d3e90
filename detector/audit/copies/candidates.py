"""Which texts may be copies of which: pairs that share rare values of their sketches."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.arrays import ranges

PAIR = np.dtype([("copy", np.int64), ("source", np.int64), ("score", np.int64)])
"""A document's row, the row of what it may be a copy of, and the evidence in 1/16 bits."""

MAX_SOURCES = 8
"""Likeliest sources among a value's documents that each later one is paired with (our choice).

It keeps the pairs of a value linear in its documents.
"""

MAX_ORIGINALS = 16
"""Originals of the index that a document is paired with for one value (our choice)."""

MAX_SHARING = 10_000
"""Documents of a crawl that may share a value (our choice).

A passage in more of them is a template or a quotation, and tells nothing of where it is from.
"""

_UNITS = 16
"""Units of a score in one bit: scores are integers, so that their sum depends on no order."""

_MIN_SHARE = 0.03
"""Share of what a copy's values say that a pair has to share (our choice: texts with every second
word replaced keep a Jaccard similarity of 0.04 at the median)."""

_MIN_SCORE = 0.8
"""Evidence that a pair needs, as a share of the weight of a value that no other text has."""

_MAX_VERIFIED = 4
"""Pairs of a document that are aligned, among the crawl and among the originals each (our
choice): alignment costs most of the stage."""


class SharedOriginals(NamedTuple):
    """What the originals of an index share with a crawl.

    Attributes:
        first: Number of the first original; originals are numbered after a crawl's rows.
        values: uint64 array of shape (n_values,), sketch values of the originals, ascending.
        rows: uint32 or int64 array of shape (n_values,), the original that each is of, from 0.
    """

    first: int
    values: NDArray[np.uint64]
    rows: NDArray[Any]


def candidates(
    values: NDArray[np.uint64],
    rows: NDArray[np.int64],
    rank: NDArray[np.int64],
    originals: Sequence[SharedOriginals],
    n_texts: int,
) -> tuple[NDArray[np.void], int]:
    """Pairs of texts that share values, from all postings of some range of values.

    Every pair's second text ranks before its first. A value's weight is the information in
    meeting it: the fewer texts share it, the more it says. The number of pairs grows with
    the number of postings alone, however many texts share a value. Scores of one pair from
    several ranges of values add up.

    Args:
        values: uint64 array of shape (n_postings,): values of the crawl's sketches, in any order.
        rows: int64 array of shape (n_postings,), the document that each is of.
        rank: int64 array of shape (n_docs,): the likelier a source, the lower; captures of one
            address have one rank.
        originals: Parts of an index of originals.
        n_texts: Number of all texts, documents and originals.

    Returns:
        `PAIR` array sorted by copy and source, without repeats, and the number of values that
        too many documents share.
    """
    order = np.lexsort((rows, rank[rows], values))
    values, rows = values[order], rows[order]
    start = np.flatnonzero(np.diff(values, prepend=values[:1] ^ np.uint64(1)))
    size = np.diff(start, append=len(values))
    known = [np.searchsorted(part.values, values[start]) for part in originals]
    known_end = [np.searchsorted(part.values, values[start], side="right") for part in originals]
    everywhere = size + sum(end - first for first, end in zip(known, known_end, strict=True))
    weight = np.rint(_UNITS * np.log2(max(n_texts, 2) / everywhere)).astype(np.int64)
    found = [np.zeros(0, PAIR)]
    common = size > MAX_SHARING
    of_crawl = (size > 1) & ~common
    for place in range(MAX_SOURCES):
        groups = np.flatnonzero(of_crawl & (size > place + 1))
        source = rows[start[groups] + place]
        later = size[groups] - place - 1
        copy = rows[ranges(start[groups] + place + 1, later)]
        found.append(_pairs(copy, np.repeat(source, later), np.repeat(weight[groups], later)))
        found[-1] = found[-1][rank[found[-1]["source"]] < rank[found[-1]["copy"]]]
    for part, first, end in zip(originals, known, known_end, strict=True):
        held = np.minimum(end - first, MAX_ORIGINALS)
        groups = np.flatnonzero(held)
        # Every document of a group with every original of the group.
        copies = np.repeat(held[groups], size[groups])
        copy = np.repeat(rows[ranges(start[groups], size[groups])], copies)
        row = part.rows[ranges(np.repeat(first[groups], size[groups]), copies)].astype(np.int64)
        gain = np.repeat(weight[groups], held[groups] * size[groups])
        found.append(_pairs(copy, part.first + row, gain))
    return merged(np.concatenate(found)), int(common.sum())


def merged(pairs: NDArray[np.void]) -> NDArray[np.void]:
    """Each pair once, with the sum of its scores, sorted by copy and source."""
    pairs = pairs[np.lexsort((pairs["source"], pairs["copy"]))]
    new = np.ones(len(pairs), np.bool_)
    new[1:] = (pairs["copy"][1:] != pairs["copy"][:-1]) | (
        pairs["source"][1:] != pairs["source"][:-1]
    )
    first = np.flatnonzero(new)
    kept = pairs[first]
    if len(first):
        kept["score"] = np.add.reduceat(pairs["score"], first)
    return kept


def worth_verifying(
    pairs: NDArray[np.void], n_values: NDArray[np.int64], n_rows: int, n_texts: int
) -> NDArray[np.void]:
    """The best pairs of each document: at most four with others of its crawl, and with originals.

    A pair has to share a value that no other text has, or as much in more common ones, and
    3 % of what all the document's values say.

    Args:
        pairs: `PAIR` array without repeats.
        n_values: int64 array of shape (n_pairs,), values in the sketch of each pair's copy.
        n_rows: Number of the crawl's rows: originals are numbered from there on.
        n_texts: Number of all texts.
    """
    unit = _UNITS * np.log2(max(n_texts, 2))
    enough = pairs["score"] >= unit * np.maximum(_MIN_SCORE, _MIN_SHARE * n_values)
    pairs = pairs[enough]
    original = pairs["source"] >= n_rows
    pairs = pairs[np.lexsort((pairs["source"], -pairs["score"], original, pairs["copy"]))]
    group = 2 * pairs["copy"] + (pairs["source"] >= n_rows)
    place = np.arange(len(pairs)) - np.searchsorted(group, group)
    return pairs[place < _MAX_VERIFIED]


def _pairs(
    copy: NDArray[np.int64], source: NDArray[np.int64], score: NDArray[np.int64]
) -> NDArray[np.void]:
    pairs = np.empty(len(copy), PAIR)
    pairs["copy"], pairs["source"], pairs["score"] = copy, source, score
    return pairs
