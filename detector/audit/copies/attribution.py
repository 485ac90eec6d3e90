"""Attribution: which documents of a crawl are copies, of what, and which was probably first."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.audit.copies.ranking import Documents

NO_ROW = -1
"""Row number of no document."""

NO_ROWS = np.zeros(0, np.int64)


class Copies(NamedTuple):
    """The documents that are copies or have copies.

    Attributes:
        rows: int64 array of shape (n_found,), their rows in the audit, rising.
        clusters: uint64 array of shape (n_found,): the cluster's number. A cluster is a source
            and what was compared with it: copies of copies are no members unless they are copies
            of the source as well.
        sources: int64 array of shape (n_found,): the row of the probable source, or `NO_ROW` for
            the source itself and for further captures of the source's address. Originals of an
            index are numbered after the rows.
        similarity: float64 array of shape (n_found,), share of the document's words that its
            source has in the same place, or of a copy by meaning how alike both are in meaning;
            NaN without a source.
        by_meaning: bool array of shape (n_found,): copies that share their source's meaning, and
            not its words.
    """

    rows: NDArray[np.int64]
    clusters: NDArray[np.uint64]
    sources: NDArray[np.int64]
    similarity: NDArray[np.float64]
    by_meaning: NDArray[np.bool_]

    def between(self, start: int, end: int) -> "Copies":
        """Those of consecutive rows."""
        return self.some(slice(*np.searchsorted(self.rows, (start, end)).tolist()))

    def some(self, which: slice | NDArray[np.bool_]) -> "Copies":
        """Some of them."""
        return Copies(**{name: getattr(self, name)[which] for name in self._fields})


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
    n_docs = len(documents)
    best = _best_matches(documents, matches)
    others, firsts = _with_the_same_words(documents)
    rows = np.union1d(best["copy"], others)
    sources, similarity = np.full(len(rows), NO_ROW), np.full(len(rows), np.nan)
    places = np.searchsorted(rows, best["copy"])
    sources[places], similarity[places] = best["source"], best["similarity"]
    said_again = np.intersect1d(best["copy"], copies_by_meaning)
    by_meaning = np.isin(rows, said_again)
    # Documents with the very same words have the source of the likeliest one, or that one.
    places = np.searchsorted(rows, others)
    sources[places] = _looked_up(best["copy"], best["source"], firsts, firsts)
    similarity[places] = _looked_up(best["copy"], best["similarity"], firsts, 1.0)
    by_meaning[places] = np.isin(firsts, said_again)
    # Nothing is a copy of another capture of its own address, and nothing trusted is a copy.
    in_crawl = np.flatnonzero(sources < n_docs)
    own, of_source = documents.at(rows), documents.at(sources[in_crawl])
    none = own["trusted"].copy()
    none[in_crawl] |= of_source["rank"] >= own["rank"][in_crawl]
    sources[none], similarity[none], by_meaning[none] = NO_ROW, np.nan, False
    heads = np.unique(sources[in_crawl])
    heads = heads[heads != NO_ROW]
    heads = heads[_looked_up(rows, sources, heads, NO_ROW) == NO_ROW]
    # Heads join the rows, of which some are heads.
    every = np.union1d(rows, heads)
    of_row = np.searchsorted(every, rows)
    digests = np.zeros(len(every), np.uint64)
    digests[np.searchsorted(every, heads)] = documents.at(heads)["digest"]
    copied = in_crawl[sources[in_crawl] != NO_ROW]
    digests[of_row[copied]] = documents.at(sources[copied])["digest"]
    original = np.flatnonzero(sources >= n_docs)
    digests[of_row[original]] = [identities[source] for source in sources[original].tolist()]
    # Further captures of a source's address stand beside it.
    clusters = digests.copy()
    beside = np.searchsorted(every, others)
    beside_none = (digests[beside] == 0) & (sources[places] == NO_ROW)
    clusters[beside[beside_none]] = _looked_up(every, digests, firsts[beside_none], 0)
    found = Copies(
        every,
        clusters,
        _looked_up(rows, sources, every, NO_ROW),
        _looked_up(rows, similarity, every, np.nan),
        _looked_up(rows, by_meaning, every, False),
    )
    return found.some((found.clusters != 0) | (found.sources != NO_ROW))


def _best_matches(documents: Documents, matches: NDArray[np.void]) -> NDArray[np.void]:
    """The match of each copy with its probable source, sorted by copy."""
    copies = np.unique(matches["copy"])
    copies = copies[~documents.at(copies)["trusted"]]
    original = matches["source"] >= len(documents)
    of_copy = ~original & np.isin(matches["source"], copies)
    order = np.lexsort(
        (matches["source"], -matches["similarity"], of_copy, ~original, matches["copy"])
    )
    matches = matches[order]
    return matches[np.flatnonzero(np.diff(matches["copy"], prepend=-1))]


def _with_the_same_words(documents: Documents) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows whose words a likelier source has, rising, and the rows of these sources."""
    others, firsts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start, chunk in documents.chunks():
        places = np.flatnonzero(chunk["first"] != start + np.arange(len(chunk)))
        others.append(start + places)
        firsts.append(chunk["first"][places])
    return np.concatenate(others), np.concatenate(firsts)


def _looked_up(
    rows: NDArray[np.int64], values: NDArray[Any], wanted: NDArray[np.int64], otherwise: Any
) -> NDArray[Any]:
    """The values of some rows.

    Args:
        rows: int64 array of shape (n_rows,), rising.
        values: Array of shape (n_rows,).
        wanted: int64 array of shape (n_wanted,).
        otherwise: What a row has that is not among `rows`: a value, or one for each.

    Returns:
        Array of shape (n_wanted,) with the dtype of `values`.
    """
    found = np.empty(len(wanted), values.dtype)
    found[:] = otherwise
    if len(rows):
        place = np.minimum(np.searchsorted(rows, wanted), len(rows) - 1)
        held = rows[place] == wanted
        found[held] = values[place[held]]
    return found
