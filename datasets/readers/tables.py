"""Rows of tables as records, whatever the table is stored in."""

from collections.abc import Mapping, Sequence
from datetime import date

from chaffinch.datasets.readers.html import is_html
from chaffinch.datasets.records import Record

COLUMNS = ("id", "url", "title", "text", "html", "published")
"""Columns of a document; ``text`` or ``html`` there must be."""

LABEL_COLUMNS = ("label", "group", "family", "genre", "rate")
"""Columns that training and evaluation read besides."""

_HTML_START = 200
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


def record_of_row(row: Mapping[str, object], name: str, offset: int, spot: str) -> Record:
    """The record that a row of a table, or an object of JSON Lines, makes.

    Args:
        row: Values by the names of `COLUMNS` and `LABEL_COLUMNS`; others are passed over.
        name: The file.
        offset: The row's place among the file's records.
        spot: The row's place in the file as messages name it: ``line 3``.
    """
    content, html = row.get("text"), row.get("html")
    if isinstance(content, str) and (content or not isinstance(html, str)):
        # Crawlers put whole pages there.
        marked_up = is_html(content[:_HTML_START].encode("utf-8", "replace"))
    else:
        content, marked_up = html, True
    if not isinstance(content, str):
        error = f"{name}, {spot}: without a `text` or `html` string. Give one of the two."
        return Record(name, offset, error=error, spot=spot)
    own_id = row.get("id")
    return Record(
        name,
        offset,
        content,
        "text/html" if marked_up else "text/plain",
        str(own_id) if isinstance(own_id, str | int) and own_id != "" else None,
        _string(row.get("url")),
        _string(row.get("title")),
        _date(row.get("published")),
        spot=spot,
        labels={column: row[column] for column in LABEL_COLUMNS if column in row},
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _date(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    return _string(value) or None
