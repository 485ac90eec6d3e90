"""The language model and its table: exact where they can be checked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.detector.training.resources import language_model
from chaffinch.detector.training.resources.language_model import blocks, train_language_model
from chaffinch.features.language.hashed_table import HashedTable
from chaffinch.features.language.language_model import dequantise, quantise
from chaffinch.features.language.stream import Stream
from chaffinch.features.text.vocabulary import Vocabulary


@given(st.dictionaries(st.integers(0, 2**48 - 1), st.integers(0, 255), max_size=300))
def test_every_stored_key_is_found_with_its_value(entries: dict[int, int]) -> None:
    keys = np.array(list(entries), np.uint64)
    table = HashedTable.build(
        keys, np.array([[value] for value in entries.values()], np.uint8).reshape(-1, 1)
    )
    slots = table.find(keys)
    assert (slots >= 0).all()
    assert table.value[slots, 0].tolist() == list(entries.values())


def test_absent_keys_are_rarely_taken_for_present_ones() -> None:
    keys = np.arange(30_000, dtype=np.uint64) * np.uint64(7919)
    table = HashedTable.build(keys, np.zeros((len(keys), 1), np.uint8))
    absent = keys + np.uint64(1)
    assert (table.find(absent) >= 0).mean() < 0.001


def test_the_keys_of_a_crowded_table_are_found_alone_as_together() -> None:
    keys = np.random.default_rng(0).permutation(3072).astype(np.uint64)
    table = HashedTable.build(keys, np.arange(3072).astype(np.uint8)[:, None])
    assert (table.fingerprint > 0).mean() == 0.75
    together = table.find(keys)
    assert (table.value[together, 0] == np.arange(3072).astype(np.uint8)).all()
    alone = [int(table.find(keys[[index]])[0]) for index in range(200)]
    assert alone == together[:200].tolist()


@given(st.floats(-7.9, 0))
def test_quantised_probabilities_are_within_half_a_step(value: float) -> None:
    assert abs(dequantise(quantise(np.array([value])))[0] - value) <= 1 / 64 + 1e-9


def test_probabilities_of_a_context_add_up_to_one() -> None:
    vocabulary = Vocabulary.from_words(["a", "b", "c", "d"])
    texts = ["a b c d a b d c a b c. b a c d b c a b"] * 8
    streams = [Stream.of_block(block).ids for block in blocks(texts, vocabulary)]
    model = train_language_model(streams, len(vocabulary))
    everything = np.arange(len(vocabulary), dtype=np.uint16)
    for first in vocabulary.ids(["a", "b", "c", "d"]):
        context = np.full(len(everything), first, np.uint16)
        assert abs((10.0 ** model.bigram(context, everything)).sum() - 1) < 0.05


def test_a_frequent_pair_is_likelier_than_its_reverse() -> None:
    vocabulary = Vocabulary.from_words(["will", "meet", "with"])
    streams = [Stream.of_block(block).ids for block in blocks(["will meet with"] * 20, vocabulary)]
    model = train_language_model(streams, len(vocabulary))
    will, meet = vocabulary.ids(["will"]), vocabulary.ids(["meet"])
    assert model.bigram(will, meet)[0] > model.bigram(meet, will)[0] + 1


def test_of_too_many_pairs_those_that_tell_most_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary = Vocabulary.from_words([f"word{chr(97 + number)}" for number in range(20)])
    words = vocabulary.ids([f"word{chr(97 + number)}" for number in range(20)])
    # "worda wordb" always stand together; the others in every order.
    draws = np.random.default_rng(0).choice(words[2:], 20_000)
    streams = [np.where(np.arange(20_000) % 10 == 0, words[0], draws)]
    streams[0][1::10] = words[1]
    whole = train_language_model(streams, len(vocabulary))
    monkeypatch.setattr(language_model, "_MOST_BIGRAMS", 20)
    few = train_language_model(streams, len(vocabulary))
    assert (whole.bigrams.fingerprint > 0).sum() > 300 and (few.bigrams.fingerprint > 0).sum() == 20
    assert abs(few.bigram(words[:1], words[1:2])[0]) < 0.05
    everything = np.arange(len(vocabulary), dtype=np.uint16)
    for first in words:
        context = np.full(len(everything), first, np.uint16)
        assert abs((10.0 ** few.bigram(context, everything)).sum() - 1) < 0.05
