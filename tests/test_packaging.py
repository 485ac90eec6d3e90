"""What an installation gets: the wheel's content, and the versions it asks for."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FOLDERS = ("cli", "datasets", "detector", "features", "reports")
DOOR = ("chaffinch/__init__.py", "chaffinch/__main__.py", "chaffinch/py.typed")
BESIDE = ("benchmarks", "docs", "examples", "tests")
FILES = (
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE",
    "MANIFEST.in",
    "NOTICE",
    "README.md",
    "pyproject.toml",
)
OUTSIDE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
"""Where the checkout does not show through."""

SHIPPED = (".py", ".typed", ".json", ".npy", ".onnx", ".txt", ".md", ".j2", ".css", ".js")


class Built(NamedTuple):
    """A copy of the checkout, the archive of it, and the wheel that was built from the archive."""

    checkout: Path
    archive: Path
    wheel: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Built from a copy: setuptools would put an old ``build/`` of the checkout into it."""
    folder = tmp_path_factory.mktemp("built")
    checkout = folder / "checkout"
    unmade = shutil.ignore_patterns("__pycache__")
    for name in (*FOLDERS, *BESIDE, "chaffinch"):
        shutil.copytree(ROOT / name, checkout / name, symlinks=True, ignore=unmade)
    for name in FILES:
        shutil.copy(ROOT / name, checkout)
    # -P: a folder `build` of the checkout is not the library.
    command = [sys.executable, "-P", "-m", "build", "--outdir", str(folder), str(checkout)]
    subprocess.run(command, check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    (found,) = folder.glob("*.whl")
    return Built(checkout, archive, found)


@pytest.fixture(scope="module")
def wheel(built: Built) -> Path:
    return built.wheel


def files_of(folders: Iterable[str], suffixes: Sequence[str]) -> set[str]:
    found = (path for name in folders for path in (ROOT / name).rglob("*"))
    return {
        path.relative_to(ROOT).as_posix()
        for path in found
        if path.is_file() and path.suffix in suffixes
    }


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == {*DOOR, *(f"chaffinch/{name}" for name in files_of(FOLDERS, SHIPPED))}


@pytest.mark.slow
def test_the_source_holds_what_builds_tests_and_explains_it_and_nothing_else(
    built: Built,
) -> None:
    with tarfile.open(built.archive) as archive:
        members = archive.getmembers()
    files = {member.name.partition("/")[2] for member in members if member.isfile()}
    assert all(member.isfile() or member.isdir() for member in members)
    held = {name for name in files if not name.startswith("chaffinch.egg-info/")}
    made = {"PKG-INFO", "setup.cfg"}
    beside = files_of(BESIDE, (".py", ".json", ".jsonl", ".txt", ".md", ".html", ".png"))
    rooms = {f"chaffinch/{name}" for name in files_of(FOLDERS, SHIPPED)}
    # Inputs of every kind, whatever they are called.
    inputs = (path for path in (ROOT / "tests" / "inputs").rglob("*") if path.is_file())
    read = {path.relative_to(ROOT).as_posix() for path in inputs}
    assert held == {*FILES, *made, *DOOR, *rooms, *beside, *read}


@pytest.mark.slow
def test_it_says_that_it_is_typed_and_under_which_licence(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    assert "chaffinch/py.typed" in held
    assert {"LICENSE", "NOTICE"} <= {name.rsplit("/", 1)[-1] for name in held}


def printed(*command: str | Path, cwd: Path) -> str:
    """What a command prints; it must end well and complain of nothing."""
    done = subprocess.run(
        command, cwd=cwd, env=OUTSIDE, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def environment(folder: Path, *what: str | Path) -> Path:
    """A new Python that has these tests' libraries and what pip installs: its executable."""
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "datasets").mkdir()
    (packages / "datasets" / "__init__.py").write_text("name = 'another package'")
    python = folder / "bin" / "python"
    # -P: a folder `pip` of the checkout is not the installer.
    pip = [sys.executable, "-P", "-m", "pip", "--python", str(python)]
    command = [*pip, "install", "--no-deps", *what]
    subprocess.run(command, env=OUTSIDE, check=True, capture_output=True)
    # Python does not follow the .pth files in there, so no other installation shows through.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return python


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["editable", "archive", "wheel"])
def test_every_installation_has_the_front_door_and_the_command(
    built: Built, kind: str, examples: Path, tmp_path: Path
) -> None:
    what: dict[str, list[str | Path]] = {
        "editable": ["-e", built.checkout],
        "archive": [built.archive],
        "wheel": [built.wheel],
    }
    python = environment(tmp_path / "environment", *what[kind])
    page = examples / "newswire-pr.example" / "barn-owls-breed-in-bell-tower.txt"
    version = PYPROJECT["project"]["version"]
    code = (
        "import sys, datasets, chaffinch.datasets.intake; from pathlib import Path;"
        "from chaffinch import Detector, Document, Verdict, __version__;"
        "verdict = Detector.load().score(Document(Path(sys.argv[1]).read_text('utf-8')));"
        "print(datasets.name, __version__, isinstance(verdict, Verdict), verdict.kind)"
    )
    shown = printed(python, "-c", code, page, cwd=tmp_path)
    assert shown == f"another package {version} True spun"
    starts: list[list[str | Path]] = [[python, "-m", "chaffinch"], [python.with_name("chaffinch")]]
    for start in starts:
        assert printed(*start, "--version", cwd=tmp_path) == f"chaffinch {version}"
        assert printed(*start, "score", page, cwd=tmp_path).startswith("spun")


PROGRAM = """
from chaffinch import Detector, Document, Verdict, __version__

detector = Detector.load()
document = Document("The council volition meet.", url="https://a.example/")
verdict: Verdict = detector.score(document)
print(__version__.upper(), verdict.kind.upper(), verdict.flagged, (verdict.probability or 0) + 1)
print([reason.signal.upper() for reason in verdict.reasons])
print([(item.start, item.text.upper(), item.original) for item in verdict.evidence])
print([verdict.kind for verdict in detector.score_many(["a", document])])
"""
MISTAKES = """
from chaffinch import Detector, Nonsense

Detector.load().score(5)
Detector.load().score("a").nonsense
"""


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_type_checkers_know_the_names_at_the_front_door(
    wheel: Path, checker: str, tmp_path: Path
) -> None:
    pytest.importorskip(checker)
    python = environment(tmp_path / "environment", wheel)
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "mistakes.py").write_text(MISTAKES)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    option = {"mypy": ["--strict", "--python-executable"], "pyright": ["--pythonpath"]}[checker]
    command = [sys.executable, "-P", "-m", checker, *option, str(python)]

    def errors(name: str) -> list[str]:
        done = subprocess.run([*command, name], cwd=tmp_path, capture_output=True, text=True)
        return re.findall(r":(\d+):.* error: ", done.stdout)

    assert errors("program.py") == []
    assert sorted(set(errors("mistakes.py"))) == ["2", "4", "5"]


def requirements(*extras: str) -> dict[str, str]:
    """Lowest version of each library that an installation brings or an extra adds, by name."""
    optional = PYPROJECT["project"]["optional-dependencies"]
    lines = [*PYPROJECT["project"]["dependencies"], *(optional[name][0] for name in extras)]
    return dict(re.sub(r"\[\w+\]", "", line).split(">=") for line in lines)


def imported() -> set[str]:
    """Libraries that the packages import, at any depth of their code."""
    modules: set[str] = set()
    for path in (path for name in FOLDERS for path in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                modules.add((node.module or "").split(".")[0])
    owners = importlib.metadata.packages_distributions()
    # _typeshed is for type checkers, which bring it.
    libraries = modules - set(sys.stdlib_module_names) - {"chaffinch", "_typeshed"}
    # A library of an extra that is not installed is taken to have its module's name.
    names = (owners.get(module, [module.replace("_", "-")])[0] for module in libraries)
    return {name.lower() for name in names}


def test_what_is_imported_is_required_and_the_other_way_round() -> None:
    training = PYPROJECT["project"]["optional-dependencies"]["training"]
    trained_with = {line.partition(">=")[0] for line in training}
    assert imported() == {
        *requirements("meaning", "reader", "remote", "ray", "datatrove", "spark"),
        *trained_with,
    }


def test_the_lowest_versions_tested_are_those_required() -> None:
    lines = (ROOT / "tests" / "lowest.txt").read_text("utf-8").split()
    assert dict(line.split("==") for line in lines) == requirements("meaning", "reader", "remote")


def test_every_library_is_listed_with_its_licence() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    section = notice.partition("\nLibraries\n")[2].partition("\n\n")[0]
    listed = re.findall(r"^- ([\w-]+)[^:]*: (.+)$", section, re.MULTILINE)
    assert [name for name, _ in listed] == sorted(requirements("meaning", "reader", "remote"))
    for name, licences in listed:
        facts = importlib.metadata.metadata(name)
        fields = ("License-Expression", "License", "Classifier")
        stated = " ".join(str(one) for field in fields for one in facts.get_all(field) or ())
        for licence in licences.split(" and "):
            # Older metadata has a family's name, "BSD License", where newer has an identifier.
            assert licence.partition("-")[0] in stated, f"{name} states {stated[:200]}"
