"""Which documents a report lists: their order, their names, and which are copies of which."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.wording import visible
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.lines import Related
from chaffinch.reports.certainty import label

_MAX_KEY = 500
"""Characters over which an id is not used as a name; our choice: links stay short."""

_MAX_RELATED = 12
"""Documents of a cluster that one of them names; our choice."""

_MAX_TITLE = 120
"""Characters of a title in a list of copies; our choice: one or two lines."""


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
            label(row["kind"], row["probability"]),
            is_source,
        )

    @cached_property
    def _known(self) -> dict[int, dict[str, Any]]:
        """What `related` says of the first documents of each cluster."""
        numbers = (
            number for members in self._members.values() for number in members[: _MAX_RELATED + 1]
        )
        columns = ["id", "path", "offset", "title", "site", "kind", "probability"]
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
