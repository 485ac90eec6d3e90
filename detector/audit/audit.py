"""An audit from start to finish: score what is new, then write documents, sites, manifest."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chaffinch.detector.audit.crawl import Crawl, CrawlFile, find_files, units
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.audit.republication import Candidate, Copy, find_copies
from chaffinch.detector.audit.schema import SCHEMA_VERSION
from chaffinch.detector.audit.scoring import (
    FILES_KEY,
    Counts,
    Settings,
    Unit,
    detector_for,
    shard_path,
)
from chaffinch.detector.audit.sites import SiteCounter

_ROWS_PER_PART = 50_000
_ROWS_PER_GROUP = 2_000
_OPEN_SHARDS = 4


class AuditError(Exception):
    """An audit that cannot go on; the message says why and what to do."""


def run_audit(
    crawl: Path,
    output: Path,
    settings: Settings,
    *,
    jobs: int = 1,
    engine: str = "local",
    overwrite: bool = False,
    progress: Callable[[Counts, int], None] = lambda done, files: None,
) -> dict[str, Any]:
    """Judge every record below a folder; go on where an earlier run stopped.

    Args:
        crawl: A directory or a file.
        output: Folder for ``documents/``, ``sites.parquet`` and ``manifest.json``.
        settings: What to judge with.
        jobs: Processes.
        engine: Name of the engine.
        overwrite: Forget an earlier audit in `output`.
        progress: Told what each unit came to, and the number of files still to do at
            the start.

    Returns:
        The manifest.

    Raises:
        AuditError: `output` holds an audit with another model or other settings.
        ModelError: The model cannot be used.
    """
    detector = detector_for(settings)
    found = find_files(crawl)
    work = output / ".work"
    if overwrite and (output / "manifest.json").exists():
        shutil.rmtree(output / "documents", ignore_errors=True)
        shutil.rmtree(work, ignore_errors=True)
        (output / "manifest.json").unlink()
    work.mkdir(parents=True, exist_ok=True)
    for draft in work.glob("*.tmp"):
        draft.unlink()
    header = {
        "schema_version": SCHEMA_VERSION,
        "model": {"name": detector.name, "digest": detector.digest},
        "settings": {"threshold": detector.threshold, "base_rate": settings.base_rate},
    }
    _check_same(output, header)
    _write_json(output / "manifest.json", {**header, "finished": False})

    shards = _shards(work, found)
    todo = [file for file in found.files if file not in shards]
    planned = [
        Unit(found.root, tuple(unit), shard_path(work, unit), settings) for unit in units(todo)
    ]
    progress(Counts(0, 0), len(todo))
    for done in ENGINES[engine](planned, jobs):
        progress(done, 0)

    counts = _write_documents(output, found, _shards(work, found))
    manifest = {
        **header,
        "records_read": counts["documents"],
        "skipped": found.skipped,
        **counts,
        "finished": True,
        "versions": {
            "chaffinch": version("chaffinch"),
            "python": sys.version.split()[0],
            "pyarrow": pa.__version__,
        },
    }
    _write_json(output / "manifest.json", manifest)
    return manifest


def _check_same(output: Path, header: dict[str, Any]) -> None:
    file = output / "manifest.json"
    if not file.exists():
        return
    try:
        earlier = json.loads(file.read_text("utf-8"))
    except ValueError:
        raise AuditError(f"{file} is damaged. Start anew with --overwrite.") from None
    for key, value in header.items():
        if earlier.get(key) != value:
            raise AuditError(
                f"{output} holds an audit with another {key.replace('_', ' ')} "
                f"({earlier.get(key)}, now {value}). Choose another folder, or start anew "
                "with --overwrite."
            )


def _shards(work: Path, found: Crawl) -> dict[CrawlFile, Path]:
    """The shard that holds each file in its present state."""
    wanted = set(found.files)
    shards: dict[CrawlFile, Path] = {}
    for shard in sorted(work.glob("*.parquet")):
        listed = pq.read_schema(shard).metadata[FILES_KEY]
        for fields in json.loads(listed):
            file = CrawlFile(*fields)
            if file in wanted:
                shards[file] = shard
    return shards


def _candidates(shards: dict[CrawlFile, Path]) -> Iterator[Candidate]:
    columns = ["path", "offset", "id", "text_digest", "published", "flagged"]
    by_shard: dict[Path, set[str]] = {}
    for file, shard in shards.items():
        by_shard.setdefault(shard, set()).add(file.path)
    for shard, paths in by_shard.items():
        for row in pq.read_table(shard, columns=columns).to_pylist():
            if row["path"] in paths:
                yield Candidate(
                    row["path"],
                    row["offset"],
                    row["id"],
                    row["text_digest"] or "",
                    row["published"],
                    row["flagged"],
                )


def _write_documents(output: Path, found: Crawl, shards: dict[CrawlFile, Path]) -> dict[str, int]:
    copies = find_copies(_candidates(shards))
    draft = output / ".documents.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    sites = SiteCounter()
    counts = dict.fromkeys(("documents", "errors", "flagged", "copied"), 0)
    writer: pq.ParquetWriter | None = None
    in_part = part = 0
    for table in _in_order(found, shards):
        table = _with_copies(table, copies)
        rows = table.select(["site", "status", "flagged", "kind", "copied"]).to_pylist()
        sites.add(rows)
        counts["documents"] += len(rows)
        counts["errors"] += sum(row["status"] == "error" for row in rows)
        counts["flagged"] += sum(row["flagged"] for row in rows)
        counts["copied"] += sum(row["copied"] for row in rows)
        if writer is None or in_part >= _ROWS_PER_PART:
            if writer is not None:
                writer.close()
            name = f"part-{part:05d}.parquet"
            schema = table.schema.remove_metadata()
            writer = pq.ParquetWriter(draft / name, schema, compression="zstd")
            part, in_part = part + 1, 0
        writer.write_table(table.replace_schema_metadata(None))
        in_part += len(rows)
    if writer is not None:
        writer.close()
    documents = output / "documents"
    shutil.rmtree(documents, ignore_errors=True)
    draft.rename(documents)
    sites_draft = output / ".sites.tmp"
    pq.write_table(sites.table(), sites_draft)
    sites_draft.replace(output / "sites.parquet")
    return counts


def _in_order(found: Crawl, shards: dict[CrawlFile, Path]) -> Iterator[pa.Table]:
    """Rows by path and offset, a few thousand at a time, few shards open at once."""
    table_of = lru_cache(maxsize=_OPEN_SHARDS)(pq.read_table)
    waiting: list[pa.Table] = []
    n_rows = 0
    for file in found.files:
        table = table_of(shards[file])
        rows = table.filter(pc.equal(table["path"], file.path))
        waiting.append(rows)
        n_rows += rows.num_rows
        if n_rows >= _ROWS_PER_GROUP:
            yield pa.concat_tables(waiting)
            waiting, n_rows = [], 0
    if waiting:
        yield pa.concat_tables(waiting)


def _with_copies(table: pa.Table, copies: dict[tuple[str, int], Copy]) -> pa.Table:
    keys = zip(table["path"].to_pylist(), table["offset"].to_pylist(), strict=True)
    found = [copies.get(key) for key in keys]
    columns: dict[str, list[Any]] = {
        "copied": [copy is not None and copy.source_id is not None for copy in found],
        "cluster": [copy.cluster if copy else None for copy in found],
        "source_id": [copy.source_id if copy else None for copy in found],
        "similarity": [1.0 if copy and copy.source_id else None for copy in found],
    }
    for name, values in columns.items():
        index = table.schema.get_field_index(name)
        field = table.schema.field(index)
        table = table.set_column(index, field, pa.array(values, field.type))
    return table


def _write_json(file: Path, content: dict[str, Any]) -> None:
    draft = file.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
