"""The benchmark of near-duplicate sketches: what it compares is what it says."""

import numpy as np
import pytest
from sketches import (
    PERMUTATIONS,
    Sketcher,
    estimates,
    hashed,
    one_permutation,
    pairs,
    shingled,
    sketchers,
    table,
)

RNG = np.random.default_rng(0)
WORDS = [f"w{number}" for number in range(3000)]
TEXTS = [" ".join(RNG.choice(WORDS, size)) for size in (400, 500, 600, 700, 800) * 4]


@pytest.mark.parametrize(
    ("text", "shingles"),
    [
        ("One two three four five six", ["one two three four five", "two three four five six"]),
        ("One two", ["one two"]),
        ("", [""]),
    ],
)
def test_shingles_are_runs_of_five_words(text: str, shingles: list[str]) -> None:
    assert shingled(text) == shingles


def test_hashed_shingles_are_as_many_and_as_different_as_shingles() -> None:
    texts = ["a b c d e f a b c d e f", "a b", "b a", "a b c d e", *TEXTS]
    hashes, start = hashed(texts)
    bounds = start.astype(np.int64)
    assert np.diff(bounds).tolist() == [len(shingled(text)) for text in texts]
    for text, first, last in zip(texts, bounds[:-1], bounds[1:], strict=True):
        assert len(np.unique(hashes[first:last])) == len(set(shingled(text)))
    assert hashes[bounds[1]] != hashes[bounds[2]]


def test_a_sketch_does_not_depend_on_the_texts_beside_it() -> None:
    together = one_permutation(hashed(["a b c", "", *TEXTS]))
    assert together.shape == (2 + len(TEXTS), PERMUTATIONS)
    for number, text in enumerate(["a b c", "", *TEXTS]):
        assert (one_permutation(hashed([text]))[0] == together[number]).all()


def test_copies_share_fewer_shingles_the_more_words_are_replaced() -> None:
    copies, shared = pairs(TEXTS)
    assert len(copies) == len(TEXTS)
    by_rate = shared.reshape(-1, 5).mean(axis=0)
    assert (np.diff(by_rate) < 0).all()
    assert 0.8 < by_rate[0] <= 1
    assert by_rate[-1] < 0.5


@pytest.mark.parametrize("name", sketchers())
def test_every_estimate_is_near_the_truth_but_where_the_table_shows_its_bias(name: str) -> None:
    sketcher: Sketcher = sketchers()[name]
    copies, shared = pairs(TEXTS)
    error = estimates(sketcher, TEXTS, copies) - shared
    assert np.abs(error).max() < (0.2 if name != "rensa, rho" else 0.5)
    assert (estimates(sketcher, TEXTS, TEXTS) == 1).all()


def test_the_table_has_a_line_for_each_sketch() -> None:
    lines = list(table(TEXTS))
    for name in sketchers():
        assert [line for line in lines if line.startswith(f"| {name} |")]
