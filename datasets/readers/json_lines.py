"""JSON Lines: a record a line, plain or compressed."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.records import Record

MAX_LINE_BYTES = 64_000_000
"""A longer line is an error; it is passed over without being held in memory."""

_CHUNK = 1 << 20


def read_json_lines(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Read ``id``, ``url``, ``title``, ``text`` or ``html``, and ``published`` of each line.

    Blank lines are passed over. An id that is missing or repeats an earlier one of the
    file is left out, so that the record goes by ``path#offset``.
    """
    seen: set[str] = set()
    offset = -1
    for number, line in enumerate(_lines(stream), 1):
        if line is not None and not line.strip():
            continue
        offset += 1
        if line is None:
            problem = f"longer than {MAX_LINE_BYTES // 1_000_000} MB"
            yield _bad(name, offset, number, problem, "Split the record.")
            continue
        yield _record(line, name, offset, number, seen)


def _record(line: bytes, name: str, offset: int, number: int, seen: set[str]) -> Record:
    try:
        row = json.loads(line.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError):
            reason = error.msg
        else:
            deep = isinstance(error, RecursionError)
            reason = "nested too deeply" if deep else "a number of too many digits"
        return _bad(name, offset, number, f"not JSON ({reason})", "Mend or remove the line.")
    if not isinstance(row, dict):
        return _bad(name, offset, number, "not a JSON object", "Give one object a line.")
    content, media_type = row.get("text"), "text/plain"
    if not isinstance(content, str):
        content, media_type = row.get("html"), "text/html"
    if not isinstance(content, str):
        problem = "without a `text` or `html` string"
        return _bad(name, offset, number, problem, "Give one of the two.")
    own_id = row.get("id")
    own_id = str(own_id) if isinstance(own_id, str | int) and own_id != "" else None
    if own_id in seen:
        own_id = None
    elif own_id is not None:
        seen.add(own_id)
    return Record(
        name,
        offset,
        content,
        "text/html" if media_type == "text/html" else "text/plain",
        own_id,
        _string(row.get("url")),
        _string(row.get("title")),
        _string(row.get("published")) or None,
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _bad(name: str, offset: int, number: int, problem: str, remedy: str) -> Record:
    return Record(name, offset, error=f"{name}, line {number}: {problem}. {remedy}")


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines of a stream; None for one that is too long to hold."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) <= MAX_LINE_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
        yield None


def _open(path: Path) -> BinaryIO:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if path.suffix.lower() == ".zst":
        from chaffinch.datasets.readers.zstandard_stream import ZstandardStream

        return io.BufferedReader(ZstandardStream(path.open("rb")), _CHUNK)
    return path.open("rb")


def _read(path: Path, name: str) -> Iterator[Record]:
    offset = -1
    damage: tuple[type[Exception], ...] = (EOFError, gzip.BadGzipFile, zlib.error)
    if path.suffix.lower() == ".zst":
        import zstandard

        damage += (zstandard.ZstdError,)
    with _open(path) as stream:
        try:
            for record in read_json_lines(stream, name):
                offset = record.offset
                yield record
        except damage as error:
            yield Record(
                name,
                offset + 1,
                error=f"{name}, after record {offset + 1}: the compressed data is damaged or cut "
                f"off ({error}). The records before it were read.",
            )


JSON_LINES = Reader(
    "JSON Lines",
    (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".jsonl.zst", ".ndjson.zst"),
    _read,
)
