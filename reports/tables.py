"""An audit's documents in formats for other tools; a new one is a file here and a line below."""

from collections.abc import Callable
from pathlib import Path

from chaffinch.reports import audit_csv, audit_json_lines

TABLES: dict[str, Callable[[Path], None]] = {
    "csv": audit_csv.write,
    "jsonl": audit_json_lines.write,
}
"""Writes ``documents.<format>`` into the folder of a finished audit."""
