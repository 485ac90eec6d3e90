"""Which documents of a crawl are copies, of what, and which one was probably there first."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.audit.hashes import address_hash, identity_hash, text_hash

NO_ROW = -1

_DATE_CHARACTERS = 19
"""Of a date, down to the second; ISO dates sort as text."""

_NONE = np.zeros(0, np.uint64)
_FACTS = np.dtype(
    [
        ("digest", np.uint64),
        ("digest_rest", np.uint64),
        ("address", np.uint64),
        ("id", np.uint64),
        ("identity", np.uint64),
        ("flagged", np.bool_),
        ("contradicted", np.bool_),
        ("trusted", np.bool_),
        ("date", f"S{_DATE_CHARACTERS}"),
        ("probability", np.float32),
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
        probability: Its probability, or None.
        contradicted: Whether its byline, dateline, canonical link or data name somebody else.
        trusted: Whether its site is trusted.
    """

    text_digest: str | None
    url: str | None
    id: str
    published: str | None
    flagged: bool
    probability: float | None = None
    contradicted: bool = False
    trusted: bool = False


class Documents(NamedTuple):
    """What is known of a crawl's documents before their texts are compared, by row.

    Attributes:
        digests: uint64 array of shape (n_docs,), of the words of each text; 0 without words.
        first: int64 array of shape (n_docs,): the likeliest source among the documents with
            the very same words, often the document itself.
        rank: int64 array of shape (n_docs,): the likelier a source, the lower. Captures of
            one address are one document and have one rank.
        trusted: bool array of shape (n_docs,): documents that are nobody's copy.
        repeated: bool array of shape (n_docs,): whether an earlier row has the same id.
    """

    digests: NDArray[np.uint64]
    first: NDArray[np.int64]
    rank: NDArray[np.int64]
    trusted: NDArray[np.bool_]
    repeated: NDArray[np.bool_]


class Copies(NamedTuple):
    """Every document's place among its copies, by its row in the audit.

    Attributes:
        clusters: uint64 array of shape (n_docs,): the cluster's number, 0 without copies. A
            cluster is a source and what was compared with it: copies of copies are no
            members unless they are copies of the source as well.
        sources: int64 array of shape (n_docs,): the row of its probable source, or `NO_ROW`
            for the source itself and for further captures of the source's address. Originals of
            an index are numbered after the rows.
        similarity: float64 array of shape (n_docs,), share of the document's words that its
            source has in the same place; NaN without a source.
    """

    clusters: NDArray[np.uint64]
    sources: NDArray[np.int64]
    similarity: NDArray[np.float64]


class CandidateArray:
    """Candidates in 66 bytes each, so that a crawl's size hardly matters to memory."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.void]] = [np.zeros(0, _FACTS)]

    def add(self, candidates: Sequence[Candidate]) -> None:
        """Add the next rows."""
        self._parts.append(np.array([_facts(one) for one in candidates], _FACTS))

    def documents(
        self,
        trusted_addresses: NDArray[np.uint64] = _NONE,
        trusted_identities: NDArray[np.uint64] = _NONE,
    ) -> Documents:
        """Rank all documents, and find those with the very same words and repeated ids.

        The likeliest source is a trusted one, then one that is not flagged, that nothing in it
        contradicts, with the earliest stated date, the lowest probability, the first row.

        Args:
            trusted_addresses: Hashes of addresses whose documents are originals.
            trusted_identities: Hashes of records that are originals.
        """
        facts = np.concatenate(self._parts)
        rows = np.arange(len(facts))
        trusted = facts["trusted"] | np.isin(facts["identity"], trusted_identities)
        trusted |= np.isin(facts["address"], trusted_addresses) & (facts["address"] != 0)
        order = np.lexsort(
            (
                rows,
                facts["probability"],
                facts["date"],
                facts["contradicted"],
                facts["flagged"],
                ~trusted,
            )
        )
        place = np.empty(len(facts), np.int64)
        place[order] = rows
        rank = place.copy()
        by_address = np.lexsort((rank, facts["address"]))
        for captures in _groups(by_address[facts["address"][by_address] != 0], facts["address"]):
            rank[captures] = rank[captures[0]]
        first = rows.copy()
        by_words = np.lexsort((place, rank, facts["digest_rest"], facts["digest"]))
        by_words = by_words[facts["digest"][by_words] != 0]
        for members in _groups(by_words, facts[["digest", "digest_rest"]]):
            first[members] = members[0]
        repeated = np.zeros(len(facts), np.bool_)
        for members in _groups(np.lexsort((rows, facts["id"])), facts["id"]):
            repeated[members[1:]] = True
        return Documents(facts["digest"].copy(), first, rank, trusted, repeated)


def attributed(
    documents: Documents, matches: NDArray[np.void], identities: dict[int, int]
) -> Copies:
    """Give every copy its source, from pairs that were compared word by word.

    An original of an index is the source before any document of the crawl; among several the
    most similar one is, and a document that is no copy itself goes before one that is.

    Args:
        documents: The documents.
        matches: `chaffinch.detector.audit.verification.MATCH` array in any order, of documents
            that are the first of those with their words.
        identities: Cluster numbers of the originals of an index that occur in the matches.
    """
    n_docs = len(documents.rank)
    copied = np.zeros(n_docs, np.bool_)
    copied[matches["copy"]] = True
    copied &= ~documents.trusted
    original = matches["source"] >= n_docs
    of_copy = np.zeros(len(matches), np.bool_)
    of_copy[~original] = copied[matches["source"][~original]]
    order = np.lexsort(
        (matches["source"], -matches["similarity"], of_copy, ~original, matches["copy"])
    )
    matches = matches[order]
    best = matches[np.flatnonzero(np.diff(matches["copy"], prepend=-1))]

    sources = np.full(n_docs, NO_ROW)
    similarity = np.full(n_docs, np.nan)
    sources[best["copy"]] = best["source"]
    similarity[best["copy"]] = best["similarity"]
    # Documents with the same words have the same source, but for the first one's own address.
    first = documents.first
    with_same_words = np.flatnonzero(first != np.arange(n_docs))
    of_first = first[with_same_words]
    theirs = sources[of_first]
    itself = theirs == NO_ROW
    sources[with_same_words] = np.where(itself, of_first, theirs)
    similarity[with_same_words] = np.where(itself, 1.0, similarity[of_first])
    inside = (sources != NO_ROW) & (sources < n_docs)
    places = np.flatnonzero(inside)
    same = documents.rank[sources[places]] >= documents.rank[places]
    for place in (places[same], np.flatnonzero(documents.trusted)):
        sources[place], similarity[place] = NO_ROW, np.nan

    clusters = np.zeros(n_docs, np.uint64)
    places = np.flatnonzero((sources != NO_ROW) & (sources < n_docs))
    clusters[places] = documents.digests[sources[places]]
    heads = np.unique(sources[places])
    heads = heads[sources[heads] == NO_ROW]
    clusters[heads] = documents.digests[heads]
    for row in np.flatnonzero(sources >= n_docs).tolist():
        clusters[row] = identities[int(sources[row])]
    # Further captures of a source's address stand beside it.
    alike = np.flatnonzero((sources == NO_ROW) & (clusters == 0))
    clusters[alike] = clusters[first[alike]]
    return Copies(clusters, sources, similarity)


def _facts(one: Candidate) -> tuple[int, int, int, int, int, bool, bool, bool, bytes, float]:
    # A text without a date comes after all those with one.
    date = (one.published or "9999").encode("ascii", "replace")[:_DATE_CHARACTERS]
    digest = one.text_digest or "0" * 32
    return (
        int(digest[:16], 16),
        int(digest[16:], 16),
        address_hash(one.url),
        text_hash(one.id),
        identity_hash(one.id, one.url, one.text_digest),
        one.flagged,
        one.contradicted,
        one.trusted,
        date,
        one.probability or 0.0,
    )


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
