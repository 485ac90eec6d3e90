"""Every command and example of the README does what it says, run as it stands.

The two set-up commands are run by `readme_commands.py`, on a fresh machine.
"""

import importlib
import inspect
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from chaffinch.cli.main import main
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.__main__ import build
from chaffinch.detector.verdict import Verdict

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"


def blocks(language: str) -> list[str]:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return found


def spans() -> list[str]:
    """Everything in single backquotes, on one line."""
    text = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", text)]


def table_commands() -> list[str]:
    found: list[str] = re.findall(r"^\| `(chaffinch [^`]+)` \|", README, re.MULTILINE)
    return found


def python_commands() -> list[str]:
    return sorted({span for span in spans() if span.startswith("python ")})


def test_the_first_example_prints_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = blocks("text")[0]
    command, _, expected = shown.partition("\n")
    done = CliRunner().invoke(main, shlex.split(command.removeprefix("$ chaffinch ")))
    assert done.output.rstrip() == expected.rstrip()


def test_the_python_example_runs(examples: Path) -> None:
    (shown,) = blocks("python")
    held: dict[str, object] = {"texts": [(examples / SPUN).read_text("utf-8"), "short"]}
    exec(compile(shown, "README.md", "exec"), held)
    assert isinstance(held["detector"], Detector)
    verdict = held["verdict"]
    assert isinstance(verdict, Verdict) and verdict.document.text == "short"


@pytest.fixture(scope="module")
def folder(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the table of commands names in capitals."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(examples, folder / "CRAWL")
    shutil.copytree(examples / "larkfield-kitchen.example", folder / "ORIGINALS")
    shutil.copy(examples / SPUN, folder / "FILE")
    for name in ("OUT", "OLD", "NEW"):
        done = CliRunner().invoke(main, ["audit", str(folder / "CRAWL"), "-o", str(folder / name)])
        assert done.exit_code == 0, done.output
    clean = "larkfield-kitchen.example/leek-and-barley-soup.txt"
    for label, file in (("original", examples / clean), ("spun", examples / SPUN)):
        (folder / "DATA" / label).mkdir(parents=True)
        for number in range(22):
            text = file.read_text("utf-8")
            (folder / "DATA" / label / f"{number}.txt").write_text(f"{text}\nNumber {number}.")
    return folder


@pytest.mark.parametrize("command", table_commands())
def test_every_command_of_the_tables_runs(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    words = [word.removesuffix("...") for word in shlex.split(command)][1:]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output


def options(command: click.Command) -> set[str]:
    return {name for one in command.params for name in one.opts}


@pytest.mark.parametrize(
    "span", sorted({span for span in spans() if re.match(r"--[a-z-]+\b", span)}), ids=str
)
def test_every_option_that_is_named_is_one(span: str) -> None:
    commands = [main.get_command(click.Context(main), name) for name in main.list_commands(None)]  # type: ignore[arg-type]
    known = set().union(*(options(command) for command in (*commands, build) if command))
    known |= {word for command in python_commands() for word in command.split()}
    name, *value = span.split()
    assert name in known
    if name == "--format":
        choices: set[str] = set()
        for command in commands:
            for one in command.params if command else ():
                if name in one.opts and isinstance(one.type, click.Choice):
                    choices.update(one.type.choices)
        assert set(value[0].replace(r"\|", "|").split("|")) <= choices


@pytest.mark.parametrize("command", python_commands())
def test_every_python_command_exists_with_its_options(command: str) -> None:
    program, *words = shlex.split(command)[1:]
    if program == "-m":
        assert words.pop(0) == "chaffinch.detector.training"
        run: click.Command = build
    else:
        run = importlib.import_module(Path(program).stem).main
        assert (ROOT / program).samefile(inspect.getfile(run.callback or run.main))
    if isinstance(run, click.Group):
        run = run.commands[words.pop(0)]
    assert {word for word in words if word.startswith("-")} <= options(run)


def test_every_extra_that_is_named_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = re.findall(r"(?:chaffinch|\.)\[([a-z]+)\]", README)
    assert named and set(named) <= set(project["optional-dependencies"])
