"""Keeping a second process out of a folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(Exception):
    """Another process writes to the folder."""


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock on a file; it goes when its process does.

    Raises:
        Locked: Another process holds it.
    """
    with file.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked from None
        yield
