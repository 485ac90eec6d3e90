"""Every format that can be read; a new one is a file here and a line in `READERS`."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from chaffinch.datasets.readers.html import HTML
from chaffinch.datasets.readers.json_lines import JSON_LINES, read_json_lines
from chaffinch.datasets.readers.markdown import MARKDOWN
from chaffinch.datasets.readers.plain_text import PLAIN_TEXT
from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.whole_file import MAX_FILE_BYTES
from chaffinch.datasets.records import Record

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

READERS: tuple[Reader, ...] = (PLAIN_TEXT, MARKDOWN, HTML, JSON_LINES)

PAGE_ASSETS = frozenset(
    """
    .css .js .mjs .map .png .jpg .jpeg .gif .webp .svg .ico .woff .woff2 .ttf .mp3 .mp4 .webm
    """.split()
)
"""Endings of what a saved page is made of beside its text; an audit counts them as skipped."""

_SNIFFED = 2048
_UTF8_MARK = b"\xef\xbb\xbf"
_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard-compressed data"),
    (b"\x7fELF", "a program"),
)
_HTML_STARTS = (b"<!doctype html", b"<html")


def read_records(path: Path, name: str | None = None) -> Iterator[Record]:
    """Read a file's records; what cannot be read is a record with an error.

    Args:
        path: The file.
        name: What records and messages call it; the path as given when None.
    """
    name = str(path) if name is None else name
    offset = 0
    try:
        if path.is_dir():
            sentence = f"{name} is a directory. Audit it with `chaffinch audit {name} -o OUT`."
            yield Record(name, 0, error=sentence)
            return
        with path.open("rb") as stream:
            start = stream.read(_SNIFFED)
        reader = _reader(path.name.lower(), start)
        if isinstance(reader, str):
            yield Record(name, 0, error=_not_text(name, reader))
            return
        for record in reader.read(path, name):
            offset = record.offset + 1
            yield record
    except FileNotFoundError:
        yield Record(name, offset, error=f"{name} does not exist. Check the path.")
    except PermissionError:
        yield Record(name, offset, error=f"{name} may not be read. Check its permissions.")
    except OSError as error:
        problem = f"{name} cannot be read ({error.strerror or error})."
        yield Record(name, offset, error=f"{problem} Check the disk and try again.")


def _reader(file_name: str, start: bytes) -> Reader | str:
    """The reader for a file, by name and first bytes, or what the file is instead of text."""
    named = next((reader for reader in READERS if file_name.endswith(reader.suffixes)), None)
    if named is JSON_LINES:
        return named
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if b"\0" in start and start[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "binary data"
    if named in (None, PLAIN_TEXT) and start.removeprefix(_UTF8_MARK).lstrip().lower().startswith(
        _HTML_STARTS
    ):
        return HTML
    return named or PLAIN_TEXT


def read_stream(stream: BinaryIO, name: str = "-") -> Iterator[Record]:
    """Read standard input: JSON Lines where it begins with a brace, else one text or page.

    A byte-order mark and blank lines before the brace do not count.
    """
    start = b""
    while not start.removeprefix(_UTF8_MARK).strip() and len(start) < MAX_FILE_BYTES:
        line = stream.readline(_SNIFFED)
        if not line:
            break
        start += line
    whole = io.BufferedReader(_Rejoined(start, stream))
    if start.removeprefix(_UTF8_MARK).lstrip().startswith(b"{"):
        yield from read_json_lines(whole, name)
        return
    data = whole.read(MAX_FILE_BYTES)
    reader = _reader("", data[:_SNIFFED])
    if isinstance(reader, str):
        yield Record(name, 0, error=_not_text(name, reader))
    else:
        yield Record(name, 0, data, "text/html" if reader is HTML else "text/plain")


def _not_text(name: str, kind: str) -> str:
    return f"{name}: not text (it looks like {kind}). Give the text or HTML of the page."


class _Rejoined(io.RawIOBase):
    """A stream with the bytes already taken from it put back in front."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        # What a slow producer has written so far, where the stream can tell.
        self._more: Callable[[int], bytes] = getattr(rest, "read1", rest.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        target = memoryview(buffer).cast("B")
        piece = self._start[: len(target)] or self._more(len(target))
        self._start = self._start[len(piece) :]
        target[: len(piece)] = piece
        return len(piece)
