"""Exact copies within a crawl: clusters of one text, and the probable source of each."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NO_ROW = -1

_DATE_CHARACTERS = 19
"""Of a date, down to the second; ISO dates sort as text."""

_FACTS = np.dtype(
    [
        ("digest", np.uint64),
        ("digest_rest", np.uint64),
        ("url", np.uint64),
        ("id", np.uint64),
        ("flagged", np.bool_),
        ("trusted", np.bool_),
        ("date", f"S{_DATE_CHARACTERS}"),
    ]
)


class Candidate(NamedTuple):
    """What decides which document of a cluster is its source.

    Attributes:
        text_digest: Digest of its text's words, 32 hexadecimal digits, or None.
        url: Its address, or None.
        id: Its id.
        published: Date of publication as stated, or None.
        flagged: Whether it was flagged.
        trusted: Whether its site is trusted.
    """

    text_digest: str | None
    url: str | None
    id: str
    published: str | None
    flagged: bool
    trusted: bool = False


class Copies(NamedTuple):
    """Every document's place among its copies, by its row in the audit.

    Attributes:
        clusters: uint64 array of shape (n_docs,): the cluster's number, 0 without copies.
        sources: int64 array of shape (n_docs,): the row of its probable source, or `NO_ROW`
            for the source itself and for further captures of the source's address.
        repeated: bool array of shape (n_docs,): whether an earlier row has the same id.
    """

    clusters: NDArray[np.uint64]
    sources: NDArray[np.int64]
    repeated: NDArray[np.bool_]


class CandidateArray:
    """Candidates in 53 bytes each, so that a crawl's size hardly matters to memory."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.void]] = [np.zeros(0, _FACTS)]

    def add(self, candidates: Sequence[Candidate]) -> None:
        """Add the next rows."""
        self._parts.append(np.array([_facts(one) for one in candidates], _FACTS))

    def copies(self) -> Copies:
        """Clusters of documents with the same words, and repeated ids.

        The probable source is one of a trusted site, then one that is not flagged, then the one
        with the earliest stated date, then the first row. What is trusted is no copy. Captures
        of one address are one document: where a cluster has but one address, nothing in it is a
        copy.
        """
        facts = np.concatenate(self._parts)
        rows = np.arange(len(facts))
        clusters = np.zeros(len(facts), np.uint64)
        sources = np.full(len(facts), NO_ROW)
        preference = (~facts["trusted"], facts["flagged"], facts["date"], rows)
        order = np.lexsort((*preference[::-1], facts["digest_rest"], facts["digest"]))
        order = order[facts["digest"][order] != 0]
        for members in _groups(order, facts[["digest", "digest_rest"]]):
            addresses = facts["url"][members]
            elsewhere = (addresses != addresses[0]) | (addresses == 0)
            elsewhere[0] = False
            if elsewhere.any():
                clusters[members] = facts["digest"][members]
                copied = members[elsewhere & ~facts["trusted"][members]]
                sources[copied] = members[0]
        repeated = np.zeros(len(facts), np.bool_)
        for members in _groups(np.lexsort((rows, facts["id"])), facts["id"]):
            repeated[members[1:]] = True
        return Copies(clusters, sources, repeated)


def _facts(one: Candidate) -> tuple[int, int, int, int, bool, bool, bytes]:
    # A text without a date comes after all those with one.
    date = (one.published or "9999").encode("ascii", "replace")[:_DATE_CHARACTERS]
    digest = one.text_digest or "0" * 32
    halves = int(digest[:16], 16), int(digest[16:], 16)
    return *halves, _hash(one.url), _hash(one.id), one.flagged, one.trusted, date


def _hash(text: str | None) -> int:
    if not text:
        return 0
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest)


def _groups(order: NDArray[np.int64], keys: NDArray[Any]) -> Iterator[NDArray[np.int64]]:
    """The rows of each key that at least two rows share; `order` sorts the rows by key."""
    if not len(order):
        return
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(order)]
    shared = ends - starts > 1
    for start, end in zip(starts[shared].tolist(), ends[shared].tolist(), strict=True):
        yield order[start:end]
