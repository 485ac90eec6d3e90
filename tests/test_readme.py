"""Every command, example, link and name in the README and in docs/ is what it says.

The README's two set-up commands are run by `readme_commands.py`, on a fresh machine, and the
recipes of docs/contributing.md by `test_recipes.py`. The commands that fetch lexicons, in
docs/reproduction.md, need registries and are not run.
"""

import importlib
import inspect
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from documentation import PAGES, ROOT, blocks, prose, spans

from chaffinch import Detector, Verdict
from chaffinch.cli.main import main
from chaffinch.detector.training.__main__ import build
from chaffinch.detector.training.meaning import main as fit_meaning
from chaffinch.detector.training.residue import main as weigh_residue
from chaffinch.detector.training.second_reader.__main__ import train as train_second_reader
from chaffinch.detector.training.sites import main as fit_sites
from chaffinch.features.registry import SIGNALS

SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
ROOMS = ("features", "datasets", "detector", "reports", "cli")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def pages_with(found: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Pairs of page and item, for a table of tests; an item stands once."""
    return [(page, item) for page, items in found.items() for item in sorted(set(items))]


def table_commands() -> list[str]:
    found: list[str] = re.findall(r"^\| `(chaffinch [^`]+)` \|", PAGES["README.md"], re.MULTILINE)
    return found


def python_commands(page: str) -> list[str]:
    shown = [
        line.partition("#")[0].strip() for text in blocks(page, "text") for line in text.split("\n")
    ]
    return [command for command in (*spans(page), *shown) if command.startswith("python ")]


def test_the_first_example_prints_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = blocks("README.md", "text")[0]
    command, _, expected = shown.partition("\n")
    done = CliRunner().invoke(main, shlex.split(command.removeprefix("$ chaffinch ")))
    assert done.output.rstrip() == expected.rstrip()


def test_the_python_example_of_the_readme_runs(examples: Path) -> None:
    (shown,) = blocks("README.md", "python")
    held: dict[str, object] = {"texts": [(examples / SPUN).read_text("utf-8"), "short"]}
    exec(compile(shown, "README.md", "exec"), held)
    assert isinstance(held["detector"], Detector)
    verdict = held["verdict"]
    assert isinstance(verdict, Verdict) and verdict.document.text == "short"


def test_the_examples_of_the_api_run_one_after_another(
    examples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(examples, "crawl")
    shutil.copy(
        examples / "harbour-gazette.example" / "barn-owls-breed-in-bell-tower.html", "page.html"
    )
    spun = (examples / SPUN).read_text("utf-8")
    texts = [
        spun,
        (examples / "larkfield-kitchen.example" / "leek-and-barley-soup.txt").read_text("utf-8"),
    ]
    held: dict[str, object] = {"text": spun, "texts": texts, "labels": [True, False]}
    held["html"] = Path("page.html").read_text("utf-8")
    for shown in blocks("docs/api.md", "python"):
        exec(compile(shown, "docs/api.md", "exec"), held)
    assert held["flagged"] == ["a", ""]
    unscorable, *scanned, audit, page = capsys.readouterr().out.splitlines()
    assert unscorable.startswith("The text has 9 words")
    assert len(scanned) == 5
    assert scanned[1].startswith(f"{SPUN} spun ") and scanned[1].endswith("'as', 'more'")
    assert audit == "20 5 6"
    assert page == "page.html#0 Barn owls breed in bell tower for first time since fire"


@pytest.fixture(scope="module")
def folder(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the table of commands names in capitals."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(examples, folder / "CRAWL")
    shutil.copytree(examples / "larkfield-kitchen.example", folder / "ORIGINALS")
    for name in ("FILE", "PAGE", "SOURCE"):
        shutil.copy(examples / SPUN, folder / name)
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
    # A server ends when its user says so.
    monkeypatch.setattr("socketserver.BaseServer.serve_forever", lambda server: None)
    words = [word.removesuffix("...") for word in shlex.split(command)][1:]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output


def commands() -> Iterator[click.Command]:
    for name in main.list_commands(click.Context(main)):
        command = main.get_command(click.Context(main), name)
        assert command is not None
        yield command


def options(command: click.Command) -> set[str]:
    return {name for one in command.params for name in one.opts}


def named_options(page: str) -> list[str]:
    return [span for span in spans(page) if re.match(r"--[a-z-]+\b", span)]


@pytest.mark.parametrize(
    ("page", "span"), pages_with({page: named_options(page) for page in PAGES})
)
def test_every_option_that_is_named_is_one(page: str, span: str) -> None:
    known = set().union(*(options(command) for command in (*commands(), build)), {"--help"})
    known |= {word for command in python_commands(page) for word in command.split()}
    name, *value = span.split()
    assert name in known
    if name == "--format":
        choices: set[str] = set()
        for command in commands():
            for one in command.params:
                if name in one.opts and isinstance(one.type, click.Choice):
                    choices.update(one.type.choices)
        assert set(value[0].replace(r"\|", "|").split("|")) <= choices


MODULES = {
    "chaffinch": main,
    "chaffinch.detector.training": build,
    "chaffinch.detector.training.residue": weigh_residue,
    "chaffinch.detector.training.second_reader": train_second_reader,
    "chaffinch.detector.training.meaning": fit_meaning,
    "chaffinch.detector.training.sites": fit_sites,
}
"""Commands behind ``python -m``."""


@pytest.mark.parametrize(
    ("page", "command"), pages_with({page: python_commands(page) for page in PAGES})
)
def test_every_python_command_exists_with_its_options(page: str, command: str) -> None:
    program, *words = shlex.split(command)[1:]
    if program == "-m":
        run: click.Command = MODULES[words.pop(0)]
    else:
        run = importlib.import_module(Path(program).stem).main
        assert (ROOT / program).samefile(inspect.getfile(run.callback or run.main))
    if isinstance(run, click.Group) and words:
        run = run.commands[words.pop(0)]
    assert {word for word in words if word.startswith("-")} <= options(run)


def test_every_extra_that_is_named_is_one() -> None:
    named = {
        name
        for text in PAGES.values()
        for name in re.findall(r"(?:chaffinch|\.)\[([a-z]+)\]", text)
    }
    assert named and named <= set(PROJECT["optional-dependencies"])


def anchor(heading: str) -> str:
    """The address of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading_of_it(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        place, _, fragment = target.partition("#")
        file = ((ROOT / page).parent / place).resolve()
        assert file.is_file(), target
        if fragment:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert fragment in map(anchor, headings), target


@pytest.mark.parametrize("page", sorted({*PAGES} - {"docs/reproduction.md"}))
def test_every_file_that_is_named_is_there(page: str) -> None:
    """Paths of the reproduction page are other repositories'."""
    tops = "|".join((*ROOMS, "benchmarks", "chaffinch", "docs", "examples", "tests"))
    named = [span for span in spans(page) if re.fullmatch(rf"(?:{tops})/[\w./-]*", span)]
    assert [name for name in named if not (ROOT / name).exists()] == []


def first_cells(page: str, pattern: str) -> list[str]:
    """What stands in backquotes at the beginning of a table's rows and fits a pattern."""
    found: list[str] = re.findall(rf"^\| `({pattern})` \|", PAGES[page], re.MULTILINE)
    return found


def test_every_signal_is_explained_in_order() -> None:
    assert first_cells("docs/how-it-works.md", r"\w+") == [signal.name for signal in SIGNALS]


def test_every_room_is_described() -> None:
    rooms = [path for room in ROOMS for path in ((ROOT / room), *(ROOT / room).rglob("*"))]
    folders = {
        f"{path.relative_to(ROOT).as_posix()}/"
        for path in rooms
        if path.is_dir() and path.name not in ("__pycache__", "templates")
    }
    assert set(first_cells("docs/architecture.md", r"[\w/]+/")) == folders


def test_every_file_behind_the_bundled_model_is_described() -> None:
    card = (ROOT / "detector" / "bundled" / "card.md").read_text("utf-8").replace("\\", "")
    corpora = re.findall(r"^\| (\w+)\.jsonl\.zst \|", card, re.MULTILINE)
    assert corpora and set(corpora) <= set(first_cells("docs/reproduction.md", r"\w+"))
    lexicons = (ROOT / "datasets" / "lexicons" / "lexicons.py").read_text("utf-8")
    for name in re.findall(r'folder / "([\w.-]+)"', lexicons):
        assert f"DATA/lexicons/{name}" in PAGES["docs/reproduction.md"]


def test_the_set_up_of_contributors_is_the_readmes() -> None:
    setup = blocks("README.md", "sh")[1].rpartition(" && ")[0]
    assert blocks("docs/contributing.md", "sh")[0].splitlines()[0] == setup


def test_the_citation_is_of_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert f"\nlicense: {PROJECT['license']}\n" in citation
