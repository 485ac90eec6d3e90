"""Figures of the bundled model that may not get worse unnoticed, and its build command."""

import json
from pathlib import Path

import pytest
from quality_floor import FLOOR, measure_floor, regressions

from chaffinch.detector.detector import Detector
from chaffinch.detector.model_folder import load_model
from chaffinch.detector.training.bundle import BuildOptions, build_bundle

SMALL = BuildOptions(share=0.01, epochs=0.5)


@pytest.mark.slow
def test_no_figure_is_below_its_floor(shared_data: Path) -> None:
    """Floors are pinned by ``python benchmarks/quality_floor.py DATA --update``."""
    assert regressions(measure_floor(shared_data), json.loads(FLOOR.read_text("utf-8"))) == []


@pytest.mark.slow
def test_the_build_command_is_deterministic_and_its_model_works(
    shared_data: Path, tmp_path: Path
) -> None:
    stages: list[str] = []
    for name in ("one", "two"):
        build_bundle(shared_data, tmp_path / name, SMALL, stages.append)
    assert len(stages) == 16 and stages[:8] == stages[8:]
    one, two = (load_model(tmp_path / name) for name in ("one", "two"))
    assert one.digest == two.digest
    article = (shared_data / "example_article.txt").read_text("utf-8")
    assert Detector(one).score(article).flagged
