"""``pairs.parquet``: which words the copies on each site have in place of their sources'."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chaffinch.detector.atomic import replacing

SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("substitute", pa.string()),
        ("original", pa.string()),
        ("count", pa.int64()),
        ("documents", pa.int64()),
    ]
)
"""Columns of ``pairs.parquet``: what the copies on a site say in place of their sources' words,
how often, and in how many documents."""

_TABLE_ROWS = 5_000
"""Rows of the merged file that are held as Python objects at once (our choice)."""

_GROUP_ROWS = 500
"""Rows of each file that is to be merged that are held so, and in a row group of it, which is read
as a whole (our choice): 15 MB of a hundred files."""

_OPEN_FILES = 100
"""Files merged at once: a process may open 1,024 on most systems."""

Replacements = Counter[tuple[int, str, str]]
"""How often a document, given by its row, has a substitute in place of an original."""


def write_replaced_words(file: Path, replaced: Replacements, sites: Mapping[int, str]) -> None:
    """Write what was replaced in some documents, added up by site and sorted.

    Args:
        file: The file.
        replaced: Replacements by document.
        sites: Site of each of these documents.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    documents: Counter[tuple[str, str, str]] = Counter()
    for (row, substitute, original), count in replaced.items():
        key = sites[row], substitute, original
        counts[key] += count
        documents[key] += 1
    rows = [(*key, counts[key], documents[key]) for key in sorted(counts)]
    with replacing(file) as draft:
        pq.write_table(_table(rows), draft, row_group_size=_GROUP_ROWS)


def merge_replaced_words(parts: Sequence[Path], folder: Path, file: Path) -> None:
    """Merge files of `write_replaced_words` into one.

    Args:
        parts: The files.
        folder: Where intermediate files go.
        file: The file to write: one row for each site and pair, sorted.
    """
    parts = list(parts)
    merged = 0
    while len(parts) > _OPEN_FILES:
        joined = folder / f"joined-{merged:06d}.parquet"
        _merge(parts[:_OPEN_FILES], joined)
        parts, merged = [*parts[_OPEN_FILES:], joined], merged + 1
    _merge(parts, file)


def _merge(parts: Sequence[Path], file: Path) -> None:
    """Add up sorted files, holding some thousand rows of each at a time."""
    with (
        replacing(file) as draft,
        pq.ParquetWriter(draft, SCHEMA, compression="zstd") as writer,
    ):
        waiting: list[tuple[Any, ...]] = []
        rows = heapq.merge(*(_rows_of(part) for part in parts))
        for key, same in groupby(rows, key=itemgetter(0, 1, 2)):
            counts = [(row[3], row[4]) for row in same]
            waiting.append((*key, *map(sum, zip(*counts, strict=True))))
            if len(waiting) == _TABLE_ROWS:
                writer.write_table(_table(waiting))
                waiting = []
        writer.write_table(_table(waiting))


def _rows_of(part: Path) -> Iterator[tuple[Any, ...]]:
    with pq.ParquetFile(part) as file:
        for number in range(file.num_row_groups):
            group = file.read_row_group(number, use_threads=False)
            yield from zip(*(column.to_pylist() for column in group.columns), strict=True)


def _table(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
