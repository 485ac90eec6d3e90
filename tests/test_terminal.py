"""What a user at a terminal meets: mistakes, exit statuses, colours, completion, diffs."""

import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from command import run
from documentation import blocks

from chaffinch.cli.main import main
from chaffinch.detector.despinning import MIN_GAIN, restorations
from chaffinch.detector.detector import Detector

COMMAND = str(Path(sys.executable).with_name("chaffinch"))
SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
CLEAN = "larkfield-kitchen.example/leek-and-barley-soup.txt"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("scor", "No such command 'scor'. Did you mean `chaffinch score`?"),
        ("adit", "No such command 'adit'. Did you mean `chaffinch audit`?"),
        (
            "a.txt",
            "No such command 'a.txt'. To judge a file: `chaffinch score a.txt`.",
        ),
        ("qqqqqq", "No such command 'qqqqqq'."),
        ("sc\x1b[1mre", "No such command 'sc\\x1b[1mre'. Did you mean `chaffinch score`?"),
    ],
)
def test_a_command_that_there_is_not_is_refused_with_the_one_meant(
    given: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("A text.")
    done = run(given, "x")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"Error: {sentence}"


def test_an_error_is_said_once(tmp_path: Path) -> None:
    done = run("score", tmp_path / "missing.txt")
    assert done.stdout == f"unreadable  {tmp_path}/missing.txt\n\n"
    assert done.stderr == f"chaffinch: {tmp_path}/missing.txt does not exist. Check the path.\n"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["score", "CLEAN", "--fail-on", "flagged"], 0),
        (["score", "SPUN", "--fail-on", "flagged"], 1),
        (["score", "SPUN", "--fail-on", "copied"], 2),
        (["score", "SPUN", "missing", "--fail-on", "flagged"], 3),
        (["score", "SPUN", "--fail-on", "flagged", "--model", "missing"], 4),
        (["score", "SPUN", "--model", "missing", "--fail-on", "flagged"], 4),
        (["score", "SPUN", "--model", "missing"], 1),
        (["compare", "SPUN", "SPUN", "--fail-on", "copied"], 1),
        (["compare", "EXAMPLES", "EXAMPLES", "--fail-on", "flagged"], 4),
        (["changes", "EXAMPLES", "--fail-on", "flagged"], 4),
        (["changes", "EXAMPLES"], 1),
        (["signals", "--model", "missing"], 1),
    ],
)
def test_what_fail_on_found_has_a_status_that_no_error_has(
    arguments: list[str], status: int, examples: Path, tmp_path: Path
) -> None:
    places = {
        "CLEAN": examples / CLEAN,
        "SPUN": examples / SPUN,
        "EXAMPLES": examples,
        "missing": tmp_path / "missing",
    }
    assert run(*[places.get(word, word) for word in arguments]).returncode == status


def test_an_interrupt_ends_with_130_and_a_sentence() -> None:
    process = subprocess.Popen(
        [COMMAND, "score", "--format", "jsonl", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write('{"text": "Short."}\n')
    process.stdin.flush()
    assert process.stdout.readline().startswith('{"path": "-"')
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert said == "Error: Interrupted. Run the same command again to start over.\n"


def on_a_terminal(*arguments: str | Path, **environment: str) -> bytes:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    subprocess.run(
        [COMMAND, *arguments], stdout=theirs, env={**kept, **environment}, check=True, timeout=60
    )
    os.close(theirs)
    return os.read(ours, 100_000)


def test_colours_are_for_terminals_and_for_those_who_want_them(examples: Path) -> None:
    assert b"\x1b[" in on_a_terminal("score", examples / SPUN)
    assert b"\x1b[" in on_a_terminal("score", examples / SPUN, NO_COLOR="")
    assert b"\x1b[" not in on_a_terminal("score", examples / SPUN, NO_COLOR="1")
    assert "\x1b[" not in run("score", examples / SPUN).stdout


@pytest.mark.parametrize("command", ["score", "despin", "compare", "audit", "index"])
def test_the_shell_completes_files(command: str) -> None:
    found = main.get_command(click.Context(main), command)
    assert found is not None
    places = [one for one in found.params if isinstance(one, click.Argument)]
    assert places
    for place in places:
        assert [one.type for one in place.shell_complete(click.Context(found), "pa")] == ["file"]


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
def test_the_completion_of_the_documentation_works() -> None:
    (shown,) = [block for block in blocks("docs/commands.md", "sh") if "_source" in block]
    folder = Path(COMMAND).parent
    script = (
        f"export PATH={folder}:$PATH\n{shown}\n"
        "COMP_WORDS=(chaffinch sc); COMP_CWORD=1; _chaffinch_completion chaffinch\n"
        'echo "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("score\n", "")


def test_despin_puts_back_what_score_lists(
    detector: Detector, examples: Path, tmp_path: Path
) -> None:
    verdict = detector.score((examples / SPUN).read_text("utf-8"))
    known = {item.original for item in restorations(verdict)}
    shown = run("score", examples / SPUN).stdout.partition("replaced: ")[2].partition(" counter:")
    pairs = [pair.strip().split(" (")[0] for pair in " ".join(shown[0].split()).split(",")]
    listed = [pair.partition(" > ")[2].partition(" view")[0] for pair in pairs]
    assert len(listed) == 12
    assert set(listed) <= {original.lower() for original in known if original}


def test_a_diff_of_what_despin_changes_can_be_applied(examples: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    shutil.copy(examples / SPUN, page)
    shown = run("despin", page, "--diff")
    assert shown.stdout.startswith(f"--- {page}\n+++ {page} (restored)\n@@ ")
    restored = run("despin", page).stdout
    if shutil.which("patch"):
        command = ["patch", "--silent", str(page)]
        subprocess.run(command, input=shown.stdout, text=True, check=True)
        assert page.read_text("utf-8") == restored
    assert run("despin", examples / CLEAN, "--diff").stdout == ""


def test_a_diff_says_where_the_last_line_has_no_end(examples: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text((examples / SPUN).read_text("utf-8").partition("\n\n")[2][:900])
    diff = run("despin", page, "--diff").stdout
    assert diff.count("\n\\ No newline at end of file\n") == 2


def test_a_gain_restores_more_or_less_whatever_the_verdict(
    detector: Detector, examples: Path
) -> None:
    spun = detector.score((examples / SPUN).read_text("utf-8"))
    counts = [len(restorations(spun, gain)) for gain in (0.0, MIN_GAIN, 1.5)]
    assert counts[0] > counts[1] > counts[2] > 0
    assert restorations(spun) == restorations(spun, MIN_GAIN)
    lines = run("despin", examples / SPUN, "--format", "jsonl", "--min-gain", "1.5").stdout
    assert len(lines.splitlines()) == counts[2]
    flagged = detector.threshold
    sure = Detector.load(threshold=1 - 1e-9)
    unflagged = sure.score(spun.document)
    assert flagged < sure.threshold and not unflagged.flagged
    assert restorations(unflagged) == []
    assert restorations(unflagged, MIN_GAIN) == restorations(spun)
