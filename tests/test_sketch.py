"""Sketches: what survives copying, and that nothing but the text decides them."""

import numpy as np
import pytest
from articles import article, replaced
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.features.sketch import sketch
from chaffinch.features.unspun_words import UNSPUN_FUNCTION_WORDS, blocks, names_and_numbers, unspun


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


def test_names_numbers_and_closed_class_words_are_left_alone_by_spinners() -> None:
    text = "Yesterday the mayor met Anna Corwen in 12 towns as planned."
    (block,) = blocks([text])
    words = [text[start:end] for start, end in zip(block.start, block.end, strict=True)]
    kept = [word for word, marked in zip(words, unspun(block), strict=True) if marked]
    assert kept == ["the", "Anna", "Corwen", "12"]
    names = [word for word, marked in zip(words, names_and_numbers(block), strict=True) if marked]
    assert names == ["Anna", "Corwen", "12"]
    assert "as" not in UNSPUN_FUNCTION_WORDS
