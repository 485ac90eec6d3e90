"""The rows of ``sites.parquet``: what a site's documents come to, and its verdict."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from chaffinch.detector.audit.sites.counting import (
    COUNTED,
    PAGE_FACTS,
    main_sources,
    sample,
    strongest,
    sums,
)
from chaffinch.detector.audit.sites.evidence import (
    CHANNELS,
    EVIDENCE_SCHEMA,
    Pooled,
    pooled,
    site_pages,
)
from chaffinch.detector.audit.sites.model import SiteModel, SiteScore, score, site_model
from chaffinch.detector.audit.trusted import TrustedSites

_Z = 1.96
"""Quantile of the normal distribution for a two-sided 95 % interval."""

_FARM_SHARE = 0.3
"""Flagged share from which a site is a farm (our choice: the threshold flags 0.1 % of clean
pages, so 30 % is no accident)."""

_CLEAN_SHARE = 0.1
"""Flagged share under which a site is clean (our choice)."""

_WIDEST = 0.5
"""Width of the interval from which there are too few pages to say (our choice: four pages, all
of them flagged, are enough)."""

_LEAST_PAGES = 5
"""Judged pages from which what they say together makes a site a farm (our choice)."""

_SOURCE = pa.struct([("source", pa.string()), ("documents", pa.int64())])
_EXAMPLE = pa.struct([("text", pa.string()), ("pages", pa.int64())])
_EVIDENCE = pa.struct(
    [
        ("channel", pa.string()),
        ("contribution", pa.float64()),
        ("mean", pa.float64()),
        ("honest_mean", pa.float64()),
        ("meaning", pa.string()),
        ("examples", pa.list_(_EXAMPLE)),
    ]
)

SITE_SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("documents", pa.int64()),
        ("scored", pa.int64()),
        ("flagged", pa.int64()),
        ("spun", pa.int64()),
        ("scraped", pa.int64()),
        ("copied", pa.int64()),
        ("share_flagged", pa.float64()),
        ("share_low", pa.float64()),
        ("share_high", pa.float64()),
        ("share_copied", pa.float64()),
        ("main_sources", pa.list_(_SOURCE)),
        ("examples", pa.list_(pa.string())),
        ("verdict", pa.string()),
        ("probability", pa.float64()),
        ("probability_low", pa.float64()),
        ("probability_high", pa.float64()),
        ("intercept", pa.float64()),
        ("evidence", pa.list_(_EVIDENCE)),
        ("pages_pooled", pa.int64()),
        ("share_original", pa.float64()),
    ]
)
"""Columns of ``sites.parquet``.

``documents`` counts pages, each by its last scored capture at any of its addresses.
``share_flagged`` is of the ``scored`` ones, with its 95 % interval from ``share_low`` to
``share_high``; ``share_copied`` is of all. ``main_sources`` are the sites that most of the copies
were taken from (ids of sources without an address), ``examples`` the ids of the site's strongest
flagged documents and of copies.

``probability`` is that the site is a farm, by all that ``pages_pooled`` of its judged pages say,
with its 95 % interval over the choice of pages; null without judged pages. The contributions in
``evidence`` and ``intercept`` add up to its log-odds. ``mean`` is that of the site's pages and
``honest_mean`` that of honest sites' pages. ``share_original`` is the share of these pages that are
neither flagged nor copied nor name another origin.
"""


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) where nothing was counted.

    Own code: scipy.stats takes a second to import and 450 microseconds per site.

    >>> [round(end, 2) for end in wilson_interval(3, 3)]
    [0.44, 1.0]
    """
    if not total:
        return 0.0, 1.0
    share = hits / total
    centre = share + _Z**2 / (2 * total)
    spread = _Z * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    scale = 1 + _Z**2 / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def site_verdict(low: float, high: float) -> str:
    """A site's verdict by the interval of its flagged share.

    With an interval of 50 points or more there are ``too few pages`` to say. Else it is a
    ``farm`` when even the lower end is 30 % or more, ``clean`` when even the upper end is under
    10 %, and ``mixed`` between.
    """
    if high - low >= _WIDEST:
        return "too few pages"
    if low >= _FARM_SHARE:
        return "farm"
    return "clean" if high < _CLEAN_SHARE else "mixed"


def _verdict(share: str, scored: int, found: SiteScore | None, threshold: float) -> str:
    """A site's verdict by its flagged share, and by what its pages say together.

    Args:
        share: What `site_verdict` says.
        scored: Number of its judged pages.
        found: How the site scores, or None.
        threshold: Probability from which a site is a farm.
    """
    if found is None or share == "farm":
        return share
    if found.probability >= threshold and scored >= _LEAST_PAGES:
        return "farm"
    return "mixed" if share == "clean" and found.high >= threshold else share


def site_rows(counts: Callable[[list[str]], pa.Table], trusted: TrustedSites) -> pa.Table:
    """One row of `SITE_SCHEMA` per site, in no order.

    Args:
        counts: Gives some columns of `count_addresses`, of parts of the sites' documents; all
            captures of one address must have been in one part.
        trusted: Sites that are not judged.
    """

    def about(*names: str) -> pa.Table:
        table = counts(["site", *names])
        return table.filter(pc.is_valid(table[names[0]]))

    sources: dict[str, list[dict[str, Any]]] = {}
    for row in main_sources(about("copies", "source")).to_pylist():
        shown = {"source": row["source"], "documents": row["copies"]}
        sources.setdefault(row["site"], []).append(shown)
    examples: dict[str, list[str]] = {}
    for row in strongest(about("strength", "probability", "id")).to_pylist():
        examples.setdefault(row["site"], []).append(row["id"])
    pooled_of = _pooled(about("page", *PAGE_FACTS, *EVIDENCE_SCHEMA.names))
    model = site_model()
    found: list[dict[str, Any]] = []
    for row in sums(about(*COUNTED), ["site"], COUNTED).to_pylist():
        site, documents, scored, flagged = map(row.get, ("site", *COUNTED[:3]))
        low, high = wilson_interval(flagged, scored)
        evidence = pooled_of.get(site)
        scores = score(evidence.values, model) if evidence else None
        verdict = _verdict(site_verdict(low, high), scored, scores, model.threshold)
        found.append(
            {
                **row,
                "share_flagged": flagged / scored if scored else 0.0,
                "share_low": low,
                "share_high": high,
                "share_copied": row["copied"] / documents,
                "main_sources": sources.get(site, []),
                "examples": examples.get(site, []),
                "verdict": "trusted" if trusted.hold(site) else verdict,
                **(_probability(evidence, scores, model) if evidence and scores else {}),
            }
        )
    return pa.Table.from_pylist(found, SITE_SCHEMA)


def _pooled(pages: pa.Table) -> dict[str, Pooled]:
    """What the pages of each site say together."""
    pages = sample(pages).sort_by("site")
    sites = pages["site"].to_pylist()
    starts = [place for place, site in enumerate(sites) if not place or site != sites[place - 1]]
    return {
        sites[start]: pooled(site_pages(pages.slice(start, end - start)))
        for start, end in pairwise([*starts, len(sites)])
    }


def _probability(evidence: Pooled, found: SiteScore, model: SiteModel) -> dict[str, Any]:
    """The columns that say how probably a site is a farm, and why: the strongest evidence first."""
    means = evidence.values.mean(0).tolist()
    rows = zip(
        CHANNELS, model.terms, means, found.contributions.tolist(), evidence.examples, strict=True
    )
    listed = [
        {
            "channel": channel.name,
            "contribution": contribution,
            "mean": mean,
            "honest_mean": term.mean,
            "meaning": channel.meaning,
            "examples": [{"text": text, "pages": pages} for text, pages in examples],
        }
        for channel, term, mean, contribution, examples in rows
    ]
    return {
        "probability": found.probability,
        "probability_low": found.low,
        "probability_high": found.high,
        "intercept": model.intercept,
        "evidence": sorted(listed, key=lambda one: -one["contribution"]),
        "pages_pooled": len(evidence.values),
        "share_original": evidence.original,
    }
