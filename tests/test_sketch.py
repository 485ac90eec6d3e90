"""Sketches: what survives copying, and that nothing but the text decides them."""

import numpy as np
import pytest
from articles import article, replaced
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.features.copies.sketch import sketch, sketch_block
from chaffinch.features.copies.unspun_words import (
    UNSPUN_FUNCTION_WORDS,
    blocks,
    names_and_numbers,
    unspun,
)
from chaffinch.features.document import Document
from chaffinch.features.text.tokens import token_blocks
from chaffinch.features.text.vocabulary import Vocabulary


def shared(one: str, other: str) -> float:
    """Share of the first text's values that the second one has."""
    first, second = sketch([one, other])
    return len(np.intersect1d(first, second)) / len(first)


SOURCE = article(1)


@pytest.mark.parametrize(
    ("copy", "low", "high"),
    [
        (SOURCE, 1, 1),
        (SOURCE.upper(), 0.4, 1),
        (SOURCE.replace(" ", "  ").replace(". ", ".\n\n"), 1, 1),
        (" ".join(SOURCE.split()[150:260]), 0.3, 1),
        (replaced(SOURCE, 0.5), 0.3, 0.9),
        (replaced(SOURCE, 1.0), 0.2, 0.7),
        (article(2), 0, 0.02),
    ],
    ids=["itself", "capitals", "spacing", "cut", "half spun", "all spun", "another"],
)
def test_a_copy_shares_values_with_its_source(copy: str, low: float, high: float) -> None:
    assert low <= shared(copy, SOURCE) <= high


@given(texts=st.lists(st.text(max_size=300) | st.just(SOURCE), min_size=1, max_size=6))
def test_a_texts_sketch_does_not_depend_on_those_beside_it(texts: list[str]) -> None:
    together = sketch(texts)
    assert len(together) == len(texts)
    for text, values in zip(texts, together, strict=True):
        (alone,) = sketch([text])
        assert alone.tolist() == values.tolist() == sorted(set(values.tolist()))


def test_long_texts_are_sampled_and_short_ones_are_not() -> None:
    short, long = sketch([article(3, 4), article(4, 1000)])
    assert 0 < len(short) <= 48
    assert 0.05 < len(long) / len(article(4, 1000).split()) < 0.3
    assert len(sketch(["too short"])[0]) == 0
    assert sketch([]) == []


def test_how_often_a_text_is_said_does_not_matter() -> None:
    twice, often = sketch([article(3, 4) * 2, article(3, 4) * 200])
    assert 0 < len(twice) <= 48
    assert twice.tolist() == often.tolist()


@pytest.mark.parametrize("words", [[], ["mayor", "12", "the"]])
@given(
    texts=st.lists(
        st.text(max_size=300)
        | st.text("Tom 12\uff13&#65;\u00adé'", max_size=100)
        | st.just(SOURCE),
        min_size=1,
        max_size=4,
    )
)
def test_the_vocabulary_that_a_text_was_tokenised_with_does_not_matter(
    words: list[str], texts: list[str]
) -> None:
    documents = [Document(text) for text in texts]
    tokenised = token_blocks(documents, Vocabulary.from_words(words))
    found = [one.tolist() for block in tokenised for one in sketch_block(block)]
    assert found == [one.tolist() for one in sketch(texts)]


def test_names_numbers_and_closed_class_words_are_left_alone_by_spinners() -> None:
    text = "Yesterday the mayor met Anna Corwen in 12 towns as planned."
    (block,) = blocks([text])
    words = [text[start:end] for start, end in zip(block.start, block.end, strict=True)]
    kept = [word for word, marked in zip(words, unspun(block), strict=True) if marked]
    assert kept == ["the", "Anna", "Corwen", "12"]
    names = [word for word, marked in zip(words, names_and_numbers(block), strict=True) if marked]
    assert names == ["Anna", "Corwen", "12"]
    assert "as" not in UNSPUN_FUNCTION_WORDS
