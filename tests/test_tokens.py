"""Tokens: what they are, and that they never depend on the documents beside them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.features.document import Document
from chaffinch.features.text.tokens import (
    CAPITALISED,
    GAP_CLAUSE,
    GAP_DOCUMENT,
    GAP_HYPHEN,
    GAP_LINE,
    GAP_NONE,
    GAP_STOP,
    LOWER,
    MIXED,
    UPPER,
    TokenBlock,
)
from chaffinch.features.text.vocabulary import Vocabulary, WordSet, hash_words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOCABULARY = Vocabulary.from_words(["the", "it", "'s", "don", "'t", "as"])


def block_of(*texts: str) -> TokenBlock:
    return TokenBlock.from_documents([Document(text) for text in texts], VOCABULARY)


def tokens(text: str) -> list[str]:
    block = block_of(text)
    return [text[slice(*block.local(token))] for token in range(len(block.start))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("The end.", ["The", "end"]),
        ("don't", ["don", "'t"]),
        ("Ann\N{RIGHT SINGLE QUOTATION MARK}s", ["Ann", "\N{RIGHT SINGLE QUOTATION MARK}s"]),
        ("'quoted'", ["quoted"]),
        ("well-kept", ["well", "kept"]),
        ("U.S. 3.5", ["U", "S", "3", "5"]),
        ("so\N{SOFT HYPHEN}ft", ["so\N{SOFT HYPHEN}ft"]),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", ["caf\N{LATIN SMALL LETTER E WITH ACUTE}"]),
    ],
)
def test_a_token_is_a_run_of_letters_and_digits(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("one two", GAP_NONE),
        ("one-two", GAP_HYPHEN),
        ("one, two", GAP_CLAUSE),
        ("one - two", GAP_CLAUSE),
        ("one. Two", GAP_STOP),
        ("one\nTwo", GAP_LINE),
        ("one\ntwo", GAP_NONE),
        ("one\n\ntwo", GAP_LINE),
    ],
)
def test_the_strongest_mark_between_two_tokens_counts(text: str, gap: int) -> None:
    assert block_of(text).gap.tolist() == [GAP_DOCUMENT, gap]


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("word", LOWER),
        ("Word", CAPITALISED),
        ("I", CAPITALISED),
        ("NATO", UPPER),
        ("iPhone", MIXED),
    ],
)
def test_case(text: str, case: int) -> None:
    expected = MIXED if text == "iPhone" else case
    assert block_of(text).case.tolist() == [expected]


@given(st.lists(st.text(), max_size=5), st.text())
def test_a_document_has_the_same_tokens_alone_and_among_others(
    others: list[str], text: str
) -> None:
    alone, among = block_of(text), block_of(*others, text)
    mine = among.doc == len(others)
    assert np.array_equal(alone.word_hash, among.word_hash[mine])
    assert np.array_equal(alone.word, among.word[mine])
    assert np.array_equal(alone.gap, among.gap[mine])
    assert np.array_equal(alone.case, among.case[mine])
    origin = among.doc_start[len(others)]
    assert np.array_equal(alone.start, among.start[mine] - origin)
    assert np.array_equal(alone.end, among.end[mine] - origin)


def test_hashes_of_words_agree_with_hashes_of_tokens() -> None:
    block = block_of("As it's, don't THE")
    words = [VOCABULARY.words[word] for word in block.word]
    assert words == ["as", "it", "'s", "don", "'t", "the"]


@pytest.mark.parametrize(
    "disguised",
    [
        "arsen\N{ZERO WIDTH SPACE}ic",
        "ar\N{SOFT HYPHEN}se\N{ZERO WIDTH JOINER}nic",
        "ars\N{COMBINING DOT BELOW}enic",
        "arsen\N{HANGUL FILLER}ic",
        "\N{CYRILLIC SMALL LETTER A}rsenic",
        "ars\N{CYRILLIC SMALL LETTER IE}nic",
        "ar\N{CYRILLIC SMALL LETTER DZE}eni\N{GREEK LUNATE SIGMA SYMBOL}",
        "\N{MATHEMATICAL BOLD SMALL A}\N{MATHEMATICAL ITALIC SMALL R}senic",
        "\N{FULLWIDTH LATIN SMALL LETTER A}rsenic",
        "\N{GREEK SMALL LETTER ALPHA}rsen\N{GREEK SMALL LETTER IOTA}c",
        "&#97;rse&#x6E;i&#099;",
    ],
)
def test_a_disguised_word_is_the_plain_word(disguised: str) -> None:
    (plain,), (same,) = block_of("arsenic").word_hash, block_of(disguised).word_hash
    assert plain == same
    assert tokens(disguised) == [disguised]


def test_a_capital_in_disguise_is_a_capital() -> None:
    block = block_of("\N{CYRILLIC CAPITAL LETTER ES}ouncil \N{MATHEMATICAL BOLD CAPITAL C}ouncil")
    assert block.case.tolist() == [CAPITALISED, CAPITALISED]


def test_a_greek_letter_by_itself_is_no_disguise() -> None:
    (latin,), (greek,) = block_of("a").word_hash, block_of("\N{GREEK SMALL LETTER ALPHA}").word_hash
    assert latin != greek


@given(st.lists(st.text(LETTERS, min_size=1), min_size=1, unique=True))
def test_a_word_set_holds_its_words_alone(words: list[str]) -> None:
    held = WordSet(words)
    assert held.holds(hash_words(words)).all()
    assert not held.holds(hash_words([f"{word}'" for word in words])).any()


def test_a_word_set_holds_words_that_differ_in_their_first_letter_alone() -> None:
    words = [f"{letter}e" for letter in LETTERS]
    held = WordSet(words)
    assert held.holds(hash_words(words)).all()
    assert not held.holds(hash_words(["e", "ea", "the"])).any()


def test_words_are_found_among_very_many_and_others_are_not() -> None:
    words = [f"{one}{two}{three}" for one in LETTERS for two in LETTERS for three in LETTERS]
    vocabulary = Vocabulary.from_words(words)
    found = [vocabulary.words[word] for word in vocabulary.ids(words)]
    assert found == words
    assert not vocabulary.ids([f"{word}{word}" for word in words]).any()


@given(st.lists(st.text("ab \n", max_size=30), min_size=1, max_size=5))
def test_different_words_are_ordered_by_document_and_hash(texts: list[str]) -> None:
    block = block_of(*texts)
    order = np.lexsort((block.word_hash, block.doc))
    assert block.types.order.tolist() == order.tolist()
    keys = list(zip(block.doc[order].tolist(), block.word_hash[order].tolist(), strict=True))
    distinct = list(dict.fromkeys(keys))
    assert block.types.doc.tolist() == [doc for doc, _ in distinct]
    assert block.types.n_tokens.tolist() == [keys.count(key) for key in distinct]
