"""What changed between two audits, or since an audit's last run: pages, and sites as a whole."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.audit.page_states import Matched, described, last_states, matched

Kind = Literal["flagged", "unflagged", "added", "removed", "site"]

_SHOWN = ("id", "url", "site", "title", "kind")
"""What is said of a page beside its state."""

_BATCH_ROWS = 4_096
"""Rows in memory at a time; our choice: a megabyte."""

CHANGE_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("change", "id", "url", "site", "title", "kind")),
        ("old_kind", pa.string()),
        ("old_probability", pa.float64()),
        ("new_probability", pa.float64()),
    ]
)
"""Columns of ``changes.parquet``: the fields of `Change`."""


class ComparisonError(Exception):
    """Audits that cannot be compared; the message says why and what to do."""


class Change(NamedTuple):
    """A page or a site that changed.

    Attributes:
        change: ``flagged`` or ``unflagged`` for a page whose verdict changed; ``added`` or
            ``removed`` for a flagged page that only one audit has; ``site`` for a site whose
            verdict changed, and for a new one that is a farm.
        id: The page's id, or the site's host.
        url: The page's address, or "".
        site: Its host, or "".
        title: Its title, or "".
        kind: Its kind, or the site's verdict, now; before where it is gone.
        old_kind: The site's verdict before; None for pages and new sites.
        old_probability: The page's probability before, or None.
        new_probability: The same now, or None.
    """

    change: Kind
    id: str
    url: str
    site: str
    title: str
    kind: str
    old_kind: str | None
    old_probability: float | None
    new_probability: float | None


COUNTED = (
    "flagged",
    "unflagged",
    "still_flagged",
    "added",
    "added_flagged",
    "removed",
    "removed_flagged",
    "unchanged",
    "sites",
)
"""What is counted of two audits: pages by what became of them, and the sites that changed."""


class Comparison(NamedTuple):
    """Two audits side by side.

    Attributes:
        counts: The numbers of `COUNTED`.
        differences: The sites that changed, the worst first; then the pages, by kind of change
            and id.
    """

    counts: dict[str, int]
    differences: Iterable[Change]


def compare(old: Path, new: Path) -> Comparison:
    """Compare two audits page by page: by address, whatever folders their crawls were in.

    Raises:
        ComparisonError: A folder is not that of a finished audit.
    """
    parts = [_parts(audit) for audit in (old, new)]
    states = [last_states([described(part) for part in of_one]) for of_one in parts]
    sites = [pq.read_table(audit / "sites.parquet").to_pylist() for audit in (old, new)]
    return comparison(matched(*states), site_changes(*sites), parts[0], parts[1])


def comparison(
    pages: Matched, sites: Sequence[Change], old_parts: Sequence[Path], new_parts: Sequence[Path]
) -> Comparison:
    """Put two audits side by side.

    Args:
        pages: Their pages.
        sites: Their sites that changed.
        old_parts: Files of the ``documents/`` that the pages were in; without any, removed pages
            are counted and not named.
        new_parts: Files of the ``documents/`` that the pages are in.
    """
    was, now = pages.old["flagged"], pages.new["flagged"]
    added, removed = pages.added["flagged"], pages.removed["flagged"]
    counts = {
        "flagged": int((now & ~was).sum()),
        "unflagged": int((was & ~now).sum()),
        "still_flagged": int((was & now).sum()),
        "added": len(added),
        "added_flagged": int(added.sum()),
        "removed": len(removed),
        "removed_flagged": int(removed.sum()),
        "unchanged": int((was == now).sum()),
        "sites": len(sites),
    }

    def differences() -> Iterator[Change]:
        yield from sites
        for change, chosen in (("flagged", now & ~was), ("unflagged", was & ~now)):
            yield from _changes(change, new_parts, pages.old[chosen], pages.new[chosen])
        yield from _changes("added", new_parts, None, pages.added[added])
        if old_parts:
            yield from _changes("removed", old_parts, pages.removed[removed], None)

    return Comparison(counts, differences())


def site_changes(
    old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]
) -> list[Change]:
    """The sites whose verdict changed, and the new ones that are farms, in the order of `new`.

    Args:
        old: Rows of ``sites.parquet`` as they were.
        new: The same as they are.
    """
    before = {row["site"]: row["verdict"] for row in old}
    return [
        Change("site", site, "", site, "", verdict, before.get(site), None, None)
        for site, verdict in ((row["site"], row["verdict"]) for row in new)
        if site and verdict != before.get(site, verdict if verdict != "farm" else None)
    ]


def _changes(
    change: Any,
    parts: Sequence[Path],
    old: NDArray[np.void] | None,
    new: NDArray[np.void] | None,
) -> list[Change]:
    """Pages that changed alike, by id.

    Args:
        change: How.
        parts: Files of the ``documents/`` that say what they are.
        old: Their states before; None where they are new.
        new: Their states now; None where they are gone.
    """
    states = new if new is not None else old
    assert states is not None
    shown = _shown(parts, states["row"])
    found = []
    for place, row in enumerate(states["row"].tolist()):
        stated = shown[row]
        found.append(
            Change(
                change,
                **{name: stated[name] or "" for name in _SHOWN},
                old_kind=None,
                old_probability=_probability(old, place),
                new_probability=_probability(new, place),
            )
        )
    return sorted(found, key=lambda one: one.id)


def _probability(states: NDArray[np.void] | None, place: int) -> float | None:
    if states is None or np.isnan(states["probability"][place]):
        return None
    return float(states["probability"][place])


def _shown(parts: Sequence[Path], rows: NDArray[np.int64]) -> dict[int, dict[str, Any]]:
    """What is said of some rows, by their numbers."""
    wanted = np.sort(rows)
    found: dict[int, dict[str, Any]] = {}
    first = 0
    for part in parts:
        file = pq.ParquetFile(part)
        n_rows = file.metadata.num_rows
        if np.searchsorted(wanted, first) < np.searchsorted(wanted, first + n_rows):
            start = first
            for batch in file.iter_batches(_BATCH_ROWS, columns=list(_SHOWN)):
                low, high = np.searchsorted(wanted, [start, start + batch.num_rows])
                here = wanted[low:high]
                picked = batch.take(pa.array(here - start)).to_pylist()
                found |= dict(zip(here.tolist(), picked, strict=True))
                start += batch.num_rows
        first += n_rows
    return found


def finished_manifest(audit: Path) -> dict[str, Any]:
    """The manifest of a finished audit.

    Raises:
        ComparisonError: The folder is not that of one.
    """
    try:
        manifest: dict[str, Any] = json.loads((audit / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise ComparisonError(
            f"{audit} is not the folder of an audit. Make one: chaffinch audit CRAWL -o {audit}"
        ) from None
    if not manifest.get("finished"):
        raise ComparisonError(f"The audit in {audit} is not finished. Run its command again.")
    return manifest


def _parts(audit: Path) -> list[Path]:
    finished_manifest(audit)
    return sorted((audit / "documents").glob("*.parquet"))
