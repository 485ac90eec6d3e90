"""The gate over the quality floors: what counts as worse, and what an update refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
import quality_floor
from click.testing import CliRunner
from quality_floor import OBSERVED, SLACK, data_digest, regressions
from real_pages import ARCHIVE

PINNED = {"data": "d", "figures": {"AUROC": 0.9, "found: moby": 0.5}}


def found(data: str = "d", **figures: float) -> dict[str, Any]:
    return {"data": data, "figures": {**PINNED["figures"], **figures}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("measured", "worse"),
    [
        (found(), []),
        (found(AUROC=0.95), []),
        (found(AUROC=0.9 - SLACK / 2), []),
        (found(new=0.1), []),
        (found(AUROC=0.89), ["AUROC: 0.8900 is below the floor of 0.9000."]),
        (
            {"data": "d", "figures": {"AUROC": 1}},
            ["found: moby: no longer measured, floor 0.5000."],
        ),
        (
            found("other", AUROC=1.0),
            ["The data differ from those that the floors were measured on."],
        ),
    ],
)
def test_worse_is_less_gone_or_measured_on_other_data(
    measured: dict[str, Any], worse: list[str]
) -> None:
    assert regressions(measured, PINNED) == worse


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "floor.json"
    file.write_text(json.dumps(PINNED))
    monkeypatch.setattr(quality_floor, "FLOOR", file)
    return file


@pytest.mark.parametrize(
    ("auroc", "options", "status", "pinned"),
    [
        (0.95, [], 0, 0.9),
        (0.95, ["--update"], 0, 0.95),
        (0.8, [], 1, 0.9),
        (0.8, ["--update"], 1, 0.9),
        (0.8, ["--allow-regression"], 1, 0.9),
        (0.8, ["--update", "--allow-regression"], 0, 0.8),
    ],
)
def test_a_floor_is_lowered_only_when_that_is_asked_for(
    floor: Path,
    monkeypatch: pytest.MonkeyPatch,
    auroc: float,
    options: list[str],
    status: int,
    pinned: float,
) -> None:
    monkeypatch.setattr(quality_floor, "measure_floor", lambda data: found(AUROC=auroc))
    done = CliRunner().invoke(quality_floor.main, [str(floor.parent), *options])
    assert done.exit_code == status
    assert json.loads(floor.read_text())["figures"]["AUROC"] == pinned
    assert ("below the floor" in done.output) == (auroc < 0.9)


def test_the_first_update_pins_everything(floor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.unlink()
    monkeypatch.setattr(quality_floor, "measure_floor", lambda data: found())
    done = CliRunner().invoke(quality_floor.main, [str(floor.parent), "--update"])
    assert (done.exit_code, json.loads(floor.read_text())) == (0, PINNED)


def test_the_digest_follows_every_file_that_the_test_set_is_made_from(tmp_path: Path) -> None:
    files = ["news.jsonl", "lexicons/words.tsv", OBSERVED, ARCHIVE.as_posix()]
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a")
    digests = {data_digest(tmp_path)}
    for name in files:
        (tmp_path / name).write_text("b")
        digests.add(data_digest(tmp_path))
    (tmp_path / "unrelated.md").write_text("c")
    digests.add(data_digest(tmp_path))
    assert len(digests) == 5
