"""The channel of human slips: what is learned from lists of errors, and what it says of a word."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zstandard

from chaffinch.datasets.lexicons.errors import Errors, read_errors
from chaffinch.datasets.lexicons.inflection import Inflection
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.resources.channel import build_channel
from chaffinch.detector.training.resources.slips import Author, Misspelling, count_slips, slip_pairs
from chaffinch.features.document import Document
from chaffinch.features.language.authorship import spinners_share
from chaffinch.features.language.slips import edit_between, kind_of_slip
from chaffinch.features.resources import Resources
from chaffinch.features.signals.agreement import Agreement
from chaffinch.features.signals.slips import Slips
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

WORDS = """first fist list month moth want wants wanted their there the a an modern modem real
really lose loose definitely defiantly house""".split()
VOCABULARY = Vocabulary.from_words([*WORDS])
INFLECTION = Inflection({"wants", "wanted"})
ERRORS = Errors(
    typed=[("fist", "first"), ("freind", "friend"), ("moth", "month"), ("defiantly", "definitely")],
    homophones=[("there", "their"), ("their", "there")],
    sentences=[
        (["i", "want", "a", "house"], ["i", "want", "the", "house"]),
        (["he", "want", "an", "house"], ["he", "wants", "a", "house"]),
    ],
)


def chance_of(meant: str, written: str, errors: Errors = ERRORS) -> float:
    first, second = VOCABULARY.ids([meant, written]).tolist()
    return slip_pairs(errors, INFLECTION, VOCABULARY).get((first, second), 0.0)


@pytest.mark.parametrize(
    ("meant", "written"),
    [
        ("first", "fist"),
        ("month", "moth"),
        ("wants", "want"),
        ("the", "a"),
        ("their", "there"),
        ("modern", "modem"),
        ("really", "real"),
        ("definitely", "defiantly"),
    ],
)
def test_a_word_that_people_write_for_another_has_a_chance(meant: str, written: str) -> None:
    assert 0 < chance_of(meant, written) < 0.5


@pytest.mark.parametrize(("meant", "written"), [("first", "house"), ("the", "house"), ("a", "a")])
def test_a_word_that_nobody_writes_for_another_has_none(meant: str, written: str) -> None:
    assert chance_of(meant, written) == 0


def test_a_slip_that_was_seen_more_often_is_likelier() -> None:
    often = Errors(typed=[*ERRORS.typed, *[("fist", "first")] * 9], sentences=ERRORS.sentences)
    assert chance_of("first", "fist", often) > chance_of("first", "fist")
    assert chance_of("first", "fist") > chance_of("first", "list")


def test_without_lists_of_errors_what_is_near_is_still_linked() -> None:
    assert chance_of("month", "moth", Errors()) > 0
    assert chance_of("the", "a", Errors()) == 0


@pytest.mark.parametrize(
    ("meant", "written", "kind"),
    [
        ("first", "fist", "left out"),
        ("fist", "first", "put in"),
        ("list", "fist", "replaced"),
        ("from", "form", "exchanged"),
        ("definitely", "defiantly", None),
        ("first", "first", None),
        ("", "a", "put in"),
    ],
)
def test_one_edit_between_two_words(meant: str, written: str, kind: str | None) -> None:
    edit = edit_between(meant, written)
    assert (edit.kind if edit else None) == kind


@pytest.mark.parametrize(
    ("meant", "written", "kind"),
    [
        ("the", "a", "small word"),
        ("in", "on", "small word"),
        ("wants", "want", "form of the word"),
        ("convenient", "convenience", "form of the word"),
        ("first", "fist", "spelling"),
        ("modern", "modem", "spelling"),
    ],
)
def test_what_an_author_got_wrong(meant: str, written: str, kind: str) -> None:
    assert kind_of_slip(meant, written) == kind


def test_letters_that_people_often_leave_out_make_likelier_misspellings() -> None:
    misspelling = Misspelling([("fist", "first"), ("hose", "horse"), ("cose", "corse")])
    assert misspelling.chance("bird", "bid") < misspelling.chance("corse", "cose")
    assert misspelling.chance("bird", "house") == 0


def test_words_and_slips_are_counted_where_sentences_differ_word_for_word() -> None:
    meant, instead = count_slips(ERRORS.sentences)
    assert meant["house"] == 2
    assert instead == {("the", "a"): 1, ("wants", "want"): 1, ("a", "an"): 1}


def test_a_simulated_author_errs_as_often_as_asked_and_never_in_names() -> None:
    pairs = slip_pairs(ERRORS, INFLECTION, VOCABULARY)
    slips = build_channel(pairs, np.full(len(VOCABULARY), -3.0, np.float32))
    author = Author(slips, VOCABULARY)
    text = "the first month of First Street " * 200
    rng = np.random.default_rng(0)
    assert author.write(text, rng, 0.0) == text
    rare, common = author.write(text, rng, 0.5), author.write(text, rng, 5.0)
    assert (
        0 < rare.count("moth ") + rare.count("fist") < common.count("moth ") + common.count("fist")
    )
    assert common.count("First Street") == 200


def test_lists_of_errors_are_read_in_lower_case_and_may_be_missing(tmp_path: Path) -> None:
    assert read_errors(tmp_path) == Errors()
    (tmp_path / "errors").mkdir()
    for name, text in (
        ("errors_human_spelling", "Fist\tFirst\tsomebody\nFist\tFirst\tagain\nbroken\n"),
        ("errors_jfleg_sentences", "He want a house .\tHe wants a house .\tjfleg\n"),
    ):
        file = tmp_path / "errors" / f"{name}.tsv.zst"
        file.write_bytes(zstandard.compress(text.encode()))
    errors = read_errors(tmp_path)
    assert errors.typed == [("fist", "first")]
    assert errors.sentences == [("he want a house .".split(), "he wants a house .".split())]
    assert errors.listed == []


SLIPS = {("weather", "whether"): 1e-3, ("pair", "pear"): 1e-3, ("feeling", "felling"): 1e-3}
LEARNER = (
    "The whether was bad when we went to the sea. She bought a new pear of shoes for the beach. "
    "I had the felling that nobody else was there."
)
SPUN = "The council volition meet connected Friday, arsenic the mayor said, and helium was there."


@pytest.fixture(scope="module")
def resources(detector: Detector) -> Resources:
    """The bundled model's, with a few slips."""
    known = detector.model.resources
    ids = {pair: known.vocabulary.ids([*pair]).tolist() for pair in SLIPS}
    pairs = {(ids[pair][0], ids[pair][1]): chance for pair, chance in SLIPS.items()}
    return replace(known, slips=build_channel(pairs, known.language_model.frequency))


def block_of(text: str, resources: Resources) -> TokenBlock:
    return TokenBlock.from_documents([Document(text)], resources.vocabulary)


def test_a_slip_is_shown_with_what_was_meant_and_weighs_nothing(resources: Resources) -> None:
    measured = Slips(resources).measure(block_of(LEARNER, resources))
    shown = [(LEARNER[span.start : span.end], span.original) for span in measured.spans]
    assert shown == [("whether", "weather"), ("pear", "pair"), ("felling", "feeling")]
    assert {span.weight for span in measured.spans} == {0.0}
    assert measured.spans[0].note == "probably weather (spelling)"
    assert measured.values.item() == pytest.approx(3 / (29 + 50), abs=0.01)


@pytest.mark.parametrize(
    "text", ["", SPUN, "He asked whether it would rain on the day of the fair."]
)
def test_words_that_were_meant_or_put_by_a_spinner_are_no_slips(
    resources: Resources, text: str
) -> None:
    measured = Slips(resources).measure(block_of(text, resources))
    assert measured.spans == [] and measured.values.item() == 0


def test_what_learners_and_spinners_do_counts_by_what_stands_around_it(
    resources: Resources,
) -> None:
    article = " It was a imaginable plan."
    plain, learner, spun = (
        block_of(text + article, resources)
        for text in ("We went to the sea.", f"{LEARNER} It was becouse of a freind.", SPUN)
    )
    assert spinners_share(plain, resources).item() == spinners_share(spun, resources).item() == 1
    assert spinners_share(learner, resources).item() < 0.5
    column = Agreement.column("wrong_articles")
    values = [Agreement(resources).measure(block).values[0, column] for block in (plain, learner)]
    assert 0 < values[1] < values[0] / 2
