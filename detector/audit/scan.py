"""The rows of an audit one after another, in this process: for programs that need no copies."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chaffinch.datasets.intake import Item, read_items
from chaffinch.datasets.readers.reader import DOCUMENT, Columns
from chaffinch.detector.audit.crawl import Crawl, find_files, location
from chaffinch.detector.audit.judging import judge
from chaffinch.detector.audit.schema import COPY_COLUMNS, error_row, row_schema, verdict_row
from chaffinch.detector.audit.scoring import batches
from chaffinch.detector.detector import Detector

_OF_THE_WHOLE_CRAWL = {*COPY_COLUMNS, "minhash"}
"""Columns of an audit that say what is a copy of what."""


def scan(
    crawl: str | Path, detector: Detector | None = None, *, columns: Columns = DOCUMENT
) -> Iterator[dict[str, Any]]:
    """Judge every document of a folder, a file or a URL, and yield a row for each.

    Rows come in the order of the files' paths and have the columns of an audit's ``documents/``
    but for those that say what is a copy of what. What cannot be read is a row with ``error``, a
    sentence. Nothing is written, time and memory of a document are not limited, and one process
    works: `chaffinch.detector.audit.audit.run_audit` does more.

    Args:
        crawl: The folder, the file in any format that is read, or a URL that fsspec opens.
        detector: What to judge with; the bundled model when None.
        columns: Which columns of a table hold the document.

    Raises:
        CrawlError: There is nothing there, or it is an audit.
        MissingLibrary: It is a URL and its library is not installed.
    """
    found = find_files(crawl)
    return _rows(found, detector or Detector.load(), columns)


def _rows(crawl: Crawl, detector: Detector, columns: Columns) -> Iterator[dict[str, Any]]:
    names = [name for name in row_schema(()).names if name not in _OF_THE_WHOLE_CRAWL]
    # Hashes, as a crawl may have more ids than memory has room for.
    seen: set[int] = set()
    items = (
        item
        for file in crawl.files
        for item in read_items(location(crawl.root, file.path), file.path, columns=columns)
    )
    for batch in batches(items, _characters):
        for item, verdict, error, _ in judge(detector, batch):
            row = (
                error_row(item, error or "", detector.threshold)
                if verdict is None
                else verdict_row(item, verdict)
            )
            if hash(row["id"]) in seen:
                row["id"] = item.record.place
            seen.add(hash(row["id"]))
            yield {name: row.get(name) for name in names}


def _characters(item: Item) -> int:
    return len(item.document.text) if item.document else 0
