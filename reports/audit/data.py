"""A finished audit as a report reads it: whole columns, or single rows picked from the files."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_BATCH_ROWS = 512
"""Rows in memory at a time; our choice: a few megabytes with their texts."""

DOCUMENT_COLUMNS = (
    "id",
    "url",
    "site",
    "title",
    "path",
    "offset",
    "published",
    "captured",
    "extraction",
    "status",
    "kind",
    "flagged",
    "probability",
    "threshold",
    "copied",
    "cluster",
    "source_id",
    "similarity",
    "copied_by",
    "same_sentences",
    "unscorable",
    "error",
    "kept",
    "reasons",
    "evidence",
)
"""Columns of an audit's rows that other formats of its documents have: all but texts and values."""


class ReportError(Exception):
    """A folder that no report can be made of; the message says why."""


class AuditData:
    """Reads the folder of a finished audit.

    Rows are numbered from 0 in the order of the files. A column that an audit does not have
    reads as null.

    Args:
        folder: What ``chaffinch audit CRAWL -o`` was given.

    Attributes:
        folder: The same.
        manifest: Content of ``manifest.json``.
        finished: Day on which ``manifest.json`` was written, in the local time zone.
        sites: Rows of ``sites.parquet``, the worst sites first.

    Raises:
        ReportError: `folder` does not hold a finished audit.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _manifest(folder)
        written = (folder / "manifest.json").stat().st_mtime
        self.finished = datetime.fromtimestamp(written).astimezone().date()
        self._files = sorted((folder / "documents").glob("*.parquet"))
        try:
            self.sites: list[dict[str, Any]] = pq.read_table(folder / "sites.parquet").to_pylist()
            self.n_rows: int = sum(pq.read_metadata(file).num_rows for file in self._files)
        except (OSError, pa.ArrowInvalid) as error:
            raise ReportError(
                f"A file of the audit in {folder} is missing or damaged ({error}). Run its "
                "command again with --overwrite."
            ) from None

    @property
    def has_texts(self) -> bool:
        """Whether the audit kept the texts of its documents."""
        return bool(self.manifest["settings"].get("with_texts", True))

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        """All rows, a few hundred at a time, each batch with the number of its first row."""
        first = 0
        for path in self._files:
            file = pq.ParquetFile(path)
            held = set(file.schema_arrow.names)
            wanted = [name for name in columns if name in held]
            for batch in file.iter_batches(columns=wanted, batch_size=_BATCH_ROWS):
                for name in columns:
                    if name not in held:
                        batch = batch.append_column(name, pa.nulls(batch.num_rows))
                yield first, batch.select(list(columns))
                first += batch.num_rows

    def documents(self, columns: Sequence[str] = DOCUMENT_COLUMNS) -> Iterator[dict[str, Any]]:
        """All rows one after the other."""
        for _, batch in self.batches(columns):
            yield from batch.to_pylist()

    def column(self, name: str) -> list[Any]:
        """One column of all rows."""
        return [value for _, batch in self.batches([name]) for value in batch[name].to_pylist()]

    def rows(
        self, numbers: Iterable[int], columns: Sequence[str]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Some rows and their numbers, in the order of the files."""
        wanted = np.array(sorted(set(numbers)), dtype=np.int64)
        for first, batch in self.batches(columns):
            low, high = np.searchsorted(wanted, [first, first + batch.num_rows])
            if low < high:
                here = wanted[low:high]
                found = batch.take(pa.array(here - first)).to_pylist()
                yield from zip(here.tolist(), found, strict=True)


def _manifest(folder: Path) -> dict[str, Any]:
    file = folder / "manifest.json"
    if not file.exists():
        raise ReportError(
            f"{folder} is not the folder of an audit. Make one: chaffinch audit CRAWL -o {folder}"
        )
    try:
        manifest: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except ValueError:
        raise ReportError(
            f"{file} is damaged. Run the audit's command again with --overwrite."
        ) from None
    if not manifest.get("finished"):
        raise ReportError(f"The audit in {folder} is not finished. Run its command again.")
    return manifest
