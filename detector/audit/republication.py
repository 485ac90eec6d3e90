"""Exact copies within a crawl: clusters of one text, and the probable source of each."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Copy(NamedTuple):
    """A document's place in a cluster of copies.

    Attributes:
        cluster: Name of the cluster.
        source_id: Id of the probable source; None for the source itself.
    """

    cluster: str
    source_id: str | None


class Candidate(NamedTuple):
    """What decides which document of a cluster is its source.

    Attributes:
        path: File of the document.
        offset: Its place there.
        id: Its id.
        digest: Digest of its text's words, or "" where it has none.
        published: Date of publication as stated, or None.
        flagged: Whether it was flagged.
    """

    path: str
    offset: int
    id: str
    digest: str
    published: str | None
    flagged: bool


def find_copies(candidates: Iterable[Candidate]) -> dict[tuple[str, int], Copy]:
    """Clusters of documents with the same words.

    The probable source is the one that is not flagged, then the one with the earliest
    stated date, then the first by path; it is in the cluster but never `copied`.

    Returns:
        (path, offset) of every document that has a copy, to its place.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.digest:
            groups[candidate.digest].append(candidate)
    copies = {}
    for digest, members in groups.items():
        if len(members) < 2:
            continue
        source = min(
            members,
            key=lambda one: (one.flagged, one.published or "9999", one.path, one.offset),
        )
        for member in members:
            source_id = None if member == source else source.id
            copies[member.path, member.offset] = Copy(digest[:16], source_id)
    return copies
