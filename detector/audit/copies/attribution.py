"""Attribution: which documents of a crawl are copies, of what, and which was probably first."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.audit.copies.hashes import address_hash, identity_hash, text_hash
from chaffinch.features.publication import ORDER_LENGTH, order

NO_ROW = -1
"""Row number of no document."""

_NONE = np.zeros(0, np.uint64)

NO_ROWS = np.zeros(0, np.int64)

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
        ("date", f"S{ORDER_LENGTH}"),
        ("probability", np.float32),
    ]
)
"""Facts of a document in 77 bytes, texts as 64-bit hashes."""


class DocumentFacts(NamedTuple):
    """What decides whether a document is the source of its copies.

    Attributes:
        text_digest: Digest of its text's words, 32 hexadecimal digits, or None.
        url: Its address, or None.
        id: Its id.
        published: Date of publication as stated, or None.
        flagged: Whether it was flagged.
        probability: Its probability, or None.
        contradicted: Whether its byline, dateline, canonical link or data name somebody else.
        trusted: Whether its site is trusted.
        named: Whether its record states an address or id of its own; a file's name is none,
            since pages of many sites have the same.
        dated: Earlier day that its address or a line beside its text gives, or None.
    """

    text_digest: str | None
    url: str | None
    id: str
    published: str | None
    flagged: bool
    probability: float | None = None
    contradicted: bool = False
    trusted: bool = False
    named: bool = True
    dated: str | None = None


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
            source has in the same place, or of a copy by meaning how alike both are in meaning;
            NaN without a source.
        by_meaning: bool array of shape (n_docs,): copies that share their source's meaning, and
            not its words.
    """

    clusters: NDArray[np.uint64]
    sources: NDArray[np.int64]
    similarity: NDArray[np.float64]
    by_meaning: NDArray[np.bool_]


def packed(documents: Sequence[DocumentFacts]) -> NDArray[np.void]:
    """Facts in 77 bytes per document, so that a crawl's size hardly matters to memory.

    Returns:
        Structured array of shape (n_docs,) with a field for each fact, to be read by `ranked`.
    """
    return np.array([_record(document) for document in documents], _FACTS)


def ranked(
    column: Callable[[str], NDArray[Any]],
    trusted_addresses: NDArray[np.uint64] = _NONE,
    trusted_identities: NDArray[np.uint64] = _NONE,
) -> Documents:
    """Rank all documents, and find those with the very same words and repeated ids.

    The likeliest source is a trusted one, then one that is not flagged, that nothing in it
    contradicts, that was published first as far as its page tells, with the lowest probability,
    the first row.

    Args:
        column: Gives one field of `packed` for all documents; only one is held at a time.
        trusted_addresses: Hashes of addresses whose documents are originals.
        trusted_identities: Hashes of records that are originals.
    """
    addresses = column("address")
    identities = column("identity")
    trusted = column("trusted") | (np.isin(identities, trusted_identities) & (identities != 0))
    trusted |= np.isin(addresses, trusted_addresses) & (addresses != 0)
    keys = ("probability", "date", "contradicted", "flagged")
    # Stable: of documents that are alike in all of it the first row goes first.
    order = np.lexsort((*map(column, keys), ~trusted))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    order = np.lexsort((place, addresses))
    order = order[addresses[order] != 0]
    rank = place.copy()
    rank[order] = place[_heads(order, addresses)]
    digests, digests_rest = column("digest"), column("digest_rest")
    order = np.lexsort((place, rank, digests_rest, digests))
    order = order[digests[order] != 0]
    first = np.arange(len(place))
    first[order] = _heads(order, digests, digests_rest)
    ids = column("id")
    order = np.argsort(ids, kind="stable")
    repeated = np.zeros(len(place), np.bool_)
    repeated[order] = _heads(order, ids) != order
    return Documents(digests, first, rank, trusted, repeated)


def attributed(
    documents: Documents,
    matches: NDArray[np.void],
    identities: dict[int, int],
    copies_by_meaning: NDArray[np.int64] = NO_ROWS,
) -> Copies:
    """Give every copy its source, from pairs that were compared word by word.

    An original of an index is the source before any document of the crawl; among several the
    most similar one is, and a document that is no copy itself goes before one that is.

    Args:
        documents: The documents.
        matches: `chaffinch.detector.audit.copies.verification.MATCH` array in any order, of
            documents that are the first of those with their words.
        identities: Cluster numbers of the originals of an index that occur in the matches.
        copies_by_meaning: Rows of those documents whose match is one by meaning.
    """
    n_docs = len(documents.rank)
    sources = np.full(n_docs, NO_ROW)
    similarity = np.full(n_docs, np.nan)
    best = _best_matches(documents, matches)
    sources[best["copy"]] = best["source"]
    similarity[best["copy"]] = best["similarity"]
    _share_among_same_words(documents, sources, similarity)
    by_meaning = np.zeros(n_docs, np.bool_)
    by_meaning[copies_by_meaning] = True
    # Documents with the very same words have the first one's source, or that one itself.
    by_meaning = by_meaning[documents.first] & (sources == sources[documents.first])
    # Nothing is a copy of another capture of its own address, and nothing trusted is a copy.
    copies = np.flatnonzero((sources != NO_ROW) & (sources < n_docs))
    same = documents.rank[sources[copies]] >= documents.rank[copies]
    for rows in (copies[same], np.flatnonzero(documents.trusted)):
        sources[rows], similarity[rows], by_meaning[rows] = NO_ROW, np.nan, False
    return Copies(_clusters(documents, sources, identities), sources, similarity, by_meaning)


def _best_matches(documents: Documents, matches: NDArray[np.void]) -> NDArray[np.void]:
    """The match of each copy with its probable source, sorted by copy."""
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
    return matches[np.flatnonzero(np.diff(matches["copy"], prepend=-1))]


def _share_among_same_words(
    documents: Documents, sources: NDArray[np.int64], similarity: NDArray[np.float64]
) -> None:
    """Give documents with the very same words the source of the likeliest one, or that one."""
    first = documents.first
    others = np.flatnonzero(first != np.arange(len(first)))
    of_first = first[others]
    has_none = sources[of_first] == NO_ROW
    sources[others] = np.where(has_none, of_first, sources[of_first])
    similarity[others] = np.where(has_none, 1.0, similarity[of_first])


def _clusters(
    documents: Documents, sources: NDArray[np.int64], identities: dict[int, int]
) -> NDArray[np.uint64]:
    """Number of each document's cluster, 0 without copies."""
    n_docs = len(sources)
    clusters = np.zeros(n_docs, np.uint64)
    copies = np.flatnonzero((sources != NO_ROW) & (sources < n_docs))
    clusters[copies] = documents.digests[sources[copies]]
    heads = np.unique(sources[copies])
    heads = heads[sources[heads] == NO_ROW]
    clusters[heads] = documents.digests[heads]
    for row in np.flatnonzero(sources >= n_docs).tolist():
        clusters[row] = identities[int(sources[row])]
    # Further captures of a source's address stand beside it.
    alike = np.flatnonzero((sources == NO_ROW) & (clusters == 0))
    clusters[alike] = clusters[documents.first[alike]]
    return clusters


def _record(document: DocumentFacts) -> tuple[Any, ...]:
    digest = document.text_digest or "0" * 32
    return (
        int(digest[:16], 16),
        int(digest[16:], 16),
        address_hash(document.url),
        text_hash(document.id),
        identity_hash(document.id, document.url, document.text_digest) if document.named else 0,
        document.flagged,
        document.contradicted,
        document.trusted,
        order(document.published, document.dated).encode(),
        document.probability or 0.0,
    )


def _heads(order: NDArray[np.int64], *keys: NDArray[Any]) -> NDArray[np.int64]:
    """For each row in an order that brings equal keys together, the first row with its keys."""
    new = np.arange(len(order)) == 0
    for key in keys:
        ordered = key[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(new)
    return np.repeat(order[starts], np.diff(starts, append=len(order)))
