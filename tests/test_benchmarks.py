"""The benchmarks: what the test set holds, and a fair comparison with every baseline."""

import io
import json
import math
import tarfile
from collections.abc import Iterator
from pathlib import Path

import faults
import linear_time
import numpy as np
import pytest
import zstandard
from baselines import (
    CLASSIFIER,
    Rows,
    Sample,
    Scores,
    Split,
    feature_values,
    methods,
    perplexity,
    tortured_share,
)
from leave_one_family_out import comparable_examples, compare, left_out, markdown, sample
from numpy.typing import NDArray
from quality import tables
from real_pages import ARCHIVE, FOLDERS, GENRE, archived_pages, audited_in, real_pages
from simulated import (
    SimulatedFamily,
    simulated_examples,
    simulated_families,
    training_examples,
)

from chaffinch.datasets.lexicons.inflection import Inflection
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.lexicons.wordnet import WordNet
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.detector import Detector
from chaffinch.detector.evaluation.evaluation import evaluate
from chaffinch.detector.evaluation.metrics import Figures, Interval
from chaffinch.detector.training.corpora import HELD_OUT, part_of
from chaffinch.detector.training.labelled import Example, score_examples
from chaffinch.detector.training.resources.build import with_few_pairs
from chaffinch.features.document import Document
from chaffinch.features.registry import FEATURE_NAMES

WORDS = """
the a of and in on after before river bridge market teacher garden harbour council library
village winter summer letter kitchen window doctor farmer season morning evening people
opened crossed visited painted closed found kept repaired sold watched walked brought
""".split()
SYNONYMS = {word: [f"{word}ish", f"un{word}"] for word in WORDS[8:]}
LEXICONS = Lexicons(
    wordnet=WordNet(SYNONYMS, SYNONYMS, {}, {}, {}),
    moby=SYNONYMS,
    mythes={},
    phrases={},
    tortured={"market letter": ["bazaar missive"]},
    neighbours={},
    observed=[],
    inflection=Inflection({*WORDS, *(one for many in SYNONYMS.values() for one in many)}),
    word_rank={word: rank for rank, word in enumerate(WORDS)},
)


def prose(seed: int, n_words: int = 200) -> str:
    rng = np.random.default_rng(seed)
    sentences = [
        " ".join(rng.choice(WORDS, 12)).capitalize() + "." for _ in range(n_words // 12 + 1)
    ]
    return "\n".join(" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Corpora of invented prose, one that no classifier may see."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("news_bbc", "letters"):
        rows = [{"id": str(number), "text": prose(number)} for number in range(150)]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


@pytest.fixture(scope="module")
def examples(data: Path) -> list[Example]:
    return simulated_examples(data, simulated_families(LEXICONS), 30, 4)


def test_the_test_set_is_made_from_held_back_texts_alone(examples: list[Example]) -> None:
    for example in examples:
        corpus, _, id = example.group.partition(" ")
        assert part_of(corpus, id) == "test"


def test_every_family_that_knows_a_word_is_there_at_every_rate_of_its_own(
    examples: list[Example],
) -> None:
    rates: dict[str, set[float]] = {}
    for example in examples:
        if example.label and not example.family.startswith("scraped"):
            rates.setdefault(example.family, set()).add(example.rate)
    assert rates["moby"] == {0.08, 0.15, 0.25, 0.4}
    assert rates["damage"] <= {0.08, 0.15}
    # Nothing of MyThes and no neighbours are in these lexicons.
    assert not {"mythes", "neighbour"} & set(rates)
    families = simulated_families(LEXICONS)
    assert [math.isnan(rate) for rate in families["every-4-words"].rates] == [True]


def test_copies_share_the_group_of_their_source_and_differ_from_it(
    examples: list[Example],
) -> None:
    clean = {example.group: example.document.text for example in examples if not example.label}
    copies = [example for example in examples if example.label]
    assert len(copies) > 100
    for copy in copies:
        assert copy.document.text != clean[copy.group]


def test_training_texts_are_of_their_part_and_never_of_a_held_out_source(data: Path) -> None:
    rows = training_examples(data, LEXICONS, "training", 10, 0)
    again = training_examples(data, LEXICONS, "training", 10, 0)
    assert [row.document.text for row in rows] == [row.document.text for row in again]
    for row in rows:
        corpus, _, id = row.group.partition(" ")
        assert part_of(corpus, id) == "training"
        assert corpus not in HELD_OUT
    assert sum(not row.label for row in rows) == 10
    assert {row.family for row in rows} <= {"", *FAMILIES}


@pytest.mark.slow
def test_no_honest_page_is_flagged_for_the_name_of_its_folder(shared_data: Path) -> None:
    pages = list(archived_pages(shared_data))
    found = [audited_in(folder, pages) for folder in FOLDERS]
    assert [one.flagged for one in found] == [[]] * len(FOLDERS)
    assert all(one == found[0] for one in found)


def test_real_pages_are_read_from_an_archive_of_html(tmp_path: Path) -> None:
    assert list(real_pages(tmp_path)) == []
    (tmp_path / ARCHIVE).parent.mkdir()
    page = b"<html><body><article><p>The ferry is back in the harbour.</p></article></body></html>"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in ("pages/a.html", "pages/notes.json"):
            member = tarfile.TarInfo(name)
            member.size = len(page)
            tar.addfile(member, io.BytesIO(page))
    (tmp_path / ARCHIVE).write_bytes(zstandard.ZstdCompressor().compress(packed.getvalue()))
    (example,) = real_pages(tmp_path)
    assert (example.label, example.group, example.genre) == (False, "pages/a.html", GENRE)
    assert example.document.text == "The ferry is back in the harbour."


def test_clean_test_texts_are_cut_as_spun_ones_are_and_no_scraped_copy_is_among_them(
    data: Path,
) -> None:
    tested = comparable_examples(data, LEXICONS, 30, 4)
    assert not [example for example in tested if example.family.startswith("scraped")]
    lengths = {len(example.document.text.split()) for example in tested if not example.label}
    assert min(lengths) < 70 < 140 < max(lengths)


def test_half_of_a_sample_is_measured_as_if_most_pairs_were_unknown(detector: Detector) -> None:
    text = (
        "The council of the small town volition meet connected Monday to speak about the bridge. "
        "It is arsenic old arsenic the church, and the begetter of the plan says that it has to be "
        "repaired earlier the winter. The purchaser of the mill wants to hold it unfastened."
    )
    rows = [Example(Document(text), True)] * 8
    resources = detector.model.resources
    known = sample(rows, (resources,)).values
    both = sample(rows, (resources, with_few_pairs(resources))).values
    differs = (known != both).any(axis=1)
    assert differs.tolist() == [False, False, True, True] * 2


def test_a_familys_kin_are_all_that_share_a_thesaurus() -> None:
    assert left_out("moby", kin=False) == ["moby"]
    assert set(left_out("mythes", kin=True)) == {
        name for name, family in FAMILIES.items() if "mythes" in family.thesauri
    }
    assert left_out("tortured", kin=True) == ["tortured"]


def test_tortured_phrases_are_counted_by_word_whatever_their_case() -> None:
    shares = tortured_share(["Bazaar missive here", "a clean text", ""], ["bazaar  Missive"])
    assert shares.tolist() == [1 / 3, 0, 0]


def test_perplexity_is_higher_for_words_in_no_order(detector: Detector) -> None:
    text = "The council voted on Monday to close the bridge for the winter."
    mixed = " ".join(sorted(text.split()))
    plain, jumbled, empty = perplexity([text, mixed, ""], detector.model.resources)
    assert plain < jumbled
    assert empty == 0


def small_sample(detector: Detector, families: list[str], seed: int) -> Sample:
    """Clean prose and copies in which one word in five is a word of chemistry."""
    rng = np.random.default_rng(seed)
    texts, labels, family = [], [], []
    for number in range(24 * len(families)):
        text = prose(1000 * seed + number, 60)
        bad = number % 2 == 1
        if bad:
            text = " ".join("arsenic" if rng.random() < 0.2 else word for word in text.split())
        texts.append(text)
        labels.append(bad)
        family.append(families[number // 2 % len(families)] if bad else "")
    groups = np.arange(len(texts)).astype(np.str_)
    values = feature_values(texts, detector.model.resources)
    genres = np.full(len(texts), "letters")
    return Sample(texts, np.array(labels), np.array(family), groups, genres, values)


@pytest.mark.parametrize("kin", [False, True])
def test_what_is_trained_never_sees_the_family_it_is_measured_on(
    detector: Detector, kin: bool
) -> None:
    training, test = (small_sample(detector, ["wordnet", "moby", "spintax"], n) for n in (1, 2))
    seen: list[set[str]] = []

    def spy() -> Iterator[tuple[str, Scores]]:
        def scores(rows: Rows, calibration_rows: Rows) -> NDArray[np.float64]:
            assert (rows == calibration_rows).all()
            seen.append(set(training.family[rows].tolist()))
            return np.zeros(len(test.labels))

        yield "spy", scores

    compare(Split(training, training, test), spy(), kin, 0)
    # Spintax takes its words from Moby.
    both = {"", "wordnet"} if kin else {"", "wordnet", "spintax"}
    last = {"", "wordnet"} if kin else {"", "wordnet", "moby"}
    assert seen == [{"", "moby", "spintax"}, both, last]


def test_all_methods_are_measured_on_the_same_texts(detector: Detector) -> None:
    training, test = (small_sample(detector, ["wordnet", "moby"], number) for number in (1, 2))
    resources = detector.model.resources
    split = Split(training, training, test)
    table = compare(split, methods(split, resources, ["bazaar missive"]), False, 0)
    varying = (np.ptp(test.values, axis=0) > 0).sum()
    assert 0 < varying < len(FEATURE_NAMES)
    assert len(table) >= varying + 4
    for row in table.values():
        for figures in row.values():
            assert (figures.n_clean, figures.n_republications) == (24, 12)
    assert table["TF-IDF + logistic regression"]["moby"].auroc.value > 0.9
    assert table["listed tortured phrases"]["moby"].auroc.value == 0.5
    assert table[CLASSIFIER]["moby"].auroc.value > 0.5


def row(auroc: float) -> Figures:
    one = Interval(auroc, math.nan, math.nan)
    return Figures(200, 9, one, one, one, one, {0.005: one}, {}, one)


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        (0.9, "No baseline is ahead of the classifier on any family."),
        (0.96, "The classifier is behind a baseline on: moby (perplexity, by 0.060)."),
    ],
)
def test_the_tables_say_where_the_classifier_is_behind(baseline: float, sentence: str) -> None:
    table = {
        "perplexity": {"moby": row(baseline), "wordnet": row(0.5)},
        CLASSIFIER: {"moby": row(0.9), "wordnet": row(0.8)},
    }
    lines = markdown(table)
    assert sentence in lines
    bodies = [line for line in lines if line.startswith(("| perplexity", f"| {CLASSIFIER}"))]
    assert bodies[0] == f"| {CLASSIFIER} | 0.800 | 0.850 | 0.900 | 0.800 |"


def test_the_readmes_tables_hold_every_corpus_and_family(
    detector: Detector, examples: list[Example]
) -> None:
    texts = score_examples(detector, examples)
    evaluation = evaluate(texts, "m", "d", 0.5, 0.1, 0)
    lines = list(tables(evaluation, texts))
    for name in ("news_bbc", "letters"):
        assert [line.split(" | ")[1] for line in lines if line.startswith(f"| {name} |")] != []
    table = [line for line in lines if line.startswith("| moby |")]
    assert [line.split(" | ")[1] for line in table] == ["8%", "15%", "25%", "40%"]


@pytest.mark.parametrize("shape", linear_time.SHAPES)
def test_a_hostile_text_has_about_the_size_that_is_asked_for(shape: str) -> None:
    assert 0.4 * 5_000 < len(linear_time.SHAPES[shape](5_000)) < 1.1 * 5_000


def test_growth_is_measured_until_a_text_takes_too_long() -> None:
    assert linear_time.growth("braces", "txt.gz", 4_000, 10.0)[::3] == (3_840, True)
    assert linear_time.growth("articles", linear_time.UNCUT, 4_000_000, 0.001).ended is False


def test_a_fault_is_set_up_and_told(tmp_path: Path) -> None:
    outcome = faults.FAULTS["links in a loop"](tmp_path, 1)
    assert (outcome.ended.status, outcome.rows) == (0, "9, 1 with errors")
    assert outcome.ended.said.startswith("self.txt cannot be read")


def test_a_family_that_knows_no_word_of_a_text_makes_no_copy(data: Path) -> None:
    unknown = {name: one for name, one in simulated_families(LEXICONS).items() if name == "mythes"}
    assert isinstance(unknown["mythes"], SimulatedFamily)
    made = simulated_examples(data, unknown, 10, 4)
    assert not [example for example in made if example.family == "mythes"]
