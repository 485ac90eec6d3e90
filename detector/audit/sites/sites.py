"""What an audit says of each site as a whole, and what its documents come to.

Captures of one address count as one document. Three rounds of tasks, so that no process holds
all documents, nor all of one large site: tasks over ``documents/`` sort what counts into buckets
by address, tasks over these count it and sort the counts into buckets by site, and tasks over
those add them up.
"""

import json
import math
import shutil
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.atomic import discard_drafts, replacing
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.trusted import TrustedSites

_Z = 1.96
_FARM_SHARE = 0.3
_CLEAN_SHARE = 0.1
_WIDEST = 0.5
_SHOWN = 3
_LEAST_ROWS = 5_000
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
_COUNTED = ("documents", "scored", "flagged", "spun", "scraped", "copied")

_COUNT_SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        *((name, pa.int64()) for name in _COUNTED),
        ("source", pa.string()),
        ("copies", pa.int64()),
        ("id", pa.string()),
        ("strength", pa.int8()),
        ("probability", pa.float64()),
    ]
)
"""Counts that can be added up: a row a site with what was counted, a row a site and source with
the number of copies from there, a row an example; what a row is not about is null."""


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
    discard_drafts(work)
    parts = sorted((output / "documents").glob("*.parquet"))
    # What a task holds; every task of a round reads from every one of the round before.
    most = min(max(n_rows // 100, _LEAST_ROWS), _MOST_ROWS)
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
        write_missing(engine, tasks)
    counted = (pq.read_table(file, use_threads=False) for file in _targets(adding))
    sites = pa.concat_tables([SITE_SCHEMA.empty_table(), *counted])
    order = [("share_low", "descending"), ("flagged", "descending"), ("site", "ascending")]
    with replacing(output / "sites.parquet") as draft:
        pq.write_table(sites.take(pc.sort_indices(sites, order)), draft)
    totals: Counter[str] = Counter()
    for file in files:
        totals.update(json.loads(pq.read_schema(file).metadata[b"totals"]))
    shutil.rmtree(work)
    names = ("documents", "scored", "unscorable", "errors", "flagged", "copied")
    return {name: totals[name] for name in names}


def _targets(tasks: Sequence[WholeTask]) -> tuple[Path, ...]:
    return tuple(task.target for task in tasks)


@dataclass(frozen=True)
class SortByAddress(WholeTask):
    """A task: what counts of some files of ``documents/``, a row group a bucket of addresses.

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
        # Captures go here already: they would all meet in one bucket.
        table = one_an_address(table)
        url = pc.coalesce(pc.if_else(pc.equal(table["url"], ""), None, table["url"]), table["id"])
        keys = pc.binary_join_element_wise(table["site"], url, "\0")
        schema = table.schema.with_metadata({"totals": json.dumps(totals)})
        _write_buckets(table.cast(schema), keys, self.buckets, self.target)


@dataclass(frozen=True)
class CountAddresses(WholeTask):
    """A task: the counts of one bucket of addresses, a row group a bucket of sites.

    Attributes:
        files: What `SortByAddress` wrote.
        bucket: Number of the bucket.
        buckets: Number of buckets.
    """

    files: tuple[Path, ...]
    bucket: int
    buckets: int

    def write(self) -> None:
        counts = count(_read_bucket(self.files, self.bucket))
        _write_buckets(counts, counts["site"], self.buckets, self.target)


@dataclass(frozen=True)
class AddUp(WholeTask):
    """A task: the rows of ``sites.parquet`` for one bucket of sites.

    Attributes:
        files: What `CountAddresses` wrote.
        bucket: Number of the bucket.
        trusted: Sites that are not judged.
    """

    files: tuple[Path, ...]
    bucket: int
    trusted: TrustedSites

    def write(self) -> None:
        counts = partial(_read_bucket, self.files, self.bucket)
        with replacing(self.target) as draft:
            pq.write_table(added_up(counts, self.trusted), draft)


def _write_buckets(table: pa.Table, keys: pa.ChunkedArray, buckets: int, file: Path) -> None:
    """Write a table as a row group a bucket, rows with one key into one bucket, in their order."""
    hashes = [zlib.crc32(key.encode()) for key in keys.to_pylist()]
    bucket = np.array(hashes, np.int64) % buckets
    table = table.take(pa.array(np.argsort(bucket, kind="stable")))
    ends = np.cumsum(np.bincount(bucket, minlength=buckets)).tolist()
    with (
        replacing(file) as draft,
        pq.ParquetWriter(draft, table.schema, compression="zstd") as writer,
    ):
        for start, end in pairwise([0, *ends]):
            writer.write_table(table.slice(start, end - start))


def _read_bucket(
    files: Sequence[Path], bucket: int, columns: Sequence[str] | None = None
) -> pa.Table:
    return pa.concat_tables(
        pq.ParquetFile(file).read_row_group(bucket, columns=columns, use_threads=False)
        for file in files
    )


def count(rows: pa.Table) -> pa.Table:
    """Counts of `_COUNT_SCHEMA` of rows of ``documents/`` without a null ``site``, in no order."""
    # Old versions of pyarrow take the offsets of empty columns from memory as it is.
    if not rows.num_rows:
        return _COUNT_SCHEMA.empty_table()
    table = one_an_address(rows)
    flagged = table["flagged"]
    held = {
        "documents": pa.array(np.ones(table.num_rows, np.bool_)),
        "scored": pc.equal(table["status"], "scored"),
        "flagged": flagged,
        "spun": pc.and_(flagged, pc.equal(table["kind"], "spun").fill_null(False)),
        "scraped": pc.and_(flagged, pc.equal(table["kind"], "scraped").fill_null(False)),
        "copied": table["copied"],
    }
    return pa.concat_tables(
        [
            _sums(pa.table({"site": table["site"], **held}), ["site"], _COUNTED),
            _sources(table.filter(table["copied"])),
            _examples(table.filter(pc.or_(flagged, table["copied"]))),
        ],
        promote_options="default",
    ).select(_COUNT_SCHEMA.names)


def added_up(counts: Callable[[list[str]], pa.Table], trusted: TrustedSites) -> pa.Table:
    """A row of `SITE_SCHEMA` for each site, in no order.

    Args:
        counts: Gives some columns of `count` of parts of the sites' documents; all captures of
            one address must have been in one part.
        trusted: Sites that are not judged.
    """

    def about(*names: str) -> pa.Table:
        table = counts(["site", *names])
        return table.filter(pc.is_valid(table[names[0]]))

    sources: dict[str, list[dict[str, Any]]] = {}
    for row in _main_sources(about("copies", "source")).to_pylist():
        shown = {"source": row["source"], "documents": row["copies"]}
        sources.setdefault(row["site"], []).append(shown)
    examples: dict[str, list[str]] = {}
    for row in _strongest(about("strength", "probability", "id")).to_pylist():
        examples.setdefault(row["site"], []).append(row["id"])
    found: list[dict[str, Any]] = []
    for row in _sums(about(*_COUNTED), ["site"], _COUNTED).to_pylist():
        site, documents, scored, flagged = map(row.get, ("site", *_COUNTED[:3]))
        low, high = wilson_interval(flagged, scored)
        found.append(
            {
                **row,
                "share_flagged": flagged / scored if scored else 0.0,
                "share_low": low,
                "share_high": high,
                "share_copied": row["copied"] / documents,
                "main_sources": sources.get(site, []),
                "examples": examples.get(site, []),
                "verdict": "trusted" if trusted.hold(site) else site_verdict(low, high),
            }
        )
    return pa.Table.from_pylist(found, SITE_SCHEMA)


def one_an_address(rows: pa.Table) -> pa.Table:
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


def _sums(table: pa.Table, keys: Sequence[str], names: Sequence[str]) -> pa.Table:
    """The sums of some columns for each combination of keys, as int64."""
    # As above.
    if not table.num_rows:
        return table.select([*keys, *names])
    sums = table.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in names])
    return pa.table(
        {
            **{key: sums[key] for key in keys},
            **{name: sums[f"{name}_sum"].cast(pa.int64()) for name in names},
        }
    )


def _sources(copies: pa.Table) -> pa.Table:
    """How many copies each site has from each source."""
    site = copies["source_site"]
    named = pc.and_(pc.is_valid(site), pc.not_equal(site, "").fill_null(False))
    source = pc.if_else(named, site, copies["source_id"])
    one = pa.array(np.ones(copies.num_rows, np.int64))
    table = pa.table({"site": copies["site"], "source": source, "copies": one})
    return _sums(table, ["site", "source"], ["copies"])


def _main_sources(copies: pa.Table) -> pa.Table:
    """The most frequent sources of each site's copies."""
    order = [("site", "ascending"), ("copies", "descending"), ("source", "ascending")]
    return _first_of_each_site(_sums(copies, ["site", "source"], ["copies"]), order)


def _examples(chosen: pa.Table) -> pa.Table:
    """Each site's strongest flagged documents, then copies."""
    strength = chosen["flagged"].cast(pa.int8())
    return _strongest(
        chosen.select(["site", "id", "probability"]).append_column("strength", strength)
    )


def _strongest(examples: pa.Table) -> pa.Table:
    order = [
        ("site", "ascending"),
        ("strength", "descending"),
        ("probability", "descending"),
        ("id", "ascending"),
    ]
    return _first_of_each_site(examples, order)


def _first_of_each_site(table: pa.Table, order: list[tuple[str, str]]) -> pa.Table:
    # As above.
    if not table.num_rows:
        return table
    table = table.take(pc.sort_indices(table, order))
    codes: NDArray[np.int32] = table["site"].combine_chunks().dictionary_encode().indices.to_numpy()
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    rank = np.arange(len(codes)) - np.repeat(first, np.diff(first, append=len(codes)))
    return table.filter(pa.array(rank < _SHOWN))


def _total(mask: pa.ChunkedArray) -> int:
    return pc.sum(mask).as_py() or 0
