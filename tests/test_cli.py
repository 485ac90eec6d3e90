"""The installed command, as a user runs it."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from command import run

from chaffinch.cli.main import main

SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
CLEAN = "larkfield-kitchen.example/leek-and-barley-soup.txt"
COMMAND = str(Path(sys.executable).with_name("chaffinch"))


@pytest.mark.parametrize("start", [[COMMAND], [sys.executable, "-m", "chaffinch"]])
def test_the_installed_command_does_what_is_run_below_in_this_process(
    examples: Path, start: list[str]
) -> None:
    words = ["score", "--fail-on", "flagged", "--format", "jsonl", "-", str(examples / SPUN)]
    row = json.dumps({"text": "Half \ud800 a short \u00e9 note."})
    done = subprocess.run([*start, *words], input=row, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == run(*words, stdin=row)
    assert (done.returncode, done.stdout.count("\n")) == (1, 2)


@pytest.fixture(scope="module")
def bad_inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (folder / "broken.txt").write_bytes(b"caf\xc3 and \xff bytes")
    (folder / "note.txt").write_text("The market is closed on Monday because of the storm.")
    (folder / "folder").mkdir()
    return folder


def test_every_bad_input_gets_a_sentence_and_the_others_are_scored(
    bad_inputs: Path, examples: Path
) -> None:
    names = ["empty.txt", "image.txt", "broken.txt", "missing.txt", "folder", "note.txt"]
    portuguese = examples / "reposthub.example" / "ponte-velha.txt"
    paths = [bad_inputs / name for name in names] + [portuguese, examples / SPUN]
    done = run("score", "--format", "jsonl", *paths)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert [row["path"] for row in rows] == [str(path) for path in paths]
    reasons = [row["error"] or row["unscorable"] for row in rows]
    for reason, expected in zip(
        reasons,
        [
            "There is no text",
            "it looks like a PNG image",
            "4 words",
            "does not exist",
            "is a directory",
            "has 10 words",
            "Portuguese",
            None,
        ],
        strict=True,
    ):
        assert reason is None if expected is None else expected in reason
    assert rows[-1]["kind"] == "spun"
    assert "Traceback" not in done.stderr
    assert str(bad_inputs / "missing.txt") in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["score", CLEAN], 0),
        (["score", SPUN], 0),
        (["score", "--fail-on", "flagged", CLEAN], 0),
        (["score", "--fail-on", "flagged", SPUN], 1),
        (["score", "--fail-on", "flagged", SPUN, "missing"], 3),
        (["score"], 2),
        (["score", "--format", "nonsense", CLEAN], 2),
        (["score", "--model", "missing", CLEAN], 1),
    ],
)
def test_exit_status(examples: Path, arguments: list[str], status: int) -> None:
    paths = [str(examples / one) if "/" in one else one for one in arguments]
    assert run(*paths).returncode == status


def test_a_json_line_has_the_documented_fields(examples: Path) -> None:
    done = run("score", "--format", "jsonl", "--with-text", examples / SPUN)
    row = json.loads(done.stdout)
    assert set(row) >= {
        "path", "id", "title", "kind", "flagged", "probability", "threshold", "reasons",
        "evidence", "features", "error", "text_scored",
    }  # fmt: skip
    assert set(row["reasons"][0]) == {"signal", "contribution", "summary"}
    for item in row["evidence"]:
        assert set(item) >= {"where", "start", "end", "text", "signal", "original", "weight"}
        if item["where"] == "text":
            assert row["text_scored"][item["start"] : item["end"]] == item["text"]


def test_what_is_not_flagged_is_called_original_only_without_doubt(examples: Path) -> None:
    clean, spun = (
        run("score", examples / CLEAN),
        run("score", "--threshold", 1 - 1e-9, examples / SPUN),
    )
    assert clean.stdout.startswith("original    0.6 % likely spun or scraped  ")
    assert spun.stdout.startswith("not flagged  >99.9 % likely spun or scraped  ")
    assert "arsenic > as (5)" in spun.stdout
    row = json.loads(
        run("score", "--threshold", 1 - 1e-9, "--format", "jsonl", examples / SPUN).stdout
    )
    assert row["kind"] == "original"


def test_json_lines_stream_through_standard_input() -> None:
    rows = [json.dumps({"id": str(number), "text": "A short note."}) for number in range(3)]
    done = run("score", "--format", "jsonl", "-", stdin="\n".join(rows))
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["0", "1", "2"]


def test_records_of_an_archive_are_scored_and_what_is_no_page_says_why(tmp_path: Path) -> None:
    http = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>Nothing here."
    records = (
        ("request", "application/http; msgtype=request", "GET / HTTP/1.1\r\n\r\n"),
        ("response", "application/http; msgtype=response", http),
        ("conversion", "text/plain", "Too short."),
    )
    archive = "".join(
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}\r\n\r\n"
        for kind, media_type, body in records
    )
    (tmp_path / "a.warc").write_text(archive, newline="")
    done = run("score", "--format", "jsonl", tmp_path / "a.warc")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [(row["kind"], row["unscorable"].split(":")[0]) for row in found] == [
        ("unscorable", "HTTP status 404"),
        ("unscorable", "The text has 2 words; at least 40 are needed to judge it."),
    ]
    assert [row["id"] for row in found] == [f"{tmp_path / 'a.warc'}#{place}" for place in (1, 2)]


def test_other_formats_are_well_formed(examples: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "=cmd.txt"
    hostile.write_text("=HYPERLINK(1)\n" + (examples / SPUN).read_text("utf-8"), "utf-8")
    paths = [hostile, examples / CLEAN]
    assert [row["kind"] for row in json.loads(run("score", "--format", "json", *paths).stdout)] == [
        "spun",
        "original",
    ]
    table = list(csv.DictReader(io.StringIO(run("score", "--format", "csv", *paths).stdout)))
    assert table[0]["title"] == "'=HYPERLINK(1)"
    log = json.loads(run("score", "--format", "sarif", *paths, tmp_path / "none").stdout)
    (sarif,) = log["runs"]
    assert len(sarif["results"]) == 1
    assert len(sarif["invocations"][0]["toolExecutionNotifications"]) == 1


def test_terminal_output_obeys_no_escape_sequences(tmp_path: Path) -> None:
    page = tmp_path / "a.jsonl"
    page.write_text(json.dumps({"id": "\x1b[31mred", "text": "short"}))
    assert "\x1b[31m" not in run("score", page).stdout


@pytest.mark.parametrize("format_", ["text", "json", "jsonl", "csv", "sarif"])
def test_half_a_surrogate_pair_is_printed_in_every_format(format_: str, tmp_path: Path) -> None:
    page = tmp_path / "a.jsonl"
    page.write_text('{"id": "a", "title": "Half \\ud800", "text": "A short \\udfff note."}')
    done = run("score", "--with-text", "--format", format_, page)
    assert (done.returncode, done.stderr) == (0, "")
    assert "note." in done.stdout or format_ == "sarif"


def test_despin(examples: Path) -> None:
    clean = (examples / CLEAN).read_text("utf-8")
    assert run("despin", examples / CLEAN).stdout == clean
    assert "on the 2nd of August" in run("despin", examples / SPUN).stdout
    rows = [
        json.loads(line)
        for line in run("despin", "--format", "jsonl", examples / SPUN).stdout.splitlines()
    ]
    assert {"start", "end", "substitute", "original", "gain"} == set(rows[0])


def test_signals_lists_every_feature_and_shows_a_manual_page() -> None:
    assert "substitutions.light" in run("signals").stdout
    assert "What it measures" in run("signals", "agreement").stdout
    assert run("signals", "nonsense").returncode == 2


def test_audit_and_report_of_the_examples(examples: Path, tmp_path: Path) -> None:
    done = run("audit", examples, "-o", tmp_path / "audit")
    assert (done.returncode, done.stderr) == (0, "")
    assert "farm" in done.stdout or "too few pages" in done.stdout
    done = run("report", tmp_path / "audit", "-o", tmp_path / "report.html")
    assert done.returncode == 0
    assert (tmp_path / "report.html").stat().st_size < 1_000_000
    assert run("report", tmp_path, "-o", tmp_path / "x.html").returncode == 1


def test_train_and_evaluate_on_own_labels(examples: Path, tmp_path: Path) -> None:
    clean = (examples / CLEAN).read_text("utf-8")
    spun = (examples / SPUN).read_text("utf-8")
    labels = tmp_path / "labels.jsonl"
    rows = [
        {"text": f"{text} Number {number}.", "label": label, "family": label, "genre": "mixed"}
        for number in range(20)
        for text, label in ((clean, "original"), (spun, "spun"))
    ]
    labels.write_text("\n".join(map(json.dumps, rows)))
    trained = run("train", labels, "-o", tmp_path / "model")
    assert trained.returncode == 0, trained.stderr
    done = run("evaluate", labels, "--model", tmp_path / "model", "--format", "json")
    evaluation = json.loads(done.stdout)
    assert evaluation["overall"]["figures"]["auroc"]["value"] == pytest.approx(1.0)
    assert [one["name"] for one in evaluation["parts"]["family"]] == ["spun"]
    done = run("evaluate", labels, "-o", tmp_path / "figures", "--resamples", 20)
    assert (done.returncode, done.stderr) == (0, "")
    assert "republications found" in done.stdout and "by family" in done.stdout
    assert {file.name for file in (tmp_path / "figures").iterdir()} == {
        "evaluation.html", "evaluation.json",
    }  # fmt: skip
    assert "republications found" in trained.stdout
    assert "## Figures" in (tmp_path / "model" / "card.md").read_text("utf-8")
    for options, status, said in (
        (["--max-fpr", 0.5], 0, '"threshold": '),
        (["--max-fpr", 0.0001], 1, "honest texts, too few for a false-positive rate of 0.01 %"),
        (["--max-fpr", 0.5, "--threshold", 0.5], 2, "Give either --threshold or --max-fpr."),
    ):
        asked = ["score", examples / CLEAN, "--format", "json", "--model", tmp_path / "model"]
        done = run(*asked, *options)
        assert (done.returncode, said in done.stdout + done.stderr) == (status, True), options
    for wrong in (["--from-scratch", "--from", tmp_path / "model"], ["--lexicons", tmp_path]):
        assert run("train", labels, "-o", tmp_path / "other", *wrong).returncode == 2
    labels.write_text(json.dumps({"text": clean, "label": "nonsense"}))
    refused = run("train", labels, "-o", tmp_path / "other")
    assert (refused.returncode, "unknown label" in refused.stderr) == (1, True)


def test_scoring_imports_neither_scikit_learn_nor_pyarrow(examples: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from chaffinch.cli.main import main;"
        f"result = CliRunner().invoke(main, ['score', {str(examples / SPUN)!r}]);"
        "assert result.exit_code == 0, result.output;"
        "print([name for name in ('sklearn', 'pyarrow', 'scipy', 'joblib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


COMMANDS = main.list_commands(click.Context(main))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_and_a_word_on_each_option(name: str) -> None:
    shown = run(name, "--help").stdout
    assert f"\n  Example:\n    chaffinch {name} " in shown
    assert "\\b" not in shown
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []
