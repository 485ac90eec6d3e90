"""Fixtures that several tests share, and the rule that nothing is skipped in CI."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from chaffinch.detector.detector import Detector

ROOT = Path(__file__).parent.parent

settings.register_profile("default", max_examples=40, deadline=None, derandomize=True)
settings.register_profile(
    "fuzz", max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("default")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where everything must run: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def detector() -> Detector:
    return Detector.load()


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples" / "crawl"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    data = ROOT.parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip("needs the corpora in ../shared/data")
    return data
