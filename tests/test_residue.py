"""What counts as residue, what does not, and what the injection of residue keeps."""

from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.simulation.residue import (
    counter_line,
    inject_residue,
    split_phrases,
    written_phrase,
)
from chaffinch.features.document import Document
from chaffinch.features.resources import Resources
from chaffinch.features.signal import Measurement
from chaffinch.features.signals.counters import Counters
from chaffinch.features.signals.residue import EDGE_LINES, Residue
from chaffinch.features.text.lines import lines
from chaffinch.features.text.phrases import (
    MAX_LINE,
    Phrase,
    load_phrases,
    phrase_matcher,
    read_phrases,
)
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_words([])
# These signals read lines, not words: no model is needed.
RESOURCES = cast(Resources, None)
PHRASES = load_phrases()
BODY = "\n".join(f"The ferry made crossing number {number}." for number in range(40))
seeds = st.integers(0, 2**32 - 1)


def measure(text: str, url: str = "https://farm.example/a") -> Measurement:
    block = TokenBlock.from_documents([Document(text, url=url)], VOCABULARY)
    return Residue(RESOURCES).measure(block)


@pytest.mark.parametrize(
    ("lines_of_page", "two"),
    [
        (("Read Entire Article", "[ad_1]"), 0),
        (("Read Entire Article", "Continue reading the main story"), 1),
        (("5 months ago 98", "Read Entire Article"), 1),
        (("5 months ago 98", "Views: 184"), 0),
        (("This article originally appeared on Harbour Gazette.", "5 months ago 98"), 0),
    ],
)
def test_view_counters_and_the_lines_of_farms_and_of_sources_are_kinds(
    lines_of_page: tuple[str, str], two: int
) -> None:
    values = measure("\n".join((lines_of_page[0], BODY, lines_of_page[1]))).values[0]
    assert values[[one.name for one in Residue.features].index("two_kinds")] == two


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("Read Entire Article", "scraper line"),
        ("  READ   ENTIRE ARTICLE »", "scraper line"),
        ("PR Distribution", "scraper line"),
        ("[ad_1]", "scraper line"),
        ("Source link:", "scraper line"),
        ("Read more at source →", "scraper line"),
        ("Re\N{ZERO WIDTH SPACE}ad Entire \N{CYRILLIC CAPITAL LETTER A}rticle", "scraper line"),
        ("The post Owls breed again appeared first on Daily Wren.", "scraper line"),
        ("This article originally appeared on Daily Wren.", "credit line"),
        ("Originally published on Daily Wren", "credit line"),
        ("Continue reading the main story", "template line"),
        ("Credit...", "template line"),
        ("Credit…Ada Brook for The Daily Wren", "template line"),
        ("Card 1 of 5", "template line"),
        ("Skip advertisement", "template line"),
        ("Our Standards: The Thomson Reuters Trust Principles.", "template line"),
        ("New You can now listen to Fox News articles!", "template line"),
    ],
)
def test_a_whole_line_is_found(line: str, note: str) -> None:
    text = f"{BODY}\n{line}"
    (span,) = measure(text).spans
    assert (text[span.start : span.end], span.note) == (line.strip(), note)


@pytest.mark.parametrize(
    "line",
    [
        "At the end there is often a button that says Read Entire Article, or a source link.",
        "He asked them to continue reading the main story.",
        "The card 1 of 5 was lost, and card two of five was torn.",
        "An advertisement in the paper said so.",
        "Advertisement",
        "You\N{RIGHT SINGLE QUOTATION MARK}ve read 3 of 5 free articles.",
        "Already a subscriber? Sign in",
        "Reporting by Ada Brook; Editing by Tom Larch",
        "Ada Brook of Reuters contributed to this report.",
        "CNN's Ada Brook contributed to this report.",
        "The Associated Press contributed to this report.",
        "(AP)",
        "Read Entire Article" + " x" * MAX_LINE,
    ],
)
def test_mentions_and_honest_credits_are_passed_over(line: str) -> None:
    assert measure(f"{BODY}\n{line}").spans == []


@pytest.mark.parametrize(
    ("line", "at_line", "counts"),
    [
        ("By RSS bot", 0, True),
        ("By RSS bot", EDGE_LINES, False),
        ("Originally published on Daily Wren", 40, True),
        ("Originally published on Daily Wren", 40 - EDGE_LINES, False),
        ("Read Entire Article", 20, True),
    ],
)
def test_a_phrase_counts_only_where_pages_have_it(line: str, at_line: int, counts: bool) -> None:
    lines = BODY.split("\n")
    lines.insert(at_line, line)
    assert bool(measure("\n".join(lines)).spans) == counts


@pytest.mark.parametrize(
    ("url", "counts"),
    [
        ("https://www.nytimes.com/a", False),
        ("https://cooking.nytimes.com/a", False),
        ("https://notnytimes.com/a", True),
        ("https://nytimes.com.farm.example/a", True),
        ("", True),
    ],
)
def test_a_template_line_says_nothing_at_home(url: str, counts: bool) -> None:
    assert bool(measure(f"{BODY}\nContinue reading the main story", url).spans) == counts


def test_repeated_lines_count_once_and_the_count_is_capped() -> None:
    repeated = measure("[ad_1]\n" * 3 + BODY)
    assert repeated.values.tolist() == [[1, 0, 0, 0]]
    assert len(repeated.spans) == 3
    many = "\n".join(["[ad_1]", "[ad_2]", "[ad_3]", "Source link", "Go to source", "Full article"])
    assert measure(f"{BODY}\n{many}").values[0, 0] == Residue.features[0].high


def test_the_shipped_list_names_enough_of_both_kinds() -> None:
    kinds = [phrase.kind for phrase in PHRASES]
    assert len(PHRASES) >= 150
    assert min(kinds.count("scraper"), kinds.count("template")) >= 50


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.phrase)
def test_every_phrase_is_found_as_pages_write_it(phrase: Phrase) -> None:
    for seed in range(4):
        found = phrase_matcher().match(written_phrase(phrase, np.random.default_rng(seed)))
        assert found is not None
        assert found.kind == phrase.kind


@given(
    st.lists(
        st.builds(
            lambda phrase, seed, old: written_phrase(phrase, np.random.default_rng(seed)).translate(
                {ord(new): long for new, long in old}
            ),
            st.sampled_from(PHRASES),
            seeds,
            st.sets(st.sampled_from([("s", "\N{LATIN SMALL LETTER LONG S}"), ("e", "\u0435")])),
        )
        | st.text(max_size=40),
        max_size=EDGE_LINES,
    )
)
def test_every_line_that_is_a_phrase_is_evidence(written: list[str]) -> None:
    text = "\n".join(written)
    shown = lines(text)
    expected = [
        (start, start + len(line))
        for number, (start, line) in enumerate(shown)
        if (phrase := phrase_matcher().match(line))
        and (phrase.position != "head" or number < EDGE_LINES)
        and (phrase.position != "tail" or number >= len(shown) - EDGE_LINES)
    ]
    assert [(span.start, span.end) for span in measure(text, url="").spans] == expected


ROW = {"phrase": "source link", "kind": "scraper", "position": "line", "home": [], "seen": "x"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{**ROW, "kind": "other"}], r"phrase 1 \('source link'\): kind must be one of scraper"),
        ([{**ROW, "position": "middle"}], "position must be one of line, head, tail"),
        ([{**ROW, "phrase": "Source  link"}], "lower case with straight quotes"),
        ([{**ROW, "phrase": "*"}], "must be words"),
        ([{**ROW, "phrase": "# + #"}], "must hold a word"),
        ([{**ROW, "phrase": "x" * 200}], "at most 160 characters"),
        ([{**ROW, "home": ["Farm.example"]}], "home must be a list"),
        ([{"phrase": "source link"}], "must have the attributes"),
        ([ROW, ROW], "phrase 2 .*listed twice"),
    ],
)
def test_a_faulty_list_is_refused_with_the_entry(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_phrases(rows)


@given(st.integers(0, 100))
def test_the_halves_are_disjoint_and_complete(seed: int) -> None:
    one, two = split_phrases(seed)
    assert not set(one) & set(two)
    assert set(one) | set(two) == set(PHRASES)
    assert min(len(one), len(two)) >= 0.35 * len(PHRASES)


@given(seed=seeds, pieces=st.integers(0, 6), text=st.text(max_size=80))
def test_injection_keeps_the_lines_in_order_and_repeats(seed: int, pieces: int, text: str) -> None:
    one, two = (
        inject_residue(text, np.random.default_rng(seed), PHRASES, pieces) for _ in range(2)
    )
    assert one == two
    assert (one == text) == (pieces == 0)
    rest = iter(one.split("\n"))
    assert all(line in rest for line in text.split("\n"))


@given(seed=seeds)
def test_every_counter_drawn_is_found(seed: int) -> None:
    text = counter_line(np.random.default_rng(seed)) + "\n" + BODY
    block = TokenBlock.from_documents([Document(text)], VOCABULARY)
    assert Counters(RESOURCES).measure(block).values[0, 0] == 1


@given(seed=seeds)
def test_three_kinds_of_residue_are_all_found(seed: int) -> None:
    text = inject_residue(BODY, np.random.default_rng(seed), PHRASES, 3)
    assert measure(text).values[0, :2].tolist() == [1, 1]


def test_without_phrases_only_counters_are_added() -> None:
    text = inject_residue(BODY, np.random.default_rng(0), [], 3)
    assert text != BODY
    assert measure(text).spans == []
