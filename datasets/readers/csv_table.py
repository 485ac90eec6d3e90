"""CSV and TSV tables: a record a row, with the columns of JSON Lines."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.tables import NO_CONTENT, record_of_row
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.records import MAX_BYTES, Record

_DELIMITERS = ",;\t|"


def _read(stream: BinaryIO, name: str) -> Iterator[Record]:
    csv.field_size_limit(MAX_BYTES)
    text = io.TextIOWrapper(io.BufferedReader(stream), "utf-8-sig", "replace", newline="")  # type: ignore[type-var]
    offset = 0
    try:
        header = text.readline()
        delimiter = max(_DELIMITERS, key=header.count)
        columns = [column.strip() for column in next(csv.reader([header], delimiter=delimiter), [])]
        if not {"text", "html"} & set(columns):
            yield Record(name, 0, error=NO_CONTENT.format(name=name, columns=", ".join(columns)))
            return
        rows = csv.reader(text, delimiter=delimiter)
        for row in rows:
            if not row:
                continue
            place = f"{name}, line {rows.line_num + 1}"
            if len(row) > len(columns):
                problem = f"{len(row)} cells for {len(columns)} columns. Quote the cells."
                yield Record(name, offset, error=f"{place}: {problem}")
            else:
                yield record_of_row(dict(zip(columns, row, strict=False)), name, offset, place)
            offset += 1
    except csv.Error as error:
        yield Record(
            name, offset, error=f"{name}, record {offset}: {error}. The rest was not read."
        )
    except DAMAGE as error:
        yield Record(name, offset, error=sentence(name, error))


CSV = Reader("CSV", (".csv", ".tsv"), _read, any_bytes=True)
