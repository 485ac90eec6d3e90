"""JSON Lines: a record a line."""

import json
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.tables import record_of_row
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.records import MAX_BYTES, Record

MAX_LINE_BYTES = MAX_BYTES
"""A longer line is an error; it is passed over without being held in memory."""

_CHUNK = 1 << 16
_OBJECT = re.compile(rb"\s*\{\s*(?:\"[A-Za-z_][\w-]*\"\s*:|\}\s*$)")


def is_json_lines(start: bytes) -> bool:
    """Whether bytes begin with a JSON object; a text in braces is none."""
    return bool(_OBJECT.match(start))


def read_json_lines(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Read ``id``, ``url``, ``title``, ``text`` or ``html``, and ``published`` of each line.

    Blank lines are passed over.
    """
    offset = -1
    number = 0
    for line in _lines(stream):
        if isinstance(line, Exception):
            offset += 1
            yield Record(name, offset, error=sentence(name, line))
            continue
        number += 1
        if line is not None and not line.strip():
            continue
        offset += 1
        if line is None:
            problem = f"longer than {MAX_LINE_BYTES // 1_000_000} MB"
            yield _bad(name, offset, number, problem, "Split the record.")
            continue
        yield _record(line, name, offset, number)


def _record(line: bytes, name: str, offset: int, number: int) -> Record:
    try:
        row = json.loads(line.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError):
            reason = error.msg
        else:
            deep = isinstance(error, RecursionError)
            reason = "nested too deeply" if deep else "a number of too many digits"
        return _bad(name, offset, number, f"not JSON ({reason})", "Fix or remove the line.")
    if not isinstance(row, dict):
        return _bad(name, offset, number, "not a JSON object", "Give one object a line.")
    return record_of_row(row, name, offset, f"line {number}")


def _bad(name: str, offset: int, number: int, problem: str, remedy: str) -> Record:
    spot = f"line {number}"
    return Record(name, offset, error=f"{name}, {spot}: {problem}. {remedy}", spot=spot)


def _lines(stream: BinaryIO) -> Iterator[bytes | Exception | None]:
    """Lines of a stream; None for one too long to hold, an exception where data is damaged."""
    # What a slow producer has written so far, where the stream can tell.
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    begun: list[bytes] = []
    size = 0
    while True:
        try:
            piece = read(_CHUNK)
        except DAMAGE as damage:
            begun, size = [], 0
            yield damage
            continue
        if not piece:
            break
        *ends, rest = piece.split(b"\n")
        for end in ends:
            begun.append(end)
            yield b"".join(begun) if size + len(end) <= MAX_LINE_BYTES else None
            begun, size = [], 0
        size += len(rest)
        begun.append(rest)
        if size > MAX_LINE_BYTES:
            begun.clear()
    if size:
        yield b"".join(begun) if size <= MAX_LINE_BYTES else None


JSON_LINES = Reader(
    "JSON Lines", (".jsonl", ".ndjson"), read_json_lines, is_json_lines, any_bytes=True
)
