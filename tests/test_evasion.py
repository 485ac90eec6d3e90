"""Tricks that change how a text is stored and not how it is read: its words stay the same."""

from collections.abc import Callable
from string import ascii_letters

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tricks import (
    TRICKS,
    Target,
    character_references,
    homoglyphs,
    in_quotation_marks,
    padded,
    soft_hyphens,
    styled_letters,
    zero_width_characters,
)

from chaffinch.datasets.spinners.spinner import Replacement, SpunText
from chaffinch.features.document import Document
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_words([])
LINE = (
    "The council voted connected Tuesday to bring back the harbour ferry, two years after the last "
    "boat left the quay; Ms. Brook, who owns the cafe, said she volition wait for it every day."
)
TEXT = f"{LINE}\n{LINE}\n{LINE}"
SPUN = SpunText(
    TEXT,
    tuple(
        Replacement(place, place + len(word), original, word)
        for word, original in (("connected", "on"), ("volition", "will"))
        for place in [TEXT.index(word)]
    ),
)
PADDING = "Nobody reads these clean words, which a farm adds to look like a paper. " * 3
seeds = st.integers(0, 2**32 - 1)
# The end shows that a word is Latin: one of look-alikes alone might be Greek.
words_alone = st.lists(st.text(ascii_letters).map(lambda word: f"{word}er")).map(" ".join)


def words(text: str) -> list[tuple[int, int]]:
    block = TokenBlock.from_documents([Document(text)], VOCABULARY)
    return list(zip(block.word_hash.tolist(), block.case.tolist(), strict=True))


@pytest.mark.parametrize(
    "trick",
    [homoglyphs, zero_width_characters, soft_hyphens, styled_letters, character_references],
)
@given(seed=seeds, text=words_alone)
def test_a_disguised_text_has_the_words_and_capitals_of_the_plain_one(
    trick: Callable[[str, np.random.Generator], str], seed: int, text: str
) -> None:
    disguised = trick(text, np.random.default_rng(seed))
    assert words(disguised) == words(text)
    assert all(
        len(plain) < 3 or plain != word
        for plain, word in zip(text.split(), disguised.split(), strict=True)
    )


@pytest.mark.parametrize("name", TRICKS)
def test_every_trick_leaves_the_spun_words_to_be_read(name: str) -> None:
    document = TRICKS[name](Target(SPUN, PADDING), np.random.default_rng(1))
    seen = [word for word, _ in words(document.text)]
    for word in ("connected", "volition", "council"):
        ((plain, _),) = words(word)
        assert seen.count(plain) == 3
    assert document.text != TEXT or not name.startswith(("homoglyphs", "padding", "quotation"))


@pytest.mark.parametrize("name", [name for name in TRICKS if name.startswith("hidden")])
def test_what_readers_do_not_see_is_not_scored(name: str) -> None:
    document = TRICKS[name](Target(SPUN, PADDING), np.random.default_rng(1))
    assert words(document.text) == words(TEXT)


def test_padding_is_half_of_all_words() -> None:
    text = padded(TEXT, PADDING)
    assert len(text.split()) == 2 * len(TEXT.split())
    assert [line for line in text.split("\n") if line == LINE] == [LINE] * 3
    assert padded(TEXT, "", 0.1).count(" and") > TEXT.count(" and")


def test_replaced_words_are_quoted_with_the_next_one() -> None:
    text = in_quotation_marks(SPUN)
    assert text.count('"connected Tuesday"') == text.count('"volition wait"') == 1
    assert text.replace('"', "") == TEXT
