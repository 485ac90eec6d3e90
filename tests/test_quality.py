"""Figures of the bundled model that may not get worse unnoticed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from chaffinch.datasets.lexicons import Lexicons, read_lexicons
from chaffinch.datasets.spinners.residue import inject_residue, split_phrases
from chaffinch.detector.build.bundle import (
    PHRASE_SEED,
    build_bundle,
    training_spinners,
)
from chaffinch.detector.build.corpus import CleanText, read_corpus
from chaffinch.detector.detector import Detector
from chaffinch.detector.model import load_model
from chaffinch.features.document import Document

SAMPLE = 400


def held_back(shared_data: Path, corpus: str) -> list[CleanText]:
    texts = read_corpus(shared_data / f"{corpus}.jsonl.zst")
    return [text for text in texts if text.part == "test"][:SAMPLE]


def flagged_share(detector: Detector, texts: Sequence[str]) -> float:
    verdicts = detector.score_many(Document(text) for text in texts)
    return float(np.mean([verdict.flagged for verdict in verdicts]))


@pytest.fixture(scope="module")
def lexicons(shared_data: Path) -> Lexicons:
    return read_lexicons(shared_data)


@pytest.mark.parametrize(
    ("corpus", "most"),
    [
        ("news_bbc", 0.01),
        ("news_guardian", 0.01),
        ("hardneg_wikipedia_elements_states", 0.0),
        ("nonnews_legal", 0.01),
        ("nonnews_recipes", 0.01),
        ("poetry", 0.03),
        ("old_prose", 0.01),
    ],
)
def test_clean_texts_are_not_flagged(
    detector: Detector, shared_data: Path, corpus: str, most: float
) -> None:
    texts = [text.text for text in held_back(shared_data, corpus)]
    assert flagged_share(detector, texts) <= most


@pytest.mark.parametrize("corpus", ["news_bbc", "news_guardian"])
def test_clean_news_is_scorable(detector: Detector, shared_data: Path, corpus: str) -> None:
    texts = [text.text for text in held_back(shared_data, corpus)]
    kinds = [verdict.kind for verdict in detector.score_many(texts)]
    assert kinds.count("unscorable") <= 0.01 * len(kinds)


@pytest.mark.parametrize(
    ("family", "least"), [("dictionary-blind", 0.97), ("wordnet", 0.93), ("moby", 0.93)]
)
def test_articles_spun_at_one_word_in_four_are_found(
    detector: Detector, shared_data: Path, lexicons: Lexicons, family: str, least: float
) -> None:
    rng = np.random.default_rng(0)
    spinner = training_spinners(lexicons)[family][0]
    texts = [text.text for text in held_back(shared_data, "news_bbc")][:150]
    spun = [spinner.spin(text, rng, 0.25).text for text in texts]
    assert flagged_share(detector, spun) >= least


def test_copies_with_three_kinds_of_residue_are_found(
    detector: Detector, shared_data: Path
) -> None:
    rng = np.random.default_rng(0)
    _, unseen = split_phrases(PHRASE_SEED)
    texts = [text.text for text in held_back(shared_data, "news_bbc")][:150]
    assert flagged_share(detector, [inject_residue(text, rng, unseen, 3) for text in texts]) >= 0.95


def test_the_build_command_is_deterministic_and_its_model_works(
    shared_data: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        build_bundle(shared_data, tmp_path / name, share=0.01)
    one, two = (load_model(tmp_path / name) for name in ("one", "two"))
    assert one.digest == two.digest
    article = (shared_data / "example_article.txt").read_text("utf-8")
    assert Detector(one).score(article).flagged
