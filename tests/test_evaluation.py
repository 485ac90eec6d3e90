"""Evaluations: what is set against what, in which order, and how a hostile data set is shown."""

import csv
import io
import json
import math
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from stories import FERRY, FERRY_SPUN

from chaffinch.detector.classifier import log_odds
from chaffinch.detector.detector import Detector
from chaffinch.detector.evaluation.evaluation import (
    Evaluation,
    Misjudged,
    ScoredTexts,
    evaluate,
)
from chaffinch.detector.evaluation.tables import COLUMNS, cells, markdown
from chaffinch.detector.training.labelled import (
    Example,
    LabelError,
    judge_examples,
    read_labelled,
    scored_texts,
)
from chaffinch.detector.verdict import Reason
from chaffinch.features.document import Document
from chaffinch.reports.evaluation.plots import Axis, Line, line_plot
from chaffinch.reports.formats.registry import EVALUATIONS

HOSTILE = "<script>alert(1)</script>|\x1b[31m\u202e"


def texts_of(
    rows: list[tuple[float, bool, str, float, str]], words: list[int] | None = None
) -> ScoredTexts:
    """Texts from (score, label, family, rate, genre)."""
    examples = [
        Example(Document(str(number)), label, "", family, genre, rate)
        for number, (_, label, family, rate, genre) in enumerate(rows)
    ]
    lengths = words or [200] * len(rows)
    return scored_texts(examples, np.array([row[0] for row in rows]), np.array(lengths))


NONE = math.nan
TEXTS = texts_of(
    [
        (-3.0, False, "", NONE, "news"),
        (-2.0, False, "", NONE, "news"),
        (2.0, False, "", NONE, "verse"),
        (NONE, False, "", NONE, "verse"),
        (-1.0, True, "blind", 0.08, "news"),
        (4.0, True, "blind", 0.4, "news"),
        (3.0, True, "moby", 0.4, "verse"),
        (NONE, True, "moby", 0.08, HOSTILE),
        (3.0, True, HOSTILE, NONE, ""),
    ],
    [40, 60, 149, 10, 150, 399, 400, 20, 5000],
)


REASONS = (Reason("signal", 5.5, "twelve things"), Reason("other", -1.0, HOSTILE))
MISJUDGED = [
    Misjudged("a#0", "", HOSTILE, False, "spun", 0.99999, "", "verse", REASONS),
    Misjudged(HOSTILE, "", "A title", True, "original", 0.25, "blind", "", ()),
]


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(TEXTS, "made up", "0123456789ab", 0.5, 0.1, 50).with_misjudged(MISJUDGED)


def shares(evaluation: Evaluation, kind: str) -> dict[str, tuple[int, int, float, float]]:
    return {
        one.name: (
            one.figures.n_clean,
            one.figures.n_republications,
            one.figures.flagged_clean.value,
            one.figures.recall.value,
        )
        for one in evaluation.parts[kind]
    }


def test_families_and_rates_stand_against_all_clean_texts_least_found_first(
    evaluation: Evaluation,
) -> None:
    third = 1 / 3
    assert list(shares(evaluation, "family").items()) == [
        ("blind", (3, 2, third, 0.5)),
        (HOSTILE, (3, 1, third, 1.0)),
        ("moby", (3, 1, third, 1.0)),
    ]
    assert list(shares(evaluation, "rate").items()) == [
        ("8%", (3, 1, third, 0.0)),
        ("40%", (3, 2, third, 1.0)),
    ]
    assert evaluation.parts["family and rate"][0].name == "blind, 8%"


def test_genres_stand_against_their_own_clean_texts_most_flagged_first(
    evaluation: Evaluation,
) -> None:
    found = shares(evaluation, "genre")
    assert list(found)[:2] == ["verse", "news"]
    assert found["verse"] == (1, 1, 1.0, 1.0)
    assert found["news"] == (2, 2, 0.0, 0.5)


def test_lengths_are_counted_in_words(evaluation: Evaluation) -> None:
    found = {name: row[:2] for name, row in shares(evaluation, "length").items()}
    assert found == {
        "under 60 words": (1, 0),
        "60 to 149 words": (2, 0),
        "150 to 399 words": (0, 2),
        "400 words and more": (0, 2),
    }


def test_unscorable_texts_are_counted_and_in_no_figure(evaluation: Evaluation) -> None:
    assert evaluation.overall[1:3] == (1, 1)
    assert evaluation.overall.figures[:2] == (3, 4)
    (moby,) = [one for one in evaluation.parts["family"] if one.name == "moby"]
    assert (moby.unscorable_clean, moby.unscorable_republications) == (1, 1)


def test_the_mapping_is_strict_json_without_nan(evaluation: Evaluation) -> None:
    again = json.loads(json.dumps(evaluation.as_dict(), allow_nan=False))
    assert again["overall"]["figures"]["recall_at"]["0.001"]["value"] is None
    assert again["parts"]["family"][0]["figures"]["recall"]["value"] == 0.5
    assert again["thresholds"]["0.01"] is None
    for point in again["roc"]:
        flagged = TEXTS.score[~TEXTS.label] >= log_odds(point["threshold"])
        assert flagged.mean() <= point["false_positive_rate"]
        found = TEXTS.score[TEXTS.label & ~np.isnan(TEXTS.score)] >= log_odds(point["threshold"])
        assert found.mean() == point["recall"]["value"]


@pytest.mark.parametrize("label", [True, False])
def test_one_label_alone_has_no_curves_and_is_still_shown(label: bool) -> None:
    one = evaluate(texts_of([(1.0, label, "a", 0.1, "b")] * 3), "m", "d", 0.5, 0.1, 10)
    assert (one.roc, one.precision_recall, one.reliability) == ([], {}, [])
    assert math.isnan(one.thresholds[0.001])
    for render in EVALUATIONS.values():
        assert "nan" not in "".join(render(one)).lower()
    assert "<svg" not in "".join(EVALUATIONS["html"](one))


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_loads_nothing_runs_nothing_and_shows_names_as_text(
    evaluation: Evaluation,
) -> None:
    page = Elements("".join(EVALUATIONS["html"](evaluation)))
    assert not {"script", "link", "img", "iframe", "object", "a"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | (
        names & {"style", "src", "href"}
    )
    (policy,) = [
        value for name, value in page.attributes if name == "content" and "src" in str(value)
    ]
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert page.text.count("<script>alert(1)</script>|?[31m?") == 4
    assert page.tags.count("svg") == 3


def test_other_renderings_obey_no_escape_sequence_and_keep_their_tables(
    evaluation: Evaluation,
) -> None:
    for name, render in EVALUATIONS.items():
        printed = "".join(render(evaluation))
        assert "\x1b" not in printed and "\u202e" not in printed, name
    table = [line for line in markdown(evaluation) if line.startswith("|")]
    unescaped = [line.replace("\\|", "").count("|") for line in table if "script" in line]
    assert unescaped == [len(COLUMNS) + 2] * 2 + [5] * 2
    assert len(cells(evaluation.overall)) == len(COLUMNS)


def test_misjudged_texts_are_shown_with_their_reasons(evaluation: Evaluation) -> None:
    assert evaluation.n_misjudged == (1, 1)
    shown = {name: "".join(render(evaluation)) for name, render in EVALUATIONS.items()}
    counts = "Misjudged: 1 of 3 clean texts flagged, 1 of 4 republications missed"
    assert all(counts in shown[name] for name in ("text", "md", "html"))
    assert "clean, judged spun" in shown["text"] and "republication, missed" in shown["md"]
    assert shown["text"].index("twelve things") < shown["text"].index("nothing found")
    assert ">99.9 %" in shown["text"] and "+5.5 signal: twelve things" in shown["html"]
    flagged, missed = json.loads(shown["json"])["misjudged"]
    assert (flagged["republication"], missed["republication"]) == (False, True)
    assert flagged["reasons"][0]["contribution"] == 5.5
    first, second = csv.DictReader(io.StringIO(shown["csv"]))
    assert (first["id"], first["republication"]) == ("a#0", "False")
    assert first["reasons"].startswith("signal: twelve things; other: ") and not second["reasons"]


def test_misjudged_texts_are_those_on_the_wrong_side_furthest_first() -> None:
    detector = Detector.load(threshold=0.2)
    texts = {"clean": FERRY, "spun": FERRY_SPUN, "lightly": FERRY[:300] + FERRY_SPUN[300:]}
    scores = {name: log_odds(detector.score(text).probability or 0) for name, text in texts.items()}
    assert scores["clean"] < scores["lightly"] < log_odds(detector.threshold) < scores["spun"]
    rows = [
        Example(Document(texts[name], url=f"https://p.example/{name}"), label, id=name)
        for name in ("lightly", "clean", "spun")
        for label in (True, False)
    ]
    scored, wrong = judge_examples(detector, [*rows, Example(Document("Too short."), True)])
    assert len(scored) == 7
    distances = {
        (one.id, one.republication): abs(scores[one.id] - log_odds(detector.threshold))
        for one in wrong
    }
    assert set(distances) == {("clean", True), ("lightly", True), ("spun", False)}
    assert list(distances.values()) == sorted(distances.values(), reverse=True)
    assert wrong[0].reasons == detector.score(texts[wrong[0].id]).reasons
    assert wrong[0].title.startswith("The town council") and wrong[0].url.startswith("https://p.")


def test_a_plot_escapes_its_names_and_leaves_out_what_is_not_finite() -> None:
    lines = [Line("<b>", [(0.0, 0.5), (0.5, math.nan), (1.0, 1.0)]), Line("c", [])]
    plot = line_plot("<i>", Axis("x"), "y", lines)
    assert "<b>" not in plot and "<i>" not in plot and "nan" not in plot
    assert 'class="line line0" d="M52.0 144.0 L398.0 12.0"' in plot


def test_labelled_rows_have_family_rate_genre_and_group(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    row = {"text": "A", "label": "spun", "family": "f", "genre": "g", "group": "s", "rate": 0.15}
    file.write_text("\ufeff" + "\n\n".join(map(json.dumps, [row, {"text": "A", "label": False}])))
    full, bare = read_labelled(file)
    assert (full.family, full.genre, full.group, full.rate) == ("f", "g", "s", 0.15)
    assert (full.label, bare.label, math.isnan(bare.rate)) == (True, False, True)


def test_rows_without_a_group_are_a_group_of_their_own_unless_their_text_repeats() -> None:
    first, again, other, grouped = (
        Example(Document(text), True, group)
        for text, group in [("a", ""), ("a", ""), ("b", ""), ("b", "a")]
    )
    assert first.unit == again.unit
    assert len({first.unit, other.unit, grouped.unit}) == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a", "label": "spun", "rate": 15}', "line 1: `rate` must be a share"),
        ('{"text": "a", "label": "spun", "rate": true}', "line 1: `rate` must be a share"),
        ('{"text": "a", "label": "nonsense"}', "line 1: unknown label 'nonsense'"),
        ('{"text": "a"}', "line 1: no `label`"),
        ('{"label": "spun"}', "line 1: without a `text` or `html`"),
        ("[" * 100_000, "line 1: not JSON"),
        ("\xff", "line 1: not JSON"),
    ],
)
def test_a_bad_row_is_named_with_the_remedy(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_bytes(line.encode("latin-1"))
    with pytest.raises(LabelError, match=message):
        list(read_labelled(file))


def test_a_folder_has_one_sub_folder_a_label(tmp_path: Path) -> None:
    for name, file, content in (
        ("original", "a.txt", "Plain text."),
        ("original", "b.html", "<html><body><p>A page.</p></body></html>"),
        ("Spun", "c.jsonl", '{"text": "One."}\n{"text": "Two."}'),
    ):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / file).write_text(content)
    rows = [(row.label, row.family, row.document.text) for row in read_labelled(tmp_path)]
    assert rows == [
        (True, "Spun", "One."),
        (True, "Spun", "Two."),
        (False, "original", "Plain text."),
        (False, "original", "A page."),
    ]


@pytest.mark.parametrize(
    ("folder", "content", "message"),
    [
        ("drafts", b"A", "unknown label 'drafts'. Give one of original,"),
        ("spun", b"\x89PNG\r\n\x1a\n", "a.txt: not text"),
        (None, b"", "has no sub-folders; give one for each label"),
    ],
)
def test_a_folder_that_cannot_be_read_is_refused_with_the_place(
    tmp_path: Path, folder: str | None, content: bytes, message: str
) -> None:
    if folder:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_bytes(content)
    with pytest.raises(LabelError, match=message):
        list(read_labelled(tmp_path))
