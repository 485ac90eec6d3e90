"""What copies by meaning are told by: simulated rewriting, the pages, the fit and the benchmark."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import zstandard
from articles import article
from meaning import Attributed, tables

from chaffinch.datasets.lexicons.inflection import Inflection
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.lexicons.wordnet import WordNet
from chaffinch.datasets.simulation.rewriting import rewrite, turned
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.audit.meaning.model import INPUTS, read_meaning_model
from chaffinch.detector.training import paraphrases
from chaffinch.detector.training.meaning import LabelledInputs, fit_meaning_model, stated
from chaffinch.detector.training.paraphrases import (
    HUMAN,
    NOT_HUMAN,
    SAME_EVENT,
    SAME_QUESTION,
    UNRELATED,
    Collection,
    Half,
    Page,
    ParaphraseError,
    collect,
    half_of,
    share_reused,
)

SYNONYMS = {"bridge": ["span"], "closed": ["shut"], "council": ["assembly"]}
LEXICONS = Lexicons(
    wordnet=WordNet(SYNONYMS, SYNONYMS, {}, {}, {}),
    moby=SYNONYMS,
    mythes=SYNONYMS,
    phrases={},
    tortured={},
    neighbours={},
    observed=[],
    inflection=Inflection({*SYNONYMS, "span", "shut", "assembly"}),
    word_rank={word: rank for rank, word in enumerate(SYNONYMS)},
)
SPINNER = FAMILIES["wordnet"].make(LEXICONS, 1)

TURNED = {
    "a clause at the end": (
        "The council closed the bridge because its arches had cracked",
        "Because its arches had cracked, the council closed the bridge",
    ),
    "a clause at the front": (
        "When the arches cracked at last, the council closed the bridge",
        "The council closed the bridge when the arches cracked at last",
    ),
    "who said it": (
        "Harrow will wait for another bridge, the mayor said",
        "The mayor said that Harrow will wait for another bridge",
    ),
    "none": ("The council closed it", "The council closed it"),
}


@pytest.mark.parametrize(("sentence", "expected"), TURNED.values(), ids=TURNED)
def test_clauses_change_places(sentence: str, expected: str) -> None:
    assert turned(sentence) == expected


def test_rewriting_keeps_order_and_numbers_and_no_sentence_as_it_was() -> None:
    cut = [
        f"The council closed bridge number {number} in May, and nobody in the town was told of it."
        for number in range(30)
    ]
    made = rewrite(cut, SPINNER, np.random.default_rng(0), 0.4)
    numbers = [
        int(word) for word in made.replace(".", " ").replace(",", " ").split() if word.isdigit()
    ]
    assert numbers == sorted(numbers) and 20 < len(numbers) < 30
    assert "assembly" in made and "shut" in made
    assert made == rewrite(cut, SPINNER, np.random.default_rng(0), 0.4)
    assert rewrite([], SPINNER, np.random.default_rng(0), 0.4) == ""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Invented corpora, and a translator that says everything in capitals."""
    monkeypatch.setattr(paraphrases, "there_and_back", str.upper)
    monkeypatch.setattr(paraphrases, "read_lexicons", lambda folder: LEXICONS)
    names = ("news_mixed_web", "news_reuters_c50", "modern_articles", "news_bbc")
    for start, name in enumerate(names):
        rows = [
            {"id": str(number), "text": article(1_000 * start + number, 9)} for number in range(60)
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    answers = [
        {"id": f"com-course-Q{number}-{who}1_", "text": article(9_000 + 2 * number + at, 9)}
        for number in range(20)
        for at, who in enumerate(("gpt", "student"))
    ]
    (tmp_path / "machine_written.jsonl").write_text("\n".join(map(json.dumps, answers)))
    (tmp_path / "paraphrase").mkdir()
    lines = ["Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"]
    lines += [
        f"{at % 2}\t1\t2\tIt cost $ {at} , he said .\tHe said it was {at} ." for at in range(40)
    ]
    packed = zstandard.ZstdCompressor().compress("\n".join(lines).encode("cp1252"))
    for part in ("train", "test"):
        (tmp_path / "paraphrase" / f"msr_paraphrase_{part}.txt.zst").write_bytes(packed)
    return tmp_path


def test_each_half_has_copies_and_honest_pages_of_every_kind(data: Path) -> None:
    halves: tuple[Half, Half] = ("fit", "test")
    made: dict[Half, Collection] = {half: collect(data, half, 12) for half in halves}
    for half, collection in made.items():
        counts = Counter(page.kind for page in collection.pages)
        assert {"translated", "rewritten", "translated and spun"} < counts.keys()
        assert counts[HUMAN] == counts[NOT_HUMAN] == 2
        assert counts[UNRELATED] == 3 and counts[SAME_QUESTION] > 2
        assert counts[SAME_EVENT] > 0
        for page in collection.pages:
            honest = page.kind in (NOT_HUMAN, UNRELATED, SAME_QUESTION, SAME_EVENT)
            assert honest == (page.original == -1)
            if page.kind == "translated":
                assert page.text == collection.originals[page.original].upper()
        assert collect(data, half, 12) == collection
    assert not set(made["fit"].originals[:-4]) & set(made["test"].originals[:-4])
    human = next(page for page in made["fit"].pages if page.kind == HUMAN)
    assert made["fit"].originals[human.original].startswith("It cost $1, he said. It cost $3,")


def test_what_is_missing_is_said(data: Path) -> None:
    (data / "paraphrase" / "msr_paraphrase_train.txt.zst").unlink()
    with pytest.raises(ParaphraseError, match="is missing"):
        collect(data, "fit", 4)


def test_sources_fall_into_halves_by_their_ids() -> None:
    halves = Counter(half_of(str(number)) for number in range(1_000))
    assert min(halves.values()) > 400


def test_reuse_is_the_share_of_the_shorter_texts_runs() -> None:
    words = [f"w{number}" for number in range(20)]
    assert share_reused(" ".join(words), " ".join(words[:10])) == 1
    assert share_reused(" ".join(words), " ".join(reversed(words))) == 0
    assert share_reused("one two", "one two") == 0


def test_the_fit_keeps_honest_pages_of_every_kind_under_the_threshold() -> None:
    rng = np.random.default_rng(3)
    n_pages = 400
    copies = np.arange(n_pages) % 2 == 0
    inputs = rng.normal(size=(n_pages, len(INPUTS)))
    inputs[copies, 0] += 4
    # An input that speaks against copies has no weight.
    inputs[copies, 1] -= 4
    kinds = ["copy" if copy else f"honest {at % 3}" for at, copy in enumerate(copies.tolist())]
    model = fit_meaning_model(LabelledInputs(inputs, copies, kinds))
    over = np.array([model.log_odds(row) for row in inputs]) >= model.threshold
    assert over[copies].mean() > 0.8
    assert copies[over].mean() >= 0.95, "what is called a copy is one"
    assert min(model.weights) == model.weights[1] == 0
    again = read_meaning_model(json.loads(json.dumps(stated(model))))
    assert np.allclose(again.weights, model.weights, atol=1e-4)


def test_the_benchmark_counts_what_words_and_meaning_find() -> None:
    originals = [article(number, 9) for number in range(4)]
    found = [
        Attributed(Page("a copy", "translated", 0), "words", 0),
        Attributed(Page("a copy", "translated", 1), "meaning", 1),
        Attributed(Page("a copy", "translated", 2), "meaning", 3),
        Attributed(Page("a copy", "translated", 3), None, -1),
        Attributed(Page("a report", SAME_EVENT, -1), "meaning", 0),
        Attributed(Page("a report", SAME_EVENT, -1), None, -1),
        Attributed(Page(originals[1], SAME_EVENT, -1), "meaning", 1),
        Attributed(Page("a text", UNRELATED, -1), None, -1),
    ]
    lines = list(tables(found, originals))
    assert lines[1].split() == ["translated", "4", "25%", "25%", "1"]
    # A third of what words do not find, beside a half of the reports.
    assert lines[3].split()[-5:] == ["3", "1", "98.7%", "1", "40.0%"]
    assert lines[4].split()[-5:] == ["1", "0", "97.5%", "0", "100.0%"]
    assert lines[5].endswith("1 of 3")
    assert "33.3%" in lines[6]
