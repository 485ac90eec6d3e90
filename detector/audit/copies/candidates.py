"""Candidates: pairs of texts that share rare values of their sketches.

A value's weight is the information in meeting it, -log2 of the share of all texts that have it.
A small crawl cannot tell this share: in a crawl of two texts both have what they share. So the
crawl is counted together with some thousand texts of English, which hardly ever share a value:
of 1.4 million values in a sample of 16,000 texts 98 % are in one of them alone.
"""

from collections.abc import Iterator, Sequence
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

PRIOR_TEXTS = 3_500
"""Texts of English that a crawl is counted together with, so that two texts alone can be compared.

Fitted by `python benchmarks/republication.py prior DATA`: over 55 corpora of English the numbers
of texts that share a value follow Fisher's log-series (1943), by which a value of c among n texts
is in a share c / (n + 3,500) of all.
"""

_UNITS = 16
"""Units of a score in one bit: scores are integers, so that their sum depends on no order."""

_MIN_SHARE = 0.03
"""Share of what a copy's values say that a pair has to share (our choice: texts with every second
word replaced keep a Jaccard similarity of 0.04 at the median)."""

_MIN_SCORE = 0.8
"""Evidence that a pair needs, as a share of the weight of a value that no other text has."""

_CLOSE_SCORE = 0.5
"""Share of the best pair's evidence from which a likelier source goes before it (our choice)."""

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

    Every pair's second text ranks before its first. The number of pairs grows with the number
    of postings alone, however many texts share a value. Scores of one pair from several ranges
    of values add up.

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
    known = [
        (
            np.searchsorted(part.values, values[start]),
            np.searchsorted(part.values, values[start], side="right"),
        )
        for part in originals
    ]
    sharing = size + sum(end - first for first, end in known)
    weight = _weight(sharing, n_texts)
    common = size > MAX_SHARING
    found = [np.zeros(0, PAIR), *_within_crawl(rows, start, np.where(common, 0, size), weight)]
    found = [pairs[rank[pairs["source"]] < rank[pairs["copy"]]] for pairs in found]
    for part, (first, end) in zip(originals, known, strict=True):
        held = np.minimum(end - first, MAX_ORIGINALS)
        groups = np.flatnonzero(held)
        # Every document of a group with every original of the group.
        copies = np.repeat(held[groups], size[groups])
        copy = np.repeat(rows[ranges(start[groups], size[groups])], copies)
        row = part.rows[ranges(np.repeat(first[groups], size[groups]), copies)].astype(np.int64)
        gain = np.repeat(weight[groups], held[groups] * size[groups])
        found.append(_pairs(copy, part.first + row, gain))
    return merged(np.concatenate(found)), int(common.sum())


def _weight(sharing: NDArray[np.int64] | float, n_texts: int) -> NDArray[np.int64]:
    """Information in meeting a value that some of all texts have, in 1/16 bits.

    The crawl's texts are counted together with `PRIOR_TEXTS` texts of English, none of which
    has the value.
    """
    bits = np.log2((n_texts + PRIOR_TEXTS) / np.asarray(sharing))
    weight: NDArray[np.int64] = np.rint(_UNITS * bits).astype(np.int64)
    return weight


def _within_crawl(
    rows: NDArray[np.int64],
    start: NDArray[np.int64],
    size: NDArray[np.int64],
    weight: NDArray[np.int64],
) -> Iterator[NDArray[np.void]]:
    """Pairs of each group's documents with its likeliest sources, the first one's pairs first.

    Args:
        rows: int64 array of shape (n_postings,), documents group by group, by rank.
        start: int64 array of shape (n_groups,), where each group begins.
        size: int64 array of shape (n_groups,), its documents; 0 for none that are paired.
        weight: int64 array of shape (n_groups,).
    """
    for place in range(MAX_SOURCES):
        groups = np.flatnonzero(size > place + 1)
        source = rows[start[groups] + place]
        later = size[groups] - place - 1
        copy = rows[ranges(start[groups] + place + 1, later)]
        yield _pairs(copy, np.repeat(source, later), np.repeat(weight[groups], later))


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
    pairs: NDArray[np.void],
    n_values: NDArray[np.int64],
    rank: NDArray[np.int64],
    n_texts: int,
) -> NDArray[np.void]:
    """The best pairs of each document: at most four with others of its crawl, and with originals.

    A pair has to share a value that no other text has, or as much in more common ones, and
    3 % of what all the document's values say. The likeliest source of those that share about as
    much goes first, so that copies of copies do not hide it.

    Args:
        pairs: `PAIR` array without repeats.
        n_values: int64 array of shape (n_pairs,), values in the sketch of each pair's copy.
        rank: int64 array of shape (n_docs,): the likelier a source, the lower; originals are
            numbered after the documents.
        n_texts: Number of all texts.
    """
    enough = pairs["score"] >= _weight(1, n_texts) * np.maximum(_MIN_SCORE, _MIN_SHARE * n_values)
    pairs = pairs[enough]
    pairs = pairs[np.lexsort((pairs["source"], -pairs["score"]))]
    original = pairs["source"] >= len(rank)
    group = 2 * pairs["copy"] + original
    pairs, group = pairs[np.argsort(group, kind="stable")], np.sort(group)
    best = pairs["score"][np.searchsorted(group, group)]
    source_rank = np.full(len(pairs), len(rank))
    close = (pairs["source"] < len(rank)) & (pairs["score"] >= _CLOSE_SCORE * best)
    source_rank[close] = rank[pairs["source"][close]]
    first = np.lexsort((source_rank, group))
    first = first[np.flatnonzero(np.diff(group[first], prepend=-1))]
    later = np.ones(len(pairs), np.bool_)
    later[first] = False
    pairs = pairs[np.lexsort((later, group))]
    place = np.arange(len(pairs)) - np.searchsorted(group, group)
    return pairs[place < _MAX_VERIFIED]


def _pairs(
    copy: NDArray[np.int64], source: NDArray[np.int64], score: NDArray[np.int64]
) -> NDArray[np.void]:
    pairs = np.empty(len(copy), PAIR)
    pairs["copy"], pairs["source"], pairs["score"] = copy, source, score
    return pairs
