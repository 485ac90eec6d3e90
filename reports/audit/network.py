"""Which sites of an audit copy which, and which of them copy the same pages."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chaffinch.reports.audit.data import AuditData

_MOST_SITES = 50
"""Sites of a cluster beyond which it tells nothing about neighbours: half the web copies some
texts. Our choice."""


class SiteLinks(NamedTuple):
    """What ties a site to others, each with a number of pages, the most first.

    Attributes:
        sources: Sites that it copied from.
        copiers: Sites that copied from it.
        neighbours: Sites that copied what it copied: pages of the same sources.
    """

    sources: list[tuple[str, int]]
    copiers: list[tuple[str, int]]
    neighbours: list[tuple[str, int]]


class Network:
    """Who copies whom in an audit.

    Memory grows with the number of copies.

    Args:
        audit: The audit.

    Attributes:
        copies: Number of copies by the copying site and the source's site.
    """

    def __init__(self, audit: AuditData) -> None:
        self.copies: Counter[tuple[str, str]] = Counter()
        self._sources: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._copiers: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._clusters: defaultdict[str, set[str]] = defaultdict(set)
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        for _, batch in audit.batches(("site", "source_site", "cluster", "copied")):
            rows = batch.filter(batch["copied"]).to_pylist()
            for row in rows:
                site, source = row["site"] or "", row["source_site"] or ""
                if source and source != site:
                    self.copies[site, source] += 1
                    self._sources[site][source] += 1
                    self._copiers[source][site] += 1
                if site and row["cluster"] and len(self._members[row["cluster"]]) <= _MOST_SITES:
                    self._clusters[site].add(row["cluster"])
                    self._members[row["cluster"]].add(site)

    def links(self, site: str) -> SiteLinks:
        """What ties a site to others."""
        neighbours: Counter[str] = Counter()
        for cluster in self._clusters.get(site, ()):
            members = self._members[cluster]
            if len(members) <= _MOST_SITES:
                neighbours.update(members - {site})
        return SiteLinks(
            _most(self._sources.get(site, {})),
            _most(self._copiers.get(site, {})),
            _most(neighbours),
        )

    def __contains__(self, site: str) -> bool:
        """Whether a site copied from another one, or was copied from."""
        return site in self._sources or site in self._copiers


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def strongest_ties(
    copies: Iterable[tuple[tuple[str, str], int]], most: int
) -> list[tuple[str, str, int]]:
    """The pairs of copying site and source with the most copies.

    >>> strongest_ties([(("a", "s"), 1), (("b", "s"), 3)], 1)
    [('b', 's', 3)]
    """
    ranked = sorted(copies, key=lambda item: (-item[1], item[0]))
    return [(site, source, count) for (site, source), count in ranked[:most]]
