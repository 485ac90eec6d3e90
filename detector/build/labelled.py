"""Texts with labels, as users bring them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chaffinch.datasets.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.readers.registry import read_records
from chaffinch.datasets.records import Record
from chaffinch.features.document import Document

LABELS = {
    "original": False,
    "clean": False,
    "0": False,
    "false": False,
    "spun": True,
    "scraped": True,
    "republication": True,
    "1": True,
    "true": True,
}


class LabelError(Exception):
    """Labelled data that cannot be read; the message names the place."""


@dataclass(frozen=True, slots=True)
class Example:
    """A document and what it is.

    Attributes:
        document: The document.
        label: True for a low-quality republication.
        group: Texts of one group (one source article) are never split between fitting and
            calibration; "" for a text of its own.
        family: How it was made, for tables.
        genre: What kind of prose it is, for tables.
    """

    document: Document
    label: bool
    group: str = ""
    family: str = ""
    genre: str = ""


def read_labelled(data: Path) -> Iterator[Example]:
    """Read JSON Lines with ``text`` or ``html`` and ``label``, or a folder a label.

    Raises:
        LabelError: A row lacks a text or a known label; nothing is skipped in silence.
    """
    if data.is_dir():
        yield from _folders(data)
        return
    with data.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield _example(line, f"{data}, line {number}", number)


def _folders(data: Path) -> Iterator[Example]:
    folders = sorted(folder for folder in data.iterdir() if folder.is_dir())
    if not folders:
        raise LabelError(f"{data} has no sub-folders; give one for each label.")
    for folder in folders:
        label = _label(folder.name, str(folder))
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            for record in read_records(file):
                yield Example(_document(record), label, family=folder.name)


def _example(line: str, place: str, number: int) -> Example:
    try:
        row = json.loads(line)
    except ValueError:
        raise LabelError(f"{place}: not JSON. Mend or remove the line.") from None
    if not isinstance(row, dict) or "label" not in row:
        raise LabelError(f"{place}: no `label`. Give one of {', '.join(LABELS)}.")
    content = row.get("text", row.get("html"))
    if not isinstance(content, str):
        raise LabelError(f"{place}: no `text` or `html`.")
    record = Record(
        place,
        number,
        content,
        "text/plain" if "text" in row else "text/html",
        str(row["id"]) if "id" in row else None,
        url=str(row.get("url") or ""),
        title=str(row.get("title") or ""),
    )
    return Example(
        _document(record),
        _label(str(row["label"]), place),
        *(str(row.get(name) or "") for name in ("group", "family", "genre")),
    )


def _document(record: Record) -> Document:
    try:
        return document_from_record(record)
    except UnreadableRecord as error:
        raise LabelError(str(error)) from None


def _label(name: str, place: str) -> bool:
    if name.lower() not in LABELS:
        raise LabelError(f"{place}: unknown label {name!r}. Give one of {', '.join(LABELS)}.")
    return LABELS[name.lower()]
