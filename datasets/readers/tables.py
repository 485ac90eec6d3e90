"""Rows of tables as records, whatever the table is stored in."""

from collections.abc import Mapping, Sequence
from datetime import date

from chaffinch.datasets.records import Record

COLUMNS = ("id", "url", "title", "text", "html", "published")
"""Columns that are read; ``text`` or ``html`` there must be."""

_SHOWN_COLUMNS = 20
_SHOWN_CHARACTERS = 40


def no_content(name: str, columns: Sequence[str]) -> Record:
    """What becomes of a table without a column that holds documents."""
    shown = [column[:_SHOWN_CHARACTERS] for column in columns[:_SHOWN_COLUMNS]]
    shown += ["..."] if len(columns) > _SHOWN_COLUMNS else []
    sentence = (
        f"{name} has no column `text` or `html` (its columns: {', '.join(shown)}). Rename the one "
        "that holds the documents."
    )
    return Record(name, 0, error=sentence)


def record_of_row(row: Mapping[str, object], name: str, offset: int, place: str) -> Record:
    """The record that a row of a table, or an object of JSON Lines, makes.

    Args:
        row: Values by the names of `COLUMNS`; others are passed over.
        name: The file.
        offset: The row's place among the file's records.
        place: The row's place as messages name it.
    """
    content, html = row.get("text"), row.get("html")
    is_html = not isinstance(content, str) or (not content and isinstance(html, str))
    if is_html:
        content = html
    if not isinstance(content, str):
        error = f"{place}: without a `text` or `html` string. Give one of the two."
        return Record(name, offset, error=error)
    own_id = row.get("id")
    return Record(
        name,
        offset,
        content,
        "text/html" if is_html else "text/plain",
        str(own_id) if isinstance(own_id, str | int) and own_id != "" else None,
        _string(row.get("url")),
        _string(row.get("title")),
        _date(row.get("published")),
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _date(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    return _string(value) or None
