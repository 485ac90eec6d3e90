"""Tables of documents: CSV and Parquet read like JSON Lines, each row a record."""

import gzip
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.intake import read_records
from chaffinch.datasets.records import Record


def read(folder: Path, name: str, data: bytes) -> list[Record]:
    (folder / name).write_bytes(data)
    return list(read_records(folder / name, name))


def parquet(rows: list[dict[str, Any]], **options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("a.csv", 'id,url,title,text,published,x\nr1,u,T,"one, ""two""\nthree",2024-03-01,y\n'),
        ("a.csv", '\ufeffid;title;url;published;text\nr1;T;u;2024-03-01;"one, ""two""\nthree"\n'),
        ("a.tsv", 'id\ttext\ttitle\turl\tpublished\nr1\t"one, ""two""\nthree"\tT\tu\t2024-03-01\n'),
    ],
    ids=["comma", "semicolon", "tab"],
)
def test_delimiters_quotes_and_columns_of_csv(tmp_path: Path, name: str, table: str) -> None:
    (record,) = read(tmp_path, name, table.encode())
    assert replace(record, spot=None) == Record(
        name, 0, 'one, "two"\nthree', "text/plain", "r1", "u", "T", "2024-03-01", labels={}
    )
    (packed,) = read(tmp_path, f"{name}.gz", gzip.compress(table.encode()))
    assert packed.content == record.content


def test_parquet_is_known_by_its_content(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": 7, "html": "<p>x", "published": date(2024, 3, 1), "n": 1},
        {"id": None, "html": None, "published": None, "n": 2},
    ]
    page, empty = read(tmp_path, "table", parquet(rows))
    assert (page.id, page.media_type, page.published) == ("7", "text/html", "2024-03-01")
    assert (empty.id, empty.error) == (
        "table#1",
        "table, row 1: without a `text` or `html` string. Give one of the two.",
    )


@pytest.mark.parametrize(
    ("name", "data", "columns"),
    [
        ("a.csv", b"name,body\nx,y\n", "name, body"),
        ("a.parquet", parquet([{"name": "x", "n": 1}]), "name of type string, n of type int64"),
    ],
)
def test_a_table_without_documents_says_which_columns_it_has(
    tmp_path: Path, name: str, data: bytes, columns: str
) -> None:
    (record,) = read(tmp_path, name, data)
    assert record.error == (
        f"{name} has no column `text` or `html` (its columns: {columns}). Name the one that holds "
        "the documents with --text-column or --html-column."
    )


@pytest.mark.parametrize("cut", [0, 3, 100])
def test_what_is_not_sound_parquet_is_refused(tmp_path: Path, cut: int) -> None:
    (record,) = read(tmp_path, "a.parquet", parquet([{"text": "x"}])[:cut])
    assert (record.error or "").startswith("a.parquet: not sound Parquet")


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv.gz", "a.parquet"]))
def test_any_bytes_after_a_header_are_rows_or_sentences(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    records = read(tmp_path_factory.mktemp("tables"), name, b"id,text\n" + content)
    assert [record.offset for record in records] == list(range(len(records)))
    assert all(record.error or isinstance(record.content, str) for record in records)
