"""Replacements seen on real pages of content farms."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from chaffinch.datasets.lexicons.packed_files import read_text


@dataclass(frozen=True, slots=True)
class Substitution:
    """A replacement seen on a real page.

    Attributes:
        family: Kind of spinner that made it.
        original: What the source wrote, in lower case.
        substitute: What the spinner wrote for it, in lower case.
    """

    family: str
    original: str
    substitute: str


def read_substitutions(file: Path) -> list[Substitution]:
    """Read replacements from tab-separated ``family``, ``original`` and ``substitute``."""
    rows = csv.DictReader(io.StringIO(read_text(file)), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        Substitution(row["family"], row["original"].lower(), row["substitute"].lower())
        for row in rows
    ]
