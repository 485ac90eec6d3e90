"""Parquet tables: a record a row, with the columns of JSON Lines."""

from collections.abc import Iterator
from typing import Any, BinaryIO
from zoneinfo import ZoneInfoNotFoundError

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.tables import COLUMNS, LABEL_COLUMNS, no_content, record_of_row
from chaffinch.datasets.records import Record

_MAGIC = b"PAR1"
_BATCH = 64
_IMPOSSIBLE = (ValueError, OverflowError, ZoneInfoNotFoundError)


def _read(stream: BinaryIO, name: str) -> Iterator[Record]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    damage = (pa.ArrowException, OSError)
    try:
        file = pq.ParquetFile(stream)
    except damage as error:
        yield Record(name, 0, error=f"{name}: not sound Parquet ({_line(error)}). Write it again.")
        return
    read = (*COLUMNS, *LABEL_COLUMNS)
    columns = [column for column in read if column in file.schema_arrow.names]
    if not {"text", "html"} & set(columns):
        yield no_content(name, file.schema_arrow.names)
        return
    offset = end = 0
    for group in range(file.num_row_groups):
        end += file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(_BATCH, [group], columns, use_threads=False):
                for row in _rows(batch):
                    spot = f"row {offset}"
                    if isinstance(row, Exception):
                        problem = f"{name}, {spot}: {_line(row)}. Fix the row."
                        yield Record(name, offset, error=problem, spot=spot)
                    else:
                        yield record_of_row(row, name, offset, spot)
                    offset += 1
        except (*damage, ValueError) as error:
            problem = f"cannot be read ({_line(error)}). Write the file again."
            yield Record(name, offset, error=f"{name}, rows {offset} to {end - 1}: {problem}")
            offset += 1


def _rows(batch: Any) -> Iterator[dict[str, object] | Exception]:
    """Rows of a record batch; an exception for one with a broken text or an impossible date."""
    try:
        yield from batch.to_pylist()
    except _IMPOSSIBLE as error:
        if batch.num_rows == 1:
            yield error
            return
        for index in range(batch.num_rows):
            yield from _rows(batch.slice(index, 1))


def _line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].strip().rstrip(".")


PARQUET = Reader(
    "Parquet", (".parquet", ".pq"), _read, lambda start: start.startswith(_MAGIC), any_bytes=True
)
