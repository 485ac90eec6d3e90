"""Words and phrases put back: what the channel, the context and the curves say of them."""

import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms, Inflection
from chaffinch.datasets.lexicons.observed import Substitution
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.resources.channel import (
    MAX_CANDIDATES,
    build_channel,
    learn_resource_weights,
)
from chaffinch.detector.training.resources.context_model import train_context_model
from chaffinch.detector.training.resources.language_model import blocks, train_language_model
from chaffinch.detector.training.resources.noise import substitute_table
from chaffinch.detector.training.resources.replacement_odds import fit_replacement_odds
from chaffinch.detector.verdict import Verdict
from chaffinch.features.document import Document
from chaffinch.features.language.language_model import LanguageModel, dequantise, quantise
from chaffinch.features.language.phrase_channel import LONGEST, PhraseChannel, phrase_keys
from chaffinch.features.language.replacement_odds import (
    COLUMNS,
    CONTEXT,
    ORIGINALS,
    PAIRS,
    ReplacementOdds,
)
from chaffinch.features.language.stream import Stream
from chaffinch.features.text.mentions import MOST_WORDS, mentioned
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import BOUNDARY, CLAUSE_MARK, Vocabulary

SPUN = """
The council volition conscionable connected Friday successful the aged library, arsenic the mayor
had asked it to bash past week. Residents person complained astir the clip of the meetings, and
immoderate of them privation the doors to unfastened earlier. The mayor said helium was consenting
to perceive, but that determination was nary wealth for different caretaker. A study of the costs
volition beryllium published adjacent month, and the council volition ballot connected it successful
June.
"""


def block_of(*texts: str, words: str) -> tuple[TokenBlock, Vocabulary]:
    vocabulary = Vocabulary.from_words(sorted(set(words.split())))
    return TokenBlock.from_documents([Document(text) for text in texts], vocabulary), vocabulary


def test_a_stream_holds_words_and_pauses_and_ends_at_its_documents_edge() -> None:
    block, vocabulary = block_of("One, two. Three", "four", words="one two three four")
    stream = Stream.of_block(block)
    one, two, three, four = vocabulary.ids(["one", "two", "three", "four"]).tolist()
    assert stream.ids[stream.place].tolist() == [one, two, three, four]
    pauses = np.setdiff1d(np.arange(len(stream.ids)), stream.place)
    assert stream.ids[pauses].tolist() == [BOUNDARY, CLAUSE_MARK, BOUNDARY, BOUNDARY, BOUNDARY]
    assert (stream.first.tolist(), stream.last.tolist()) == ([1, 7], [6, 8])


TABLES: Mapping[str, dict[str, list[str]]] = {
    "good": {"as": ["arsenic"], "on": ["connected"], "sofa": ["couch"]},
    "bad": {"as": ["like", "since"], "on": ["upon", "atop"], "in": ["inside"]},
}


def test_the_resource_that_explains_real_replacements_weighs_more() -> None:
    inflection = Inflection(())
    tables = {name: InflectedSynonyms(table, inflection) for name, table in TABLES.items()}
    observed = [Substitution("x", "as", "arsenic"), Substitution("x", "on", "connected")]
    weights = learn_resource_weights(tables, observed)
    assert weights["good"] > 0.99
    assert sum(weights.values()) == pytest.approx(1)
    assert learn_resource_weights(tables, []) == {"good": 0.5, "bad": 0.5}


def test_the_channel_keeps_the_likeliest_originals_of_each_word() -> None:
    pairs = {(original, 7): 0.5 / original for original in range(8, 8 + 2 * MAX_CANDIDATES)}
    channel = build_channel({**pairs, (9, 8): 0.25}, np.full(100, -3.0, np.float32))
    word, pair = channel.expand(np.array([8, 7, 6], np.uint16))
    assert np.bincount(word, minlength=3).tolist() == [1, MAX_CANDIDATES, 0]
    assert channel.original[pair][word == 0].tolist() == [9]
    assert channel.original[pair][word == 1].tolist() == list(range(8, 8 + MAX_CANDIDATES))
    assert dequantise(channel.weight[pair])[0] == pytest.approx(np.log10(0.25), abs=1 / 64)


def test_a_context_model_learns_which_words_a_context_wants() -> None:
    words = "the cat sat on a mat dog ran to its bed zinc"
    text = "the cat sat on a mat. the dog ran to its bed. " * 400
    block, vocabulary = block_of(text, words=words)
    stream = Stream.of_block(block)
    ids = dict(zip(vocabulary.words, range(len(vocabulary)), strict=True))
    substitutes = substitute_table({(ids["sat"], ids["zinc"]): 1.0}, len(vocabulary))
    model = train_context_model([stream.ids], substitutes, epochs=10.0)
    shown, _ = block_of("The cat sat on a mat. The cat zinc on a mat.", words=words)
    wanted = model.wanted(shown, Stream.of_block(shown), np.array([2, 8]))
    clean, spun = model.log_odds(wanted, shown.word[[2, 8]])
    assert spun > clean + 3


@given(st.lists(st.integers(0, 11), min_size=1, max_size=12, unique=True))
def test_a_words_context_is_the_same_whichever_words_are_looked_at(tokens: list[int]) -> None:
    detector = Detector.load()
    resources = detector.model.resources
    text = "The council will meet on Friday in the old library, as the mayor"
    block = TokenBlock.from_documents([Document(text)], resources.vocabulary)
    stream = Stream.of_block(block)
    model = resources.context_model
    everything = model.wanted(block, stream, np.arange(len(block.word)))
    some = model.wanted(block, stream, np.array(sorted(tokens)))
    assert (everything[sorted(tokens)] == some).all()


def phrase_channel(vocabulary: Vocabulary, pairs: dict[str, str]) -> PhraseChannel:
    texts = sorted({*pairs, *pairs.values()})
    padded = np.zeros((len(texts), LONGEST), np.uint16)
    for row, text in enumerate(texts):
        ids = vocabulary.ids(text.split())
        padded[row, : len(ids)] = ids
    order = np.argsort(phrase_keys(padded))
    texts = [texts[index] for index in order]
    counts = [int(text in pairs) for text in texts]
    return PhraseChannel(
        padded[order],
        np.concatenate(([0], np.cumsum(counts))).astype(np.uint32),
        np.array([texts.index(pairs[text]) for text in texts if text in pairs], np.uint32),
        quantise(np.full(sum(counts), -0.3)),
    )


def language_model(vocabulary: Vocabulary, text: str) -> LanguageModel:
    streams = [Stream.of_block(block).ids for block in blocks([text], vocabulary)]
    return train_language_model(streams, len(vocabulary), bigram_cutoff=1)


@pytest.mark.parametrize(
    ("spun", "found"),
    [
        ("They grow to be large.", [("grow to be", "become")]),
        ("They cook often.", [("cook", "prepare dinner")]),
        ("In the course of winter they sleep.", []),
        ("They sleep in the course of winter.", [("in the course of", "during")]),
        ("They grow. To be large", []),
        ("", []),
    ],
)
def test_phrases_are_put_back_where_they_stand_whole(
    spun: str, found: list[tuple[str, str]]
) -> None:
    clean = "They become large. They prepare dinner often. They sleep during winter. " * 50
    pairs = {"grow to be": "become", "cook": "prepare dinner", "in the course of": "during"}
    every = f"{clean} {' '.join(pairs)} often"
    vocabulary = Vocabulary.from_words(sorted(set(every.lower().replace(".", "").split())))
    channel = phrase_channel(vocabulary, pairs)
    model = language_model(vocabulary, clean)
    block = TokenBlock.from_documents([Document(spun)], vocabulary)
    matches = channel.matches(block, model, np.arange(len(block.word)))
    words = vocabulary.words
    texts = []
    for first, length, original in zip(
        matches.first.tolist(), matches.length.tolist(), matches.original.tolist(), strict=True
    ):
        start, _ = block.local(first)
        _, end = block.local(first + length - 1)
        texts.append((spun[start:end].lower(), channel.text(original, words)))
    assert texts == found
    assert (matches.gain > 0).all()


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ('He wrote of "bosom peril" and of much more that happened on the way there', 2),
        (
            "He wrote of \N{LEFT DOUBLE QUOTATION MARK}bosom peril\N{RIGHT DOUBLE QUOTATION MARK} "
            "and of much more that happened to us all on the way there",
            2,
        ),
        ('"We will meet on Friday in the old library," he said', 0),
        ('"One" "two" "three" and "four" of them were "quoted" here', 0),
        ("No marks at all", 0),
        ('An open " mark', 0),
    ],
)
def test_short_quotations_are_mentions_unless_all_is_quoted(text: str, marked: int) -> None:
    padding = " and so it went on from day to day" * (4 if marked else 0)
    block = TokenBlock.from_documents([Document(text + padding)], Vocabulary.from_words([]))
    assert mentioned(block).sum() == marked


@given(
    st.lists(
        st.sampled_from(
            [
                '"',
                "a ",
                " b",
                "\n",
                "\N{LEFT DOUBLE QUOTATION MARK}",
                "\N{RIGHT DOUBLE QUOTATION MARK}",
            ]
        ),
        min_size=5,
        max_size=40,
    ).map("".join)
)
@example('"a "b" a "b')
def test_a_mention_is_one_to_sixty_characters_of_a_line_between_its_marks(quoting: str) -> None:
    text = f"{quoting}\n{'word ' * 2000}"
    block = TokenBlock.from_documents([Document("ab"), Document(text)], Vocabulary.from_words([]))
    marks = re.finditer('["\u201c]([^"\\n\u201c\u201d]{1,60})["\u201d]', text)
    expected = np.zeros(len(block.word), np.bool_)
    for start, end in (mark.span(1) for mark in marks):
        origin = block.doc_start[1]
        inside = (block.start >= origin + start) & (block.start < origin + end)
        expected |= inside & (inside.sum() <= MOST_WORDS)
    assert mentioned(block).tolist() == expected.tolist()


def test_curves_say_how_much_likelier_a_spinner_is() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4000, len(COLUMNS))).astype(np.float32)
    context = COLUMNS.index("context")
    replaced = values[:, context] + rng.normal(size=4000) > 1
    gain = np.concatenate([rng.normal(2, 1, 300), rng.normal(-2, 1, 300)])
    odds = fit_replacement_odds(values, replaced, gain, np.arange(600) < 300)
    ordinary = np.zeros((3, len(COLUMNS)), np.float32)
    ordinary[:, context] = (-2, 0, 2)
    for look in (CONTEXT, ORIGINALS):
        low, middle, high = odds.log_ratio(look, ordinary)
        assert low < middle < high
    assert len(set(odds.log_ratio(PAIRS, ordinary))) == 1
    assert odds.phrase_log_ratio(np.array([2.0]))[0] > 1
    assert odds.phrase_log_ratio(np.array([-2.0]))[0] < -1
    assert (np.diff(odds.knots, axis=1) > 0).all()


def test_blank_curves_say_nothing() -> None:
    odds = ReplacementOdds.blank()
    assert (odds.log_ratio(ORIGINALS, np.ones((2, len(COLUMNS)), np.float32)) == 0).all()


@pytest.fixture(scope="module")
def spun_verdict(detector: Detector) -> Verdict:
    return detector.score(SPUN)


@pytest.mark.parametrize(
    ("substitute", "original"),
    [
        ("volition", "will"),
        ("conscionable", "meet"),
        ("connected", "on"),
        ("successful", "in"),
        ("arsenic", "as"),
        ("astir", "about"),
        ("helium", "he"),
        ("nary", "no"),
    ],
)
def test_replaced_words_are_named_with_their_originals(
    spun_verdict: Verdict, substitute: str, original: str
) -> None:
    named = {(item.text, item.original) for item in spun_verdict.evidence}
    assert (substitute, original) in named


def test_names_are_never_named_as_replaced(detector: Detector) -> None:
    text = f"{SPUN} The mayor met Arsenic Connected and Helium Volition in Successful, Ohio."
    named = {item.text for item in detector.score(text).evidence}
    assert not named & {"Arsenic", "Connected", "Helium", "Volition", "Successful", "Ohio"}


def test_evidence_does_not_overlap(spun_verdict: Verdict) -> None:
    places = [
        (item.start, item.end)
        for item in spun_verdict.evidence
        if item.signal == "substitutions" and item.start is not None and item.end is not None
    ]
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
