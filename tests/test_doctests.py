"""The examples in docstrings."""

import doctest
import importlib
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"][
    "packages"
]
EXTRAS = ("datatrove",)
"""Libraries of extras that a module of the same name needs to be imported."""

MODULES = [
    f"{package}.{path.stem}"
    for package in PACKAGES
    for path in sorted(ROOT.joinpath(*package.split(".")[1:]).glob("*.py"))
    if path.stem not in ("__main__", *(name for name in EXTRAS if find_spec(name) is None))
]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
