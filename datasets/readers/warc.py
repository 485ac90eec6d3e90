"""WARC and WET archives, by FastWARC: a record for each response, resource and conversion."""

import io
import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from chaffinch.datasets.readers.html import is_html
from chaffinch.datasets.readers.reader import Columns, Reader
from chaffinch.datasets.readers.refused import why_refused
from chaffinch.datasets.readers.unpacking import (
    GZIP,
    START_BYTES,
    ZSTANDARD,
    UnpackedStream,
    on_disk,
    packing_of,
    unpacked_start,
)
from chaffinch.datasets.records import MAX_BYTES, MediaType, Record

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from fastwarc.warc import WarcRecord

    from chaffinch.datasets.readers.http_message import Response

_MAGIC = b"WARC/"
_FIRST_CHUNK = 1 << 12
_CHUNK = 1 << 20
"""Bytes that are searched for the next record behind damage, at first and then. Our choice."""

_PLAIN_MARK = b"\n" + _MAGIC
_MARK = re.compile(b"|".join(map(re.escape, (_PLAIN_MARK, GZIP.magic, ZSTANDARD.magic))))
"""What a record begins with: a plain one, or a compressed one."""

_PAGES: dict[str, MediaType] = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "application/vnd.wap.xhtml+xml": "text/html",
    "text/plain": "text/plain",
    "text/markdown": "text/markdown",
}
"""Types of content that are pages, and how they are read."""

_TOLD_BY_CONTENT = frozenset(
    ("", "application/octet-stream", "application/xml", "text/xml", "application/http", "unk")
)
"""Types that servers and archives state of pages as well."""

_OF_CRAWLERS = re.compile(
    r"(?:urn|metadata|screenshot|thumbnail|dns|whois|filedesc|info):", re.IGNORECASE
)
"""Addresses of what crawlers store beside pages: their texts, pictures, logs."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_TYPE_START = 4096
"""Bytes of a content that tell its type; our choice."""


_NOT_MODIFIED = 304
"""The HTTP status of a page that a crawler has already (RFC 9110)."""


def is_warc(start: bytes) -> bool:
    """Whether bytes begin a WARC file."""
    return start[: len(_MAGIC)].upper() == _MAGIC


def read_warc(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Read an archive, plain or compressed record by record.

    Offsets count all of its records, so those without a document (requests, revisits) are
    given too, as skipped ones. After damage reading goes on at the next place where a record
    begins. Redirects, error pages and what is not text are read but hold no page to judge.
    """
    from fastwarc.warc import ArchiveIterator

    offset = 0
    start: int | None = 0
    pages: set[int] = set()
    # Damage behind the last sound record: told once it is known that it hid a record's start.
    damage: str | None = None
    while start is not None:
        last: int | None = None
        try:
            if start:
                stream.seek(start)
            records = iter(ArchiveIterator(stream, parse_http=False))
            while True:
                record = next(records)
                last = record.stream_pos
                if damage is not None:
                    yield _damaged(name, offset, damage)
                    offset, damage = offset + 1, None
                found, damaged = _record(record, name, offset, pages)
                yield found
                offset += 1
                if damaged:
                    break
        except StopIteration:
            return
        except OSError as error:
            if last is None:
                yield _damaged(name, offset, f"byte {start:,}: {error}")
                offset, damage = offset + 1, None
            else:
                damage = f"behind byte {last:,}: {error}"
        start = _next_start(stream, (start if last is None else last) + 1)
    if damage is not None:
        yield _damaged(name, offset, damage)


def _damaged(name: str, offset: int, damage: str) -> Record:
    sentence = f"{name}, record {offset}, {damage}. Fetch the file again."
    return Record(name, offset, error=sentence)


def _record(record: "WarcRecord", name: str, offset: int, pages: set[int]) -> tuple[Record, bool]:
    """A record's content, and whether the archive is damaged within it.

    Args:
        record: The record.
        name: The file.
        offset: The record's number.
        pages: Hashes of the responses' ids so far.
    """
    from fastwarc.warc import WarcRecordType

    from chaffinch.datasets.readers.http_message import decoded_content, parsed_response

    kind = record.record_type
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if (
        kind not in (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion)
        or _OF_CRAWLERS.match(url)
        # A text that was taken out of a page is not another document beside it.
        or hash(record.headers.get("WARC-Refers-To") or name) in pages
    ):
        return Record(name, offset, skipped=True), False
    made = partial(Record, name, offset, url=url, captured=record.headers.get("WARC-Date"))
    try:
        length = min(record.content_length, MAX_BYTES)
        content = record.reader.read(length)
    except OSError as error:
        return made(error=f"{name}, record {offset}: {error}. Fetch the file again."), True
    if len(content) < length:
        problem = f"cut off after {len(content):,} of {length:,} bytes. Fetch the file again."
        # Either the file ends here, or the stated length is wrong and hides what follows.
        return made(error=f"{name}, record {offset}: {problem}"), True
    stated = record.headers.get("Content-Type") or ""
    if kind == WarcRecordType.response:
        pages.add(hash(record.headers.get("WARC-Record-ID") or ""))
    if stated.lower().startswith("application/http"):
        response = parsed_response(content)
        no_page = _why_no_page(response)
        if no_page is not None:
            return made(no_page=no_page), False
        content, note = decoded_content(response)
        stated = response.header("content-type")
        return made(**_page(content, stated), notes=(note,) if note else ()), False
    return made(**_page(content, stated)), False


def _page(content: bytes, stated: str) -> dict[str, Any]:
    """A page's content, type and encoding as `Record` has them, or why it is no page.

    Args:
        content: The bytes, decoded from their transfer.
        stated: Value of ``Content-Type``.
    """
    kind, _, parameters = stated.partition(";")
    kind = kind.strip().strip("\"'").lower()
    kind = kind if "/" in kind else ""
    marked_up = is_html(content[:_TYPE_START])
    media_type = _PAGES.get(kind)
    if media_type is None and not (kind in _TOLD_BY_CONTENT and (marked_up or "xml" not in kind)):
        return {"no_page": f"It is {kind}, not a page of text."}
    refused = None if marked_up else why_refused(content[:_TYPE_START])
    if refused is not None:
        return {"no_page": f"The content is {refused}"}
    charset = _CHARSET.search(parameters)
    return {
        "content": content,
        "media_type": media_type or ("text/html" if marked_up else "text/plain"),
        "charset": charset[1] if charset else None,
    }


def _why_no_page(response: "Response") -> str | None:
    """What a response's status says against its being a page, in a sentence."""
    status = response.status
    if status is None or 200 <= status < 300:
        return None
    if status == _NOT_MODIFIED:
        return f"HTTP status {status}: the page had not changed, and is not here."
    if 300 <= status < 400:
        target = response.header("location")
        return f"HTTP status {status}: a redirect{f' to {target}' if target else ''}."
    return f"HTTP status {status}: {'not a page' if status < 200 else 'an error page'}."


def _next_start(stream: BinaryIO, position: int) -> int | None:
    """Where the next record begins at or behind a position, or None."""
    # It mostly is near.
    size = _FIRST_CHUNK
    while True:
        stream.seek(position)
        buffer = stream.read(size)
        ended = len(buffer) < size
        # Of the next piece: a mark may begin in this one.
        next_place = len(buffer) - len(_PLAIN_MARK) + 1
        for found in _MARK.finditer(buffer):
            start = found.start()
            if found[0] == _PLAIN_MARK:
                return position + start + 1
            if not ended and start > size - START_BYTES:
                next_place = start
                break
            if _holds_header(memoryview(buffer)[start:]):
                return position + start
        if ended:
            return None
        position += next_place
        size = _CHUNK


def _holds_header(start: memoryview) -> bool:
    packing = packing_of(bytes(start[:4]))
    return packing is not None and is_warc(unpacked_start(packing, start))


class _StandardHeaders(io.RawIOBase):
    """An archive with its records' headers in the form that FastWARC reads.

    Some writers give names in lower case, which the standard allows, or end lines with LF.

    Args:
        stream: The archive, unpacked.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ready = b""
        self._body = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        target = memoryview(buffer).cast("B")
        if not self._ready:
            if self._body:
                self._ready = self._stream.read(min(self._body, len(target)))
                self._body -= len(self._ready)
            else:
                self._ready = self._header()
        size = min(len(target), len(self._ready))
        target[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _header(self) -> bytes:
        """The lines up to a record's content, or one line outside of any."""
        line = self._stream.readline(_FIRST_CHUNK)
        if not is_warc(line):
            return line
        lines = [line.upper()]
        while line.strip():
            line = self._stream.readline(_FIRST_CHUNK)
            name, colon, value = line.partition(b":")
            lines.append(_STANDARD.get(name.strip().lower(), name) + colon + value)
            if name.lower() == b"content-length" and value.strip().isdigit():
                self._body = int(value)
        return b"".join(line.rstrip(b"\r\n") + b"\r\n" for line in lines)


_STANDARD = {
    name.lower(): name
    for name in b"""
    Content-Length Content-Type WARC-Block-Digest WARC-Concurrent-To WARC-Date
    WARC-Identified-Payload-Type WARC-Payload-Digest WARC-Profile WARC-Record-ID WARC-Refers-To
    WARC-Refers-To-Date WARC-Refers-To-Target-URI WARC-Target-URI WARC-Truncated WARC-Type
    WARC-Warcinfo-ID
    """.split()
}
"""Names of WARC 1.1's headers by their lower case."""


def _is_odd(start: bytes) -> bool:
    """Whether the first record's headers have a form that FastWARC does not read."""
    head, *content = _HEAD_END.split(start, maxsplit=1)
    if not content:
        return False
    version, *lines = head.splitlines(keepends=True)
    names = (line.partition(b":")[0].strip() for line in lines)
    return is_warc(start) and (
        not version.startswith(_MAGIC)
        or not version.endswith(b"\r\n")
        or any(_STANDARD.get(name.lower(), name) != name for name in names)
    )


def _read(stream: BinaryIO, name: str, columns: Columns) -> Iterator[Record]:
    start = stream.read(_FIRST_CHUNK)
    packing = packing_of(start)
    if packing is not None:
        start = unpacked_start(packing, start + stream.read(packing.start_bytes))
    stream.seek(0)
    if _is_odd(start):
        if packing is not None:
            stream = cast(BinaryIO, io.BufferedReader(UnpackedStream(stream, packing)))
        stream = on_disk(cast(BinaryIO, _StandardHeaders(stream)))
    yield from read_warc(stream, name)


WARC = Reader(
    "WARC",
    (".warc", ".wet", ".wat"),
    _read,
    is_warc,
    any_bytes=True,
    binary=True,
    unpacks=True,
)
