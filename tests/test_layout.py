"""The house: imports point downwards, one front door, no machine shows through."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("features", "datasets", "detector", "reports", "cli")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))

MAY_IMPORT = {
    "features": {"features"},
    "datasets": {"features", "datasets"},
    "detector": {"features", "detector"},
    "detector/audit": {"features", "datasets", "detector"},
    "detector/training": {"features", "datasets", "detector"},
    "reports": {"features", "datasets", "detector", "reports"},
    "cli": set(FOLDERS),
}


def imports(path: Path) -> set[str]:
    """Top folders of the package that a module imports, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("chaffinch.")}
    return found


def place(path: Path) -> str:
    relative = path.relative_to(ROOT).as_posix()
    return max((name for name in MAY_IMPORT if relative.startswith(f"{name}/")), key=len)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_downwards(path: Path) -> None:
    assert imports(path) <= MAY_IMPORT[place(path)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_front_door_leads_to_every_room(folder: str) -> None:
    link = ROOT / "chaffinch" / folder
    assert link.is_symlink()
    assert link.readlink() == Path("..", folder)


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """A path below a root folder that only its author has."""
    place = re.compile(r"(?<![\w.<>*~])/(?:home|root|work|tmp|Users)/[\w.]")
    files = [ROOT / ".ci" / "run", ROOT / "pyproject.toml", *ROOT.glob("*.md")]
    for folder in (*FOLDERS, "docs", "tests", "benchmarks"):
        files += (ROOT / folder).rglob("*.*")
    texts = (file for file in files if file.suffix in ("", ".json", ".md", ".py", ".toml", ".txt"))
    assert [file.name for file in texts if place.search(file.read_text("utf-8"))] == []
