"""What an audit's run found that the finished run before it had not."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.atomic import replacing, write_text
from chaffinch.detector.audit.comparison import (
    CHANGE_SCHEMA,
    COUNTED,
    Change,
    Comparison,
    comparison,
    finished_manifest,
    site_changes,
)
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.page_states import DescribePages, last_states, matched

CHANGES = "changes.parquet"
"""File of an audit with what its last run changed; there is none after the first run."""

_FOLDER = "before"
"""Folder in the one for work, with the states of pages and sites before this run."""

_SITES, _SINCE = "sites.parquet", "since"
"""Files in it, beside those of the pages: the sites, and when the run before was finished."""

_BATCH_ROWS = 4_096
"""Rows in memory at a time; our choice: a megabyte."""


def remember(output: Path, work: Path, engine: Engine) -> None:
    """Keep the states of a finished audit's pages and sites, before a new run changes them."""
    draft = work / f"{_FOLDER}-unfinished"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    _describe(output, draft, engine)
    shutil.copy(output / _SITES, draft / _SITES)
    finished = datetime.fromtimestamp((output / "manifest.json").stat().st_mtime, UTC)
    write_text(draft / _SINCE, finished.isoformat(timespec="seconds"))
    shutil.rmtree(work / _FOLDER, ignore_errors=True)
    draft.rename(work / _FOLDER)


def write_news(output: Path, work: Path, engine: Engine) -> dict[str, Any] | None:
    """Write ``changes.parquet``, and forget what was remembered.

    Returns:
        When the run before was finished (``since``), and the counts of `Comparison`; None after
        the first run.
    """
    before = work / _FOLDER
    if not before.exists():
        (output / CHANGES).unlink(missing_ok=True)
        return None
    old = _loaded(before)
    for file in before.glob("*.npy"):
        file.unlink()
    _describe(output, before, engine)
    sites = (pq.read_table(folder / _SITES).to_pylist() for folder in (before, output))
    parts = sorted((output / "documents").glob("*.parquet"))
    found = comparison(matched(old, _loaded(before)), site_changes(*sites), (), parts)
    _write(found, output / CHANGES)
    since = (before / _SINCE).read_text("utf-8")
    shutil.rmtree(before)
    return {"since": since, **found.counts}


def last_news(audit: Path) -> tuple[Comparison, str | None]:
    """What an audit's last run changed, and when the run before it was finished; None if never.

    Raises:
        ComparisonError: The folder is not that of a finished audit.
    """
    stated = finished_manifest(audit).get("changes")
    if not stated:
        return Comparison(dict.fromkeys(COUNTED, 0), []), None
    counts = {name: stated[name] for name in COUNTED}
    return Comparison(counts, listed_changes(audit)), stated["since"]


def listed_changes(audit: Path) -> Iterator[Change]:
    """What ``changes.parquet`` lists, row by row; nothing where there is none."""
    file = audit / CHANGES
    if file.exists():
        for batch in pq.ParquetFile(file).iter_batches(_BATCH_ROWS):
            yield from (Change(**row) for row in batch.to_pylist())


def _describe(output: Path, folder: Path, engine: Engine) -> None:
    parts = sorted((output / "documents").glob("*.parquet"))
    tasks = (DescribePages(folder / f"{part.stem}.npy", part) for part in parts)
    write_missing(engine, "noting changes", tasks, len(parts))


def _loaded(folder: Path) -> NDArray[np.void]:
    return last_states([np.load(file) for file in sorted(folder.glob("*.npy"))])


def _write(found: Comparison, file: Path) -> None:
    with replacing(file) as draft, pq.ParquetWriter(draft, CHANGE_SCHEMA) as writer:
        rows: list[dict[str, Any]] = []
        for change in found.differences:
            rows.append(change._asdict())
            if len(rows) == _BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(rows, CHANGE_SCHEMA))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, CHANGE_SCHEMA))
