"""What an installation gets: the wheel's content, and the versions it asks for."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FOLDERS = ("cli", "datasets", "detector", "features", "reports")
DOOR = ("chaffinch/__init__.py", "chaffinch/__main__.py", "chaffinch/py.typed")
BESIDE = ("benchmarks", "examples", "tests")
FILES = ("CHANGELOG.md", "LICENSE", "MANIFEST.in", "NOTICE", "README.md", "pyproject.toml")
SHIPPED = (".py", ".typed", ".json", ".npy", ".txt", ".md", ".j2", ".css", ".js")


class Built(NamedTuple):
    """What is published: an archive of the source, and the wheel that was built from it."""

    source: Path
    wheel: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Built from a copy: setuptools would put an old ``build/`` of the checkout into it."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source"
    for name in (*FOLDERS, *BESIDE):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        ROOT / "chaffinch",
        source / "chaffinch",
        symlinks=True,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name in FILES:
        shutil.copy(ROOT / name, source)
    # -P: a folder `build` of the checkout is not the library.
    command = [sys.executable, "-P", "-m", "build", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    (found,) = folder.glob("*.whl")
    return Built(archive, found)


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
    with tarfile.open(built.source) as archive:
        members = archive.getmembers()
    files = {member.name.partition("/")[2] for member in members if member.isfile()}
    assert all(member.isfile() or member.isdir() for member in members)
    held = {name for name in files if not name.startswith("chaffinch.egg-info/")}
    made = {"PKG-INFO", "setup.cfg"}
    beside = files_of(BESIDE, (".py", ".json", ".jsonl", ".txt", ".md", ".html", ".png"))
    rooms = {f"chaffinch/{name}" for name in files_of(FOLDERS, SHIPPED)}
    assert held == {*FILES, *made, *DOOR, *rooms, *beside}


@pytest.mark.slow
def test_it_says_that_it_is_typed_and_under_which_licence(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    assert "chaffinch/py.typed" in held
    assert {"LICENSE", "NOTICE"} <= {name.rsplit("/", 1)[-1] for name in held}


@pytest.mark.slow
def test_it_works_beside_a_package_called_datasets(
    wheel: Path, examples: Path, tmp_path: Path
) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("name = 'another package'")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "-q", "--target"]
    subprocess.run([*command, tmp_path, wheel], check=True)
    page = examples / "newswire-pr.example" / "barn-owls-breed-in-bell-tower.txt"
    code = (
        "import sys, datasets, chaffinch.datasets.extraction.documents as ours;"
        "from pathlib import Path; from chaffinch.detector.detector import Detector;"
        "print(datasets.name, Path(ours.__file__).is_relative_to(sys.argv[1]),"
        "      Detector.load().score(Path(sys.argv[2]).read_text('utf-8')).kind)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path, page],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("another package True spun", "")


def requirements(*extras: str) -> dict[str, str]:
    """Lowest version of each library that an installation brings or an extra adds, by name."""
    optional = PYPROJECT["project"]["optional-dependencies"]
    lines = [*PYPROJECT["project"]["dependencies"], *(optional[name][0] for name in extras)]
    return dict(line.split(">=") for line in lines)


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
    return {owners[module][0].lower() for module in libraries}


def test_what_is_imported_is_required_and_the_other_way_round() -> None:
    assert imported() == set(requirements("remote", "ray", "datatrove"))


def test_the_lowest_versions_tested_are_those_required() -> None:
    lines = (ROOT / "tests" / "lowest.txt").read_text("utf-8").split()
    assert dict(line.split("==") for line in lines) == requirements("remote")


def test_every_library_is_listed_with_its_licence() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    section = notice.partition("\nLibraries\n")[2].partition("\n\n")[0]
    listed = re.findall(r"^- ([\w-]+)[^:]*: (.+)$", section, re.MULTILINE)
    assert [name for name, _ in listed] == sorted(requirements("remote"))
    for name, licences in listed:
        facts = importlib.metadata.metadata(name)
        fields = ("License-Expression", "License", "Classifier")
        stated = " ".join(str(one) for field in fields for one in facts.get_all(field) or ())
        for licence in licences.split(" and "):
            # Older metadata has a family's name, "BSD License", where newer has an identifier.
            assert licence.partition("-")[0] in stated, f"{name} states {stated[:200]}"
