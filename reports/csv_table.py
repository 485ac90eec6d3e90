"""Results as CSV, a row each."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chaffinch.features.wording import visible
from chaffinch.reports.results import Result

_COLUMNS = (
    "path",
    "id",
    "title",
    "kind",
    "flagged",
    "probability",
    "threshold",
    "unscorable",
    "error",
)
_FORMULA_STARTS = tuple("=+-@\t\n\uff1d\uff0b\uff0d\uff20")


def render(results: Iterable[Result], with_text: bool = False) -> Iterator[str]:
    """A header and a row a result; RFC 4180.

    Cells that a spreadsheet would run as a formula get an apostrophe in front (OWASP, "CSV
    injection"), and characters that a terminal would obey are replaced.
    """
    columns = (*_COLUMNS, "reasons", *(["text_scored"] if with_text else []))
    yield csv_line(columns)
    for result in results:
        cells = result.as_dict(with_text)
        cells["reasons"] = joined_reasons(cells["reasons"])
        yield csv_line(cells[column] for column in columns)


def joined_reasons(reasons: Iterable[Mapping[str, Any]]) -> str:
    """Reasons in one cell, strongest first."""
    return "; ".join(f"{reason['signal']}: {reason['summary']}" for reason in reasons)


def csv_line(cells: Iterable[object]) -> str:
    """A row in which nothing is run by a spreadsheet or obeyed by a terminal."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_safe(cell) for cell in cells])
    return line.getvalue()


def _safe(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    # JSON can hold half a surrogate pair, which no encoding of the output can.
    writable = visible(cell.encode(errors="replace").decode())
    return f"'{writable}" if writable.startswith(_FORMULA_STARTS) else writable
