"""The wheel: what it should hold, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BUNDLED = {path.name for path in (ROOT / "detector" / "bundled").iterdir()}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "-q",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_the_only_name_it_installs_is_chaffinch(names: list[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"chaffinch"}


def test_it_holds_the_model_the_phrases_and_the_templates(names: list[str]) -> None:
    assert {f"chaffinch/detector/bundled/{name}" for name in BUNDLED} <= set(names)
    for name in (
        "features/phrases.json",
        "reports/report.html.j2",
        "reports/report.css",
        "reports/report.js",
        "features/py.typed",
    ):
        assert f"chaffinch/{name}" in names


def test_it_holds_licence_and_notice(names: list[str]) -> None:
    assert {"LICENSE", "NOTICE"} <= {name.rsplit("/", 1)[-1] for name in names}


def test_it_holds_no_tests(names: list[str]) -> None:
    assert not [name for name in names if "test" in name.lower()]
