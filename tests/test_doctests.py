"""The examples in docstrings."""

import doctest
import importlib
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "chaffinch"
EXTRAS = {"datatrove.py": "datatrove", "training/second_reader/": "torch"}
"""Libraries of extras that modules need to be imported, by what is in the modules' paths."""

MODULES = [
    ".".join(("chaffinch", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    )
    for pattern in ("*.py", "*/**/*.py")
    for path in sorted(PACKAGE.glob(pattern))
    if path.stem != "__main__"
    and not any(part in str(path) and find_spec(name) is None for part, name in EXTRAS.items())
]


def test_modules_are_found() -> None:
    assert "chaffinch" in MODULES
    assert "chaffinch.features.signals.echo" in MODULES


def test_docstring_examples() -> None:
    """What fails is printed by doctest, with its place."""
    results = {name: doctest.testmod(importlib.import_module(name)) for name in MODULES}
    assert [name for name, result in results.items() if result.failed] == []
    assert results["chaffinch"].attempted == 2
