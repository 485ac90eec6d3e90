"""An audit as JSON Lines: an object a document."""

from pathlib import Path

from chaffinch.reports.audit_rows import audit_rows, write_lines
from chaffinch.reports.json_text import json_text

COLUMNS = (
    "id",
    "url",
    "site",
    "title",
    "path",
    "offset",
    "published",
    "captured",
    "status",
    "kind",
    "flagged",
    "probability",
    "threshold",
    "copied",
    "cluster",
    "source_id",
    "similarity",
    "unscorable",
    "error",
    "reasons",
    "evidence",
)


def write(audit: Path) -> None:
    """Write ``documents.jsonl`` into the folder of a finished audit, without the texts."""
    rows = (f"{json_text(row)}\n" for row in audit_rows(audit, COLUMNS))
    write_lines(audit / "documents.jsonl", rows)
