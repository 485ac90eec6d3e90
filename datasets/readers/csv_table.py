"""CSV and TSV tables: a record a row, with the columns of JSON Lines."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.tables import no_content, record_of_row
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.records import MAX_BYTES, Record

_DELIMITERS = ",;\t|"
_MAX_HEADER = 1_000_000
_NAMES = re.compile(rb'"?\w[\w .-]{0,39}"?(?:[,;\t|]"?\w[\w .-]{0,39}"?)+\r?\n')
"""A line of two names of columns or more."""


def is_csv(start: bytes) -> bool:
    """Whether data of unknown name begins with a table's header that names a column of text."""
    header = _NAMES.match(start)
    cells = re.split(rb"[,;\t|]", header[0].strip()) if header else []
    return bool({b"text", b"html"} & {cell.strip(b'"') for cell in cells})


def _read(stream: BinaryIO, name: str) -> Iterator[Record]:
    csv.field_size_limit(MAX_BYTES)
    text = io.TextIOWrapper(io.BufferedReader(stream), "utf-8-sig", "replace", newline="")  # type: ignore[type-var]
    offset = 0
    try:
        header = text.readline(_MAX_HEADER)
        if len(header) == _MAX_HEADER:
            yield Record(name, 0, error=f"{name}: the first line is no header. Give the columns.")
            return
        delimiter = max(_DELIMITERS, key=header.count)
        columns = [column.strip() for column in next(csv.reader([header], delimiter=delimiter), [])]
        if not {"text", "html"} & set(columns):
            yield no_content(name, columns)
            return
        lines = _Lines(text)
        rows = csv.reader(lines, delimiter=delimiter)
        for row in rows:
            lines.left = MAX_BYTES
            if not row:
                continue
            spot = f"line {rows.line_num + 1}"
            if len(row) > len(columns):
                problem = f"{len(row)} cells for {len(columns)} columns. Quote the cells."
                yield Record(name, offset, error=f"{name}, {spot}: {problem}", spot=spot)
            else:
                yield record_of_row(dict(zip(columns, row, strict=False)), name, offset, spot)
            offset += 1
    except csv.Error as error:
        yield Record(
            name, offset, error=f"{name}, record {offset}: {error}. The rest was not read."
        )
    except DAMAGE as error:
        yield Record(name, offset, error=sentence(name, error))


class _Lines:
    """Lines of a table, of which no row is held that is longer than `MAX_BYTES` characters.

    Args:
        text: The table.

    Attributes:
        left: Characters that the present row may still have.

    Raises:
        csv.Error: The row is longer.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.left = MAX_BYTES

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(self.left + 1)
        if not line:
            raise StopIteration
        self.left -= len(line)
        if self.left < 0:
            raise csv.Error(f"longer than {MAX_BYTES // 1_000_000} MB")
        return line


CSV = Reader("CSV", (".csv", ".tsv"), _read, any_bytes=True)
