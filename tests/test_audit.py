"""Audits: no record lost, the same rows whatever happened on the way."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from chaffinch.detector.audit.audit import AuditError, run_audit
from chaffinch.detector.audit.republication import Candidate, CandidateArray
from chaffinch.detector.audit.scoring import Settings
from chaffinch.detector.audit.sites import site_verdict, wilson_interval

COMMAND = str(Path(sys.executable).with_name("chaffinch"))


def rows(output: Path) -> list[dict[str, Any]]:
    return [
        row
        for file in sorted((output / "documents").glob("*.parquet"))
        for row in pq.read_table(file).to_pylist()
    ]


def audit(crawl: Path, output: Path, **options: Any) -> dict[str, Any]:
    return run_audit(crawl, output, Settings(), **options)


def test_every_record_is_one_row_and_the_manifest_adds_up(examples: Path, tmp_path: Path) -> None:
    manifest = audit(examples, tmp_path)
    found = rows(tmp_path)
    assert manifest == json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["finished"] is True
    assert manifest["records_read"] == manifest["documents"] == len(found)
    assert manifest["errors"] == sum(row["status"] == "error" for row in found) == 2
    assert manifest["flagged"] == sum(row["flagged"] for row in found) == 5
    assert manifest["copied"] == sum(row["copied"] for row in found)
    assert len({(row["path"], row["offset"]) for row in found}) == len(found)
    sites = pq.read_table(tmp_path / "sites.parquet").to_pylist()
    assert sum(site["documents"] for site in sites) == len(found)


def test_an_unreadable_record_is_a_row_with_its_place(examples: Path, tmp_path: Path) -> None:
    audit(examples, tmp_path)
    errors = {row["path"]: row["error"] for row in rows(tmp_path) if row["status"] == "error"}
    assert "PNG image" in errors["chemnotes.example/logo.txt"]
    assert "line 3" in errors["larkfield-town.jsonl"]


def test_an_exact_copy_is_copied_and_its_source_is_not(examples: Path, tmp_path: Path) -> None:
    audit(examples, tmp_path)
    by_path = {row["path"]: row for row in rows(tmp_path)}
    copy = by_path["reposthub.example/leek-and-barley-soup.txt"]
    source = by_path["larkfield-kitchen.example/leek-and-barley-soup.txt"]
    assert (copy["copied"], copy["source_id"], copy["similarity"]) == (True, source["id"], 1.0)
    assert (source["copied"], source["source_id"]) == (False, None)
    assert copy["cluster"] == source["cluster"]


def test_the_number_of_processes_does_not_matter(examples: Path, tmp_path: Path) -> None:
    audit(examples, tmp_path / "one", jobs=1)
    audit(examples, tmp_path / "two", jobs=2)
    assert rows(tmp_path / "one") == rows(tmp_path / "two")


def test_new_and_changed_files_are_added_and_the_rest_is_not_scored_again(
    examples: Path, tmp_path: Path
) -> None:
    crawl, output = tmp_path / "crawl", tmp_path / "out"
    shutil.copytree(examples, crawl)
    audit(crawl, output)
    before = {shard: shard.stat().st_mtime_ns for shard in (output / ".work").glob("*.parquet")}
    (crawl / "aaa.txt").write_text("A new note of a few words.")
    (crawl / "larkfield-town.jsonl").write_text('{"text": "changed"}\n')
    audit(crawl, output)
    audit(crawl, tmp_path / "fresh")
    assert rows(output) == rows(tmp_path / "fresh")
    assert all(shard.stat().st_mtime_ns == modified for shard, modified in before.items())


def test_other_settings_are_refused_until_overwritten(examples: Path, tmp_path: Path) -> None:
    audit(examples, tmp_path)
    with pytest.raises(AuditError, match="another settings"):
        run_audit(examples, tmp_path, Settings(threshold=0.123))
    run_audit(examples, tmp_path, Settings(threshold=0.123), overwrite=True)
    assert {row["threshold"] for row in rows(tmp_path)} == {0.123}


def test_killed_at_any_moment_and_run_again_it_ends_the_same(
    examples: Path, tmp_path: Path
) -> None:
    crawl = tmp_path / "crawl"
    for number in range(40):
        shutil.copytree(examples, crawl / f"copy{number:02d}")
    audit(crawl, tmp_path / "clean", jobs=2)
    output = tmp_path / "killed"
    command = [COMMAND, "audit", str(crawl), "-o", str(output), "--jobs", "2"]
    for delay in (0.6, 1.0, 1.4, 1.8):
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert rows(output) == rows(tmp_path / "clean")


def copies(*candidates: Candidate) -> list[int]:
    """The row of each candidate's source, -1 where there is none."""
    found = CandidateArray()
    # In two parts, as shards come.
    found.add(candidates[:2])
    found.add(candidates[2:])
    sources: list[int] = found.copies().sources.tolist()
    return sources


def candidate(
    published: str | None = None, flagged: bool = False, url: str = "", digest: str = "f" * 32
) -> Candidate:
    return Candidate(digest, url, "id", published, flagged)


def test_the_source_is_unflagged_then_earliest_then_first() -> None:
    assert copies(
        candidate("2024-01-01", flagged=True),
        candidate("2024-03-01"),
        candidate("2024-02-01"),
        candidate(),
        candidate(digest="0" * 31 + "1"),
        candidate(digest=""),
        candidate(digest=""),
    ) == [2, 2, -1, 2, -1, -1, -1]


def test_captures_of_one_address_are_not_copies_of_each_other() -> None:
    one, other = "https://a.example/", "https://b.example/"
    assert copies(candidate(url=one), candidate(url=one)) == [-1, -1]
    found = copies(candidate(url=one), candidate(url=one), candidate(url=other))
    assert found == [-1, -1, 0]


@pytest.mark.parametrize(
    ("flagged", "scored", "verdict"),
    [
        (3, 3, "farm"),
        (2, 3, "too few pages"),
        (900, 3000, "mixed"),
        (1500, 3000, "farm"),
        (0, 3, "too few pages"),
        (0, 3000, "clean"),
    ],
)
def test_a_site_with_three_pages_is_not_judged_like_one_with_three_thousand(
    flagged: int, scored: int, verdict: str
) -> None:
    assert site_verdict(*wilson_interval(flagged, scored)) == verdict
