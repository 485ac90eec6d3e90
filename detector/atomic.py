"""Files and folders that appear whole or not at all.

Own code: the package atomicwrites is no longer maintained and writes no folders.
"""

import os
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place to write to, which takes the place of `path` when the block succeeds.

    The block makes a file, or a folder where nothing stands at `path` yet. After an error
    nothing of it is left. A device or pipe at `path` is written to as it is.

    Raises:
        OSError: It cannot be written; the error names `path` where it named the draft.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    draft = draft_of(path)
    with suppress(FileNotFoundError):
        discard(draft)
    try:
        yield draft
        publish(draft, path)
    except BaseException as error:
        with suppress(OSError):
            discard(draft)
        if isinstance(error, OSError) and error.filename in (draft, str(draft), None):
            error.filename = str(path)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a file of UTF-8 text.

    Raises:
        OSError: It cannot be written.
    """
    write_lines(path, [text])


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a file of UTF-8 text; lines bring their own line feeds.

    Raises:
        OSError: It cannot be written.
    """
    with replacing(path) as draft, draft.open("w", encoding="utf-8", newline="") as opened:
        opened.writelines(lines)


def draft_of(path: Path) -> Path:
    """Where to write what is to appear at `path`: a name that no other process writes to."""
    return path.with_name(f".{path.name}.{socket.gethostname()}-{os.getpid()}.tmp")


def publish(draft: Path, path: Path) -> None:
    """Move a draft to its place once it is safely on disk."""
    if draft.is_file():
        with draft.open("rb") as file:
            os.fsync(file.fileno())
    draft.replace(path)


def discard_drafts(folder: Path) -> None:
    """Remove what processes that were stopped left behind in a folder."""
    for draft in folder.glob(".*.tmp"):
        discard(draft)


def discard(path: Path) -> None:
    """Remove a file or folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
