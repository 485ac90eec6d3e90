"""Crawls to measure audits on, made of texts of corpora and of real pages."""

import csv
import gzip
import json
import multiprocessing
import random
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import zstandard
from numpy.typing import NDArray

from chaffinch.datasets.intake import item_of
from chaffinch.datasets.records import Record
from chaffinch.detector.audit.crawl import find_files
from chaffinch.detector.audit.schema import row_schema, rows_table, text_digest
from chaffinch.detector.audit.scoring import (
    SHARD_RECORDS,
    Settings,
    Unit,
    detector_for,
    judged_rows,
)
from chaffinch.detector.audit.storage import ShardWriter, shard_path
from chaffinch.features.copies.sketch import sketch

_CHANGED = 20
"""Of so many words of a repeated text one is changed, so that it is no copy of itself word for
word; our choice."""


def texts(data: Path, most: int) -> Iterator[dict[str, str]]:
    """Texts of all corpora in turns, without end: from the second round on with words changed."""
    chance = random.Random(1)
    corpora = sorted(data.glob("*.jsonl.zst"))
    for round_ in count():
        opened = [zstandard.open(file, "rt", encoding="utf-8") for file in corpora]
        while opened:
            for file in list(opened):
                line = file.readline()
                if not line:
                    opened.remove(file)
                    continue
                row = json.loads(line)
                words = row["text"][:most].split(" ")
                for _ in range(len(words) // _CHANGED if round_ else 0):
                    words[chance.randrange(len(words))] = chance.choice(words)
                yield {
                    "id": f"{round_}-{row['id']}",
                    "title": row["title"] or "",
                    "text": " ".join(words),
                }


def page(row: dict[str, str]) -> str:
    """A text as a web page without a design."""
    paragraphs = "".join(f"<p>{line}</p>" for line in row["text"].split("\n") if line.strip())
    return (
        f"<!DOCTYPE html><html><head><title>{row['title']}</title></head><body><nav>"
        f"<a href='/'>Home</a></nav><article><h1>{row['title']}</h1>{paragraphs}</article>"
        "<footer>Imprint</footer></body></html>"
    )


def warc_record(kind: str, number: int, media_type: str, body: bytes) -> bytes:
    """One WARC record."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012d}>\r\n"
        f"WARC-Target-URI: https://site{number % 97}.example/{number}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def response(number: int, markup: bytes) -> bytes:
    """A page as a WARC response."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + markup
    return warc_record("response", number, "application/http; msgtype=response", http)


def as_folder(rows: list[dict[str, str]], folder: Path, suffix: str) -> None:
    """Write one file per row."""
    for number, row in enumerate(rows):
        place = folder / f"site{number % 50}.example" / f"{number}{suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page(row) if suffix == ".html" else row["text"], "utf-8")


def as_table(rows: list[dict[str, str]], file: Path) -> None:
    """Write one file for all rows, in the format that its name ends with."""
    file.parent.mkdir(parents=True, exist_ok=True)
    name = file.name
    lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    if name.endswith(".jsonl"):
        file.write_bytes(lines)
    elif name.endswith(".jsonl.gz"):
        file.write_bytes(gzip.compress(lines, 1))
    elif name.endswith(".jsonl.zst"):
        file.write_bytes(zstandard.compress(lines, 1))
    elif name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=1000)
    elif name.endswith(".csv"):
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, ["id", "title", "text"])
            writer.writeheader()
            writer.writerows(rows)
    elif name.endswith(".warc.gz"):
        pages = (response(n, page(row).encode()) for n, row in enumerate(rows))
        file.write_bytes(b"".join(gzip.compress(one, 1) for one in pages))
    elif name.endswith(".warc.wet.zst"):
        conversions = (
            warc_record("conversion", n, "text/plain", row["text"].encode())
            for n, row in enumerate(rows)
        )
        file.write_bytes(b"".join(zstandard.compress(one, 1) for one in conversions))


TABLES = (
    "a.jsonl",
    "b.jsonl.gz",
    "c.jsonl.zst",
    "d.parquet",
    "e.csv",
    "f.warc.gz",
    "g.warc.wet.zst",
)
"""Files of many documents, one of each format."""

MIXED = (*TABLES, "txt", "md", "html")
"""The same, and folders of one file per document."""


def make_crawl(data: Path, crawl: Path, documents: int, most: int = 3000) -> None:
    """A crawl of mixed formats, a tenth of the documents each."""
    made = texts(data, most)
    for name in MIXED:
        rows = list(islice(made, documents // len(MIXED)))
        if "." in name:
            as_table(rows, crawl / name)
        else:
            as_folder(rows, crawl / name, f".{name}")


def write_warc(file: Path, pages: Sequence[bytes]) -> None:
    """Write pages as the responses of a WARC file, each compressed by itself as in real ones."""
    members = (gzip.compress(response(n, page), 6) for n, page in enumerate(pages))
    file.write_bytes(b"".join(members))


GENERATED_WORDS = 300
"""Words of a generated text."""

_GENERATED_COPIES = 10
"""Of so many generated texts the last one is a copy of one of the others of the whole crawl."""

_GENERATED_REPLACED = 0.2
"""Share of its words that are replaced in a copy."""

_TABLE_ROWS = 10_000
"""Rows of a generated table; our choice."""

_FOLDER_FILES = 100
"""Documents of a site, and files of a folder; our choice."""

_UNIT_FILES = 128
"""Small files that an audit judges together."""


@cache
def running_words(data: Path) -> NDArray[Any]:
    """The words of a part of each corpus as they stand, object array of shape (n_words,)."""
    words: list[str] = []
    for file in sorted(data.glob("*.jsonl.zst")):
        with zstandard.open(file, "rt", encoding="utf-8") as lines:
            for line in islice(lines, 200):
                words += json.loads(line)["text"].split()
    return np.array(words, object)


def generated_text(data: Path, number: int, documents: int) -> str:
    """A text of words drawn as often as corpora have them; the same for the same number.

    Every tenth is a copy of any of the others, with a fifth of its words replaced.

    Args:
        data: Folder of the corpora.
        number: Number of the text, from 0.
        documents: How many there are.
    """
    words = running_words(data)
    rng = np.random.default_rng(number)
    drawn = rng.integers(len(words), size=GENERATED_WORDS)
    if number % _GENERATED_COPIES == _GENERATED_COPIES - 1:
        source = int(rng.integers(documents // _GENERATED_COPIES)) * _GENERATED_COPIES
        kept = rng.random(GENERATED_WORDS) >= _GENERATED_REPLACED
        of_source = np.random.default_rng(source).integers(len(words), size=GENERATED_WORDS)
        drawn[kept] = of_source[kept]
    return " ".join(words[drawn])


def write_judged_crawl(
    data: Path, crawl: Path, output: Path, documents: int, *, files: bool
) -> None:
    """Write an audit whose documents are all judged, as if it had been stopped then.

    The crawl's files are empty: an audit that goes on does not read them again. Texts, digests,
    sketches and addresses are each document's own; the other columns are those of a few texts
    that were really judged.

    Args:
        data: Folder of the corpora.
        crawl: Folder for the files.
        output: Folder for the audit.
        documents: Number of documents.
        files: Whether each is a file, or a row of a large table.
    """
    names = (
        (f"site{n // _FOLDER_FILES}.example/{n}.txt" for n in range(documents))
        if files
        else (f"{n:07d}.jsonl" for n in range(-(-documents // _TABLE_ROWS)))
    )
    for name in names:
        place = crawl / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    work = output / ".work"
    work.mkdir(parents=True)
    found = find_files(crawl)
    step = _UNIT_FILES if files else 1
    units = []
    for first in range(0, len(found.files), step):
        of_unit = found.files.between(first, first + step)
        unit = Unit(found.root, tuple(of_unit), work, Settings())
        units.append((unit, first if files else first * _TABLE_ROWS))
    with multiprocessing.get_context("spawn").Pool() as pool:
        for _ in pool.imap_unordered(partial(_write_unit, data, documents), units):
            pass


def _write_unit(data: Path, documents: int, numbered: tuple[Unit, int]) -> None:
    """Write the shards of a unit of files, or of a table; its first document has a number."""
    unit, first = numbered
    files = unit.files[0].path.endswith(".txt")
    end = first + len(unit.files) if files else min(first + _TABLE_ROWS, documents)
    starts = range(first, end, SHARD_RECORDS)
    for shard, start in enumerate(starts):
        numbers = range(start, min(start + SHARD_RECORDS, end))
        table = _judged_table(data, documents, numbers)
        paths = [unit.files[n - first if files else 0].path for n in numbers]
        urls = [f"https://site{n // _FOLDER_FILES}.example/{n}" for n in numbers]
        own: dict[str, Sequence[Any]] = {
            "path": paths,
            "offset": [0 if files else n - first for n in numbers],
            "id": [f"{path}#0" for path in paths] if files else [f"page-{n}" for n in numbers],
            "url": urls,
            "stated_url": [""] * len(numbers) if files else urls,
            "site": [f"site{n // _FOLDER_FILES}.example" for n in numbers],
        }
        writer = ShardWriter(shard_path(unit.work, unit.name, shard), table.schema)
        writer.write(_with_columns(table, own))
        last = shard == len(starts) - 1
        stated = [list(file) for file in unit.files] if last else []
        writer.finish_shard(skipped={}, files=stated, last=last)


def _judged_table(data: Path, documents: int, numbers: Sequence[int]) -> pa.Table:
    texts = [generated_text(data, number, documents) for number in numbers]
    own: dict[str, Sequence[Any]] = {
        "text": texts,
        "text_digest": [text_digest(text) for text in texts],
        "minhash": sketch(texts),
        "flagged": [n % _GENERATED_COPIES == _GENERATED_COPIES - 1 for n in numbers],
    }
    like = _judged_sample(data)
    return _with_columns(like.take(pa.array([n % len(like) for n in numbers])), own)


@cache
def _judged_sample(data: Path) -> pa.Table:
    """Rows of a few texts of corpora, judged by the first reader."""
    detector = detector_for(Settings(fast=True))
    records = [Record("", n, row["text"]) for n, row in enumerate(islice(texts(data, 1800), 64))]
    rows = judged_rows(detector, [*map(item_of, records)])
    table = rows_table(rows, row_schema(detector.feature_names))
    return table.filter(pc.equal(table["status"], "scored"))


def _with_columns(table: pa.Table, columns: dict[str, Sequence[Any]]) -> pa.Table:
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        field = table.schema.field(place)
        table = table.set_column(place, field, pa.array(values, field.type))
    return table
