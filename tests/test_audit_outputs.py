"""What other tools read of an audit: Parquet, CSV, JSON Lines, and two audits compared."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from command import run
from documentation import ROOT, blocks

from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.comparison import ComparisonError, compare


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audit of the examples and of a hostile record, with all formats."""
    folder = tmp_path_factory.mktemp("audited")
    crawl = folder / "crawl"
    shutil.copytree(ROOT / "examples" / "crawl", crawl)
    hostile = {"id": "=1+1", "title": '@"a,\nb', "text": "short", "url": "https://a.example/"}
    (crawl / "z.jsonl").write_text(json.dumps(hostile))
    output = folder / "out"
    done = run("audit", crawl, "-o", output, "--format", "csv", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return output


def rows(audit: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(audit / "documents").to_pylist()
    return found


def test_json_lines_hold_every_document(audited: Path) -> None:
    lines = (audited / "documents.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert found == [{name: row[name] for name in found[0]} for row in rows(audited)]
    assert {"id", "kind", "flagged", "copied", "source_id", "error", "evidence"} <= set(found[0])


def test_csv_holds_every_document_and_no_formula(audited: Path) -> None:
    with (audited / "documents.csv").open(newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [row["path"] for row in found] == [row["path"] for row in rows(audited)]
    assert (found[-1]["id"], found[-1]["title"]) == ("'=1+1", "'@\"a,\nb")
    (spun,) = (row for row in found if "pr.example/barn" in row["path"])
    assert (spun["kind"], spun["flagged"]) == ("spun", "True")
    assert spun["reasons"].startswith("substitutions: ")


def test_the_query_in_the_documentation_finds_the_worst_sites(audited: Path) -> None:
    (shown,) = blocks("docs/auditing.md", "sql")
    query = shown.replace("OUT", str(audited)).replace("pages >= 5", "pages >= 1")
    found = duckdb.connect().execute(query).fetchall()
    expected: dict[str, list[bool]] = {}
    for row in rows(audited):
        if row["status"] == "scored":
            expected.setdefault(row["site"], []).append(row["flagged"])
    shares = {site: sum(flags) / len(flags) for site, flags in expected.items()}
    assert {site: share for site, _, share in found} == shares
    assert [share for _, _, share in found] == sorted(shares.values(), reverse=True)


def test_two_audits_compared(tmp_path: Path) -> None:
    examples = ROOT / "examples" / "crawl"
    crawl = tmp_path / "crawl"
    shutil.copytree(examples, crawl)
    old, new = tmp_path / "old", tmp_path / "new"
    run_audit(crawl, old)
    assert list(compare(old, old).differences) == []
    spun = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
    clean = "larkfield-kitchen.example/leek-and-barley-soup.txt"
    gone = "dailyspin.example/council-votes-to-bring-back-harbour-ferry.html"
    (crawl / "a-new.txt").write_text((crawl / spun).read_text("utf-8"))
    (crawl / spun).write_text("Now it says something short.")
    shutil.copy(crawl / "a-new.txt", crawl / clean)
    (crawl / gone).unlink()
    run_audit(crawl, new)
    found = compare(old, new)
    assert [(one.change, one.id) for one in found.differences] == [
        ("flagged", f"{clean}#0"),
        ("unflagged", f"{spun}#0"),
        ("added", "a-new.txt#0"),
        ("removed", f"{gone}#0"),
    ]
    assert found.counts["still_flagged"] == 3
    assert found.counts["unchanged"] == 17
    for command in ("changes", "compare"):
        for format_, read in (("jsonl", json.loads), ("csv", str)):
            done = run(command, old, new, "--format", format_)
            assert len([read(line) for line in done.stdout.splitlines()]) == 4 + (format_ == "csv")
            assert "Newly flagged: 1; no longer flagged: 1; still flagged: 3." in done.stderr


def test_what_is_no_finished_audit_is_not_compared(audited: Path, tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="is not the folder of an audit"):
        compare(audited, tmp_path)
    (tmp_path / "manifest.json").write_text('{"finished": false}')
    with pytest.raises(ComparisonError, match="is not finished"):
        compare(tmp_path, audited)
