"""What scoring is timed beside: every peer does its work, and the table says how much it takes."""

import subprocess
import sys
from pathlib import Path

import cold_start
import peers
import pytest
from click.testing import CliRunner

from chaffinch.detector.detector import Detector

TEXTS = [
    "The ferry to the island is back in the harbour after a week of repairs to its engine. "
    f"Passengers had to take the bus over the bridge, {number} miles and an hour longer. "
    "The harbour master said that the next crossing would leave at eight in the morning."
    for number in range(8)
]


def test_every_peer_is_timed_in_every_round_or_named_as_missing(detector: Detector) -> None:
    took = peers.measured(TEXTS, detector, 2)
    assert {len(times) for times in took.values()} == {2}
    assert min(time for times in took.values() for time in times) > 0
    lines = peers.table(took)
    for name in (peers.SCORING, peers.TF_IDF, *peers.EXTRAS):
        (line,) = (line for line in lines if line.startswith(f"| {name} |"))
        assert ("not installed" in line) == (name not in took)


def test_ratios_are_medians_of_the_rounds() -> None:
    took = {peers.SCORING: [1.0, 2.0, 4.0], peers.TF_IDF: [10.0, 10.0, 10.0]}
    assert f"| {peers.TF_IDF} | 10 | 5.0 |" in peers.table(took)


def test_processor_time_of_children_counts() -> None:
    work = [sys.executable, "-c", "sum(range(10**6))"]
    before = peers.processor_seconds()
    assert 0 < cold_start.child_seconds(work) <= peers.processor_seconds() - before


def test_a_cold_start_is_set_against_its_target(tmp_path: Path) -> None:
    text = tmp_path / "one.txt"
    text.write_text(" ".join(TEXTS))
    result = CliRunner().invoke(cold_start.main, ["start", str(text), "--rounds", "1"])
    assert result.exit_code == 0, result.output
    assert "| chaffinch score |" in result.output
    assert result.output.rstrip().endswith(("met.", "missed."))


def test_bytes_are_summed_over_folders(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"12345")
    (tmp_path / "c").write_bytes(b"1")
    assert cold_start.bytes_under(tmp_path) == 6


def test_a_command_that_fails_has_no_cost() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        cold_start.child_seconds([sys.executable, "-c", "raise SystemExit(3)"])
