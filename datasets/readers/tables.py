"""Rows of tables as records, whatever the table is stored in."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from functools import lru_cache
from math import isfinite
from typing import Any

from chaffinch.datasets.extraction.extracted import EXTRACTED, extracted_document
from chaffinch.datasets.readers.html import is_html
from chaffinch.datasets.readers.reader import DOCUMENT, EVERY, Columns
from chaffinch.datasets.records import Record

LABEL_COLUMNS = ("label", "group", "family", "genre", "rate")
"""More columns that training and evaluation read."""

_OTHERS = ("title", "published", EXTRACTED, *LABEL_COLUMNS)
_IN_EVERY_ROW = ("title", "published", EXTRACTED)
"""Columns, beside those of `Columns`, that an audit has anyway or that belong to the text."""

_NESTED = ("metadata", "meta", "warc_headers")
"""Where datatrove and dolma, RedPajama and OSCAR keep what is known of a document."""

_NESTED_URLS = ("url", "warc-target-uri", "source_url")
"""The names of an address there."""

_REMEMBERED = 64
"""Sets of names whose capitals are remembered; our choice, rows of a table have the same."""

_HTML_START = 200
"""Characters of a text that tell whether it is a page; our choice."""

_UUID_BYTES = 16
"""Bytes of a UUID (RFC 9562)."""

_SHOWN_COLUMNS = 20
_SHOWN_CHARACTERS = 80
"""Columns, and characters of each name, that a message shows; our choice."""


def columns_to_read(names: Iterable[str], columns: Columns) -> list[str]:
    """The columns of a table that hold something that a record has.

    Args:
        names: All of its columns.
        columns: Which of them hold the document.
    """
    if EVERY in columns.keep:
        return list(names)
    paths = (*columns.paths, *columns.keep)
    wanted = {path.partition(".")[0].lower() for path in (*paths, *_OTHERS, *_NESTED)}
    wanted |= {path.lower() for path in paths}
    return [name for name in names if name.lower() in wanted]


def no_content(name: str, shown: Sequence[str], columns: Columns) -> Record:
    """What becomes of a table without a column that holds documents.

    Args:
        name: The file.
        shown: The table's columns, as a message is to show them.
        columns: Which columns were looked for.
    """
    parts = [column[:_SHOWN_CHARACTERS] for column in shown[:_SHOWN_COLUMNS]]
    parts += ["..."] if len(shown) > _SHOWN_COLUMNS else []
    sentence = (
        f"{name} has no column `{columns.text}` or `{columns.html}` (its columns: "
        f"{', '.join(parts)}). Name the one that holds the documents with --text-column or "
        "--html-column."
    )
    return Record(name, 0, error=sentence)


def holds_content(names: Iterable[str], columns: Columns) -> bool:
    """Whether a table with these columns has one that holds documents."""
    known = {name.lower() for name in names}
    return any(
        path.lower() in known or path.partition(".")[0].lower() in known
        for path in (columns.text, columns.html)
    )


def record_of_row(
    row: Mapping[str, object], name: str, offset: int, spot: str, columns: Columns = DOCUMENT
) -> Record:
    """The record that a row of a table, or an object of JSON, makes.

    Args:
        row: Values by the names of columns; those that are not known are passed over.
        name: The file.
        offset: The row's place among the file's records.
        spot: The row's place in the file as messages name it: ``line 3``.
        columns: Which of them hold the document.
    """
    kept = _kept(row, columns) if columns.keep else None
    text, html = (_content(value_of(row, path)) for path in (columns.text, columns.html))
    content = text if text or html is None else html
    if content is None:
        error = f"{name}, {spot}: {_no_content(row, columns)}"
        return Record(name, offset, error=error, spot=spot, kept=kept)
    nested = _nested(row)
    try:
        document = extracted_document(row) if EXTRACTED in row else None
    except ValueError as problem:
        return Record(name, offset, error=f"{name}, {spot}: {problem}.", spot=spot, kept=kept)
    return Record(
        name,
        offset,
        content if document is None else "",
        # Crawlers put whole pages into texts.
        "text/html" if content is html or _is_page(content) else "text/plain",
        _id(value_of(row, columns.id)),
        _string(value_of(row, columns.url)) or _first(nested, _NESTED_URLS),
        _string(value_of(row, "title")) or _first(nested, ("title",)),
        _date(value_of(row, "published")) or _first(nested, ("published",)) or None,
        spot=spot,
        labels={column: row[column] for column in LABEL_COLUMNS if column in row},
        kept=kept,
        document=document,
    )


def _kept(row: Mapping[str, object], columns: Columns) -> dict[str, Any]:
    """The values to keep, by the names that were given; null where the row has none."""
    if EVERY not in columns.keep:
        return {path: _plain(value_of(row, path)) for path in columns.keep}
    own = {path.lower() for path in (*columns.paths, *_IN_EVERY_ROW)}
    own |= {path.partition(".")[0].lower() for path in (columns.text, columns.html)}
    return {name: _plain(value) for name, value in row.items() if name.lower() not in own}


def _plain(value: object) -> Any:
    """A value as JSON can hold it: times as ISO 8601, what is no number or text as its text."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bytes):
        return _id(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def value_of(row: Mapping[str, object], path: str) -> object:
    """A row's value by the name of its column, or by a path with dots; None without one."""
    found: object = _item(row, path)
    if found is None and "." in path:
        found = row
        for part in path.split("."):
            found = _item(found, part) if isinstance(found, Mapping) else None
    return found


def _item(row: Mapping[str, object], key: str) -> object:
    if key in row:
        return row[key]
    name = _with_capitals(tuple(row)).get(key.lower())
    return None if name is None else row[name]


@lru_cache(_REMEMBERED)
def _with_capitals(names: tuple[str, ...]) -> dict[str, str]:
    """Names that have capitals, by their lower-case form."""
    return {name.lower(): name for name in reversed(names) if name != name.lower()}


def _content(value: object) -> str | bytes | None:
    """A text as a cell has it: whole, as bytes, or in pieces."""
    if isinstance(value, list) and value and all(isinstance(piece, str) for piece in value):
        return "\n".join(value)
    return value if isinstance(value, str | bytes) else None


def _is_page(text: str | bytes) -> bool:
    start = text[:_HTML_START]
    return is_html(start if isinstance(start, bytes) else start.encode("utf-8", "replace"))


def _no_content(row: Mapping[str, object], columns: Columns) -> str:
    for path in (columns.text, columns.html):
        value = value_of(row, path)
        if value is not None:
            kind = "list of other things" if isinstance(value, list) else type(value).__name__
            return f"`{path}` is not a text, but {kind}. Give the text or HTML of the page."
    filled = [key[:_SHOWN_CHARACTERS] for key, value in row.items() if value is not None]
    has = f" (it has: {', '.join(filled[:_SHOWN_COLUMNS])})" if filled else ""
    return f"without a `{columns.text}` or `{columns.html}` string{has}. Give one of the two."


def _nested(row: Mapping[str, object]) -> list[Mapping[str, object]]:
    found = []
    for name in _NESTED:
        value = row.get(name)
        if isinstance(value, str) and value.startswith("{"):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(value, Mapping):
            found.append(value)
    return found


def _first(mappings: Iterable[Mapping[str, object]], names: Sequence[str]) -> str:
    found = (_string(_item(mapping, name)) for mapping in mappings for name in names)
    return next(filter(None, found), "")


def _id(value: object) -> str | None:
    if isinstance(value, bytes):
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        if not text.isprintable():
            from uuid import UUID

            return str(UUID(bytes=value)) if len(value) == _UUID_BYTES else value.hex()
        value = text
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool | float | list | dict) or value is None:
        return None
    return str(value) or None


def _string(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _date(value: object) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    return _string(value) or None
