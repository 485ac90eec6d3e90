"""WARC and WET archives, by FastWARC: a record for each response, resource and conversion."""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from chaffinch.datasets.readers.html import is_html
from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.unpacking import (
    GZIP,
    START_BYTES,
    ZSTANDARD,
    packing_of,
    unpacked_start,
)
from chaffinch.datasets.records import MAX_BYTES, MediaType, Record

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_MAGIC = b"WARC/"
_FIRST_CHUNK = 1 << 12
_CHUNK = 1 << 20
_PLAIN_MARK = b"\n" + _MAGIC
_MARK = re.compile(b"|".join(map(re.escape, (_PLAIN_MARK, GZIP.magic, ZSTANDARD.magic))))
"""What a record begins with: a plain one, or a compressed one."""

_PAGES: dict[str, MediaType] = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
    "text/markdown": "text/markdown",
}
_UNSTATED = ("", "application/octet-stream")
_ENCODINGS = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd", "chunked"))


def is_warc(start: bytes) -> bool:
    """Whether bytes begin a WARC file."""
    return start.startswith(_MAGIC)


def read_warc(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Read an archive, plain or compressed record by record.

    Offsets count all of its records, so those without a document (requests, revisits) are
    given too, as skipped ones. After damage reading goes on at the next place where a record
    begins. Redirects, error pages and what is no text are read but hold no page to judge.
    """
    from fastwarc.warc import ArchiveIterator

    offset = 0
    start: int | None = 0
    # Damage behind the last sound record: told once it is known that it hid a record's start.
    damage: str | None = None
    while start is not None:
        last: int | None = None
        try:
            stream.seek(start)
            records = iter(ArchiveIterator(stream, parse_http=False))
            while True:
                record = next(records)
                last = record.stream_pos
                if damage is not None:
                    yield _damaged(name, offset, damage)
                    offset, damage = offset + 1, None
                found, damaged = _record(record, name, offset)
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


def _record(record: "WarcRecord", name: str, offset: int) -> tuple[Record, bool]:
    """A record's content, and whether the archive is damaged within it."""
    from fastwarc.warc import WarcRecordType

    kind = record.record_type
    if kind not in (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion):
        return Record(name, offset, skipped=True), False
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    captured = record.headers.get("WARC-Date")
    media_type = record.headers.get("Content-Type") or ""
    charset: str | None = None
    no_page: str | None = None
    encodings: list[tuple[str, str]] = []

    def made(**fields: object) -> Record:
        return Record(name, offset, url=url, captured=captured, **fields)  # type: ignore[arg-type]

    try:
        if record.is_http:
            record.parse_http(auto_decode="none")
            no_page = _why_no_page(record)
            media_type, charset = record.http_content_type or "", record.http_charset
            encodings = _encodings(record)
        media_type = media_type.partition(";")[0].strip().lower()
        media_type = media_type if "/" in media_type else ""
        if no_page is None and media_type not in _PAGES and media_type not in _UNSTATED:
            no_page = f"It is {media_type}, not a page of text."
        if no_page is not None:
            return made(no_page=no_page), False
        length = min(record.content_length, MAX_BYTES)
        content = record.reader.read(length)
    except OSError as error:
        return made(error=f"{name}, record {offset}: {error}. Fetch the file again."), True
    if len(content) < length:
        problem = f"cut off after {len(content):,} of {length:,} bytes. Fetch the file again."
        # Either the file ends here, or the stated length is wrong and hides what follows.
        return made(error=f"{name}, record {offset}: {problem}"), True
    if encodings:
        content = _decoded(content, encodings)
    marked = _PAGES.get(media_type) or ("text/html" if is_html(content) else "text/plain")
    return made(content=content, media_type=marked, charset=charset), False


def _why_no_page(record: "WarcRecord") -> str | None:
    """What a response's status says against its being a page, in a sentence."""
    status = record.http_headers.status_code if record.http_headers else None
    if status is None or 200 <= status < 300:
        return None
    if 300 <= status < 400:
        target = record.http_headers.get("Location")
        return f"HTTP status {status}: a redirect{f' to {target}' if target else ''}."
    return f"HTTP status {status}: an error page."


def _encodings(record: "WarcRecord") -> list[tuple[str, str]]:
    headers = record.http_headers
    if not headers:
        return []
    stated = ((name, headers.get(name) or "") for name in ("Transfer-Encoding", "Content-Encoding"))
    return [(name, value) for name, value in stated if value.strip().lower() in _ENCODINGS]


def _decoded(content: bytes, encodings: list[tuple[str, str]]) -> bytes:
    """A payload with its encodings taken off; many archives have taken them off already."""
    from fastwarc.warc import ArchiveIterator

    headers = "".join(f"{name}: {value}\r\n" for name, value in encodings)
    message = f"HTTP/1.1 200 OK\r\n{headers}\r\n".encode() + content
    archive = (
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(message)}\r\n\r\n"
    ).encode() + message
    try:
        for record in ArchiveIterator(io.BytesIO(archive), auto_decode="all"):
            return record.reader.read(MAX_BYTES)
    except OSError:
        pass
    return content


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


WARC = Reader("WARC", (".warc", ".wet", ".wat"), read_warc, is_warc, any_bytes=True, unpacks=True)
