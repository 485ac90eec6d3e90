"""Rows on disk while an audit runs: one shard per few hundred records, whole or not there.

pyarrow.dataset writes folders too, but cannot resume one that was interrupted.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from chaffinch.detector.atomic import draft_of, publish, write_text

_REPEATED = (
    "site",
    "path",
    "captured",
    "status",
    "kind",
    "unscorable",
    "extraction",
    "cluster",
    "source_id",
    "source_site",
    "copied_by",
    "reasons.list.element.signal",
    "evidence.list.element.where",
    "evidence.list.element.signal",
    "evidence.list.element.note",
)
"""Columns with few distinct values: a dictionary of any other column saves nothing."""

_GROUP_ROWS = 500
"""Rows of a Parquet row group, the least that a reader holds at once (our choice)."""

_GROUP_BYTES = 8_000_000
"""Bytes of a row group in memory at which it is written early (our choice)."""


class Shard(NamedTuple):
    """A finished shard.

    Attributes:
        path: Its Parquet file.
        rows: Rows in it.
        skipped: Records without a document that were passed over, by file.
        files: All files of its unit, each as (path, size, modified); only in the last shard.
        last: Whether it is the last of its unit.
        has_texts: Whether the texts of its rows are in it.
    """

    path: Path
    rows: int
    skipped: dict[str, int]
    files: list[list[Any]]
    last: bool
    has_texts: bool = True


def shard_path(work: Path, unit: str, number: int) -> Path:
    """Where the rows of a unit's shard go."""
    return work / f"{unit}-{number:06d}.parquet"


def is_finished(shard: Path) -> bool:
    """Whether a shard is on disk, whole."""
    return shard.with_suffix(".json").exists()


def finished_units(work: Path) -> Iterator[list[Shard]]:
    """The shards of every unit that was done to its end, in their order."""
    found: dict[str, list[Path]] = {}
    for stated in sorted(work.glob("*-*.json")):
        found.setdefault(stated.name.rpartition("-")[0], []).append(stated)
    for files in found.values():
        shards = [
            Shard(file.with_suffix(".parquet"), **json.loads(file.read_text("utf-8")))
            for file in files
        ]
        whole = [shard.path.stem.rpartition("-")[2] for shard in shards]
        if shards[-1].last and whole == [f"{number:06d}" for number in range(len(shards))]:
            yield shards


class ShardWriter:
    """Writes tables as a shard that appears whole, or not at all.

    Args:
        path: The shard.
        schema: Columns of its rows.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._draft = draft_of(path)
        self._writer = pq.ParquetWriter(
            self._draft,
            schema,
            compression="zstd",
            use_dictionary=list(_REPEATED),  # pyright: ignore[reportArgumentType]
        )
        self._waiting: list[pa.Table] = []
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self._waiting.append(table)
        self.rows += table.num_rows
        rows = sum(one.num_rows for one in self._waiting)
        if rows >= _GROUP_ROWS or sum(one.nbytes for one in self._waiting) >= _GROUP_BYTES:
            self._flush()

    def finish(self) -> None:
        """Make the Parquet file appear."""
        self._flush()
        self._writer.close()
        publish(self._draft, self._path)

    def finish_shard(self, **stated: Any) -> None:
        """Make the shard appear, with what `Shard` states beside its path and rows."""
        self.finish()
        write_text(self._path.with_suffix(".json"), json.dumps({"rows": self.rows, **stated}))

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting = []
