"""The rows of a finished audit, as renderers take them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_ROWS = 1_000


def audit_rows(audit: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of ``documents/``, in order, a few thousand in memory at a time."""
    import pyarrow.parquet as pq

    for part in sorted((audit / "documents").glob("*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(_ROWS, columns=list(columns)):
            yield from batch.to_pylist()


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
