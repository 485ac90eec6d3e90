"""Columns of the user's own that go with a document to its verdict."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command import run
from stories import FERRY

from chaffinch.datasets.intake import read_records
from chaffinch.datasets.readers.reader import Columns

ROW: dict[str, Any] = {
    "id": "r1", "url": "https://a.example/", "title": "T", "text": FERRY,
    "lang": "en", "Score": 0.25, "n": 7, "ok": True, "meta": {"dump": "2024-10", "tags": ["a"]},
}  # fmt: skip


def as_jsonl(row: dict[str, Any]) -> bytes:
    return json.dumps(row).encode()


def as_parquet(row: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row]), stream)
    return stream.getvalue()


def as_csv(row: dict[str, Any]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(row))
    writer.writeheader()
    writer.writerow(row)
    return stream.getvalue().encode()


def kept(folder: Path, data: bytes, keep: Sequence[str], **columns: str) -> Any:
    (folder / "table").write_bytes(data)
    (record,) = read_records(folder / "table", columns=Columns(**columns, keep=tuple(keep)))
    assert record.error is None and record.content
    return record.kept


@pytest.mark.parametrize("written", [as_jsonl, as_parquet])
@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ([], None),
        (["lang"], {"lang": "en"}),
        (["score", "n"], {"score": 0.25, "n": 7}),
        (["meta.dump"], {"meta.dump": "2024-10"}),
        (["meta"], {"meta": {"dump": "2024-10", "tags": ["a"]}}),
        (["lnag", "id"], {"lnag": None, "id": "r1"}),
        (["all"], {name: ROW[name] for name in ("lang", "Score", "n", "ok", "meta")}),
    ],
)
def test_named_columns_or_all_are_kept_with_their_types(
    tmp_path: Path, written: Callable[[dict[str, Any]], bytes], keep: list[str], expected: Any
) -> None:
    assert kept(tmp_path, written(ROW), keep) == expected


def test_cells_of_csv_are_kept_as_texts(tmp_path: Path) -> None:
    table = as_csv({name: ROW[name] for name in ("id", "text", "lang", "n")})
    assert kept(tmp_path, table, ["n", "lang"]) == {"n": "7", "lang": "en"}


def test_all_leaves_out_the_column_that_holds_the_text(tmp_path: Path) -> None:
    row = {"doc": {"body": FERRY}, "text": "Not read.", "n": 1}
    found = kept(tmp_path, as_jsonl(row), ["all"], text="doc.body")
    assert found == {"text": "Not read.", "n": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1, 12, tzinfo=UTC), "2024-05-01T12:00:00+00:00"),
        (time(12, 30), "12:30:00"),
        (Decimal("1.50"), "1.50"),
        (float("nan"), None),
        (b"raw", "raw"),
        (UUID(int=1).bytes, str(UUID(int=1))),
        ([date(2024, 5, 1)], ["2024-05-01"]),
    ],
    ids=str,
)
def test_what_json_has_no_type_for_is_kept_as_text(
    tmp_path: Path, value: object, expected: object
) -> None:
    assert kept(tmp_path, as_parquet({"text": FERRY, "x": value}), ["x"]) == {"x": expected}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [
        {"id": "a", "text": FERRY, "lang": "en", "note": "=1+1"},
        {"id": "b", "lang": "half \ud83d"},
    ]
    file = tmp_path / "crawl" / "table.jsonl"
    file.parent.mkdir()
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (file.parent / "page.html").write_text(f"<p>{FERRY}</p>")
    return file


@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_score_has_them_in_its_rows_also_of_what_cannot_be_read(table: Path, format_: str) -> None:
    page = table.parent / "page.html"
    done = run("score", table, page, "--format", format_, "--keep", "lang", "--keep", "note")
    rows = f"[{','.join(done.stdout.splitlines())}]" if format_ == "jsonl" else done.stdout
    lines = json.loads(rows)
    assert [row["kept"] for row in lines] == [
        {"lang": "en", "note": "=1+1"}, {"lang": "half \ufffd", "note": None}, {},
    ]  # fmt: skip
    assert "kept" not in run("score", table, "--format", format_).stdout


def test_csv_has_them_in_one_cell(table: Path) -> None:
    plain, keeping = (
        list(csv.DictReader(io.StringIO(run("score", table, "--format", "csv", *options).stdout)))
        for options in ([], ["--keep", "all"])
    )
    assert "kept" not in plain[0]
    assert json.loads(keeping[0]["kept"]) == {"lang": "en", "note": "=1+1"}


def test_an_audit_has_them_in_its_tables(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "audit"
    options = ["--keep", "lang", "--format", "jsonl", "--format", "csv", "--jobs", 1]
    assert run("audit", table.parent, "-o", out, *options).returncode == 0
    rows = pq.read_table(out / "documents", columns=["id", "kept"]).to_pylist()
    found = {row["id"]: row["kept"] and json.loads(row["kept"]) for row in rows}
    unread = {"table.jsonl#1": {"lang": "half \ud83d"}}
    assert found == {"a": {"lang": "en"}, "page.html#0": None, **unread}
    lines = [json.loads(line) for line in (out / "documents.jsonl").read_text().splitlines()]
    assert [line["kept"] for line in lines if line["id"] == "a"] == [{"lang": "en"}]
    cells = csv.DictReader(io.StringIO((out / "documents.csv").read_text("utf-8")))
    assert json.loads({row["id"]: row["kept"] for row in cells}["a"]) == {"lang": "en"}
    # The same columns in another form: nothing to do. Others: another audit.
    assert run("audit", table.parent, "-o", out, *options).returncode == 0
    refused = run("audit", table.parent, "-o", out, "--keep", "note")
    assert (refused.returncode, "other settings" in refused.stderr) == (1, True)
