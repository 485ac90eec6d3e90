"""What every reader does: one file in, records out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from chaffinch.datasets.records import Record


class Reader(NamedTuple):
    """A file format.

    Attributes:
        name: What the format is called.
        suffixes: Endings of its files' names, in lower case.
        read: Reads a file; its second argument is the path that records and messages give.
            Never raises for what a file holds: it yields a record with an error instead.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, str], Iterator[Record]]
