"""Which lines are view counters, which are relative ages, and which are prose."""

from typing import cast

import pytest

from chaffinch.features.document import Document
from chaffinch.features.resources import Resources
from chaffinch.features.signal import Measurement
from chaffinch.features.signals.counters import EDGE_LINES, Counters
from chaffinch.features.text.phrases import residue_file
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_words([])
# These signals read lines, not words: no model is needed.
RESOURCES = cast(Resources, None)
BODY = [f"The ferry made crossing number {number}." for number in range(40)]
COUNTER, AGE, FOOT = "view counter", "relative age", "foot counter"


def measure(*lines: str) -> Measurement:
    block = TokenBlock.from_documents([Document("\n".join(lines))], VOCABULARY)
    return Counters(RESOURCES).measure(block)


def found(*lines: str) -> list[tuple[str, str]]:
    text = "\n".join(lines)
    return [(text[span.start : span.end], span.note) for span in measure(*lines).spans]


@pytest.mark.parametrize(
    "line",
    [
        "5 months ago 98",
        "5 months ago98",
        "5 MONTHS AGO 98",
        "an hour ago 7",
        "5mo ago 98",
        "2 years ago 1.5K",
        "2.3k views",
        "12,345 views",
        "👁 98 views",
        "Views: 98",
        "Post Views: 1,234",
        "Total views : 98",
        "2 months ago 1.2k views",
        "Posted 3 days ago - 87 views",
        "1.2M views • 3 years ago",
        "98 views | 5 shares",
        "1 week ago 12 comments 98 views",
        "2 days ago - 1 comment",
        "Newsroom \N{MIDDLE DOT} 5 months ago 98 \N{MIDDLE DOT} 12 comments",
        "World | 2.3k views | Ada Brook",
        "5 m\N{ZERO WIDTH SPACE}onths \N{CYRILLIC SMALL LETTER A}go 98",
    ],
)
def test_a_counter_is_found(line: str) -> None:
    assert found("Owls breed again", line, *BODY) == [(line, COUNTER)]


@pytest.mark.parametrize("line", ["2 days ago", "an hour ago", "3h ago", "Updated: 6 mins ago"])
def test_an_age_alone_is_only_an_age(line: str) -> None:
    assert found("Owls breed again", line, *BODY) == [(line, AGE)]


@pytest.mark.parametrize(
    "line",
    [
        "It happened 5 months ago 98 miles from here.",
        "5 months ago 98 people died",
        "The video has 2.3k views by now.",
        "98",
        "1987",
        "98 readers",
        "Views of the harbour: 12 engravings",
        "Comments are closed.",
        "0 Comments",
        "Comments: 12",
        "a long time ago",
    ],
)
def test_prose_is_passed_over(line: str) -> None:
    assert found("Owls breed again", line, *BODY) == []


@pytest.mark.parametrize(
    ("lines", "notes"),
    [
        (["2 days ago", "1204"], [COUNTER]),
        (["1204", "2 days ago"], [COUNTER]),
        (["2 days ago", "", "1204"], [COUNTER]),
        (["2 days ago", "Owls breed again", "1204"], [AGE]),
    ],
)
def test_a_number_beside_an_age_makes_it_a_counter(lines: list[str], notes: list[str]) -> None:
    assert [note for _, note in found(*lines, *BODY)] == notes


@pytest.mark.parametrize(
    ("at_line", "counts"),
    [
        (0, True),
        (EDGE_LINES - 1, True),
        (EDGE_LINES, False),
        (40 - EDGE_LINES, False),
        (41 - EDGE_LINES, True),
        (40, True),
    ],
)
def test_a_counter_counts_at_the_edges_of_a_text(at_line: int, counts: bool) -> None:
    lines = BODY.copy()
    lines.insert(at_line, "5 months ago 98")
    assert bool(found(*lines)) == counts


def test_the_last_head_line_and_the_first_tail_line_are_no_neighbours() -> None:
    lines = BODY.copy()
    lines[EDGE_LINES - 1], lines[-EDGE_LINES] = "2 days ago", "1204"
    assert found(*lines) == [("2 days ago", AGE)]


@pytest.mark.parametrize(
    ("foot", "note"),
    [
        (["98 views"], FOOT),
        (["Post Views: 1,234"], FOOT),
        (["98 views", "Leave a comment"], FOOT),
        (["5 months ago 98"], COUNTER),
        (["98 views \N{BULLET} 3 years ago"], COUNTER),
        (["3 years ago", "98 views"], COUNTER),
    ],
)
def test_a_count_at_the_foot_without_an_age_is_a_blogs_own(foot: list[str], note: str) -> None:
    assert note in [found_note for _, found_note in found("Owls breed again", *BODY, *foot)]


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (["98 views", *BODY], [COUNTER]),
        (["98 views"] * 5 + BODY, [COUNTER]),
        (["98 views", "2 days ago", *BODY], [COUNTER, AGE]),
        (["98 views", "2 days ago", *BODY, "98 views"], [COUNTER, AGE, FOOT]),
        (BODY, []),
    ],
)
def test_each_kind_of_counter_weighs_once_what_the_phrase_file_says(
    lines: list[str], kinds: list[str]
) -> None:
    weights = residue_file().counters
    measured = measure(*lines)
    expected = min(sum(weights[kind] for kind in kinds), Counters.features[0].high)
    assert measured.values[0] == pytest.approx([expected])
    assert all(span.weight == weights[span.note] for span in measured.spans)
