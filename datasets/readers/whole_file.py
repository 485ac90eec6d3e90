"""Formats of which one file is one record: plain text, Markdown, HTML."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.records import MAX_BYTES, MediaType, Record


def whole_file(media_type: MediaType) -> Callable[[BinaryIO, str], Iterator[Record]]:
    """A function that reads a file as one record of a media type."""

    def read(stream: BinaryIO, name: str) -> Iterator[Record]:
        try:
            yield Record(name, 0, stream.read(MAX_BYTES), media_type)
        except DAMAGE as error:
            yield Record(name, 0, error=sentence(name, error))

    return read
