"""HTTP responses as archives keep them: headers in any form, contents encoded in any order."""

import re
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from chaffinch.datasets.records import MAX_BYTES

_MAX_HEAD = 65_536
"""Bytes of a message that are searched for its headers' end; our choice, servers send 8 KB."""

_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_STATUS = re.compile(r"\s*(?:HTTP|ICY)\S*\s+(\d{3})", re.IGNORECASE)
_FOLDED = re.compile(r"\r?\n[ \t]+")
_CHUNK_SIZE = re.compile(rb"\s*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_MAX_LAYERS = 5
"""Encodings that are taken off; our choice: servers stack two, archives repeat them."""

_MAX_MEMBERS = 100
"""Members of a content that are unpacked; our choice, servers send one."""

_DAMAGED = "Its content is damaged or cut off; what came before was read."
_LINE_END = re.compile(rb"\r?\n")
_TEXT_START = 256
"""Bytes of a content that tell whether it is text already; our choice."""

_PRINTED = bytes({*range(32, 256), *b"\t\n\f\r"} - {127})
"""Bytes of texts in any encoding but UTF-16."""


class Response(NamedTuple):
    """A response out of an archive.

    Attributes:
        status: HTTP status, or None where the message has none.
        headers: Values by their names in lower case; of several of one name all, in order.
        content: What follows the headers, still encoded.
    """

    status: int | None
    headers: dict[str, list[str]]
    content: bytes

    def header(self, name: str) -> str:
        """The first value of a header, or ""."""
        return next(iter(self.headers.get(name, ())), "")

    def tokens(self, name: str) -> list[str]:
        """The tokens of all values of a header, in lower case and in their order."""
        values = ",".join(self.headers.get(name, ()))
        return [token.strip().lower() for token in values.split(",") if token.strip()]


def parsed_response(message: bytes) -> Response:
    """Take a message apart, with lines that end in CR LF or in LF."""
    end = _HEAD_END.search(message, 0, _MAX_HEAD)
    head = message[: end.start() if end else _MAX_HEAD].decode("utf-8", "replace")
    status = _STATUS.match(head)
    if status is None:
        return Response(None, {}, message)
    headers: dict[str, list[str]] = {}
    for line in _FOLDED.sub(" ", head).splitlines()[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), []).append(value.strip())
    return Response(int(status[1]), headers, message[end.end() :] if end else b"")


def decoded_content(response: Response) -> tuple[bytes, str | None]:
    """A response's content with its encodings taken off, and what to note of it.

    Archives keep contents as they were sent, or decoded with the headers left as they were, or
    decoded in part; so an encoding is taken off where the content has it, stated or not. What is
    cut off or damaged is kept up to there.

    Returns:
        At most 64 MB, and a sentence where the content is not whole.
    """
    transfer = response.tokens("transfer-encoding")
    content, is_whole = _without_chunks(response.content, stated="chunked" in transfer)
    note = None if is_whole else _DAMAGED
    stated = [*response.tokens("content-encoding"), *transfer]
    for _ in range(_MAX_LAYERS):
        codec = _outermost(content, stated)
        unpacked, is_whole = _unpacked(content, codec) if codec else (b"", True)
        if not unpacked:
            break
        content = unpacked
        if not is_whole:
            note = _DAMAGED
    return content[:MAX_BYTES], note


class _Decoder(NamedTuple):
    """Unpacks one content.

    Attributes:
        take: Takes the next packed bytes, and gives what they unpack to.
        is_ended: Whether the end was reached.
        rest: Bytes that were taken and lie behind the end.
    """

    take: Callable[[bytes], bytes]
    is_ended: Callable[[], bool]
    rest: Callable[[], bytes] = lambda: b""


class _Codec(NamedTuple):
    """A content encoding.

    Attributes:
        decoder: Makes a decoder.
        step: Packed bytes that are unpacked at a time, so that a bomb stops near the limit.
    """

    decoder: Callable[[], _Decoder]
    step: int


_ZLIB_STEP = 16_384
_ZSTANDARD_STEP = 1_024
_BROTLI_STEP = 64
"""Packed bytes that are unpacked at a time. They become some 100 MB at most: the formats' largest
ratios are about 1,000, 32,000 and 1,600,000."""


def _zlib(wbits: int) -> _Codec:
    def decoder() -> _Decoder:
        one = zlib.decompressobj(wbits)
        return _Decoder(one.decompress, lambda: one.eof, lambda: one.unused_data)

    return _Codec(decoder, _ZLIB_STEP)


def _zstandard() -> _Decoder:
    import zstandard

    one = zstandard.ZstdDecompressor().decompressobj()
    return _Decoder(one.decompress, lambda: one.eof)


def _brotli() -> _Decoder:
    import brotli

    one = brotli.Decompressor()
    return _Decoder(one.process, one.is_finished)


_GZIP = b"\x1f\x8b"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""What these contents begin with (RFC 1952, RFC 8878)."""


def _outermost(content: bytes, stated: list[str]) -> _Codec | None:
    """The encoding to take off next; `stated` loses it, and all that is said to lie outside."""
    if content.startswith(_GZIP):
        _drop(stated, ("gzip", "x-gzip"))
        return _zlib(31)
    if content.startswith(_ZSTANDARD):
        _drop(stated, ("zstd",))
        return _Codec(_zstandard, _ZSTANDARD_STEP)
    # The others have no mark: only what is stated tells.
    while stated and not _is_text(content):
        token = stated.pop()
        if token == "br":
            return _Codec(_brotli, _BROTLI_STEP)
        if token == "deflate":
            return _zlib(15 if _has_zlib_header(content) else -15)
    return None


def _drop(stated: list[str], tokens: tuple[str, ...]) -> None:
    places = [place for place, token in enumerate(stated) if token in tokens]
    del stated[places[-1] if places else len(stated) :]


def _is_text(content: bytes) -> bool:
    start = content[:_TEXT_START]
    return not start.translate(None, _PRINTED) or start.lstrip().startswith(b"<")


def _has_zlib_header(content: bytes) -> bool:
    return (
        len(content) > 1 and content[0] & 15 == 8 and int.from_bytes(content[:2], "big") % 31 == 0
    )


def _without_chunks(content: bytes, *, stated: bool) -> tuple[bytes, bool]:
    """Chunks put together, and whether they are all; a content that has none is as it was."""
    pieces: list[bytes] = []
    place = 0
    while size := _CHUNK_SIZE.match(content, place):
        length = int(size[1], 16)
        if not length:
            return b"".join(pieces), True
        place = size.end() + length
        pieces.append(content[size.end() : place])
        end = _LINE_END.match(content, place)
        place = end.end() if end else place
    # Without a last chunk it was cut off, or is a text that begins with a number.
    return (b"".join(pieces), False) if stated and pieces else (content, True)


def _unpacked(content: bytes, codec: _Codec) -> tuple[bytes, bool]:
    """What content unpacks to, up to the limit or to damage, and whether that is all.

    A content may be of several members, as a file of gzip may.
    """
    found: list[bytes] = []
    size = 0
    for _ in range(_MAX_MEMBERS):
        unpacked, is_whole, rest = _member(content, codec)
        found.append(unpacked)
        size += len(unpacked)
        if not is_whole or size > MAX_BYTES or not rest.startswith(_GZIP):
            return b"".join(found), is_whole
        content = rest
    return b"".join(found), False


def _member(content: bytes, codec: _Codec) -> tuple[bytes, bool, bytes]:
    """What the first member unpacks to, whether that is all of it, and what lies behind."""
    decoder = codec.decoder()
    pieces: list[bytes] = []
    size = 0
    for place in range(0, len(content), codec.step):
        end = place + codec.step
        try:
            pieces.append(decoder.take(content[place:end]))
        except Exception:
            # Each library has an error of its own. The bytes before the damaged one are read.
            pieces.append(_unpacked_before_damage(content, place, codec))
            return b"".join(pieces), False, b""
        size += len(pieces[-1])
        if decoder.is_ended() or size > MAX_BYTES:
            return b"".join(pieces), True, decoder.rest() + content[end:]
    return b"".join(pieces), False, b""


def _unpacked_before_damage(content: bytes, place: int, codec: _Codec) -> bytes:
    """What the sound bytes of a damaged piece unpack to.

    Args:
        content: The packed content.
        place: Where the piece begins.
        codec: Its encoding.
    """
    take = codec.decoder().take
    for start in range(0, place, codec.step):
        take(content[start : min(start + codec.step, place)])
    pieces: list[bytes] = []
    with suppress(Exception):
        for start in range(place, min(place + codec.step, len(content))):
            pieces.append(take(content[start : start + 1]))
    return b"".join(pieces)
