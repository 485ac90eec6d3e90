"""Paths on the command line made into documents or sentences about why not."""

import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.file_names import shown_name
from chaffinch.datasets.readers.registry import read_records, read_stream
from chaffinch.features.document import Document


class Input(NamedTuple):
    """One record of the command line's inputs.

    Attributes:
        path: The path as given, what is no UTF-8 in it escaped.
        id: The record's id.
        document: Its document, or None.
        error: Why there is none, in a sentence, or None.
        no_page: Why there is nothing to judge although all could be read, or None.
    """

    path: str
    id: str
    document: Document | None
    error: str | None
    no_page: str | None = None


def read_inputs(paths: Iterable[str]) -> Iterator[Input]:
    """Read files, and standard input for ``-``, one record after the other.

    An id that repeats an earlier one of its file is replaced by ``path#offset``.
    """
    for location in paths:
        path = shown_name(location)
        records = read_stream(sys.stdin.buffer) if path == "-" else read_records(location, path)
        # Hashes: a stream may have more ids than memory has room for.
        seen: set[int] = set()
        for record in records:
            if record.skipped:
                continue
            id_ = record.id if hash(record.id) not in seen else record.place
            seen.add(hash(record.id))
            try:
                yield Input(path, id_, document_from_record(record), None, record.no_page)
            except UnreadableRecord as error:
                yield Input(path, id_, None, str(error))
