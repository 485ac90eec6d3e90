"""What an audit says of a site as a whole."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

_Z = 1.96
_FARM_SHARE = 0.3
_CLEAN_SHARE = 0.1
_WIDEST = 0.5

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
        ("verdict", pa.string()),
    ]
)


def wilson_interval(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) where nothing was counted.

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

    ``farm`` when even the lower end is 30 % or more, ``clean`` when even the upper end is
    under 10 %; with an interval of 50 points or more there are ``too few pages`` to say,
    else it is ``mixed``.
    """
    if low >= _FARM_SHARE:
        return "farm"
    if high < _CLEAN_SHARE:
        return "clean"
    return "mixed" if high - low < _WIDEST else "too few pages"


class SiteCounter:
    """Counts documents by site as rows go by."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count rows with ``site``, ``status``, ``flagged``, ``kind`` and ``copied``."""
        for row in rows:
            count = self._counts[row["site"] or ""]
            count["documents"] += 1
            count["scored"] += row["status"] == "scored"
            count["flagged"] += row["flagged"]
            count["copied"] += row["copied"]
            if row["flagged"]:
                count[row["kind"]] += 1

    def table(self) -> pa.Table:
        """A row a site, the most flagged pages first."""
        rows: list[dict[str, Any]] = []
        for site, count in self._counts.items():
            low, high = wilson_interval(count["flagged"], count["scored"])
            rows.append(
                {
                    "site": site,
                    **{
                        name: count[name]
                        for name in ("documents", "scored", "flagged", "spun", "scraped", "copied")
                    },
                    "share_flagged": count["flagged"] / count["scored"] if count["scored"] else 0.0,
                    "share_low": low,
                    "share_high": high,
                    "verdict": site_verdict(low, high),
                }
            )
        rows.sort(key=lambda row: (-row["share_low"], -row["flagged"], row["site"]))
        return pa.Table.from_pylist(rows, SITE_SCHEMA)
