"""Audits: no record lost, the same rows whatever happened on the way."""

import contextlib
import csv
import fcntl
import gzip
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from command import run
from in_this_process import InThisProcess

from chaffinch.detector.audit.audit import AuditError, AuditOptions, run_audit
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.audit.scoring import Settings
from chaffinch.detector.audit.task import Counts, Limits, Progress

NOTE = "The market is closed on Monday because of the storm."
COMMAND = str(Path(sys.executable).with_name("chaffinch"))


def rows(output: Path) -> list[dict[str, Any]]:
    return [
        row
        for file in sorted((output / "documents").glob("*.parquet"))
        for row in pq.read_table(file).to_pylist()
    ]


def audit(crawl: str | Path, output: Path, **options: Any) -> dict[str, Any]:
    return run_audit(crawl, output, AuditOptions(**options))


def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let audits start no processes, which take longer than the examples."""
    monkeypatch.setitem(ENGINES, "local", lambda jobs, limits: InThisProcess())


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
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl, output = tmp_path / "crawl", tmp_path / "out"
    shutil.copytree(examples, crawl)
    in_this_process(monkeypatch)
    town = (crawl / "larkfield-town.jsonl").read_text("utf-8")

    def judged() -> int:
        """How many documents the same command judges now; its rows are those of a fresh audit."""
        counts: list[int] = []

        class Listener(Progress):
            def advance(self, done: Counts) -> None:
                counts.append(done.documents)

        run_audit(crawl, output, progress=Listener())
        shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
        audit(crawl, tmp_path / "fresh")
        assert rows(output) == rows(tmp_path / "fresh")
        return sum(counts)

    judged()
    (crawl / "aaa.txt").write_text("A new note of a few words.")
    (crawl / "larkfield-town.jsonl").write_text('{"text": "changed"}\n')
    assert judged() == 2
    (crawl / "bbb.txt").write_text("Another note of a few words.")
    assert judged() == 1
    (crawl / "larkfield-town.jsonl").write_text(town)
    assert judged() == town.count("\n")
    (crawl / "bbb.txt").unlink()
    assert judged() == 0
    (crawl / "bbb.txt").write_text("Another note, of other words.")
    assert judged() == 1


def texts_in(shards: Path) -> list[str]:
    return [
        text
        for file in shards.glob("*.parquet")
        for text in pq.read_table(file, columns=["text"])["text"].to_pylist()
        if text
    ]


def test_a_finished_audit_holds_its_texts_once(examples: Path, tmp_path: Path) -> None:
    audit(examples, tmp_path)
    assert len(texts_in(tmp_path / "documents")) > 10
    assert texts_in(tmp_path / ".work") == []


@pytest.mark.parametrize("stage", ["restored", "judged", "written", "dropped"])
def test_an_audit_that_is_stopped_beside_its_texts_goes_on(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    in_this_process(monkeypatch)
    crawl, output = tmp_path / "crawl", tmp_path / "out"
    shutil.copytree(examples, crawl)
    audit(crawl, output)
    (crawl / "note.txt").write_text("A new note of a few words.")
    (crawl / "larkfield-town.jsonl").unlink()

    class Stopped(Exception):
        pass

    def stop(*_: object, **__: object) -> Any:
        raise Stopped

    at = {
        "restored": "chaffinch.detector.audit.audit.plan",
        "judged": "chaffinch.detector.audit.audit.find_copies",
        "written": "chaffinch.detector.audit.audit.drop_texts",
        "dropped": "chaffinch.detector.audit.audit._cluster_counts",
    }
    with monkeypatch.context() as patch:
        patch.setattr(at[stage], stop)
        with pytest.raises(Stopped):
            audit(crawl, output)
    audit(crawl, output)
    audit(crawl, tmp_path / "fresh")
    assert rows(output) == rows(tmp_path / "fresh")
    assert texts_in(output / ".work") == []


def test_an_audit_whose_documents_are_lost_judges_them_again(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch)
    audit(examples, tmp_path)
    before = rows(tmp_path)
    shutil.rmtree(tmp_path / "documents")
    audit(examples, tmp_path)
    assert rows(tmp_path) == before


def test_texts_are_left_out_where_that_is_asked(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_this_process(monkeypatch)
    crawl, output = tmp_path / "crawl", tmp_path / "out"
    shutil.copytree(examples, crawl)
    audit(crawl, tmp_path / "whole")

    def textless(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "text": None, "metadata": None} for row in found]

    for _ in range(2):
        audit(crawl, output, with_texts=False)
        assert rows(output) == textless(rows(tmp_path / "whole"))
        assert texts_in(output / ".work") == texts_in(output / "documents") == []
        (crawl / "note.txt").write_text("A new note of a few words.")
        audit(crawl, tmp_path / "whole")
    with pytest.raises(AuditError, match="other settings"):
        audit(crawl, output)
    assert run("audit", crawl, "-o", output, "--no-text", "--jobs", 1).returncode == 0
    assert run("report", output, "-o", tmp_path / "report.html").returncode == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "it holds no texts to read or to review" in page


def test_a_finished_audit_is_left_as_it_is_until_something_is_new(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl, output = tmp_path / "crawl", tmp_path / "out"
    shutil.copytree(examples, crawl)

    def begins_again() -> bool:
        """Whether the same command needs processes; it is stopped then."""
        try:
            with monkeypatch.context() as patch:
                patch.delitem(ENGINES, "local")
                assert run_audit(crawl, output) == manifest
        except KeyError:
            return True
        return False

    manifest = run_audit(crawl, output)
    assert not begins_again() and not begins_again()
    (crawl / "logo.png").write_bytes(b"one file more that is passed over")
    assert begins_again()
    manifest = run_audit(crawl, output)
    assert manifest["skipped"] > 0 and not begins_again()
    for name in ("sites.parquet", "pairs.parquet", "manifest.json"):
        (output / name).unlink()
        assert begins_again()
        # Without the tables of the run before there is nothing that could have changed.
        assert {**run_audit(crawl, output), "changes": manifest["changes"]} == manifest
    (crawl / "note.txt").write_text("A new note of a few words.")
    assert begins_again()
    assert begins_again(), "an audit that was stopped is not finished"


def test_other_settings_are_refused_until_overwritten(examples: Path, tmp_path: Path) -> None:
    audit(examples, tmp_path)
    with pytest.raises(AuditError, match="other settings"):
        run_audit(examples, tmp_path, AuditOptions(Settings(threshold=0.123)))
    run_audit(examples, tmp_path, AuditOptions(Settings(threshold=0.123), overwrite=True))
    assert {row["threshold"] for row in rows(tmp_path)} == {0.123}


def mixed_crawl(folder: Path, examples: Path, records: int) -> Path:
    """One crawl of all formats: tables of `records` short texts, and the examples."""
    shutil.copytree(examples, folder / "pages")
    rows = [
        {"id": f"r{number}", "text": f"{NOTE} Number {number}.", "url": f"https://a/{number}"}
        for number in range(records)
    ]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    (folder / "a.jsonl").write_text(lines)
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "c.bin").write_bytes(zstandard.compress(lines.encode()))
    pq.write_table(pa.Table.from_pylist(rows), folder / "d.parquet")
    with (folder / "e.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    archive = b""
    for row in rows:
        for kind, media_type in (("request", "application/http"), ("conversion", "text/plain")):
            body = row["text"].encode()
            head = (
                f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {row['url']}\r\n"
                f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            archive += gzip.compress(head.encode() + body + b"\r\n\r\n")
    (folder / "f.warc.gz").write_bytes(archive)
    return folder


def test_every_format_of_a_mixed_crawl_is_counted(examples: Path, tmp_path: Path) -> None:
    crawl = mixed_crawl(tmp_path / "crawl", examples, 30)
    (crawl / "style.css").write_text("p {}")
    (crawl / ".hidden").write_text("x")
    os.mkfifo(crawl / "pipe")
    manifest = audit(crawl, tmp_path / "out", jobs=2)
    found = rows(tmp_path / "out")
    by_file = Counter(row["path"] for row in found if "/" not in row["path"])
    names = ("a.jsonl", "b.jsonl.gz", "c.bin", "d.parquet", "e.csv", "f.warc.gz")
    assert by_file == dict.fromkeys(names, 30)
    assert manifest["records_read"] == manifest["documents"] == len(found) == 6 * 30 + 20
    assert manifest["skipped"] == 30 + 3
    parts = ("scored", "unscorable", "errors")
    assert sum(manifest[name] for name in parts) == manifest["documents"]
    assert {row["id"] for row in found} >= {"r0", "b.jsonl.gz#0", "f.warc.gz#1"}
    assert len({row["id"] for row in found}) == len(found), "repeated ids give way to places"
    copied = [row for row in found if row["path"] == "d.parquet" and row["copied"]]
    assert copied == [], "records of one address are captures, not copies"


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_it_ends_the_same(
    examples: Path, tmp_path: Path
) -> None:
    crawl = mixed_crawl(tmp_path / "crawl", examples, 700)
    audit(crawl, tmp_path / "clean", jobs=2)
    output = tmp_path / "killed"
    command = [COMMAND, "audit", str(crawl), "-o", str(output), "--jobs", "3"]
    for delay in (0.8, 1.4, 2.0, 2.6):
        process = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert rows(output) == rows(tmp_path / "clean")
    manifest = (output / "manifest.json").read_text()
    assert json.loads(manifest) == json.loads((tmp_path / "clean" / "manifest.json").read_text())


def test_a_full_disk_stops_with_a_remedy_and_the_audit_goes_on_after(
    examples: Path, tmp_path: Path
) -> None:
    crawl = mixed_crawl(tmp_path / "crawl", examples, 30)
    command = [COMMAND, "audit", str(crawl), "-o", str(tmp_path / "out"), "--jobs", "2"]

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

    stopped = subprocess.run(
        command, check=False, capture_output=True, text=True, preexec_fn=no_room
    )
    assert stopped.returncode == 1
    assert "What is done is kept; make room" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["finished"] is False
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    audit(crawl, tmp_path / "clean")
    assert rows(tmp_path / "out") == rows(tmp_path / "clean")


def test_an_interrupt_says_how_to_go_on(examples: Path, tmp_path: Path) -> None:
    crawl = mixed_crawl(tmp_path / "crawl", examples, 1100)
    process = subprocess.Popen(
        [COMMAND, "audit", str(crawl), "-o", str(tmp_path / "out"), "--jobs", "2"],
        start_new_session=True,
        # A job in the background ignores interrupts, and hands that down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list((tmp_path / "out").glob(".work/*.json")):
        assert process.poll() is None
        time.sleep(0.05)
    # As a terminal does: to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert said.startswith("Error: Interrupted. What is done is kept;") and said.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "limits", "error"),
    [
        ("stalls.md", "[" * 8_000_000, Limits(seconds=2), "took longer than 2 s"),
        (
            "large.html",
            "<p>" + "<b>word</b> " * 1_600_000,
            Limits(seconds=5, megabytes=150),
            "large.html, record 0: judging it",
        ),
    ],
)
def test_a_document_that_stalls_or_is_too_large_costs_its_own_row(
    examples: Path, tmp_path: Path, name: str, content: str, limits: Limits, error: str
) -> None:
    crawl = tmp_path / "crawl"
    shutil.copytree(examples, crawl)
    (crawl / name).write_text(content)
    manifest = audit(crawl, tmp_path / "out", jobs=2, limits=limits)
    audit(examples, tmp_path / "clean")
    found = rows(tmp_path / "out")
    (own,) = [row for row in found if row["path"] == name]
    assert error in own["error"]
    assert [row for row in found if row["path"] != name] == rows(tmp_path / "clean")
    assert manifest["errors"] == 3


def test_two_audits_do_not_write_into_one_folder(examples: Path, tmp_path: Path) -> None:
    (tmp_path / ".work").mkdir()
    with (tmp_path / ".work" / "lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(AuditError, match="Another audit is writing"):
            audit(examples, tmp_path)
    assert audit(examples, tmp_path)["finished"] is True


def test_another_crawl_is_refused(examples: Path, tmp_path: Path) -> None:
    audit(examples / "chemnotes.example", tmp_path)
    with pytest.raises(AuditError, match="another crawl"):
        audit(examples, tmp_path)


def test_a_version_with_other_signals_is_refused(examples: Path, tmp_path: Path) -> None:
    audit(examples / "chemnotes.example", tmp_path)
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "set_of_features": "0" * 32}))
    with pytest.raises(AuditError, match="another set of features"):
        audit(examples / "chemnotes.example", tmp_path)


def test_a_list_and_a_url_are_read_like_the_folder(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit(examples, tmp_path / "folder")
    expected = rows(tmp_path / "folder")
    audit(examples.absolute().as_uri(), tmp_path / "url")
    assert rows(tmp_path / "url") == expected
    packed = shutil.make_archive(str(tmp_path / "crawl"), "zip", examples)
    audit(f"zip://::{packed}", tmp_path / "zip", jobs=2)
    assert rows(tmp_path / "zip") == expected
    monkeypatch.chdir(examples)
    list_file = tmp_path / "list.txt"
    list_file.write_text("\n".join(row["path"] for row in expected if row["offset"] == 0))
    audit(list_file, tmp_path / "listed", files_from=True)
    assert rows(tmp_path / "listed") == expected


@pytest.mark.parametrize("crawl", ["missing", "nonsense://x", "file:///missing/folder"])
def test_a_crawl_that_is_not_there_is_wrong_usage(crawl: str, tmp_path: Path) -> None:
    done = run("audit", crawl, "-o", tmp_path)
    assert done.returncode in (1, 2) and "Traceback" not in done.stderr
    assert crawl in done.stderr
