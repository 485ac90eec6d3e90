"""Training on a user's own labels: split, prior, start from nothing, errors and the card."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from chaffinch.detector.classifier import Classifier, Term
from chaffinch.detector.detector import Detector
from chaffinch.detector.training import retrain
from chaffinch.detector.training.adaptation import adapt_weights
from chaffinch.detector.training.card import Corpus, ModelCard, render_card
from chaffinch.detector.training.fitting import LabelledValues, TrainingError, calibrate
from chaffinch.detector.training.labelled import Example
from chaffinch.detector.training.licences import read_licences, read_uses
from chaffinch.detector.training.resources.pairs import PairsError, read_pairs, with_pairs
from chaffinch.detector.training.retrain import (
    N_FOLDS,
    Recipe,
    build_from_labels,
    data_digest,
    split_folds,
    train_on_labels,
)
from chaffinch.detector.training.scratch import build_from_examples
from chaffinch.features.document import Document
from chaffinch.features.language.language_model import dequantise
from chaffinch.features.registry import FEATURE_NAMES, FEATURES
from chaffinch.features.resources import Resources

NOUNS = "harbour council teacher bridge market garden library village river train baker".split()
VERBS = "opened crossed visited painted closed found kept repaired sold watched".split()
SPUN = {"the": "nan", "in": "successful", "and": "successful", "of": "astatine", "after": "aft"}


def article(number: int, n_words: int = 60) -> str:
    """Plain sentences with the function words that English has."""
    draw = random.Random(number)
    words: list[str] = [f"Report {number}."]
    while len(words) < n_words:
        one, two, three, four = (draw.choice(NOUNS) for _ in range(4))
        verb = draw.choice(VERBS)
        words += f"The {one} of the {two} {verb} the {three} in the {four} and was".split()
        words += f"not there after the {draw.choice(NOUNS)} had {draw.choice(VERBS)} it.".split()
    return " ".join(words)


def spun(text: str) -> str:
    return " ".join(
        SPUN.get(word, word) if place % 3 else word for place, word in enumerate(text.split())
    )


def examples(n: int, n_words: int = 60) -> list[Example]:
    """For each of n groups a clean text and its spun copy."""
    rows = []
    for number in range(n):
        text, group = article(number, n_words), str(number)
        rows.append(Example(Document(text), False, group, genre="town"))
        rows.append(Example(Document(spun(text)), True, group, "blind | <b>", "town", 0.2))
    return rows


EVIDENCE = np.array([feature.group != "context" for feature in FEATURES])
CENTRE, SCALE = 0.1, 0.1
TERMS = {
    name: Term(CENTRE, SCALE, highest=8.0, weight=float(is_evidence))
    for name, is_evidence in zip(FEATURE_NAMES, EVIDENCE, strict=True)
}
PRIOR = Classifier(TERMS, intercept=-5.0, base_rate=0.1, threshold=0.7)
COLUMNS = np.flatnonzero(EVIDENCE)[:3]


@given(sizes=st.lists(st.integers(1, 6), min_size=16, max_size=40), seed=st.integers(0, 1000))
def test_a_group_is_in_one_fold_and_every_fold_has_both_labels(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(len(sizes)), sizes).astype(np.str_)
    labels = np.repeat(np.arange(len(sizes)) % 2 == 0, sizes)
    order = rng.permutation(len(groups))
    fold = split_folds(labels[order], groups[order])
    pairs = set(zip(groups[order].tolist(), fold.tolist(), strict=True))
    assert len(pairs) == len(sizes)
    for number in range(N_FOLDS):
        assert set(labels[order][fold == number].tolist()) == {False, True}


def test_the_result_does_not_depend_on_the_order_of_the_examples(detector: Detector) -> None:
    rows = examples(24)
    shuffled = random.Random(0).sample(rows, len(rows))
    one, two = (
        train_on_labels(given, detector.model.resources, "own", 0.1) for given in (rows, shuffled)
    )
    assert one.model.classifier == two.model.classifier
    assert one.evaluation.as_dict() == two.evaluation.as_dict()


@pytest.mark.parametrize("prior", [True, False])
def test_own_labels_make_a_model_that_is_measured_on_texts_it_was_not_fitted_to(
    detector: Detector, prior: bool, tmp_path: Path
) -> None:
    rows = [*examples(30), Example(Document("Too short."), True)]
    trained = build_from_labels(
        rows, tmp_path, tmp_path / "own", Recipe(0.05, detector.model, prior)
    )
    figures = trained.evaluation.overall.figures
    assert (figures.n_clean, figures.n_republications, trained.n_unscorable) == (30, 30, 1)
    assert figures.auroc.value > 0.95
    loaded = Detector.load(tmp_path / "own")
    assert loaded.name == "own"
    assert loaded.model.classifier.base_rate == 0.05
    unseen = article(1000)
    assert loaded.score(spun(unseen)).flagged and not loaded.score(unseen).flagged


def test_the_card_states_data_licence_digest_families_and_the_worst_figures_first(
    detector: Detector, tmp_path: Path
) -> None:
    data = tmp_path / "labels.jsonl"
    data.write_text("stands for the rows")
    recipe = Recipe(start=detector.model, licence="CC BY 4.0")
    build_from_labels(examples(24), data, tmp_path / "m", recipe)
    card = (tmp_path / "m" / "card.md").read_text("utf-8")
    assert (
        f"| labels.jsonl | 48 | training and calibration | CC BY 4.0 | `{data_digest(data)}` |"
        in card
    )
    assert "- blind \\| \\<b\\>: as labelled in the data" in card
    assert "family, worst first" in card and "genre, worst first" in card
    assert card.index("## Figures") < card.index("## Limits") < card.index("## Weights")
    assert detector.digest in card and "English only" in card


def test_a_card_without_figures_says_so(detector: Detector) -> None:
    corpora = [Corpus("thesaurus", None, "channel", "public domain", "00")]
    card = render_card(ModelCard("By hand.", corpora, {}, ["moby", "news"]), detector.model)
    assert "None: there were no texts to measure on" in card
    assert "| thesaurus |  | channel | public domain | `00` |" in card
    assert "Held out: moby; news." in card


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "at least 20 clean texts in at least 8 groups; there are 0 in 0, and 0 texts"),
        (examples(19), "at least 20 clean texts .* there are 19 in 19"),
        ([row for row in examples(30) if not row.label], "20 republications .* are 0 in 0"),
        (
            [replace(row, group=str(int(row.group) % 7)) for row in examples(30)],
            "at least 8 groups; there are 30 in 7",
        ),
        ([Example(Document("Short."), True)] * 30, "and 30 texts that cannot be judged"),
    ],
)
def test_too_little_data_is_refused_with_what_is_missing(
    detector: Detector, rows: list[Example], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        train_on_labels(rows, detector.model.resources, "own", 0.1)


def test_without_a_prior_to_speak_of_adaptation_is_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    labels = rng.random(400) < 0.3
    values = np.full((400, len(FEATURE_NAMES)), CENTRE**2)
    for column in COLUMNS:
        values[:, column] = rng.beta(1 + labels, 8)
    unused = {name: term._replace(weight=0.0) for name, term in TERMS.items()}
    blank = replace(PRIOR, terms=unused, intercept=0.0)
    found = adapt_weights(blank, LabelledValues(values, labels))
    reference = LogisticRegression(C=1.0, class_weight="balanced", tol=1e-8, max_iter=5000)
    reference.fit(blank.columns.scaled(values), labels)
    expected = reference.coef_[0][COLUMNS]
    assert (expected > 0).all()
    assert np.allclose(found.columns.weight[COLUMNS], expected, atol=0.001)


def test_few_labels_move_the_prior_little_and_many_overrule_it() -> None:
    column = COLUMNS[0]
    weight = {}
    for n in (4, 4000):
        values = np.zeros((n, len(FEATURE_NAMES)))
        # Here the feature is as in clean texts, whatever the label.
        root = CENTRE + SCALE * np.random.default_rng(0).normal(size=n)
        values[:, column] = np.maximum(root, 0) ** 2
        labelled = LabelledValues(values, np.arange(n) % 2 == 0)
        weight[n] = adapt_weights(PRIOR, labelled).columns.weight[column]
    assert weight[4000] < 0.1 < 0.5 * PRIOR.columns.weight[column] < weight[4]


def test_a_feature_new_to_the_prior_gets_a_weight_and_one_that_is_gone_is_dropped() -> None:
    name = FEATURE_NAMES[COLUMNS[0]]
    terms = {**TERMS, "gone.feature": TERMS[name]}
    del terms[name]
    labels = np.arange(400) % 2 == 0
    values = np.zeros((400, len(FEATURE_NAMES)))
    values[labels, COLUMNS[0]] = np.random.default_rng(0).random(200)
    prior = replace(PRIOR, terms=terms)
    assert (prior.new_features, prior.gone_features) == ((name,), ("gone.feature",))
    adapted = adapt_weights(prior, LabelledValues(values, labels))
    assert tuple(adapted.terms) == FEATURE_NAMES
    assert adapted.terms[name].weight > 0


def test_adapted_evidence_never_speaks_for_innocence_and_context_stays_unused() -> None:
    column, context = COLUMNS[0], np.flatnonzero(~EVIDENCE)[0]
    labels = np.arange(400) % 2 == 0
    values = np.zeros((400, len(FEATURE_NAMES)))
    values[~labels, column] = 0.3
    values[labels, context] = 500
    weight = adapt_weights(PRIOR, LabelledValues(values, labels)).columns.weight
    assert (weight[column], weight[context]) == (0, 0)
    assert min(weight) >= 0


def test_calibration_keeps_a_higher_threshold_where_texts_are_too_few_for_a_quantile() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2 == 0
    values = np.zeros((60, len(FEATURE_NAMES)))
    values[:, COLUMNS[0]] = rng.beta(1 + 2 * labels, 8)
    for threshold, expected in ((0.8, 0.8), (0.2, 0.5)):
        assert calibrate(
            replace(PRIOR, threshold=threshold), LabelledValues(values, labels)
        ).threshold == pytest.approx(expected)


@pytest.mark.slow
def test_from_nothing_the_language_model_and_the_classifier_share_no_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = examples(300, 900)
    resources, rest = build_from_examples(rows, None)
    assert len({row.group for row in rest}) == 150
    assert len(rest) == 300
    # Building takes most of the time, and would give the same again.
    built = {(id(rows), None): (resources, rest)}
    monkeypatch.setattr(
        retrain, "build_from_examples", lambda *given: built[id(given[0]), given[1]]
    )
    trained = build_from_labels(rows, tmp_path, tmp_path / "own", Recipe())
    assert trained.evaluation.overall.figures.n_clean == 150
    assert "from scratch" in (tmp_path / "own" / "card.md").read_text("utf-8")
    assert len(resources.vocabulary) > len(NOUNS)
    unseen = article(1000, 900)
    loaded = Detector.load(tmp_path / "own")
    assert loaded.score(spun(unseen)).flagged and not loaded.score(unseen).flagged


def test_from_nothing_needs_enough_words() -> None:
    with pytest.raises(TrainingError, match=r"at least 100,000 words .* hold 7\d\d\. Add clean"):
        build_from_examples(examples(24), None)


def test_licences_are_read_from_the_tables_of_a_readme(tmp_path: Path) -> None:
    assert read_licences(tmp_path) == {}
    (tmp_path / "README.md").write_text(
        "# Data\n\n| file | what | license |\n|---|---|---|\n"
        "| `a.jsonl`, `b.jsonl` | letters | CC0 |\n| `c.jsonl` | more | |\n| d | x | MIT |\n\n"
        "| name | licence |\n|---|---|\n| other | GPL |\n"
    )
    assert read_licences(tmp_path) == {
        "a.jsonl": "CC0",
        "b.jsonl": "CC0",
        "c.jsonl": "not stated",
        "d": "MIT",
    }


def test_uses_are_read_from_the_tables_of_a_readme(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(
        "| file | use | licence as stated |\n|---|---|---|\n| a | all | CC0 |\n| b | test | MIT |\n"
    )
    assert read_uses(tmp_path) == {"a": "all", "b": "test"}
    assert read_licences(tmp_path) == {"a": "CC0", "b": "MIT"}


def test_a_folders_digest_follows_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    first = data_digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    second = data_digest(tmp_path)
    (tmp_path / "b").write_text("2")
    assert len({first, second, data_digest(tmp_path)}) == 3


def audit_pairs(file: Path, rows: list[tuple[str, str, str, int, int]]) -> Path:
    names = ("site", "substitute", "original", "count", "documents")
    columns = zip(*rows, strict=True)
    pq.write_table(pa.table(dict(zip(names, map(list, columns), strict=True))), file)
    return file


def test_replacements_seen_in_copies_become_probable_originals(
    detector: Detector, tmp_path: Path
) -> None:
    file = audit_pairs(
        tmp_path / "pairs.parquet",
        [
            ("a.example", "harbour", "market", 6, 1),
            ("b.example", "harbour", "market", 2, 1),
            ("a.example", "garden", "market", 2, 2),
            ("a.example", "bridge", "council", 9, 1),
            ("a.example", "grow to be", "become", 4, 4),
            ("a.example", "qqqqqqq", "become", 4, 4),
        ],
    )
    seen = read_pairs(file)
    assert seen == {
        ("market", "harbour"): 8,
        ("market", "garden"): 2,
        ("become", "grow to be"): 4,
        ("become", "qqqqqqq"): 4,
    }
    before = detector.model.resources
    after, added = with_pairs(before, seen)
    assert added == 2
    words = before.vocabulary

    def originals(resources: Resources, written: str) -> dict[str, float]:
        word = words.ids([written])
        _, places = resources.channel.expand(word)
        names = (words.words[index] for index in resources.channel.original[places].tolist())
        chances = 10 ** dequantise(resources.channel.weight[places])
        return dict(zip(names, chances.tolist(), strict=True))

    assert "market" not in originals(before, "harbour")
    assert originals(after, "harbour")["market"] == pytest.approx(0.4, rel=0.05)
    assert originals(after, "garden")["market"] == pytest.approx(0.1, rel=0.05)
    for word in ("arsenic", "successful", "town"):
        assert originals(after, word) == originals(before, word)


def test_training_with_pairs_states_them_in_the_card(detector: Detector, tmp_path: Path) -> None:
    file = audit_pairs(tmp_path / "pairs.parquet", [("a.example", "harbour", "market", 6, 2)])
    recipe = Recipe(start=detector.model, pairs=file)
    build_from_labels(examples(24), tmp_path, tmp_path / "m", recipe)
    card = (tmp_path / "m" / "card.md").read_text("utf-8")
    assert "channel: 1 replacements seen in copies" in card
    channels = [one.model.resources.channel for one in (detector, Detector.load(tmp_path / "m"))]
    assert len(channels[1].original) >= len(channels[0].original)
    assert channels[1].original.tolist() != channels[0].original.tolist()


@pytest.mark.parametrize("content", [b"PAR1 no", b""])
def test_a_file_that_holds_no_pairs_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pairs.parquet").write_bytes(content)
    with pytest.raises(PairsError, match=r"Give the pairs\.parquet of an audit"):
        read_pairs(tmp_path / "pairs.parquet")


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "pairs.parquet")
    with pytest.raises(PairsError):
        read_pairs(tmp_path / "pairs.parquet")
