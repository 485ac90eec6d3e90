"""A page beside its source: whether it is a copy, which parts, and which words were replaced."""

import json
from pathlib import Path

import pytest
from command import Done
from command import run as chaffinch
from stories import (
    CUT,
    FERRY,
    FERRY_BY_ANOTHER_REPORTER,
    FERRY_SPUN,
    ORCHARD,
    PADDED,
    SPEECH,
    SPEECH_IN_THE_COURIER,
    SPEECH_IN_THE_GAZETTE,
    middle,
)

from chaffinch.detector.audit.copies.text_comparison import compare_texts

BETWEEN_OTHERS = f"{ORCHARD}\n\n{FERRY_SPUN}\n\n{SPEECH_IN_THE_COURIER}"

RELATIONS = {
    "itself": (FERRY, FERRY, ("word for word",)),
    "spun": (FERRY_SPUN, FERRY, ("spun",)),
    "cut": (CUT, FERRY, ("word for word", "cut")),
    "spun and cut": (middle(FERRY_SPUN), FERRY, ("spun", "cut")),
    "two lines more": (PADDED, FERRY, ("word for word",)),
    "padded": (f"{ORCHARD}\n\n{FERRY}", FERRY, ("word for word", "padded")),
    "spun, between other texts": (BETWEEN_OTHERS, FERRY, ("spun", "padded")),
    "another report": (FERRY_BY_ANOTHER_REPORTER, FERRY, ()),
    "another text": (ORCHARD, FERRY, ()),
    "one quotation": (SPEECH_IN_THE_GAZETTE, SPEECH_IN_THE_COURIER, ()),
    "no text": ("", FERRY, ()),
    "of no text": (FERRY, "", ()),
}


@pytest.mark.parametrize(("page", "source", "ways"), RELATIONS.values(), ids=RELATIONS)
def test_a_page_is_told_to_be_a_copy_and_how_it_was_made(
    page: str, source: str, ways: tuple[str, ...]
) -> None:
    found = compare_texts(page, source)
    assert found.ways == ways
    assert found.copied is bool(ways)


@pytest.mark.parametrize(("page", "source", "ways"), RELATIONS.values(), ids=RELATIONS)
def test_places_are_those_of_the_two_texts(page: str, source: str, ways: tuple[str, ...]) -> None:
    found = compare_texts(page, source)
    for passage in found.passages:
        assert 0 <= passage.same <= passage.words
        assert len(page[passage.start : passage.end].split()) >= passage.words * 0.8
        assert len(source[passage.source_start : passage.source_end].split()) > 0
    for span in found.replaced:
        assert page[span.start : span.end] == span.text != span.original
        assert source[span.source_start : span.source_end] == span.original
        assert any(one.start <= span.start and span.end <= one.end for one in found.passages)
    assert 0 <= found.similarity <= found.page_share <= 1


def test_replaced_words_are_named_with_what_stood_there() -> None:
    pairs = {(span.text, span.original) for span in compare_texts(FERRY_SPUN, FERRY).replaced}
    assert pairs >= {("balloted", "voted"), ("tempest", "storm"), ("infirmary", "hospital")}


def test_a_quotation_is_shown_though_it_makes_no_copy() -> None:
    (passage,) = compare_texts(SPEECH_IN_THE_GAZETTE, SPEECH_IN_THE_COURIER).passages
    shown = SPEECH_IN_THE_GAZETTE[passage.start : passage.end]
    assert '"When I first came' in shown and "hardly stopped since" in shown
    assert len(shown) < 1.1 * len(SPEECH)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    texts = {"ferry.txt": FERRY, "spun.txt": FERRY_SPUN, "other.txt": ORCHARD}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    paragraphs = "".join(f"<p>{part}</p>" for part in FERRY_SPUN.split("\n\n"))
    (tmp_path / "spun.html").write_text(f"<!DOCTYPE html><body><main>{paragraphs}</main></body>")
    rows = "".join(f"{json.dumps({'text': text})}\n" for text in texts.values())
    (tmp_path / "several.jsonl").write_text(rows)
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "folder").mkdir()
    return tmp_path


def run(folder: Path, *arguments: str, stdin: str = "") -> Done:
    places = [str(folder / one) if (folder / one).exists() else one for one in arguments]
    return chaffinch("compare", *places, stdin=stdin)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("spun.txt", "ferry.txt"), 0),
        (("spun.txt", "ferry.txt", "--fail-on", "copied"), 1),
        (("spun.html", "ferry.txt", "--fail-on", "copied"), 1),
        (("other.txt", "ferry.txt", "--fail-on", "copied"), 0),
        (("missing.txt", "ferry.txt", "--fail-on", "copied"), 3),
        (("several.jsonl", "ferry.txt"), 2),
        (("empty.jsonl", "ferry.txt"), 2),
        (("folder", "ferry.txt"), 2),
        (("-", "-"), 2),
        (("spun.txt", "ferry.txt", "--format", "csv"), 2),
        (("spun.txt", "ferry.txt", "--fail-on", "flagged"), 2),
        (("spun.txt",), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_exit_status_answers(files: Path, arguments: tuple[str, ...], status: int) -> None:
    done = run(files, *arguments)
    assert done.returncode == status, done
    assert (done.stderr == "") == (status in (0, 1))


def test_standard_input_may_be_the_page(files: Path) -> None:
    done = run(files, "-", "ferry.txt", "--fail-on", "copied", stdin=FERRY_SPUN)
    assert done.returncode == 1
    assert done.stdout.startswith("copied, spun  -\n")


def test_json_lines_hold_all_that_was_found(files: Path) -> None:
    (line,) = run(files, "spun.txt", "ferry.txt", "--format", "jsonl").stdout.splitlines()
    row = json.loads(line)
    assert row["copied"] is True and row["ways"] == ["spun"]
    assert row["page"].endswith("spun.txt") and row["source"].endswith("ferry.txt")
    assert row["passages"][0].keys() == {
        *("start", "end", "source_start", "source_end", "words", "same"),
    }
    assert {"balloted", "voted"} == {row["replaced"][0][name] for name in ("text", "original")}


def test_a_terminal_obeys_nothing_of_either_text(files: Path) -> None:
    hostile = FERRY_SPUN.replace("balloted", "bal\x1b[2Jloted").replace("clients", "cli\u202eents")
    (files / "hostile\x1b[2J.txt").write_text(hostile)
    shown = run(files, "hostile\x1b[2J.txt", "ferry.txt").stdout
    assert shown.startswith("copied")
    assert "\x1b" not in shown and "\u202e" not in shown
