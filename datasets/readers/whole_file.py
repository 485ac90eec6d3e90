"""Formats of which one file is one record: plain text, Markdown, HTML."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from chaffinch.datasets.readers.reader import Columns
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.records import MAX_BYTES, MediaType, Record

_CHUNK = 1 << 20
"""Bytes read at a time; our choice."""


def whole_file(media_type: MediaType) -> Callable[[BinaryIO, str, Columns], Iterator[Record]]:
    """A function that reads a file as one record of a media type."""

    def read(stream: BinaryIO, name: str, columns: Columns) -> Iterator[Record]:
        try:
            yield Record(name, 0, whole_content(stream), media_type, whole_file=True)
        except DAMAGE as error:
            yield Record(name, 0, error=sentence(name, error))

    return read


def whole_content(stream: BinaryIO) -> bytes:
    """The bytes of a stream, at most `MAX_BYTES`, without asking for that much memory at once."""
    pieces: list[bytes] = []
    left = MAX_BYTES
    while left and (piece := stream.read(min(left, _CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
