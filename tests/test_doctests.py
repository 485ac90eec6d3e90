"""The examples in docstrings."""

import doctest
import importlib
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "chaffinch"
EXTRAS = ("datatrove",)
"""Libraries of extras that a module of the same name needs to be imported."""

MODULES = [
    ".".join(("chaffinch", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    )
    for pattern in ("*.py", "*/**/*.py")
    for path in sorted(PACKAGE.glob(pattern))
    if path.stem not in ("__main__", *(name for name in EXTRAS if find_spec(name) is None))
]


def test_modules_are_found() -> None:
    assert "chaffinch" in MODULES
    assert "chaffinch.features.signals.echo" in MODULES


def test_docstring_examples() -> None:
    """What fails is printed by doctest, with its place."""
    results = {name: doctest.testmod(importlib.import_module(name)) for name in MODULES}
    assert [name for name, result in results.items() if result.failed] == []
    assert results["chaffinch"].attempted == 2
