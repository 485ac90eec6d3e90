"""``sites.parquet``: what an audit says of each site as a whole.

Captures of one page count as one document, whichever of its addresses they were made of.
"""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chaffinch.detector.atomic import discard_drafts, replacing
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.sites.rows import SITE_SCHEMA
from chaffinch.detector.audit.sites.tasks import AddUp, CountAddresses, SortByAddress
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.trusted import TrustedSites

_MIN_ROWS = 5_000
"""Rows that a task holds at least: fewer cost more to start than to count (our choice)."""

_MAX_ROWS = 500_000
"""Rows that a task holds at most, so that memory stays flat (our choice)."""

_TASKS = 100
"""Tasks of a round between these bounds."""

_TOTALS = ("documents", "scored", "unscorable", "errors", "flagged", "copied")


def write_sites(
    output: Path, digest: str, n_rows: int, trusted: TrustedSites, engine: Engine
) -> dict[str, int]:
    """Write ``sites.parquet`` from ``documents/``.

    Args:
        output: The audit.
        digest: The same for the same rows in ``documents/``.
        n_rows: Their number.
        trusted: Sites that are not judged.
        engine: What the tasks run on.

    Returns:
        Number of rows by status, of flagged and of copied ones.
    """
    work = output / ".work" / f"sites-{digest}"
    for other in (output / ".work").glob("sites-*"):
        if other != work:
            shutil.rmtree(other)
    work.mkdir(exist_ok=True)
    discard_drafts(work)
    parts = sorted((output / "documents").glob("*.parquet"))
    # What a task holds; every task of a round reads from every one of the round before.
    most = min(max(n_rows // _TASKS, _MIN_ROWS), _MAX_ROWS)
    size = max(1, len(parts) * most // max(n_rows, 1))
    shares = [tuple(parts[first : first + size]) for first in range(0, len(parts), size)]
    buckets = 1 + n_rows // most if parts else 0
    sorting = [
        SortByAddress(work / f"sorted-{number:07d}.parquet", share, buckets)
        for number, share in enumerate(shares)
    ]
    files = _targets(sorting)
    counting = [
        CountAddresses(work / f"counted-{number:07d}.parquet", files, number, buckets)
        for number in range(buckets)
    ]
    adding = [
        AddUp(work / f"sites-{number:07d}.parquet", _targets(counting), number, trusted)
        for number in range(buckets)
    ]
    for tasks in (sorting, counting, adding):
        write_missing(engine, "counting sites", tasks, len(tasks))
    counted = (pq.read_table(file, use_threads=False) for file in _targets(adding))
    sites = pa.concat_tables([SITE_SCHEMA.empty_table(), *counted])
    order = [
        ("probability", "descending"),
        ("share_low", "descending"),
        ("flagged", "descending"),
        ("site", "ascending"),
    ]
    with replacing(output / "sites.parquet") as draft:
        pq.write_table(sites.take(pc.sort_indices(sites, order)), draft)
    totals = _totals(files)
    shutil.rmtree(work)
    return totals


def _targets(tasks: Sequence[WholeTask]) -> tuple[Path, ...]:
    return tuple(task.target for task in tasks)


def _totals(files: Sequence[Path]) -> dict[str, int]:
    """Number of rows by status, of flagged and of copied ones, from what `SortByAddress` wrote."""
    totals: Counter[str] = Counter()
    for file in files:
        totals.update(json.loads(pq.read_schema(file).metadata[b"totals"]))
    return {name: totals[name] for name in _TOTALS}
