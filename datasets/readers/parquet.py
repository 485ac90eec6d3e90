"""Parquet tables: one record per row."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from chaffinch.datasets.readers.reader import Columns, Reader
from chaffinch.datasets.readers.tables import (
    columns_to_read,
    holds_content,
    no_content,
    record_of_row,
)
from chaffinch.datasets.records import Record

_MAGIC = b"PAR1"
_BATCH = 64
"""Rows that are held at once; our choice: a row may have 64 MB."""

_IMPOSSIBLE = (ValueError, OverflowError, KeyError)
"""What pyarrow raises for values that Python cannot hold; the last for unknown time zones."""


def _read(stream: BinaryIO, name: str, columns: Columns) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    damage = (pa.ArrowException, OSError)
    try:
        file = pq.ParquetFile(stream)
        schema = file.schema_arrow
    except damage as error:
        yield Record(name, 0, error=f"{name}: not sound Parquet ({_line(error)}). Write it again.")
        return
    if not holds_content(schema.names, columns):
        shown = [f"{field.name} of type {field.type}" for field in schema]
        yield no_content(name, shown, columns)
        return
    names = list(dict.fromkeys(columns_to_read(schema.names, columns)))
    offset = end = 0
    for group in range(file.num_row_groups):
        end += file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(_BATCH, [group], names, use_threads=False):
                for row in _rows(batch):
                    spot = f"row {offset}"
                    if isinstance(row, Exception):
                        problem = f"{name}, {spot}: {_line(row)}. Fix the row."
                        yield Record(name, offset, error=problem, spot=spot)
                    else:
                        yield record_of_row(row, name, offset, spot, columns)
                    offset += 1
        except (*damage, ValueError) as error:
            problem = f"cannot be read ({_line(error)}). Write the file again."
            yield Record(name, offset, error=f"{name}, rows {offset} to {end - 1}: {problem}")
            offset += 1


def _rows(batch: Any) -> Iterator[dict[str, object] | Exception]:
    """Rows of a record batch; an exception for one with a broken text or an impossible date."""
    try:
        # By their places: names may be there twice.
        columns = [_values(column) for column in batch.columns]
    except _IMPOSSIBLE as error:
        if batch.num_rows == 1:
            yield error
            return
        for index in range(batch.num_rows):
            yield from _rows(batch.slice(index, 1))
        return
    for values in zip(*columns, strict=True):
        yield _row(batch.schema.names, values)


def _values(column: Any) -> list[object]:
    """A column as Python's values; times without the nanoseconds that only pandas can hold."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_struct(kind):
        names = [field.name for field in kind]
        fields = zip(*map(_values, column.flatten()), strict=True)
        return [dict(zip(names, values, strict=True)) for values in fields]
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = pc.cast(column, pa.timestamp("us", kind.tz), safe=False)
    values: list[object] = column.to_pylist()
    return values


def _row(names: Sequence[str], values: Sequence[object]) -> dict[str, object]:
    """Values by column; of columns of one name the first that is not null."""
    row: dict[str, object] = {}
    for column, value in zip(names, values, strict=True):
        if row.get(column) is None:
            row[column] = value
    return row


def _line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].strip().rstrip(".")


PARQUET = Reader(
    "Parquet",
    (".parquet", ".pq"),
    _read,
    lambda start: start.startswith(_MAGIC),
    any_bytes=True,
    binary=True,
)
