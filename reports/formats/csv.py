"""CSV (RFC 4180): a header, and one line for each result or document."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from chaffinch.features.wording import visible
from chaffinch.reports.audit.sites import SiteLine, site_lines
from chaffinch.reports.formats.json import json_text
from chaffinch.reports.results import Result

if TYPE_CHECKING:
    from chaffinch.detector.audit.comparison import Change
    from chaffinch.detector.evaluation.evaluation import Evaluation
    from chaffinch.reports.audit.data import AuditData

_RESULT_COLUMNS = (
    "path",
    "id",
    "title",
    "extraction",
    "kind",
    "flagged",
    "probability",
    "threshold",
    "unscorable",
    "error",
    "reasons",
)
"""Fields of a result that fit into a cell."""

_STRONGEST_COLUMNS = ("id", "title", "site", "kind", "probability", "published", "copied", "reason")
"""Fields of a document in a summary."""

_NO_CELL = ("evidence", "same_sentences")
"""Fields of a document that hold lists of places."""

_FORMULA_STARTS = tuple("=+-@\t\n\uff1d\uff0b\uff0d\uff20")
"""Characters with which a cell starts that a spreadsheet runs as a formula (OWASP, "CSV
injection"), and their full-width forms."""


def results(judged: Iterable[Result], with_text: bool) -> Iterator[str]:
    """One line for each result; evidence and features have no cell."""
    rows = (result.as_dict(with_text) for result in judged)
    first = list(islice(rows, 1))
    columns = [*_RESULT_COLUMNS]
    columns += ["kept"] if any("kept" in row for row in first) else []
    columns += ["text_scored"] if with_text else []
    return _table(columns, chain(first, rows))


def documents(audit: "AuditData") -> Iterator[str]:
    """One line for each document of an audit; evidence and sentences have no cell."""
    from chaffinch.reports.audit.data import DOCUMENT_COLUMNS

    columns = [name for name in DOCUMENT_COLUMNS if name not in _NO_CELL]
    return _table(columns, audit.documents(columns))


def summary(found: Mapping[str, Any]) -> Iterator[str]:
    """One line for each of the strongest flagged documents."""
    return _table(_STRONGEST_COLUMNS, found["strongest"])


def comparison(differences: Iterable["Change"]) -> Iterator[str]:
    """One line for each site or page that changed."""
    from chaffinch.detector.audit.comparison import Change

    return _table(Change._fields, (difference._asdict() for difference in differences))


def evaluation(measured: "Evaluation") -> Iterator[str]:
    """One line for each misjudged text, the worst first."""
    # Imported here, as SciPy is.
    from chaffinch.detector.evaluation.evaluation import Misjudged

    def row(one: Misjudged) -> dict[str, Any]:
        return {**one._asdict(), "reasons": [reason.as_dict() for reason in one.reasons]}

    return _table(Misjudged._fields, map(row, measured.misjudged))


def sites(found: Iterable[Mapping[str, Any]], threshold: float) -> Iterator[str]:
    """One line for each site that reaches a threshold."""
    return _table(SiteLine._fields, (line._asdict() for line in site_lines(found, threshold)))


def _table(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    columns = list(columns)
    yield _line(columns)
    for row in rows:
        yield _line(_cell(row[column]) for column in columns)


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _cell(value: object) -> object:
    """What no spreadsheet runs and no terminal obeys.

    A formula gets an apostrophe in front; reasons are joined, the strongest first; values of the
    user's own columns are a JSON object.
    """
    if isinstance(value, dict):
        value = json_text(value)
    if isinstance(value, list):
        value = "; ".join(
            one if isinstance(one, str) else f"{one['signal']}: {one['summary']}" for one in value
        )
    if not isinstance(value, str):
        return value
    writable = visible(value)
    return f"'{writable}" if writable.startswith(_FORMULA_STARTS) else writable
