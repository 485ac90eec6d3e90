"""The benchmark of honest kinds: which texts it takes, and what its tables say."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from honest import Kind, families_of, honest_examples, kinds_of, tables
from scipy.stats import binomtest

from chaffinch.detector.evaluation.evaluation import ScoredTexts
from chaffinch.detector.evaluation.metrics import Interval, share_of
from chaffinch.detector.training.corpora import HONEST, CorpusError, honest_files

NONE = math.nan
# Kind, family, log-odds.
ROWS = [
    *[("hymns", "", -4.0)] * 9,
    ("hymns", "", NONE),
    *[("learners", "", -1.0)] * 3,
    ("learners", "", 2.0),
    *[("news", "", -5.0)] * 20,
    *[("news", "moby", 3.0)] * 3,
    ("news", "moby", -1.0),
    *[("news", "damage", -2.0)] * 2,
    ("news", "damage", NONE),
]


@pytest.fixture
def texts() -> ScoredTexts:
    kinds, families, scores = zip(*ROWS, strict=True)
    return ScoredTexts(
        score=np.array(scores, np.float64),
        label=np.array([bool(family) for family in families], np.bool_),
        words=np.full(len(ROWS), 200),
        family=np.array(families, np.str_),
        rate=np.full(len(ROWS), NONE),
        genre=np.array(kinds, np.str_),
        group=np.arange(len(ROWS)).astype(np.str_),
    )


def test_kinds_stand_most_flagged_first_and_sums_last(texts: ScoredTexts) -> None:
    kinds = kinds_of(texts, ["hymns", "learners"], 0.0)
    assert [(kind.name, kind.scored, kind.unscorable, kind.flagged.value) for kind in kinds] == [
        ("learners", 4, 0, 0.25),
        ("hymns", 9, 1, 0.0),
        ("news", 20, 0, 0.0),
        ("**honest kinds**", 13, 1, 1 / 13),
        ("**corpora and pages**", 20, 0, 0.0),
        ("**all**", 33, 1, 1 / 33),
    ]
    bounds = binomtest(1, 4).proportion_ci(0.95)
    assert kinds[0].flagged[1:] == pytest.approx((bounds.low, bounds.high))


def test_families_stand_least_found_first(texts: ScoredTexts) -> None:
    found = [(family.name, family.spun, family.found.value) for family in families_of(texts, 0.0)]
    assert found == [("damage", 2, 0.0), ("moby", 4, 0.75), ("**all**", 6, 0.5)]


@pytest.mark.parametrize(
    ("flagged", "sentence"),
    [
        (share_of(30, 300), "Over 1 % even at the lower bound: learners."),
        (share_of(4, 300), "Over 1 % even at the lower bound: none."),
        (share_of(0, 0), "Over 1 % even at the lower bound: none."),
    ],
)
def test_the_tables_say_which_kinds_miss_the_target(flagged: Interval, sentence: str) -> None:
    lines = list(tables([Kind("learners", 300, 0, flagged)], []))
    assert f"\n{sentence}" in lines


@pytest.fixture
def honest_data(tmp_path: Path) -> Path:
    """Two kinds of letters, one of them for measuring alone."""
    (tmp_path / HONEST).mkdir()
    rows = [{"id": str(number), "title": "", "text": f"Letter {number}."} for number in range(200)]
    for name in ("learner_letters", "old_letters"):
        (tmp_path / HONEST / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / HONEST / "README.md").write_text(
        "| file | use |\n|---|---|\n| learner_letters.jsonl | all |\n| old_letters.jsonl | test |\n"
    )
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "unseen", "at_least", "at_most"),
    [
        ("learner_letters", [], 1, 60),
        ("learner_letters", ["learner"], 200, 200),
        ("old_letters", [], 200, 200),
    ],
)
def test_figures_are_of_texts_that_the_model_has_not_seen(
    honest_data: Path, kind: str, unseen: list[str], at_least: int, at_most: int
) -> None:
    taken = [item for item in honest_examples(honest_data, 200, unseen) if item.genre == kind]
    assert at_least <= len(taken) <= at_most
    assert not any(item.label for item in taken)


def test_a_kinds_texts_are_taken_evenly_from_its_file(honest_data: Path) -> None:
    taken = [item for item in honest_examples(honest_data, 5, []) if item.genre == "old_letters"]
    assert [item.document.text for item in taken] == [
        f"Letter {number}." for number in (0, 49, 99, 149, 199)
    ]


def test_honest_kinds_are_held_out_by_group(honest_data: Path) -> None:
    named = [file.name for file in honest_files(honest_data, ["learner"])]
    assert named == ["old_letters.jsonl"]
    with pytest.raises(CorpusError, match=r"spoken cannot be held out\. honest/ has learner, old"):
        honest_files(honest_data, ["spoken"])


def test_a_folder_without_honest_kinds_has_none(tmp_path: Path) -> None:
    assert honest_files(tmp_path) == [] and list(honest_examples(tmp_path, 5, [])) == []
