"""The benchmarks of what is asked of whom: which texts are read again, and where time goes."""

import time

import asking
import numpy as np
import pytest
import stages
from stories import FERRY, FERRY_SPUN, ORCHARD

from chaffinch.detector.detector import Detector
from chaffinch.detector.training.labelled import Example
from chaffinch.features.document import Document
from chaffinch.features.registry import FEATURE_NAMES

SHARE = FEATURE_NAMES.index("substitutions.share")


@pytest.mark.parametrize(
    ("bounds", "asked"),
    [((0.0, 1.0), [True, True, True]), ((0.01, 0.1), [False, True, False]), ((1, 1), [False] * 3)],
)
def test_a_choice_asks_by_the_share_and_takes_what_both_readers_say(
    bounds: tuple[float, float], asked: list[bool], detector: Detector
) -> None:
    alone, both = np.zeros((2, 3, len(FEATURE_NAMES)))
    alone[:, SHARE] = [0.001, 0.05, 0.2]
    for name in ("light", "medium", "heavy", "clear", "peak", "conviction"):
        both[:, FEATURE_NAMES.index(f"substitutions.{name}")] = 8.0
    both[:, FEATURE_NAMES.index("substitutions.read_again")] = 0.5
    chosen = asking.choose(bounds, alone, both, np.array([100.0, 200.0, 300.0]), detector)
    assert chosen.asked.tolist() == asked == chosen.flagged.tolist()
    assert chosen.words.tolist() == [
        words if read else 0 for words, read in zip((50, 100, 150), asked, strict=True)
    ]


def test_the_table_has_a_row_for_each_choice(detector: Detector) -> None:
    texts = {FERRY: False, ORCHARD: False, FERRY_SPUN: True}
    lines = asking.table(
        [Example(Document(text), label) for text, label in texts.items()], detector
    )
    assert len(lines) == 3 + len(asking.CHOICES)
    everything = next(line for line in lines if line.startswith("| 0.008 | 1 |"))
    assert "| 100.0 % | 100.0 % | 0.0 % |" in everything, "the spun one is read again and found"


def test_a_step_within_another_is_counted_once() -> None:
    clock = stages.Clock()

    def busy(seconds: float) -> None:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    inner = clock.timed("inner", lambda: busy(0.02))

    def outer() -> None:
        busy(0.01)
        inner()

    clock.timed("outer", outer)()
    assert clock.took["inner"] >= 0.02 and 0.01 <= clock.took["outer"] < clock.took["inner"]
