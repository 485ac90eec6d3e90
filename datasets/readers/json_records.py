"""JSON: one object per line, an array of objects, or objects one after the other."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

from chaffinch.datasets.extraction.decoding import WINDOWS_1252
from chaffinch.datasets.readers.reader import Columns, Reader
from chaffinch.datasets.readers.tables import record_of_row
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.records import MAX_BYTES, Record

MAX_LINE_BYTES = MAX_BYTES
"""A longer line is an error; it is passed over without being held in memory."""

_CHUNK = 1 << 16
"""Bytes read at a time; our choice."""

_BEGINS = re.compile(
    rb"[\s\x1e]*(?:\{\s*(?:\"[^\"\n]{0,200}\"\s*:|\}\s*$)|\[\s*(?:\[\s*)?(?:\{\s*[\"}]|\]\s*$))"
)
_UTF8_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n\x1e"
_BETWEEN = " \t\r\n,\x1e"
"""White space, commas, and the separator of JSON text sequences (RFC 7464)."""

_SEPARATORS = re.compile(r"[ \t\r\n,\x1e\[\]]*")
"""The same, and the brackets of arrays."""

_NEAR_END = 16
"""Characters from the end of what was read where an error may come of a cut (``tru``, ``-1e``)."""

_DECODER = json.JSONDecoder(strict=False)
"""Takes raw line ends and tabs within strings, which many programs write."""


def is_json(start: bytes) -> bool:
    """Whether bytes begin with a JSON object or an array of them; a text in braces is none."""
    return bool(_BEGINS.match(start))


def read_json(stream: BinaryIO, name: str, columns: Columns) -> Iterator[Record]:
    """Read the objects of a stream as rows; blank lines are passed over.

    With one object per line, a line that is no JSON is an error of its own. In any other layout
    the first such place is an error, and the rest is not read.
    """
    for offset, (value, number, problem) in enumerate(_values(stream)):
        spot = f"line {number}"
        if isinstance(problem, Exception):
            yield Record(name, offset, error=sentence(name, problem))
        elif problem is not None:
            yield Record(name, offset, error=f"{name}, {spot}: {problem}", spot=spot)
        elif not isinstance(value, dict):
            error = f"{name}, {spot}: not a JSON object. Give one object per line."
            yield Record(name, offset, error=error, spot=spot)
        else:
            yield record_of_row(value, name, offset, spot, columns)


class _Value(NamedTuple):
    """A value, the line it begins on, and what is wrong instead, as a sentence or as damage."""

    value: object
    number: int
    problem: str | Exception | None = None


class _Line(NamedTuple):
    """A line without its end; damage, or None for one too long."""

    content: str | Exception | None
    number: int


def _values(stream: BinaryIO) -> Iterator[_Value]:
    pieces = _pieces(stream)
    first = next(pieces, b"")
    pieces = chain([first], pieces)
    if isinstance(first, bytes) and first.removeprefix(_UTF8_MARK).lstrip(_SPACE)[:1] == b"[":
        yield from _values_in(_decoded(pieces))
        return
    lines = (line for line in _lines(pieces) if not _is_blank(line.content))
    begun = list(islice(lines, 1))
    if begun and _is_begun(begun[0].content):
        begun += islice(lines, 1)
        following = begun[-1].content
        if len(begun) > 1 and isinstance(following, str) and following.lstrip(_BETWEEN)[:1] != "{":
            yield from _values_in(_whole_lines(chain(begun, lines)))
            return
    for line in chain(begun, lines):
        yield from _values_of(line)


def _is_blank(line: str | Exception | None) -> bool:
    return isinstance(line, str) and not line.strip(_BETWEEN)


def _is_begun(line: str | Exception | None) -> bool:
    """Whether a line is the beginning of a value that ends on another."""
    try:
        _DECODER.raw_decode(line.strip(_BETWEEN)) if isinstance(line, str) else None
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc) or error.msg.startswith("Unterminated string")
    except (ValueError, RecursionError):
        pass
    return False


def _values_of(line: _Line) -> Iterator[_Value]:
    """The value of a line, or the objects that stand on it one after the other."""
    text, number = line
    if text is None:
        problem = f"longer than {MAX_LINE_BYTES // 1_000_000} MB. Split the record."
        yield _Value(None, number, problem)
        return
    if isinstance(text, Exception):
        yield _Value(None, number, text)
        return
    text = text.strip(_BETWEEN)
    place = 0
    while place < len(text):
        try:
            value, end = _DECODER.raw_decode(text, place)
            rest = text[end:].lstrip(_BETWEEN)
            if rest and not rest.startswith("{"):
                raise json.JSONDecodeError("Extra data", text, end)
        except (ValueError, RecursionError) as error:
            yield _Value(None, number, f"not JSON ({_reason(error)}). Fix or remove the line.")
            return
        yield _Value(value, number)
        place = len(text) - len(rest)


def _values_in(pieces: Iterator[str | Exception]) -> Iterator[_Value]:
    """Values that may span lines, within brackets or not; nothing behind the first error."""
    text, place, number, found, wanted = "", 0, 1, False, 0
    ended = False
    while True:
        separators = _SEPARATORS.match(text, place)
        assert separators is not None
        start = separators.end()
        number += text.count("\n", place, start)
        place = start
        problem: str | None = None
        if place < len(text):
            try:
                value, end = _DECODER.raw_decode(text, place)
            except json.JSONDecodeError as error:
                cut = error.pos > len(text) - _NEAR_END or error.msg.startswith("Unterminated")
                if ended or not cut:
                    number += text.count("\n", place, error.pos)
                    problem = f"not JSON ({_reason(error)}). The rest was not read."
            except (ValueError, RecursionError) as error:
                problem = f"not JSON ({_reason(error)}). The rest was not read."
            else:
                yield _Value(value, number)
                if not isinstance(value, dict):
                    return
                number += text.count("\n", place, end)
                place, wanted, found = end, 0, True
                continue
            if len(text) - place > MAX_BYTES and problem is None:
                problem = f"longer than {MAX_BYTES // 1_000_000} MB. The rest was not read."
        elif ended and not found:
            problem = "not JSON (no object is in it). Check the file."
        if problem is not None:
            yield _Value(None, number, problem)
        if problem is not None or ended:
            return
        # Twice as much each time: what is cut off is parsed anew.
        wanted = max(2 * wanted, _CHUNK)
        more = list(_about(pieces, wanted))
        ended = not more
        if more and isinstance(more[-1], Exception):
            yield _Value(None, number, more[-1])
            return
        text, place = text[place:] + "".join(map(str, more)), 0


def _about(pieces: Iterator[str | Exception], characters: int) -> Iterator[str | Exception]:
    """Pieces of a number of characters together, or up to damage."""
    size = 0
    for piece in pieces:
        yield piece
        if isinstance(piece, Exception):
            return
        size += len(piece)
        if size >= characters:
            return


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    deep = isinstance(error, RecursionError)
    return "nested too deeply" if deep else "a number of too many digits"


def _pieces(stream: BinaryIO) -> Iterator[bytes | Exception]:
    """The bytes of a stream as they come; an exception where data is damaged."""
    # What a slow producer has written so far, where the stream can tell.
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    while True:
        try:
            piece = read(_CHUNK)
        except DAMAGE as damage:
            yield damage
            continue
        if not piece:
            return
        yield piece


def _decoded(pieces: Iterator[bytes | Exception]) -> Iterator[str | Exception]:
    decoder = codecs.getincrementaldecoder("utf-8")(WINDOWS_1252)
    for piece in pieces:
        yield piece if isinstance(piece, Exception) else decoder.decode(piece).lstrip("\ufeff")
    yield decoder.decode(b"", final=True)


def _whole_lines(lines: Iterator[_Line]) -> Iterator[str | Exception]:
    """Lines with their ends, and those that were left out for being blank."""
    before = 0
    for content, number in lines:
        yield "\n" * (number - before - 1)
        before = number
        if content is None:
            content = ValueError(f"a line is longer than {MAX_LINE_BYTES // 1_000_000} MB")
        yield content if isinstance(content, Exception) else f"{content}\n"


def _lines(pieces: Iterator[bytes | Exception]) -> Iterator[_Line]:
    begun: list[bytes] = []
    size = 0
    number = 0

    def line() -> _Line:
        if size > MAX_LINE_BYTES:
            return _Line(None, number)
        text = b"".join(begun).removeprefix(_UTF8_MARK if number == 1 else b"")
        return _Line(text.decode("utf-8", WINDOWS_1252), number)

    for piece in pieces:
        if isinstance(piece, Exception):
            begun, size = [], 0
            yield _Line(piece, number)
            continue
        *ends, rest = piece.split(b"\n")
        for end in ends:
            begun.append(end)
            size += len(end)
            number += 1
            yield line()
            begun, size = [], 0
        size += len(rest)
        begun.append(rest)
        if size > MAX_LINE_BYTES:
            begun = []
    if size:
        number += 1
        yield line()


JSON = Reader("JSON", (".jsonl", ".ndjson", ".json", ".jl"), read_json, is_json, any_bytes=True)
