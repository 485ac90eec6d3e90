"""Which phrases of the list are listed, found, and counted against a text."""

import numpy as np
import pytest

from chaffinch.datasets.lexicons.inflection import Inflection
from chaffinch.datasets.lexicons.lexicons import HALF_OF_TORTURED, Lexicons
from chaffinch.datasets.lexicons.synonyms import Synonyms
from chaffinch.datasets.lexicons.tortured_phrases import split_terms
from chaffinch.datasets.lexicons.wordnet import WordNet
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.resources.phrase_channel import build_phrase_channel
from chaffinch.detector.training.resources.tortured_phrases import build_tortured_phrases
from chaffinch.features.document import Document
from chaffinch.features.language.stream import Stream
from chaffinch.features.resources import Resources
from chaffinch.features.signal import Measurement
from chaffinch.features.signals.tortured import Tortured
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

TERMS: Synonyms = {
    "market letter": ["bazaar missive", "bazaar note of hand"],
    "tidal power plant": ["flood may herb", "wave strength flora"],
    "harbour crane": ["port heron", "haven wader"],
    "sea wall": ["brine rampart"],
    "sea": ["main"],
}
PHRASES = [phrase for phrases in TERMS.values() for phrase in phrases]
WORDS = sorted({word for text in (*TERMS, *PHRASES) for word in text.split()})
VOCABULARY = Vocabulary.from_words([*WORDS, "the", "and", "we", "saw"])
LEXICONS = Lexicons(
    wordnet=WordNet({}, {}, {}, {}, {}),
    moby={},
    mythes={},
    phrases={},
    tortured=TERMS,
    neighbours={},
    observed=[],
    inflection=Inflection(()),
    word_rank={},
)


def resources(lexicons: Lexicons = LEXICONS, clean: str = "") -> Resources:
    block = TokenBlock.from_documents([Document(clean)], VOCABULARY)
    listed = build_tortured_phrases(lexicons, VOCABULARY, [Stream.of_block(block).ids])
    return Resources(*[VOCABULARY, None, None, None, listed, None, None, None])  # type: ignore[arg-type]


def measure(text: str, measured_with: Resources | None = None) -> Measurement:
    block = TokenBlock.from_documents([Document(text)], VOCABULARY)
    return Tortured(measured_with or resources()).measure(block)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We saw the bazaar missive.", [("bazaar missive", "market letter")]),
        ("The Bazaar-Missive", [("Bazaar-Missive", "market letter")]),
        ("a bazaar note\nof hand", [("bazaar note\nof hand", "market letter")]),
        (
            "flood may herb, port heron",
            [("flood may herb", "tidal power plant"), ("port heron", "harbour crane")],
        ),
        ("the bazaar. Missive", []),
        ("the bazaar, missive", []),
        ("bazaar", []),
        ("main", []),
        ("", []),
    ],
)
def test_listed_phrases_are_found_with_their_terms(text: str, found: list[tuple[str, str]]) -> None:
    spans = measure(text).spans
    assert [(text[span.start : span.end], span.original) for span in spans] == found


def test_each_different_phrase_but_the_first_counts_once() -> None:
    text = "the bazaar missive and the bazaar missive and the port heron"
    measured = measure(text)
    assert measured.values.tolist() == [[1]]
    assert len(measured.spans) == 3


@pytest.mark.parametrize(
    "text",
    [
        f'{"We saw the port and the sea. " * 8} They wrote "bazaar missive" there.',
        "Tools write bazaar missive for market letter.",
        "The market letter: a bazaar missive",
    ],
)
def test_an_article_about_tortured_phrases_is_passed_over(text: str) -> None:
    assert measure(text).spans == []


def test_a_term_far_off_or_in_another_document_explains_nothing() -> None:
    far = "bazaar missive" + " and we saw the" * 4 + " market letter"
    documents = [Document("the market letter"), Document("bazaar missive"), Document(far)]
    block = TokenBlock.from_documents(documents, VOCABULARY)
    assert [span.doc for span in Tortured(resources()).measure(block).spans] == [1, 2]


@pytest.mark.parametrize(("times", "listed"), [(0, True), (1, True), (2, False)])
def test_a_phrase_that_clean_texts_have_is_not_listed(times: int, listed: bool) -> None:
    known = resources(clean="We saw the port heron. " * times)
    assert bool(measure("the port heron", known).spans) == listed


def test_the_channel_knows_listed_phrases_unless_they_are_held_out() -> None:
    channel = build_phrase_channel(LEXICONS, VOCABULARY)
    words = VOCABULARY.words
    originals = {
        channel.text(written, words): channel.text(int(channel.original[pair]), words)
        for written in range(len(channel.phrases))
        for pair in range(channel.start[written], channel.start[written + 1])
    }
    assert originals["bazaar note of hand"] == "market letter"
    assert originals["wave strength flora"] == "tidal power plant"
    assert not len(build_phrase_channel(LEXICONS.without("tortured"), VOCABULARY).original)


def test_what_is_held_out_is_not_listed() -> None:
    one, two = split_terms(TERMS)
    assert one.keys() | two.keys() == TERMS.keys()
    assert not one.keys() & two.keys()
    assert one
    assert two
    assert LEXICONS.without(HALF_OF_TORTURED).tortured == one
    nothing = resources(LEXICONS.without("tortured"))
    text = "bazaar missive, flood may herb, port heron, brine rampart"
    assert measure(text, nothing).values.tolist() == [[0]]
    half = measure(text, resources(LEXICONS.without(HALF_OF_TORTURED)))
    assert {span.original for span in half.spans} == {term for term in one if " " in term}


def test_the_phrases_of_the_bundled_model_are_known() -> None:
    listed = Detector.load().model.resources.tortured_phrases
    assert len(listed.phrases) > 1000
    assert (np.diff(listed.keys.astype(np.float64)) >= 0).all()
