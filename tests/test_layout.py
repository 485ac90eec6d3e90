"""The house: imports point downwards, one front door, no machine shows through."""

import ast
import re
from pathlib import Path

import pytest

from chaffinch.features.registry import SIGNALS

ROOT = Path(__file__).parent.parent
FOLDERS = ("features", "datasets", "detector", "reports", "cli")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))

MAY_IMPORT = {
    "features": {"features"},
    "datasets": {"features", "datasets"},
    "detector": {"features", "detector"},
    "detector/given.py": {"features", "datasets", "detector"},
    "detector/audit": {"features", "datasets", "detector"},
    "detector/training": {"features", "datasets", "detector"},
    "reports": {"features", "datasets", "detector", "reports"},
    "cli": set(FOLDERS),
}

OTHER_THINGS_OF_THESE_NAMES = {
    # What most signals find, whoever's they are.
    "features/signal.py": {"slips"},
    # A list of phrases, and two families of spinners.
    "datasets/": {"tortured", "spintax"},
    "detector/training/resources/": {"tortured"},
    # Lines that scrapers left, whichever signal found them.
    "reports/audit/": {"residue"},
    "reports/formats/": {"residue"},
}
"""Words that name a signal, and in these places something else."""


def imports(path: Path) -> set[str]:
    """Top folders of the package that a module imports, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        modules = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            modules = [node.module or ""]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        found |= {module.split(".")[1] for module in modules if module.startswith("chaffinch.")}
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def place(path: Path) -> str:
    """The innermost room of the table that a module stands in, or the module itself."""
    return max((room for room in MAY_IMPORT if f"{name(path)}/".startswith(f"{room}/")), key=len)


def test_imports_point_downwards() -> None:
    upwards = {name(path): imports(path) - MAY_IMPORT[place(path)] for path in MODULES}
    assert {module: rooms for module, rooms in upwards.items() if rooms} == {}


def test_every_module_says_what_it_is() -> None:
    silent = [path for path in MODULES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert [name(path) for path in silent] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_front_door_leads_to_every_room(folder: str) -> None:
    link = ROOT / "chaffinch" / folder
    assert link.is_symlink()
    assert link.readlink() == Path("..", folder)


def test_no_signal_is_named_outside_its_file_and_the_registry() -> None:
    """A name in quotes, or the full name of a feature; what a signal is for it says itself."""
    signals = {signal.name: "|".join(one.name for one in signal.features) for signal in SIGNALS}
    named = re.compile(
        rf"""(["'`])(?P<name>{"|".join(signals)})\1"""
        + "".join(rf"|\b{signal}\.(?:{features})\b" for signal, features in signals.items())
    )
    found = {
        f"{name(path)}: {match[0]}"
        for room in FOLDERS
        for path in (ROOT / room).rglob("*.*")
        if path.suffix in (".py", ".j2", ".js", ".css")
        and not name(path).startswith(("features/signals/", "features/registry.py"))
        for match in named.finditer(path.read_text("utf-8"))
        if not any(
            name(path).startswith(place) and match["name"] in words
            for place, words in OTHER_THINGS_OF_THESE_NAMES.items()
        )
    }
    assert found == set()


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """A path below a root folder that only its author has."""
    place = re.compile(r"(?<![\w.<>*~])/(?:home|root|work|tmp|Users)/[\w.]")
    files = [ROOT / ".ci" / "run", ROOT / "pyproject.toml", *ROOT.glob("*.md")]
    for folder in (*FOLDERS, "docs", "tests", "benchmarks"):
        files += (ROOT / folder).rglob("*.*")
    texts = (file for file in files if file.suffix in ("", ".json", ".md", ".py", ".toml", ".txt"))
    assert [file.name for file in texts if place.search(file.read_text("utf-8", "replace"))] == []
