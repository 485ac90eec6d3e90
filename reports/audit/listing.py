"""Which documents a report lists: their order, their names, and which are copies of which."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.wording import visible
from chaffinch.reports.audit.data import AuditData

_MAX_KEY = 500
_MAX_RELATED = 12
_MAX_TITLE = 120

MAX_CELL = 200
"""Characters of a text in a cell of a table."""

LINE_COLUMNS = (
    "id",
    "path",
    "offset",
    "title",
    "site",
    "kind",
    "flagged",
    "probability",
    "published",
    "copied",
    "unscorable",
    "error",
    "reasons",
    "text_digest",
)
"""Columns of an audit's rows that a line of a table is made of."""


class TableLine(NamedTuple):
    """What a table shows of a document, its texts short and visible.

    Attributes:
        number: Number of its row in the audit.
        key: Its name.
        title: Its title, or its name where it has none.
        site: Host name, or "".
        kind: Kind of the verdict, ``unreadable`` where there is none.
        flagged: Whether it is flagged.
        probability: Probability of a republication, or None.
        published: Date as stated, or "".
        copied: Whether it has the words of another one.
        note: Why it was flagged or not judged, or "".
    """

    number: int
    key: str
    title: str
    site: str
    kind: str
    flagged: bool
    probability: float | None
    published: str
    copied: bool
    note: str


class Related(NamedTuple):
    """Another document of the same cluster of copies.

    Attributes:
        number: Number of its row in the audit.
        key: Its id, or path and offset where the id is not its own alone.
        title: Its title, or its key.
        site: Its host, or "".
        kind: Its kind.
        is_source: Whether it is the cluster's probable source.
    """

    number: int
    key: str
    title: str
    site: str
    kind: str
    is_source: bool


class Listing:
    """The rows of an audit, known by their numbers.

    Args:
        audit: The audit.

    Attributes:
        order: int64 array of all row numbers, the most probable republications first, what
            was not judged last, and like ones as in the crawl.
        inside: int64 array of all row numbers, in the order in which a report has room for
            their texts: flagged ones, then copies, then the others, each as in `order`.
        source_of: Row number of the probable source of each row that has one in its cluster.
    """

    def __init__(self, audit: AuditData) -> None:
        self._audit = audit
        probability = np.array(audit.column("probability"), dtype=np.float64)
        flagged = np.array(audit.column("flagged"), dtype=bool)
        copied = np.array([bool(value) for value in audit.column("copied")], dtype=bool)
        # NaN, for what was not judged, is sorted to the end.
        self.order: NDArray[np.int64] = np.argsort(-probability, kind="stable")
        rank = np.where(flagged, 0, np.where(copied, 1, 2))
        self.inside = self.order[np.argsort(rank[self.order], kind="stable")]
        ids = audit.column("id")
        self._repeated = _repeated(ids)
        self._cluster = {
            number: cluster
            for number, cluster in enumerate(audit.column("cluster"))
            if cluster is not None
        }
        self.source_of = self._sources(ids)
        self._members = self._by_cluster()

    def key(self, number: int, row: Mapping[str, Any]) -> str:
        """The name of a row: its id, or path and offset if another row came with the id before.

        Args:
            number: The row's number.
            row: Its ``id``, ``path`` and ``offset``.
        """
        own = str(row["id"])
        if number in self._repeated or len(own) > _MAX_KEY:
            return f"{row['path']}#{row['offset']}"
        return own

    def related(self, number: int) -> tuple[list[Related], int]:
        """The other documents of a row's cluster, its source first, and how many they are.

        No more than 12 are named.
        """
        members = self._members.get(self._cluster.get(number, ""), [])
        source = self.source_of.get(number)
        named = [
            self._related(other, other == source)
            for other in members[: _MAX_RELATED + 1]
            if other != number
        ]
        return named[:_MAX_RELATED], max(len(members) - 1, 0)

    def _related(self, number: int, is_source: bool) -> Related:
        row = self._known[number]
        key = self.key(number, row)
        return Related(
            number,
            key,
            visible(row["title"] or key, _MAX_TITLE),
            visible(row["site"] or "", _MAX_TITLE),
            row["kind"] or "unreadable",
            is_source,
        )

    @cached_property
    def _known(self) -> dict[int, dict[str, Any]]:
        """What `related` says of the first documents of each cluster."""
        numbers = (
            number for members in self._members.values() for number in members[: _MAX_RELATED + 1]
        )
        columns = ["id", "path", "offset", "title", "site", "kind"]
        return dict(self._audit.rows(numbers, columns))

    def _sources(self, ids: list[str]) -> dict[int, int]:
        place = {(cluster, ids[number]): number for number, cluster in self._cluster.items()}
        named = enumerate(self._audit.column("source_id"))
        found = {
            number: place.get((self._cluster.get(number, ""), source_id), number)
            for number, source_id in named
            if source_id is not None
        }
        return {number: source for number, source in found.items() if source != number}

    def _by_cluster(self) -> dict[str, list[int]]:
        sources = set(self.source_of.values())
        members: defaultdict[str, list[int]] = defaultdict(list)
        for number, cluster in self._cluster.items():
            members[cluster].append(number)
        return {
            cluster: sorted(numbers, key=lambda number: (number not in sources, number))
            for cluster, numbers in members.items()
        }


def _repeated(ids: list[str]) -> set[int]:
    """Rows whose id a row before them has."""
    seen: set[str] = set()
    repeated = set()
    for number, own in enumerate(ids):
        if own in seen:
            repeated.add(number)
        seen.add(own)
    return repeated


def table_line(number: int, key: str, row: Mapping[str, Any]) -> TableLine:
    """A document's line of a table.

    Args:
        number: The row's number.
        key: The document's name.
        row: Its `LINE_COLUMNS`.
    """
    reasons = row["reasons"] or ()
    why = reasons[0]["summary"] if row["flagged"] and reasons else ""
    return TableLine(
        number=number,
        key=key,
        title=visible(row["title"] or key, MAX_CELL),
        site=visible(row["site"] or "", MAX_CELL),
        kind=row["kind"] or "unreadable",
        flagged=row["flagged"],
        probability=row["probability"],
        published=visible(row["published"] or "", 25),
        copied=bool(row["copied"]),
        note=visible(row["error"] or row["unscorable"] or why, MAX_CELL),
    )
