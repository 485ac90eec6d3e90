"""One unit of an audit's work: files read, judged, and written as a shard."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from chaffinch.datasets.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.readers.registry import read_records
from chaffinch.datasets.records import Record
from chaffinch.detector.audit.crawl import CrawlFile, mirrored_url
from chaffinch.detector.audit.schema import error_row, row_schema, rows_table, verdict_row
from chaffinch.detector.detector import Detector

FILES_KEY = b"chaffinch.files"
_BATCH = 64


class Settings(NamedTuple):
    """What decides a row, besides the record itself.

    Attributes:
        model: Model folder, or None for the bundled one.
        threshold: Probability from which documents are flagged, or None for the model's.
        base_rate: Share of republications to assume, or None for the model's.
    """

    model: str | None = None
    threshold: float | None = None
    base_rate: float | None = None


class Unit(NamedTuple):
    """Files to judge together, and where their rows go.

    Attributes:
        root: Folder that the files' paths are relative to.
        files: The files.
        shard: The Parquet file to write.
        settings: What to judge with.
    """

    root: Path
    files: tuple[CrawlFile, ...]
    shard: Path
    settings: Settings


class Counts(NamedTuple):
    """What a unit came to."""

    documents: int
    flagged: int


@cache
def detector_for(settings: Settings) -> Detector:
    """The detector of these settings, loaded once a process."""
    return Detector.load(settings.model, threshold=settings.threshold, base_rate=settings.base_rate)


def shard_path(work: Path, files: Sequence[CrawlFile]) -> Path:
    """Where the rows of these files go: the same place for the same files."""
    digest = hashlib.blake2b(json.dumps(files).encode(), digest_size=12).hexdigest()
    return work / f"{digest}.parquet"


def score_unit(unit: Unit) -> Counts:
    """Judge a unit's files and write its shard."""
    detector = detector_for(unit.settings)
    records = (
        record if record.url else replace(record, url=mirrored_url(record.path))
        for file in unit.files
        for record in read_records(unit.root / file.path, file.path)
    )
    return write_shard(unit, _tables(records, detector), detector)


def write_shard(unit: Unit, tables: Iterator[pa.Table], detector: Detector) -> Counts:
    """Write tables as a shard that appears whole or not at all."""
    schema = row_schema(detector.feature_names).with_metadata(
        {FILES_KEY: json.dumps(unit.files).encode()}
    )
    documents = flagged = 0
    draft = unit.shard.with_suffix(f".{os.getpid()}.tmp")
    with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for table in tables:
            documents += table.num_rows
            flagged += sum(table["flagged"].to_pylist())
            writer.write_table(table)
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.replace(unit.shard)
    return Counts(documents, flagged)


def _tables(records: Iterator[Record], detector: Detector) -> Iterator[pa.Table]:
    schema = row_schema(detector.feature_names)
    while batch := list(islice(records, _BATCH)):
        rows: list[dict[str, Any] | None] = []
        documents = []
        for record in batch:
            try:
                documents.append(document_from_record(record))
                rows.append(None)
            except UnreadableRecord as error:
                rows.append(error_row(record, str(error), detector.threshold))
        verdicts = iter(detector.score_batch(documents))
        filled = [
            row if row is not None else verdict_row(record, next(verdicts))
            for record, row in zip(batch, rows, strict=True)
        ]
        yield rows_table(filled, schema)


def write_failure(unit: Unit, reason: str) -> Counts:
    """The shard of a file whose scoring ended its process: one row with the error."""
    detector = detector_for(unit.settings)
    schema = row_schema(detector.feature_names)
    rows = [
        error_row(Record(file.path, 0), f"{file.path}: {reason}", detector.threshold)
        for file in unit.files
    ]
    return write_shard(unit, iter([rows_table(rows, schema)]), detector)
