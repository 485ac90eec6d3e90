"""The example crawl is judged as ``examples/expected.json`` says it was made."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from chaffinch.detector.audit.audit import run_audit

REPUBLICATIONS = {"spun", "scraped"}
CRAWL = Path(__file__).parent.parent / "examples" / "crawl"
EXPECTED: dict[str, str] = json.loads((CRAWL.parent / "expected.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    output = tmp_path_factory.mktemp("audit")
    run_audit(CRAWL, output)
    return {
        row["id"]: row
        for file in (output / "documents").glob("*.parquet")
        for row in pq.read_table(file).to_pylist()
    }


def test_every_record_has_an_expectation(rows: dict[str, dict[str, Any]]) -> None:
    assert rows.keys() == EXPECTED.keys()


@pytest.mark.parametrize(("record", "truth"), EXPECTED.items())
def test_the_verdict(rows: dict[str, dict[str, Any]], record: str, truth: str) -> None:
    row = rows[record]
    assert row["flagged"] == (truth in REPUBLICATIONS)
    assert row["copied"] == (truth in {*REPUBLICATIONS, "copied"})
    assert (row["error"] is not None) == (truth == "unreadable")
    if truth in REPUBLICATIONS:
        # Which of the two is said of a spun page with residue depends on the stronger evidence.
        assert row["kind"] in REPUBLICATIONS
    else:
        kinds = {"copied": "original", "unreadable": None}
        assert row["kind"] == kinds.get(truth, truth)


def test_no_page_names_a_real_site() -> None:
    hosts = {path.relative_to(CRAWL).parts[0] for path in CRAWL.rglob("*.*") if path.is_file()}
    assert all(host.endswith((".example", ".jsonl")) for host in hosts)
