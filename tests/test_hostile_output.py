"""What a hostile crawl puts into titles, names and texts does nothing where it is printed."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from chaffinch.cli.main import main
from chaffinch.reports.formats.json import json_text
from chaffinch.reports.formats.registry import COMPARISONS, RESULTS, SITES, SUMMARIES

COMMAND = str(Path(sys.executable).with_name("chaffinch"))
SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"

ESCAPE = "\x1b[2J\x1b]0;owned\x07"
BIDI = "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe\N{ZERO WIDTH SPACE}"
HALF = "\ud83d"
FORMULA = "=HYPERLINK(1)"
MARKUP = "</script><img src=x onerror=alert(1)>`|"
HOSTILE = f"{FORMULA}{ESCAPE}{BIDI}{HALF}{MARKUP}"
NAMES = [
    b"line\nfeed.txt",
    b"caf\xe9.txt",
    b"caf\xe8.txt",
    b"caf\\xe9.txt",
    b"\x1b[31mred.txt",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe.txt".encode(),
    b"=1+1.txt",
]


@pytest.fixture(scope="module")
def crawl(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records hostile in every field, and files hostile by their names."""
    folder = tmp_path_factory.mktemp("hostile")
    spun = (examples / SPUN).read_text("utf-8")
    rows: list[dict[str, Any]] = [
        {"id": HOSTILE, "title": HOSTILE, "url": f"https://a.example{ESCAPE}/{BIDI}"},
        {"id": "2", "title": HOSTILE, "url": f"https://{ESCAPE}b.example/", "published": HOSTILE},
        {"id": "3", "title": f"\N{FULLWIDTH EQUALS SIGN}1+1{MARKUP}", "url": f"{HOSTILE}://"},
    ]
    for number, row in enumerate(rows):
        row["text"] = f"{HOSTILE}\n2 months ago {number}k views{ESCAPE}\n{spun}{number} {HOSTILE}"
    rows += [{"id": HOSTILE, "text": 5}, {"id": "4", "text": HOSTILE}]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    redirect = (
        f"HTTP/1.1 301 Moved\r\nLocation: https://{ESCAPE}\r\nContent-Type: text/html\r\n\r\n"
    ).encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://c.example/{ESCAPE}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(redirect)}\r\n"
    ).encode()
    (folder / "archive.warc").write_bytes(head + b"\r\n" + redirect + b"\r\n\r\n")
    for name in NAMES:
        (folder / os.fsdecode(name)).write_text("A short note.")
    return folder


@pytest.fixture(scope="module")
def audited(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("audited") / "out"
    done = run("audit", crawl, "-o", output, "--format", "csv", "--format", "jsonl")
    assert done.exit_code == 0
    assert_printable(done.output)
    return output


def run(*arguments: object) -> Result:
    """Run a command within this process; its `output` has both streams."""
    return CliRunner().invoke(main, [str(one) for one in arguments])


def assert_printable(text: str) -> None:
    control = {one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Cs")} - {"\n"}
    assert control == set()


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from strings([key, one])
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


def assert_well_formed(line: str) -> Any:
    assert line.isascii()
    value = json.loads(line, parse_constant=pytest.fail)
    for text in strings(value):
        text.encode()
    return value


def assert_no_formula(table: str) -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(table, newline="")))
    for row in rows:
        for cell in row:
            cell.encode()
            assert not cell.startswith(tuple("=+@\t\r\n\N{FULLWIDTH EQUALS SIGN}"))
            assert not cell.startswith("-") or float(cell) < 0
    return rows


@pytest.mark.parametrize("format_", RESULTS)
def test_score_prints_nothing_that_is_obeyed(
    crawl: Path, format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(crawl.iterdir())
    paths = [str(file) for file in (*files, crawl / f"missing{ESCAPE}")]
    with pytest.raises(SystemExit) as ended:
        main(["score", "--with-text", "--format", format_, *paths], standalone_mode=False)
    assert ended.value.code == 3
    shown, said = capsys.readouterr()
    assert_printable(shown + said)
    if format_ == "text":
        assert "replaced: " in shown and "arsenic > as" in shown
    elif format_ == "csv":
        assert len(assert_no_formula(shown)) == 1 + 5 + 1 + len(NAMES) + 1
    elif format_ == "html":
        assert shown.isascii() and shown.count("<article") == 5 + 1 + len(NAMES) + 1
        assert "<img" not in shown and "<script" not in shown
    elif format_ == "jsonl":
        rows = [assert_well_formed(line) for line in shown.splitlines()]
        assert len({row["path"] for row in rows}) == len(files) + 1
        for row in rows:
            for item in row["evidence"]:
                if item["where"] == "text":
                    assert row["text_scored"][item["start"] : item["end"]] == item["text"]
    else:
        found = assert_well_formed(shown)
        if format_ == "sarif":
            (sarif,) = found["runs"]
            assert len(sarif["results"]) == 3
            assert_well_formed(json.dumps(sarif["results"]))


def test_sarif_addresses_are_of_the_bytes_of_a_name(examples: Path, tmp_path: Path) -> None:
    name = tmp_path / os.fsdecode(b"caf\xe9 \\x.txt")
    name.write_bytes((examples / SPUN).read_bytes())
    log = json.loads(run("score", "--format", "sarif", name).stdout)
    (location,) = log["runs"][0]["results"][0]["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == f"{tmp_path}/caf%E9%20%5Cx.txt"


def test_despin_obeys_nothing_in_a_terminal_and_changes_nothing_elsewhere(tmp_path: Path) -> None:
    text = f"One\n{ESCAPE}{BIDI} {'two ' * 100}\nthree\n"
    (tmp_path / "a.txt").write_text(text)
    despin = [COMMAND, "despin", str(tmp_path / "a.txt")]
    assert subprocess.run(despin, capture_output=True, check=True).stdout == text.encode()
    ours, theirs = pty.openpty()
    subprocess.run(despin, stdout=theirs, check=True)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = terminal.read(10_000).decode().replace("\r\n", "\n")
    assert_printable(shown)
    assert shown.startswith("One\n?[2J") and shown.endswith(" two \nthree\n")


def test_a_name_of_any_bytes_is_read_and_told_from_any_other(audited: Path) -> None:
    rows = pq.read_table(audited / "documents").to_pylist()
    short = {row["path"] for row in rows if row["unscorable"] and "3 words" in row["unscorable"]}
    assert short == {
        "line\nfeed.txt",
        r"caf\xe9.txt",
        r"caf\xe8.txt",
        r"caf\\xe9.txt",
        "\x1b[31mred.txt",
        "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe.txt",
        "=1+1.txt",
    }
    assert len({row["id"] for row in rows}) == len(rows)
    assert [row["error"] for row in rows if row["error"]] == [
        "rows.jsonl, line 4: `text` is not a text, but int. Give the text or HTML of the page."
    ]


def test_tables_of_an_audit_hold_no_formula_and_sound_json(audited: Path) -> None:
    assert len(assert_no_formula((audited / "documents.csv").read_text("utf-8"))) == 14
    for line in (audited / "documents.jsonl").read_text("utf-8").splitlines():
        assert_well_formed(line)


@pytest.mark.parametrize("format_", SUMMARIES)
def test_summaries_print_nothing_that_is_obeyed(audited: Path, format_: str) -> None:
    done = run("report", audited, "--format", format_)
    assert done.exit_code == 0
    assert_printable(done.output)
    if format_ == "csv":
        assert_no_formula(done.stdout)
    elif format_ == "json":
        assert_well_formed(done.stdout)


@pytest.mark.parametrize("format_", SITES)
def test_lists_of_sites_print_nothing_that_is_obeyed(audited: Path, format_: str) -> None:
    done = run("sites", audited, "--format", format_, "--threshold", "0")
    assert done.exit_code == 0
    assert_printable(done.output)
    if format_ == "csv":
        assert_no_formula(done.stdout)
    elif format_ == "jsonl":
        assert [assert_well_formed(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def earlier(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("earlier") / "out"
    assert run("audit", examples / "chemnotes.example", "-o", output).exit_code == 0
    return output


@pytest.mark.parametrize("format_", COMPARISONS)
def test_compare_prints_nothing_that_is_obeyed(audited: Path, earlier: Path, format_: str) -> None:
    done = run("compare", earlier, audited, "--format", format_)
    assert done.exit_code == 0
    assert_printable(done.output)
    lines = [line for line in done.output.splitlines(True) if "Newly flagged: " not in line]
    if format_ == "text":
        assert [line.split()[0] for line in lines] == ["added"] * 3
    elif format_ == "csv":
        assert len(assert_no_formula("".join(lines))) == 1 + 3
    else:
        assert len([assert_well_formed(line) for line in lines]) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "--model", f"none{ESCAPE}", "x"],
        ["audit", f"none{ESCAPE}", "-o", "out"],
        ["report", f"none{ESCAPE}", "-o", "x.html"],
        ["compare", f"none{ESCAPE}", "none"],
        ["evaluate", f"none{ESCAPE}"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_sentence_about_a_hostile_name_is_printable(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.exit_code in (1, 2, 3)
    assert "none" in done.output
    assert_printable(done.output)


def test_an_encoding_that_lacks_a_character_prints_its_number(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve \N{BULLET}", "utf-8"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1:strict"}
    for command in (["despin"], ["score", "--with-text"]):
        done = subprocess.run(
            [COMMAND, *command, tmp_path / "a.txt"],
            env=environment,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"na\xefve \\u2022" in done.stdout


def test_an_output_without_room_is_said(examples: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "score", examples / SPUN], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"Error: Stopped: the output cannot be used (No space left")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("\ud83d\ud83d\udc26", "\ufffd\U0001f426"),
        ("\\\ud83d", "\\\ufffd"),
        (r"\ud83d", r"\ud83d"),
        ("\udc26\ud83d", "\ufffd\ufffd"),
    ],
)
def test_half_a_pair_and_nothing_else_is_replaced(value: str, expected: str) -> None:
    assert json.loads(json_text(value)) == expected
