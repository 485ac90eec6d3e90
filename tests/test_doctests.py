"""The examples in docstrings."""

import doctest
import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"][
    "packages"
]
MODULES = [
    f"{package}.{path.stem}"
    for package in PACKAGES
    for path in sorted(ROOT.joinpath(*package.split(".")[1:]).glob("*.py"))
    if path.stem != "__main__"
]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    if name.endswith(".engines.datatrove"):
        pytest.importorskip("datatrove", reason="the extra is not installed")
    assert doctest.testmod(importlib.import_module(name)).failed == 0
