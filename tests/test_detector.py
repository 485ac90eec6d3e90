"""Verdicts: contributions that add up, evidence that is there, reasons for no verdict."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.detector.classifier import log_odds, probability
from chaffinch.detector.despinning import despun_text, restorations
from chaffinch.detector.detector import Detector
from chaffinch.detector.verdict import Verdict
from chaffinch.features.document import Document

SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
CLEAN = "larkfield-kitchen.example/leek-and-barley-soup.txt"


def verdict_on(detector: Detector, examples: Path, name: str) -> Verdict:
    return detector.score((examples / name).read_text("utf-8"))


def test_contributions_and_intercept_add_up_to_the_log_odds(
    detector: Detector, examples: Path
) -> None:
    for name in (SPUN, CLEAN):
        verdict = verdict_on(detector, examples, name)
        total = verdict.intercept + sum(reason.contribution for reason in verdict.reasons)
        assert verdict.probability == probability(total)


def test_evidence_quotes_the_text_it_points_at(detector: Detector, examples: Path) -> None:
    verdict = verdict_on(detector, examples, SPUN)
    in_text = [item for item in verdict.evidence if item.where == "text"]
    assert len(in_text) > 20
    for item in in_text:
        assert verdict.document.text[item.start : item.end] == item.text


def test_a_spun_article_names_replaced_words_and_their_originals(
    detector: Detector, examples: Path
) -> None:
    verdict = verdict_on(detector, examples, SPUN)
    assert (verdict.kind, verdict.flagged) == ("spun", True)
    pairs = {(item.text, item.original) for item in verdict.evidence}
    assert {("successful", "in"), ("arsenic", "as"), ("connected", "on")} <= pairs
    assert verdict.reasons[0].signal == "substitutions"


def test_despinning_puts_originals_back_and_leaves_clean_text_alone(
    detector: Detector, examples: Path
) -> None:
    spun = verdict_on(detector, examples, SPUN)
    assert "is as elemental as that" in despun_text(spun)
    clean = verdict_on(detector, examples, CLEAN)
    assert restorations(clean) == []
    assert despun_text(clean) == clean.document.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no text"),
        ("\N{SNOWMAN}", "no text"),
        ("Market closed on Monday.", "4 words"),
        ("A " * 10 + "menu home about contact", "words"),
        (
            "O presidente da c\u00e2mara disse que a demora se deveu \u00e0s cheias do inverno "
            "passado, que levaram parte dos andaimes. Os engenheiros encontraram fendas num dos "
            "arcos que n\u00e3o se viam da estrada e que tiveram de ser reparadas pedra a pedra.",
            "not English (it looks like Portuguese)",
        ),
        ("arsenic zinc copper iron " * 30, "not running prose"),
        ("the\nof\nand\narsenic\n" * 30, "not running prose: 0 of its 120 words"),
        ("the = of(and); in[to] = <a> | it\n" * 30, "not running prose: 0 of its"),
    ],
)
def test_what_cannot_be_judged_says_why(detector: Detector, text: str, reason: str) -> None:
    verdict = detector.score(text)
    assert (verdict.kind, verdict.flagged, verdict.probability) == ("unscorable", False, None)
    assert reason in (verdict.unscorable or "")


@given(texts=st.lists(st.text(st.characters(codec=None)), max_size=4))
def test_any_text_gets_a_verdict_that_does_not_depend_on_the_others(texts: list[str]) -> None:
    detector = Detector.load()
    verdicts = detector.score_batch([Document(text) for text in texts])
    assert verdicts == [detector.score(text) for text in texts]


def test_batches_keep_their_order(detector: Detector) -> None:
    texts = [f"Short note number {number}." for number in range(150)]
    assert [verdict.document.text for verdict in detector.score_many(texts)] == texts


def test_another_base_rate_moves_probabilities_but_not_what_is_flagged(examples: Path) -> None:
    usual, rare = Detector.load(), Detector.load(base_rate=0.001)
    for file in sorted(examples.rglob("*.txt")):
        text = file.read_bytes().decode("utf-8", "replace")
        before, after = usual.score(text), rare.score(text)
        assert before.flagged == after.flagged
        if before.probability is not None and after.probability is not None:
            shift = log_odds(0.001) - log_odds(usual.model.classifier.base_rate)
            moved = after.intercept - before.intercept
            assert math.isclose(moved, shift)


def test_the_first_farm_page(detector: Detector, shared_data: Path) -> None:
    verdict = detector.score((shared_data / "example_article.txt").read_text("utf-8"))
    assert verdict.kind == "spun"
    assert verdict.probability is not None and verdict.probability >= 0.99
    pairs = {
        (item.text, item.original) for item in verdict.evidence if item.signal == "substitutions"
    }
    assert {
        ("arsenic", "as"),
        ("connected", "on"),
        ("volition", "will"),
        ("successful", "in"),
        ("astatine", "at"),
        ("helium", "he"),
    } <= pairs
    lines = {item.text for item in verdict.evidence if item.signal in ("residue", "counters")}
    assert {"5 months ago 98", "PR Distribution", "Read Entire Article"} <= lines
    names = [
        "Blinken",
        "Lavrov",
        "Russia",
        "Geneva",
        "Ukraine",
        "Psaki",
        "Kyiv",
        "Berlin",
        "Zelensky",
        "Moscow",
        "Trump",
    ]
    replaced = {item.text for item in verdict.evidence if item.signal == "substitutions"}
    assert not replaced & set(names)
