"""Crawls to measure audits on, made of texts of corpora and of real pages."""

import csv
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

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
