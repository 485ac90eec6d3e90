"""The names at the top of the package: what they are, and that asking for none costs nothing."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import chaffinch
import chaffinch.detector.audit.scan
import chaffinch.detector.detector
import chaffinch.detector.verdict
import chaffinch.features.document

NAMES = {
    "Detector": chaffinch.detector.detector.Detector,
    "Document": chaffinch.features.document.Document,
    "Verdict": chaffinch.detector.verdict.Verdict,
    "scan": chaffinch.detector.audit.scan.scan,
    "__version__": version("chaffinch"),
}


def test_all_names_are_known_and_are_those_of_the_rooms() -> None:
    assert set(chaffinch.__all__) == set(NAMES)
    assert {name: getattr(chaffinch, name) for name in NAMES} == NAMES
    assert set(NAMES) <= set(dir(chaffinch))


def test_another_name_is_none() -> None:
    with pytest.raises(AttributeError, match=r"module 'chaffinch' has no attribute 'Detectr'"):
        chaffinch.Detectr  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import chaffinch", []),
        ("from chaffinch import __version__", ["email"]),
        ("from chaffinch import Document", []),
        ("from chaffinch import Detector", ["numpy"]),
        ("import chaffinch.__main__", ["click"]),
        ("import chaffinch.cli.score", ["click", "numpy"]),
    ],
)
def test_a_name_loads_what_it_needs(code: str, loaded: list[str]) -> None:
    libraries = ("click", "email", "numpy", "publicsuffixlist", "pyarrow", "scipy", "sklearn")
    code = f"{code}\nimport sys; print([name for name in {libraries} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(loaded)
