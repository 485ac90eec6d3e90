"""The benchmark of residue: what its pages hold, and what its table says."""

import numpy as np
import pytest
import residue
from residue import TOGETHER, WITHOUT, copies, tables

from chaffinch.datasets.simulation.honest_pages import honest_page
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.corpora import CleanText
from chaffinch.features.text.phrases import Phrase, load_phrases, phrase_matcher

TEXT = "\n".join(
    f"The council voted on Tuesday to bring back the harbour ferry, {number} years after the last "
    "boat left the quay, and the owner of a cafe there had waited for it every day since then."
    for number in range(2, 8)
)
ARTICLES = [
    CleanText("news", str(number), "news", "Ferry is back", TEXT, "test") for number in range(2)
]
CHOSEN = ("[ad_1]", "read entire article", "read full article", "originally published on *")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> tuple[Phrase, ...]:
    phrases = tuple(phrase for phrase in load_phrases() if phrase.phrase in CHOSEN)
    monkeypatch.setattr(residue, "load_phrases", lambda: phrases)
    return phrases


def test_each_phrase_stands_on_pages_that_are_there_without_it(few: tuple[Phrase, ...]) -> None:
    made = list(copies(ARTICLES, 2))
    assert [one.name for one in made[:4]] == [WITHOUT, TOGETHER] * 2
    assert [one.name for one in made[4:]] == [phrase.phrase for phrase in few for _ in range(2)]
    plain = honest_page(TEXT, "Ferry is back", np.random.default_rng(0))
    for one in made:
        for document in (one.text, one.html, one.unknown):
            found = {phrase_matcher().match(line) for line in document.text.split("\n")} - {None}
            names = {phrase.phrase for phrase in found if phrase}
            if one.name in CHOSEN:
                assert one.name in names
            elif one.name == WITHOUT:
                assert not names & set(CHOSEN)
        assert one.text.site == one.html.site != one.unknown.site == ""
    assert made[0].text.url == plain.url


def test_the_table_has_unmistakable_lines_found_and_weak_ones_not(
    few: tuple[Phrase, ...], detector: Detector
) -> None:
    table = list(tables(detector, list(copies(ARTICLES, 2))))
    rows = {row.split("|")[1].strip(): row.split("|")[2:5] for row in table if "|" in row}
    cells = {name: [cell.strip() for cell in row] for name, row in rows.items()}
    assert cells["**unmistakable**"] == ["4", "100.0 %", "100.0 %"]
    assert cells["**weak, one by one**"] == ["4", "0.0 %", "0.0 %"]
    assert cells[WITHOUT] == cells[TOGETHER] == ["2", "0.0 %", "0.0 %"]
    assert not any(f"`{phrase.phrase}`" in line for phrase in few for line in table)
