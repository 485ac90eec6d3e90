"""What an audit says of each site as a whole, and what its documents come to.

Two rounds of tasks, so that no process holds all documents: tasks over ``documents/`` sort what
counts into buckets by site, and tasks over the buckets count it. Captures of one address count
as one document.
"""

import json
import math
import shutil
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.shards import appear, draft_of
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.trusted import TrustedSites

_Z = 1.96
_FARM_SHARE = 0.3
_CLEAN_SHARE = 0.1
_WIDEST = 0.5
_SHOWN = 3
_LEAST_ROWS = 20_000
_MOST_ROWS = 500_000

_SOURCE = pa.struct([("source", pa.string()), ("documents", pa.int64())])

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
    ]
)
"""Columns of ``sites.parquet``.

``documents`` counts addresses, each by its last scored capture. ``share_flagged`` is of the
``scored`` ones, with its 95 % interval from ``share_low`` to ``share_high``; ``share_copied`` is
of all. ``main_sources`` are the sites that most of the copies were taken from (ids of sources
without an address), ``examples`` the ids of the site's strongest flagged documents and of copies.
"""

_COLUMNS = (
    "id site url captured status kind flagged probability copied source_id source_site".split()
)
_COUNTED = ("scored", "flagged", "spun", "scraped", "copied")


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

    With an interval of 50 points or more there are ``too few pages`` to say. Else it is a
    ``farm`` when even the lower end is 30 % or more, ``clean`` when even the upper end is under
    10 %, and ``mixed`` between.
    """
    if high - low >= _WIDEST:
        return "too few pages"
    if low >= _FARM_SHARE:
        return "farm"
    return "clean" if high < _CLEAN_SHARE else "mixed"


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
    for leftover in work.glob("*.tmp"):
        leftover.unlink()
    parts = sorted((output / "documents").glob("*.parquet"))
    # What a task holds; every task of the second round reads from every one of the first.
    most = min(max(n_rows // 100, _LEAST_ROWS), _MOST_ROWS)
    buckets = 1 + n_rows // most
    size = max(1, len(parts) * most // max(n_rows, 1))
    shares = [tuple(parts[first : first + size]) for first in range(0, len(parts), size)]
    sorting = [
        SortBySite(work / f"sorted-{number:07d}.parquet", share, buckets)
        for number, share in enumerate(shares)
    ]
    files = tuple(task.target for task in sorting)
    counting = [
        CountSites(work / f"counted-{number:07d}.parquet", files, number, trusted)
        for number in range(buckets if parts else 0)
    ]
    write_missing(engine, sorting)
    write_missing(engine, counting)
    counted = (pq.read_table(task.target, use_threads=False) for task in counting)
    sites = pa.concat_tables([SITE_SCHEMA.empty_table(), *counted])
    order = [("share_low", "descending"), ("flagged", "descending"), ("site", "ascending")]
    draft = work / "sites.tmp"
    pq.write_table(sites.take(pc.sort_indices(sites, order)), draft)
    appear(draft, output / "sites.parquet")
    totals: Counter[str] = Counter()
    for file in files:
        totals.update(json.loads(pq.read_schema(file).metadata[b"totals"]))
    shutil.rmtree(work)
    names = ("documents", "scored", "unscorable", "errors", "flagged", "copied")
    return {name: totals[name] for name in names}


@dataclass(frozen=True)
class SortBySite(WholeTask):
    """A task: what counts of some files of ``documents/``, a row group a bucket of sites.

    Attributes:
        parts: Files to read.
        buckets: Number of buckets.
    """

    parts: tuple[Path, ...]
    buckets: int

    def write(self) -> None:
        table = pa.concat_tables(
            pq.read_table(part, columns=_COLUMNS, use_threads=False) for part in self.parts
        )
        site = pc.fill_null(table["site"], "")
        table = table.set_column(table.schema.get_field_index("site"), "site", site)
        totals = {
            "documents": table.num_rows,
            "scored": _total(pc.equal(table["status"], "scored")),
            "unscorable": _total(pc.equal(table["status"], "unscorable")),
            "errors": _total(pc.equal(table["status"], "error")),
            "flagged": _total(table["flagged"]),
            "copied": _total(table["copied"]),
        }
        coded = site.combine_chunks().dictionary_encode()
        names = coded.dictionary.to_pylist()
        bucket_of = np.array([zlib.crc32(name.encode()) % self.buckets for name in names], np.int64)
        bucket = bucket_of[coded.indices.to_numpy()]
        table = table.take(pa.array(np.argsort(bucket, kind="stable")))
        ends = np.cumsum(np.bincount(bucket, minlength=self.buckets)).tolist()
        draft = draft_of(self.target)
        schema = table.schema.with_metadata({"totals": json.dumps(totals)})
        with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
            for start, end in pairwise([0, *ends]):
                writer.write_table(table.slice(start, end - start).cast(schema))
        appear(draft, self.target)


@dataclass(frozen=True)
class CountSites(WholeTask):
    """A task: the rows of ``sites.parquet`` for one bucket of sites.

    Attributes:
        files: What `SortBySite` wrote.
        bucket: Number of the bucket.
        trusted: Sites that are not judged.
    """

    files: tuple[Path, ...]
    bucket: int
    trusted: TrustedSites

    def write(self) -> None:
        table = pa.concat_tables(
            pq.ParquetFile(file).read_row_group(self.bucket, use_threads=False)
            for file in self.files
        )
        draft = draft_of(self.target)
        pq.write_table(count_sites(table, self.trusted), draft)
        appear(draft, self.target)


def count_sites(rows: pa.Table, trusted: TrustedSites) -> pa.Table:
    """A row of `SITE_SCHEMA` for each site, in no order, of rows of ``documents/``."""
    # Old versions of pyarrow take the offsets of empty columns from memory as it is.
    if not rows.num_rows:
        return SITE_SCHEMA.empty_table()
    table = _one_an_address(rows)
    scored = pc.equal(table["status"], "scored")
    counted = pa.table(
        {
            "site": table["site"],
            "scored": scored,
            "flagged": table["flagged"],
            "spun": pc.and_(table["flagged"], pc.equal(table["kind"], "spun").fill_null(False)),
            "scraped": pc.and_(
                table["flagged"], pc.equal(table["kind"], "scraped").fill_null(False)
            ),
            "copied": table["copied"],
        }
    )
    sums = counted.group_by("site", use_threads=False).aggregate(
        [("scored", "count"), *((name, "sum") for name in _COUNTED)]
    )
    sources = _main_sources(table)
    examples = _examples(table)
    found: list[dict[str, Any]] = []
    for row in sums.to_pylist():
        count = {name: row[f"{name}_sum"] or 0 for name in _COUNTED}
        low, high = wilson_interval(count["flagged"], count["scored"])
        site, documents = row["site"], row["scored_count"]
        found.append(
            {
                "site": site,
                "documents": documents,
                **count,
                "share_flagged": count["flagged"] / count["scored"] if count["scored"] else 0.0,
                "share_low": low,
                "share_high": high,
                "share_copied": count["copied"] / documents,
                "main_sources": sources.get(site, []),
                "examples": examples.get(site, []),
                "verdict": "trusted" if trusted.hold(site) else site_verdict(low, high),
            }
        )
    return pa.Table.from_pylist(found, SITE_SCHEMA)


def _one_an_address(rows: pa.Table) -> pa.Table:
    """The last scored capture of each address, or the last one; all rows without an address."""
    url = pc.fill_null(rows["url"], "")
    keys = pa.table(
        {
            "site": rows["site"],
            "url": url,
            "scored": pc.equal(rows["status"], "scored"),
            "captured": pc.fill_null(rows["captured"], ""),
            "row": pa.array(np.arange(rows.num_rows)),
        }
    )
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names])
    same = np.ones(max(rows.num_rows - 1, 0), np.bool_)
    for column in (rows["site"], url):
        coded = column.combine_chunks().dictionary_encode().indices
        numbers = coded.to_numpy()[order.to_numpy()]
        same &= numbers[1:] == numbers[:-1]
    same &= pc.not_equal(url, "").to_numpy()[order.to_numpy()][1:]
    return rows.take(order.filter(pa.array(np.append(~same, True)[: len(order)])))


def _main_sources(table: pa.Table) -> dict[str, list[dict[str, Any]]]:
    """The most frequent sources of each site's copies."""
    copies = table.filter(table["copied"])
    if not copies.num_rows:
        return {}
    site = copies["source_site"]
    named = pc.and_(pc.is_valid(site), pc.not_equal(site, "").fill_null(False))
    source = pc.if_else(named, site, copies["source_id"])
    counts = (
        pa.table({"site": copies["site"], "source": source})
        .group_by(["site", "source"], use_threads=False)
        .aggregate([([], "count_all")])
        .rename_columns(["site", "source", "documents"])
    )
    order = [("site", "ascending"), ("documents", "descending"), ("source", "ascending")]
    shown = _first_of_each_site(counts, order)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in shown.to_pylist():
        found.setdefault(row.pop("site"), []).append(row)
    return found


def _examples(table: pa.Table) -> dict[str, list[str]]:
    """Ids of each site's strongest flagged documents, then of copies."""
    chosen = table.filter(pc.or_(table["flagged"], table["copied"])).select(
        ["site", "flagged", "probability", "id"]
    )
    if not chosen.num_rows:
        return {}
    flagged = chosen["flagged"].cast(pa.int8())
    chosen = chosen.set_column(1, "flagged", flagged)
    order = [
        ("site", "ascending"),
        ("flagged", "descending"),
        ("probability", "descending"),
        ("id", "ascending"),
    ]
    found: dict[str, list[str]] = {}
    for row in _first_of_each_site(chosen, order).to_pylist():
        found.setdefault(row["site"], []).append(row["id"])
    return found


def _first_of_each_site(table: pa.Table, order: list[tuple[str, str]]) -> pa.Table:
    table = table.take(pc.sort_indices(table, order))
    codes: NDArray[np.int32] = table["site"].combine_chunks().dictionary_encode().indices.to_numpy()
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    rank = np.arange(len(codes)) - np.repeat(first, np.diff(first, append=len(codes)))
    return table.filter(pa.array(rank < _SHOWN))


def _total(mask: pa.ChunkedArray) -> int:
    return pc.sum(mask).as_py() or 0
