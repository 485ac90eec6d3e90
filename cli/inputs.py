"""Paths on the command line made into documents or sentences about why not."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from chaffinch.datasets.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.readers.registry import read_records, read_stream
from chaffinch.features.document import Document


class Input(NamedTuple):
    """One record of the command line's inputs.

    Attributes:
        path: The path as given.
        id: The record's id.
        document: Its document, or None.
        error: Why there is none, in a sentence, or None.
    """

    path: str
    id: str
    document: Document | None
    error: str | None


def read_inputs(paths: Iterable[str]) -> Iterator[Input]:
    """Read files, and standard input for ``-``, one record after the other."""
    for path in paths:
        records = read_stream(sys.stdin.buffer) if path == "-" else read_records(Path(path), path)
        for record in records:
            try:
                yield Input(path, record.id, document_from_record(record), None)
            except UnreadableRecord as error:
                yield Input(path, record.id, None, str(error))
