"""How often English words are written."""

from pathlib import Path

from chaffinch.datasets.lexicons.packed_files import read_text


def read_word_counts(file: Path) -> dict[str, int]:
    """Read words and their counts, separated by a tab or a space, most frequent first."""
    rows = (line.rsplit(None, 1) for line in read_text(file).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}
