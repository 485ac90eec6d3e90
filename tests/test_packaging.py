"""What an installation gets: the wheel's content, and the versions it asks for."""

import ast
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PYPROJECT["tool"]["setuptools"]["packages"]
FOLDERS = sorted({package.split(".")[1] for package in PACKAGES})
SHIPPED = (".py", ".typed", ".json", ".npy", ".txt", ".md", ".j2", ".css", ".js")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools would put an old ``build/`` of the checkout into it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    pip("wheel", "--wheel-dir", folder, source)
    (found,) = folder.glob("*.whl")
    return found


def pip(command: str, *arguments: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", command, "--no-deps", "-q", *arguments], check=True
    )


def test_it_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = (path for name in FOLDERS for path in (ROOT / name).rglob("*"))
    assert held == {
        f"chaffinch/{path.relative_to(ROOT).as_posix()}"
        for path in files
        if path.is_file() and path.suffix in SHIPPED
    }


def test_it_says_that_it_is_typed_and_under_which_licence(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    assert {f"chaffinch/{folder}/py.typed" for folder in FOLDERS} <= set(held)
    assert {"LICENSE", "NOTICE"} <= {name.rsplit("/", 1)[-1] for name in held}


def test_it_works_beside_a_package_called_datasets(
    wheel: Path, examples: Path, tmp_path: Path
) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("name = 'another package'")
    pip("install", "--target", tmp_path, wheel)
    page = examples / "newswire-pr.example" / "barn-owls-breed-in-bell-tower.txt"
    code = (
        "import sys, datasets, chaffinch.datasets.documents as ours;"
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
