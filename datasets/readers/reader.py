"""What every reader does: one stream in, records out."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from chaffinch.datasets.records import Record


def _never(start: bytes) -> bool:
    return False


class Reader(NamedTuple):
    """A file format.

    Attributes:
        name: What the format is called.
        suffixes: Endings of its files' names, in lower case, without ``.gz`` or ``.zst``.
        read: Reads a seekable stream; its second argument is the path that records and
            messages give. Never raises for what a file holds: it yields a record with an
            error instead. Offsets of records count from 0 without gaps.
        recognises: Whether a file's first bytes are certainly of this format.
        any_bytes: Whether files that bear its name are read whatever their first bytes.
        unpacks: Whether it takes compressed streams as they are.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[BinaryIO, str], Iterator[Record]]
    recognises: Callable[[bytes], bool] = _never
    any_bytes: bool = False
    unpacks: bool = False
