"""Every format that can be read; a new one is a file here and a line in `READERS`."""

import io
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from chaffinch.datasets.extraction.decoding import wide_encoding
from chaffinch.datasets.files import MissingLibrary, is_url, open_file
from chaffinch.datasets.readers.csv_table import CSV, is_csv
from chaffinch.datasets.readers.feed import FEED
from chaffinch.datasets.readers.html import HTML, holds_html
from chaffinch.datasets.readers.json_records import JSON, is_json, read_json
from chaffinch.datasets.readers.mail import MAIL
from chaffinch.datasets.readers.markdown import MARKDOWN
from chaffinch.datasets.readers.parquet import PARQUET
from chaffinch.datasets.readers.plain_text import PLAIN_TEXT
from chaffinch.datasets.readers.reader import DOCUMENT, Columns, Reader
from chaffinch.datasets.readers.refused import NOT_READ, why_refused
from chaffinch.datasets.readers.transcoding import Transcoded
from chaffinch.datasets.readers.unpacking import (
    GZIP,
    LZ4,
    PACKED_SUFFIXES,
    ZSTANDARD,
    UnpackedStream,
    on_disk,
    packing_of,
    unpacked_start,
)
from chaffinch.datasets.readers.warc import WARC
from chaffinch.datasets.records import MAX_BYTES, Record

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

READERS: tuple[Reader, ...] = (
    PLAIN_TEXT,
    MARKDOWN,
    HTML,
    JSON,
    CSV,
    PARQUET,
    WARC,
    MAIL,
    FEED,
)

_SNIFFED = 4096
"""Bytes of a file that tell its format; our choice, comments stand before some pages."""

_UTF8_MARK = b"\xef\xbb\xbf"
_QUERY = re.compile(r"[?#]|%3f|@(?=[\w.-]*=)", re.IGNORECASE)
"""What stands between a name and a query where a crawler keeps both; wget writes @ on Windows."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b\x1e")) + b"\x7f"
_MAX_CONTROLS = 0.02
"""Share of control characters from which a file is not text, as in `decode`."""


def read_file(
    location: str | Path,
    name: str | None = None,
    columns: Columns = DOCUMENT,
    opened: Callable[[BinaryIO], None] = lambda stream: None,
) -> Iterator[Record]:
    """Read a file's records; what cannot be read is a record with an error.

    Compressed files are read as what they unpack to, whatever they are called.

    Args:
        location: A path, or a URL that fsspec can open.
        name: What records and messages call it; the location as given when None.
        columns: Which columns of a table hold the document.
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
            for record in _read_opened(stream, location, name, columns):
                offset = record.offset + 1
                yield record
    except FileNotFoundError:
        yield Record(name, offset, error=f"{name} does not exist. {_remedy(location)}")
    except PermissionError:
        yield Record(name, offset, error=f"{name} may not be read. Check its permissions.")
    except MissingLibrary as error:
        yield Record(name, offset, error=str(error))
    except OSError as error:
        problem = f"{name} cannot be read ({error.strerror or error})."
        yield Record(
            name, offset, error=f"{problem} {_remedy(location, 'Check the disk and try again')}"
        )
    except MemoryError:
        raise
    except Exception as error:
        # A library's fault with one file is no reason to leave the others.
        problem = f"{name}, record {offset}: reading it failed ({type(error).__name__}: {error})"
        yield Record(name, offset, error=f"{problem}. The rest of the file was not read.")


def _remedy(location: str, check: str = "Check the path") -> str:
    """What to do where a file cannot be opened, or a page cannot be fetched."""
    if location.lower().startswith(("http://", "https://")) and "::" not in location:
        return f"Save the page and give the file with --url {location}."
    return f"{check}."


def _read_opened(stream: BinaryIO, location: str, name: str, columns: Columns) -> Iterator[Record]:
    start = stream.read(_SNIFFED)
    file_name = file_name_of(location)
    # Whether or not it still is compressed: many programs unpack what they fetch.
    packed_suffix = next((end for end in PACKED_SUFFIXES if file_name.endswith(end)), "")
    file_name = file_name.removesuffix(packed_suffix)
    packing = packing_of(start)
    if packing is not None:
        start = unpacked_start(packing, start + stream.read(packing.start_bytes))
    stream.seek(0)
    wide = wide_encoding(start)
    text = start if wide is None else start.decode(wide, "ignore").encode("utf-8", "replace")
    reader = _reader(file_name, text)
    if isinstance(reader, str):
        yield Record(name, 0, error=f"{name}: {reader}")
        return
    if packing is not None and not (reader.unpacks and packing in (GZIP, ZSTANDARD, LZ4)):
        stream = cast(BinaryIO, UnpackedStream(stream, packing))
        stream = on_disk(stream) if reader.binary else stream
    if wide is not None and not reader.binary:
        stream = cast(BinaryIO, Transcoded(stream, wide))
    for record in reader.read(stream, name, columns):
        # A mirror saves a site's feeds as pages; they repeat what the pages say.
        is_mirrored_feed = reader is FEED and file_name.endswith(HTML.suffixes)
        yield replace(record, skipped=True) if is_mirrored_feed else record


def file_name_of(location: str) -> str:
    """The name of a file in lower case, without the query that crawlers keep behind it.

    >>> file_name_of("mirror/style.CSS?ver=6.4"), file_name_of("s3://bucket/a.html")
    ('style.css', 'a.html')
    """
    name = location.partition("::")[0].rpartition("/")[2].lower()
    return _QUERY.split(name, maxsplit=1)[0] or name


def _reader(file_name: str, start: bytes) -> Reader | str:
    """The reader for a file, by name and first bytes, or a sentence about why there is none."""
    text = start
    while text.startswith(_UTF8_MARK):
        text = text.removeprefix(_UTF8_MARK)
    named = next((reader for reader in READERS if file_name.endswith(reader.suffixes)), None)
    seen = next((reader for reader in READERS if reader.recognises(text)), None)
    if seen is not None and (named not in (HTML, MARKDOWN) or seen in (WARC, PARQUET, FEED)):
        return seen
    refused = why_refused(text)
    if refused is not None and not (named is not None and named.binary):
        return refused
    if named is not None and named.any_bytes:
        return named
    suffix = Path(file_name).suffix
    if suffix in NOT_READ:
        return f"{NOT_READ[suffix]}, which is not read. Give the text or HTML of the page."
    if len(start) - len(start.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(start):
        return "not text (it looks like binary data). Give the text or HTML of the page."
    if named is None and is_csv(text):
        return CSV
    if (named is None or text.startswith(b"HTTP/")) and holds_html(text):
        return HTML
    return named or PLAIN_TEXT


def read_stream(stream: BinaryIO, name: str = "-", columns: Columns = DOCUMENT) -> Iterator[Record]:
    """Read standard input: as JSON where it begins with a brace, else like a file.

    A byte-order mark and blank lines before the brace do not count. Of anything but JSON 64 MB
    are read.
    """
    start = b""
    while not start.removeprefix(_UTF8_MARK).strip() and len(start) < MAX_BYTES:
        line = stream.readline(_SNIFFED)
        if not line:
            break
        start += line
    whole = io.BufferedReader(_Rejoined(start, stream))
    if is_json(start.removeprefix(_UTF8_MARK)):
        yield from read_json(whole, name, columns)
        return
    yield from _read_opened(io.BytesIO(whole.read(MAX_BYTES)), "", name, columns)


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
