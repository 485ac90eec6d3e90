"""Every format that can be read; a new one is a file here and a line in `READERS`."""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from chaffinch.datasets.files import MissingLibrary, is_url, open_file
from chaffinch.datasets.readers.csv_table import CSV, is_csv
from chaffinch.datasets.readers.html import HTML
from chaffinch.datasets.readers.json_lines import JSON_LINES, read_json_lines
from chaffinch.datasets.readers.markdown import MARKDOWN
from chaffinch.datasets.readers.parquet import PARQUET
from chaffinch.datasets.readers.plain_text import PLAIN_TEXT
from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.unpacking import (
    START_BYTES,
    UnpackedStream,
    packing_of,
    unpacked_start,
)
from chaffinch.datasets.readers.warc import WARC
from chaffinch.datasets.records import MAX_BYTES, Record

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

READERS: tuple[Reader, ...] = (PLAIN_TEXT, MARKDOWN, HTML, JSON_LINES, CSV, PARQUET, WARC)

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
    (b"BZh", "bzip2-compressed data"),
    (b"\xfd7zXZ", "xz-compressed data"),
    (b"\x7fELF", "a program"),
)
_ARC = b"filedesc://"
_PACKED_SUFFIXES = (".gz", ".zst", ".zstd")


def read_file(
    location: str | Path,
    name: str | None = None,
    opened: Callable[[BinaryIO], None] = lambda stream: None,
) -> Iterator[Record]:
    """Read a file's records; what cannot be read is a record with an error.

    Gzip and Zstandard files are read as what they unpack to, whatever they are called.

    Args:
        location: A path, or a URL that fsspec can open.
        name: What records and messages call it; the location as given when None.
        opened: Given the file's stream once it is open, to see how far reading has come.
    """
    location = str(location)
    name = location if name is None else name
    offset = 0
    try:
        if not is_url(location) and Path(location).is_dir() and os.access(location, os.R_OK):
            sentence = f"{name} is a directory. Audit it with `chaffinch audit {name} -o OUT`."
            yield Record(name, 0, error=sentence)
            return
        with open_file(location) as stream:
            opened(stream)
            for record in _read_opened(stream, location, name):
                offset = record.offset + 1
                yield record
    except FileNotFoundError:
        yield Record(name, offset, error=f"{name} does not exist. Check the path.")
    except PermissionError:
        yield Record(name, offset, error=f"{name} may not be read. Check its permissions.")
    except MissingLibrary as error:
        yield Record(name, offset, error=str(error))
    except OSError as error:
        problem = f"{name} cannot be read ({error.strerror or error})."
        yield Record(name, offset, error=f"{problem} Check the disk and try again.")
    except MemoryError:
        raise
    except Exception as error:
        # A library's fault with one file is no reason to leave the others.
        problem = f"{name}, record {offset}: reading it failed ({type(error).__name__}: {error})"
        yield Record(name, offset, error=f"{problem}. The rest of the file was not read.")


def _read_opened(stream: BinaryIO, location: str, name: str) -> Iterator[Record]:
    start = stream.read(_SNIFFED)
    file_name = location.partition("::")[0].lower()
    # Whether or not it still is compressed: many programs unpack what they fetch.
    packed_suffix = next((end for end in _PACKED_SUFFIXES if file_name.endswith(end)), "")
    file_name = file_name.removesuffix(packed_suffix)
    packing = packing_of(start)
    if packing is not None:
        start = unpacked_start(packing, start + stream.read(START_BYTES))
    stream.seek(0)
    reader = _reader(file_name, start)
    if isinstance(reader, str):
        yield Record(name, 0, error=f"{name}: {reader}")
        return
    if packing is not None and not reader.unpacks:
        stream = cast(BinaryIO, UnpackedStream(stream, packing))
    yield from reader.read(stream, name)


def _reader(file_name: str, start: bytes) -> Reader | str:
    """The reader for a file, by name and first bytes, or a sentence about why there is none."""
    text = start.removeprefix(_UTF8_MARK)
    named = next((reader for reader in READERS if file_name.endswith(reader.suffixes)), None)
    seen = next((reader for reader in READERS if reader.recognises(text)), None)
    if seen is not None and (named not in (HTML, MARKDOWN) or seen in (WARC, PARQUET)):
        return seen
    if named is not None and named.any_bytes:
        return named
    if start.startswith(_ARC):
        return "an ARC file. Convert it to WARC: pip install warcio; warcio recompress."
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return _NOT_TEXT.format(kind=kind)
    if b"\0" in start and start[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return _NOT_TEXT.format(kind="binary data")
    if named is None and is_csv(text):
        return CSV
    return named or PLAIN_TEXT


_NOT_TEXT = "not text (it looks like {kind}). Give the text or HTML of the page."


def read_stream(stream: BinaryIO, name: str = "-") -> Iterator[Record]:
    """Read standard input: JSON Lines where it begins with a brace, else like a file.

    A byte-order mark and blank lines before the brace do not count. Of anything but JSON Lines
    64 MB are read.
    """
    start = b""
    while not start.removeprefix(_UTF8_MARK).strip() and len(start) < MAX_BYTES:
        line = stream.readline(_SNIFFED)
        if not line:
            break
        start += line
    whole = io.BufferedReader(_Rejoined(start, stream))
    if start.removeprefix(_UTF8_MARK).lstrip().startswith(b"{"):
        yield from read_json_lines(whole, name)
        return
    yield from _read_opened(io.BytesIO(whole.read(MAX_BYTES)), "", name)


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
