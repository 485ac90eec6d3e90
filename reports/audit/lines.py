"""What tables and links show of a document: short texts that are safe to look at."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chaffinch.features.wording import visible
from chaffinch.reports.certainty import NOT_FLAGGED, UNREADABLE, label

MAX_CELL = 200
"""Characters of a text in a cell of a table; our choice: three lines at most."""

LINE_COLUMNS = (
    "id",
    "path",
    "offset",
    "title",
    "site",
    "kind",
    "flagged",
    "probability",
    "published",
    "copied",
    "unscorable",
    "error",
    "reasons",
    "text_digest",
)
"""Columns of an audit's rows that a line of a table is made of."""


class TableLine(NamedTuple):
    """What a table shows of a document, its texts short and visible.

    Attributes:
        number: Number of its row in the audit.
        key: Its name.
        title: Its title, or its name where it has none.
        site: Host name, or "".
        kind: Kind of the verdict, ``unreadable`` where there is none.
        label: The verdict in a word or two (`chaffinch.reports.certainty.label`).
        flagged: Whether it is flagged.
        probability: Probability of a republication, or None.
        published: Date as stated, or "".
        copied: Whether it is a copy of another document.
        note: Why it was flagged or not judged, or "".
    """

    number: int
    key: str
    title: str
    site: str
    kind: str
    label: str
    flagged: bool
    probability: float | None
    published: str
    copied: bool
    note: str


class Related(NamedTuple):
    """Another document of the same cluster of copies.

    Attributes:
        number: Number of its row in the audit.
        key: Its id, or path and offset where the id is not its own alone.
        title: Its title, or its key.
        site: Its host, or "".
        label: Its verdict in a word or two.
        is_source: Whether it is the cluster's probable source.
    """

    number: int
    key: str
    title: str
    site: str
    label: str
    is_source: bool


def table_line(number: int, key: str, row: Mapping[str, Any]) -> TableLine:
    """A document's line of a table.

    Args:
        number: The row's number.
        key: The document's name.
        row: Its `LINE_COLUMNS`.
    """
    reasons = row["reasons"] or ()
    verdict = label(row["kind"], row["probability"])
    against = [reason["summary"] for reason in reasons if reason["contribution"] > 0]
    why = against[0] if against and (row["flagged"] or verdict == NOT_FLAGGED) else ""
    return TableLine(
        number=number,
        key=key,
        title=visible(row["title"] or key, MAX_CELL),
        site=visible(row["site"] or "", MAX_CELL),
        kind=row["kind"] or UNREADABLE,
        label=verdict,
        flagged=row["flagged"],
        probability=row["probability"],
        published=visible(row["published"] or "", 25),
        copied=bool(row["copied"]),
        note=visible(row["error"] or row["unscorable"] or why, MAX_CELL),
    )
