"""An audit as CSV: a row a document."""

from collections.abc import Iterator
from pathlib import Path

from chaffinch.reports.audit_json_lines import COLUMNS
from chaffinch.reports.audit_rows import audit_rows, write_lines
from chaffinch.reports.csv_table import csv_line, joined_reasons

_CSV_COLUMNS = tuple(name for name in COLUMNS if name != "evidence")


def write(audit: Path) -> None:
    """Write ``documents.csv`` into the folder of a finished audit."""
    write_lines(audit / "documents.csv", _lines(audit))


def _lines(audit: Path) -> Iterator[str]:
    yield csv_line(_CSV_COLUMNS)
    for row in audit_rows(audit, _CSV_COLUMNS):
        row["reasons"] = joined_reasons(row["reasons"])
        yield csv_line(row[name] for name in _CSV_COLUMNS)
