"""Files that a report writes."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_lines(file: Path, lines: Iterable[str]) -> None:
    """Write a file that appears whole or not at all.

    Raises:
        OSError: It cannot be written; the error names it.
    """
    draft = file.with_name(f".{file.name}.tmp")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(lines)
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        error.filename = str(file)
        raise
