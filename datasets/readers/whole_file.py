"""Formats of which one file is one record: plain text, Markdown, HTML."""

from collections.abc import Callable, Iterator
from pathlib import Path

from chaffinch.datasets.records import MediaType, Record

MAX_FILE_BYTES = 64_000_000
"""Bytes of a file that are read; a text this long is cut long before it is scored."""


def whole_file(media_type: MediaType) -> Callable[[Path, str], Iterator[Record]]:
    """A function that reads a file as one record of a media type."""

    def read(path: Path, name: str) -> Iterator[Record]:
        with path.open("rb") as stream:
            yield Record(name, 0, stream.read(MAX_FILE_BYTES), media_type)

    return read
