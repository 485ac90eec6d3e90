"""The rows of finished shards in the order of the crawl's files."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.audit.crawl import Crawl
from chaffinch.detector.audit.misnamed import NAMED_COLUMNS, with_own_addresses
from chaffinch.detector.audit.storage import Shard, finished_units


class ShardRows(NamedTuple):
    """Consecutive rows of one shard.

    Attributes:
        shard: The shard's Parquet file.
        paths: Files whose rows are meant; None for all rows.
        about: Their number; an estimate where not all rows are meant.
        misnamed: Hosts that folders of the crawl are called like, whose pages are others'.
    """

    shard: Path
    paths: tuple[str, ...] | None
    about: int
    misnamed: frozenset[str] = frozenset()


class Finished(NamedTuple):
    """What is on disk of a crawl.

    Attributes:
        units: Shards of each unit, in order, without their lists of files.
        sizes: int64 array of shape (n_units,): files of each unit.
        unit_of: int64 array of shape (n_files,): the unit that holds each file of the crawl in
            its present state; -1 for a file that is still to do.
    """

    units: list[list[Shard]]
    sizes: NDArray[np.int64]
    unit_of: NDArray[np.int64]


def finished(work: Path, crawl: Crawl) -> Finished:
    """Find the rows that are on disk already."""
    units: list[list[Shard]] = []
    sizes: list[int] = []
    unit_of = np.full(len(crawl.files), -1)
    for number, shards in enumerate(finished_units(work)):
        files = [tuple(file) for file in shards[-1].files]
        # A crawl of many small files has long lists.
        units.append([shard._replace(files=[]) for shard in shards])
        sizes.append(len(files))
        for row in _rows_of(files, crawl):
            if unit_of[row] < 0:
                unit_of[row] = number
    return Finished(units, np.array(sizes, np.int64), unit_of)


def _rows_of(files: Sequence[tuple[Any, ...]], crawl: Crawl) -> Iterator[int]:
    """Rows of those of a unit's files that the crawl has in the same state.

    A unit's files are mostly consecutive rows of the crawl, so only these become Python strings.
    """
    start = -1
    beside: Sequence[tuple[Any, ...]] = []
    for place, file in enumerate(files):
        if not (0 <= place - start < len(beside) and beside[place - start] == file):
            first = crawl.files.place(file[0])
            beside = crawl.files.between(first, first + len(files) - place)
            start = place
        if beside and beside[place - start] == file:
            yield first + place - start


def segments(done: Finished, crawl: Crawl) -> Iterator[ShardRows]:
    """All rows of the crawl, by path and offset."""
    ends = np.flatnonzero(np.diff(done.unit_of, append=-2)) + 1
    start = 0
    for end in ends.tolist():
        unit = int(done.unit_of[start])
        whole = end - start == done.sizes[unit]
        wanted = None if whole else tuple(file.path for file in crawl.files.between(start, end))
        share = (end - start) / int(done.sizes[unit])
        for shard in done.units[unit]:
            if shard.rows:
                yield ShardRows(shard.path, wanted, max(1, round(share * shard.rows)))
        start = end


def skipped(done: Finished, crawl: Crawl) -> int:
    """Records of the crawl's files that were passed over."""
    total = 0
    for number, shards in enumerate(done.units):
        for shard in shards:
            for path, count in shard.skipped.items():
                place = crawl.files.place(path)
                held = [file.path for file in crawl.files.between(place, place + 1)]
                total += count if held == [path] and done.unit_of[place] == number else 0
    return total


def tables(rows: Sequence[ShardRows], columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """One table per segment; one shard is held at a time.

    ``url`` and ``site`` are the page's own where its folder is called like another's host.

    Args:
        rows: The segments.
        columns: Names of columns, or None for all; ``column.field`` for one field of a column,
            which is then a column of the fields that were named.
    """
    names = list(dict.fromkeys(name.partition(".")[0] for name in columns or ()))
    named = columns is None or not {"url", "site"}.isdisjoint(names)
    beside = NAMED_COLUMNS if named and any(segment.misnamed for segment in rows) else ("path",)

    # New files come between the rows of a shard, whose pieces then follow one another.
    @lru_cache(maxsize=1)
    def read(shard: Path) -> pa.Table:
        wanted = None if columns is None else [*dict.fromkeys([*columns, *beside])]
        with pq.ParquetFile(shard) as file:
            return file.read(columns=wanted, use_threads=False)

    for segment in rows:
        table = read(segment.shard)
        if segment.paths is not None:
            table = table.filter(pc.is_in(table["path"], pa.array(segment.paths)))
        if named and segment.misnamed:
            table = with_own_addresses(table, segment.misnamed)
        yield table if columns is None else table.select(names)


def places(table: pa.Table) -> pa.ChunkedArray:
    """``path#offset`` of each row."""
    offsets = table["offset"].cast(pa.string())
    return pc.binary_join_element_wise(table["path"], offsets, "#")
