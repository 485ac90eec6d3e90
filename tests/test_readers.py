"""Readers: every input becomes records, and what cannot be read says why."""

import gzip
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.extraction import html
from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.intake import read_records
from chaffinch.datasets.readers import csv_table, json_records, tables
from chaffinch.datasets.readers.registry import READERS, read_stream
from chaffinch.datasets.readers.unpacking import GZIP, ZSTANDARD
from chaffinch.features.document import Document

PAGE = """<html lang="en"><head><title>Ferry returns</title>
<link rel="canonical" href="https://paper.example/ferry">
<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",
"author": [{"name": "Marta"}], "publisher": {"name": "paper.example"},
"datePublished": "2024-03-12"}]}</script><script type="application/ld+json">{broken</script>
</head><body><nav><a href="/">Home</a> <a href="/x">News</a></nav><article>
<p>5 months ago 98</p><p>PR Distribution</p>
<p>The council voted on Tuesday to bring back the harbour ferry, two years after the last boat.</p>
<p>The new service will run four times a day between the fish market and the north quay.</p>
<p>Read Entire Article</p></article><footer>Imprint</footer></body></html>"""


def document(path: Path) -> Document:
    (record,) = read_records(path)
    return document_from_record(record)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_plain_text_is_kept_as_it_is(tmp_path: Path) -> None:
    read = document(write(tmp_path, "a.txt", "Title\r\n\r\ntwo  spaces \N{EM DASH} here\n"))
    assert (read.title, read.text) == ("Title", "Title\n\ntwo  spaces \N{EM DASH} here\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Le caf\u00e9 est ferm\u00e9 aujourd'hui. " * 20
    assert document(write(tmp_path, "a.txt", text.encode(encoding))).text == text


def test_markdown_loses_its_markup(tmp_path: Path) -> None:
    front = "---\ntitle: Knives\ndate: 2023-11-02\n---\n"
    source = f"{front}# Head\n\nOne *fine* [link](https://x.example).\n\n- item\n\n```\ncode\n```\n"
    read = document(write(tmp_path, "a.md", source))
    assert read.text == "Head\nOne fine link.\nitem"
    assert (read.title, read.published) == ("Knives", "2023-11-02")


def test_html_gives_main_text_with_head_and_tail_lines_and_metadata(tmp_path: Path) -> None:
    read = document(write(tmp_path, "a.html", PAGE))
    lines = read.text.split("\n")
    assert lines[:2] == ["5 months ago 98", "PR Distribution"]
    assert lines[-1] == "Read Entire Article"
    assert "Home" not in read.text and "Imprint" not in read.text
    assert (read.title, read.published) == ("Ferry returns", "2024-03-12")
    assert read.metadata is not None
    assert read.metadata.canonical_url == "https://paper.example/ferry"
    assert (read.metadata.author, read.metadata.publisher) == ("Marta", "paper.example")
    assert read.metadata.language == "en"


def test_a_page_named_txt_is_read_as_html(tmp_path: Path) -> None:
    assert document(write(tmp_path, "a.txt", f"<!DOCTYPE html>{PAGE}")).metadata is not None


def test_json_records_keep_ids_and_give_missing_ones(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "x"},
        {"text": "y"},
        {"id": "", "html": "<p>z</p>"},
        {"id": 7, "text": ""},
    ]
    path = write(tmp_path, "a.jsonl", "\n\n".join(map(json.dumps, rows)))
    assert [record.id for record in read_records(path, "a.jsonl")] == [
        "a",
        "a.jsonl#1",
        "a.jsonl#2",
        "7",
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [("{", "not JSON"), ("[1]", "not a JSON object"), ('{"id": "x"}', "without a `text`")],
)
def test_a_bad_line_costs_only_itself(tmp_path: Path, line: str, problem: str) -> None:
    path = write(tmp_path, "a.jsonl", f'{{"text": "x"}}\n{line}\n{{"text": "y"}}\n')
    records = list(read_records(path, "a.jsonl"))
    assert [record.error is None for record in records] == [True, False, True]
    assert f"a.jsonl, line 2: {problem}" in (records[1].error or "")


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_compressed_json_records_and_their_damage(tmp_path: Path, suffix: str) -> None:
    lines = b"".join(b'{"text": "%s"}\n' % os.urandom(40).hex().encode() for _ in range(5000))
    packed = gzip.compress(lines) if suffix == ".gz" else zstandard.compress(lines)
    whole = list(read_records(write(tmp_path, f"a.jsonl{suffix}", packed)))
    assert len(whole) == 5000 and all(record.error is None for record in whole)
    twice = list(read_records(write(tmp_path, f"c.jsonl{suffix}", packed + packed)))
    assert len(twice) == 10_000 and all(record.error is None for record in twice)
    *read, last = read_records(write(tmp_path, f"b.jsonl{suffix}", packed[: len(packed) // 2]))
    assert "data is cut off after" in (last.error or "")
    assert 0 < len(read) < 5000 and all(record.error is None for record in read)
    assert last.offset == len(read)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_damaged_member_costs_its_own_lines(tmp_path: Path, suffix: str) -> None:
    pack = gzip.compress if suffix == ".gz" else zstandard.compress
    members = []
    for member in range(3):
        rows = ({"id": f"{member}-{line}", "text": os.urandom(40).hex()} for line in range(100))
        members.append(bytearray(pack("".join(f"{json.dumps(row)}\n" for row in rows).encode())))
    members[1][:100] = b"\x07" * 100
    found = list(read_records(write(tmp_path, f"a.jsonl{suffix}", b"".join(members)), "a"))
    errors = [record for record in found if record.error]
    assert [record.own_id for record in found if not record.error] == [
        f"{member}-{line}" for member in (0, 2) for line in range(100)
    ]
    assert len(errors) == 1 and "data is damaged after" in (errors[0].error or "")
    assert [record.offset for record in found] == list(range(201))


@pytest.mark.parametrize("packing", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("name", ["a.html", "a.html.gz", "a.html.zst", "a"])
def test_compressed_pages_are_read_whatever_they_are_called(
    tmp_path: Path, name: str, packing: Callable[[bytes], bytes]
) -> None:
    page = f"<!DOCTYPE html>{PAGE}".encode()
    read = document(write(tmp_path, name, packing(page)))
    assert (read.title, read.metadata is not None) == ("Ferry returns", True)
    padded = document(write(tmp_path, name, packing(page) + b"\0" * 512))
    assert padded.text == read.text


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.txt", b"\x89PNG\r\n\x1a\n\0", "PNG image"),
        ("a.html", b"%PDF-1.7", "PDF file"),
        ("a.txt", b"abc\0def", "binary data"),
        ("a", b"PK\x03\x04", "ZIP archive"),
    ],
)
def test_what_is_not_text_is_refused(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (record,) = read_records(write(tmp_path, name, content))
    assert problem in (record.error or "")


def test_missing_files_and_directories_are_refused_with_a_remedy(tmp_path: Path) -> None:
    (missing,) = read_records(tmp_path / "none.txt")
    assert "does not exist" in (missing.error or "")
    (folder,) = read_records(tmp_path)
    assert "chaffinch audit" in (folder.error or "")


@pytest.mark.parametrize("depth", [3_000, 300_000])
def test_endless_nesting_is_cut(tmp_path: Path, depth: int) -> None:
    page = write(tmp_path, "a.html", "<p>before</p>" + "<div>" * depth + "deep")
    assert len(document(page).text) < 100


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n \n", b"\n" * 5000])
@pytest.mark.parametrize("buffered", [True, False])
def test_a_stream_that_begins_with_a_brace_is_json_records(before: bytes, buffered: bool) -> None:
    stream = io.BytesIO(before + b'{"text": "a"}\n{"text": "b"}\n')
    rows = list(read_stream(io.BufferedReader(stream) if buffered else stream))
    assert [(record.id, record.content) for record in rows] == [("-#0", "a"), ("-#1", "b")]


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\nplain\n", b"plain {"])
def test_any_other_stream_is_one_text(content: bytes) -> None:
    (record,) = read_stream(io.BytesIO(content))
    assert document_from_record(record).text == content.decode()


def test_a_stream_may_be_compressed_or_an_archive() -> None:
    archive = b"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n"
    for data in (archive, gzip.compress(archive)):
        (record,) = read_stream(io.BytesIO(data))
        assert record.content == b"hello"
    (page,) = read_stream(io.BytesIO(gzip.compress(PAGE.encode())))
    assert (page.media_type, page.content) == ("text/html", PAGE.encode())


def test_a_stream_may_be_a_page_or_no_text_at_all() -> None:
    (page,) = read_stream(io.BytesIO(PAGE.encode()))
    assert page.media_type == "text/html"
    (image,) = read_stream(io.BytesIO(b"\x89PNG\r\n\x1a\n"))
    assert "PNG image" in (image.error or "")


def test_records_of_a_stream_are_read_as_they_are_written() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as producer:
        records = read_stream(stream)
        for text in ("a", "b", "c"):
            producer.write(json.dumps({"text": text}).encode() + b"\n")
            assert next(records).content == text


@given(st.lists(st.one_of(st.binary(max_size=40), st.just(b'{"text": "x"}'), st.just(b" "))))
def test_every_line_that_is_not_blank_is_a_record(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    content = b"\n".join(lines)
    path = write(tmp_path_factory.mktemp("lines"), "a.jsonl", content)
    records = list(read_records(path, "a.jsonl"))
    assert len(records) == sum(bool(line.strip()) for line in content.split(b"\n"))
    assert [record.offset for record in records] == list(range(len(records)))


def test_a_line_that_is_too_long_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_records, "MAX_LINE_BYTES", 100)
    rows = [json.dumps({"text": "x" * size}) for size in (10, 1000, 10)]
    first, long, last = read_records(write(tmp_path, "a.jsonl", "\n".join(rows)), "a.jsonl")
    assert first.error is None and last.error is None
    assert (long.error or "").startswith("a.jsonl, line 2: longer than") and long.content == ""


@pytest.mark.parametrize(
    "table", ["{long}", 'x,"1\n{long}', 'x,"1\n' + '","\n' * 60], ids=["line", "cell", "row"]
)
def test_a_row_of_a_table_that_is_too_long_is_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr(csv_table, "MAX_BYTES", 100)
    content = "text,id\nfirst,0\n" + table.format(long="y" * 1000)
    first, long = read_records(write(tmp_path, "a.csv", content), "a.csv")
    assert (first.content, long.content, long.offset) == ("first", "", 1)
    assert (long.error or "").startswith("a.csv, line 3: ")
    assert (long.error or "").endswith("The rest was not read.")


def test_a_table_with_a_million_columns_gets_a_short_sentence(tmp_path: Path) -> None:
    (wide,) = read_records(write(tmp_path, "a.csv", "column" + ",x" * 100_000), "a.csv")
    assert "no column `text` or `html`" in (wide.error or "") and len(wide.error or "") < 300
    (endless,) = read_records(write(tmp_path, "b.csv", "text" + ",x" * 1_000_000), "b.csv")
    assert endless.error == "b.csv: the first line is no header. Give the columns."


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("text", pa.array([b"sound", b"\xff\xfe", b"sound"]).view(pa.string())),
        ("published", pa.array([1, 2**30, 1], pa.date32())),
        ("published", pa.array([1, 2**62, 1], pa.timestamp("us"))),
    ],
    ids=["broken text", "impossible date", "impossible time"],
)
def test_an_impossible_value_in_a_table_costs_its_own_row(
    tmp_path: Path, column: str, values: pa.Array
) -> None:
    file = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": pa.array(["sound"] * 3), column: values}), file)
    first, broken, last = read_records(file, "a.parquet")
    assert (first.content, last.content) == ("sound", "sound")
    assert (broken.error or "").startswith("a.parquet, row 1: ")


@pytest.mark.parametrize(("suffix", "magic"), [("gz", GZIP.magic), ("zst", ZSTANDARD.magic)])
def test_what_only_looks_like_a_member_hides_none(
    tmp_path: Path, suffix: str, magic: bytes
) -> None:
    packings: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstandard.compress}
    compress = packings[suffix]
    # The same in every run: by chance what is damaged may swallow what follows.
    row = json.dumps({"text": random.Random(1).randbytes(500).hex()}).encode() + b"\n"
    damaged = compress(row)[:60]
    for decoys in (1, 1000, 30_000):
        data = damaged + magic * decoys + compress(row)
        *errors, last = read_records(write(tmp_path, f"a.jsonl.{suffix}", data), "a")
        assert errors and all(one.error for one in errors)
        assert last.error is None and len(last.content) == 1000


def test_a_librarys_fault_costs_its_own_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": "one"}, {"html": "<p>two"}, {"text": "three"}]
    path = write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))

    def fault(*_: object, **__: object) -> None:
        raise RuntimeError("parser error")

    monkeypatch.setattr(html, "page_metadata", fault)
    first, page, last = read_records(path, "a.jsonl")
    assert document_from_record(first).text == "one" and document_from_record(last).text == "three"
    with pytest.raises(UnreadableRecord, match=r"a\.jsonl, line 2: .*RuntimeError: parser error"):
        document_from_record(page)
    monkeypatch.setattr(tables, "Record", fault)
    (unread,) = read_records(path, "a.jsonl")
    assert "record 0: reading it failed (RuntimeError: parser error)" in (unread.error or "")


def test_plain_text_needs_no_library_for_other_formats(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "A short text.")
    program = (
        "import sys; from pathlib import Path;"
        "from chaffinch.datasets.extraction.documents import document_from_record;"
        "from chaffinch.datasets.intake import read_records;"
        "[document_from_record(record) for record in read_records(Path(sys.argv[1]))];"
        "print(*{'resiliparse', 'markdown_it', 'zstandard', 'pyarrow'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, str(path)]
    assert subprocess.run(command, check=True, capture_output=True).stdout.strip() == b""


@given(
    st.sampled_from([suffix for reader in READERS for suffix in reader.suffixes]),
    st.one_of(st.binary(max_size=300), st.text().map(lambda text: f"<html>{text}".encode())),
)
def test_any_bytes_become_documents_or_sentences(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, content: bytes
) -> None:
    path = write(tmp_path_factory.mktemp("any"), f"a{suffix}", content)
    for record in read_records(path, "a"):
        try:
            assert isinstance(document_from_record(record).text, str)
        except UnreadableRecord as error:
            assert str(error).startswith("a")
