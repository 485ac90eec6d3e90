"""The arrays of a model: what they are called, and how they must fit together."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.data_folder import open_array, read_text
from chaffinch.features.language.channel import Channel
from chaffinch.features.language.context_model import WINDOW, ContextModel
from chaffinch.features.language.hashed_table import MIN_SLOTS, HashedTable
from chaffinch.features.language.language_model import LanguageModel
from chaffinch.features.language.phrase_channel import LONGEST, PhraseChannel, phrase_keys
from chaffinch.features.language.replacement_odds import (
    COLUMNS,
    COLUMNS_OF,
    SECOND_READER,
    ReplacementOdds,
)
from chaffinch.features.language.tortured_phrases import TorturedPhrases
from chaffinch.features.resources import Resources
from chaffinch.features.text.vocabulary import FIRST_WORD, MAX_WORDS, Vocabulary, hash_words

VOCABULARY = "vocabulary.txt"
"""File of the vocabulary's words, one per line."""

ARRAYS: dict[str, tuple[type[np.generic], int]] = {
    "vocabulary_hashes": (np.uint64, 1),
    "unigram": (np.float32, 1),
    "frequency": (np.float32, 1),
    "backoff": (np.float32, 1),
    "bigram_fingerprints": (np.uint16, 1),
    "bigram_values": (np.uint8, 2),
    "channel_start": (np.uint32, 1),
    "channel_originals": (np.uint16, 1),
    "channel_weights": (np.uint8, 1),
    "slips_start": (np.uint32, 1),
    "slips_originals": (np.uint16, 1),
    "slips_weights": (np.uint8, 1),
    "context_context": (np.int8, 2),
    "context_word": (np.int8, 2),
    "context_bias": (np.float32, 1),
    "context_scale": (np.float32, 1),
    "context_place": (np.float32, 2),
    "context_hidden": (np.int8, 2),
    "context_hidden_bias": (np.float32, 1),
    "context_output": (np.int8, 2),
    "context_units": (np.float32, 1),
    "phrase_phrases": (np.uint16, 2),
    "phrase_start": (np.uint32, 1),
    "phrase_original": (np.uint32, 1),
    "phrase_weight": (np.uint8, 1),
    "tortured_phrases": (np.uint16, 2),
    "tortured_originals": (np.uint16, 2),
    "odds_knots": (np.float32, 2),
    "odds_curves": (np.float32, 3),
    "odds_phrase_knots": (np.float32, 1),
    "odds_phrase_curve": (np.float32, 1),
}
"""The ``.npy`` files of a model by name, each with its dtype and its number of axes."""

SLIPS = ("slips_start", "slips_originals", "slips_weights")
"""Arrays that models of earlier schemas lack: their authors make no slips."""

_CHANNEL = ("channel_start", "channel_originals", "channel_weights")
"""Arrays of the spinner's channel."""

_MOST_CANDIDATES = 100
"""Originals of one written word or phrase. Our choice, so that no model makes scoring endless; the
bundled one has at most 16 of a word and 6 of a phrase."""

_LEAST_COLUMNS, _LEAST_LOOKS = COLUMNS.index("slip"), SECOND_READER
"""Columns of the odds of models without slips, and looks of those without a second reader."""

_LARGEST_INT8 = 128
"""Largest magnitude of a weight of the context model."""

_EXACT = 1 << 24
"""Whole numbers below this are exact in 32-bit sums, whatever the order of adding."""


def arrays_of(resources: Resources) -> dict[str, NDArray[Any]]:
    """The arrays of `ARRAYS` by name."""
    model = resources.language_model
    return {
        "vocabulary_hashes": resources.vocabulary.hashes,
        "unigram": model.unigram,
        "frequency": model.frequency,
        "backoff": model.backoff,
        "bigram_fingerprints": model.bigrams.fingerprint,
        "bigram_values": model.bigrams.value,
        **dict(zip(_CHANNEL, resources.channel, strict=True)),
        **dict(zip(SLIPS, resources.slips, strict=True)),
        **{f"context_{name}": array for name, array in resources.context_model._asdict().items()},
        "phrase_phrases": resources.phrase_channel.phrases,
        "phrase_start": resources.phrase_channel.start,
        "phrase_original": resources.phrase_channel.original,
        "phrase_weight": resources.phrase_channel.weight,
        "tortured_phrases": resources.tortured_phrases.phrases,
        "tortured_originals": resources.tortured_phrases.originals,
        **{
            f"odds_{field.name}": getattr(resources.replacement_odds, field.name)
            for field in fields(ReplacementOdds)
        },
    }


def load_resources(folder: Path, *, verify: bool, slips: bool) -> Resources:
    """The resources of a model folder; arrays are memory-mapped.

    Args:
        folder: The model folder.
        verify: Whether the hash of every word is checked.
        slips: Whether the folder has the arrays of `SLIPS`.

    Raises:
        OSError: A file cannot be read.
        ValueError: Arrays that are not such arrays, or do not fit together.
    """
    names = [name for name in ARRAYS if slips or name not in SLIPS]
    arrays = {name: open_array(folder, name, *ARRAYS[name]) for name in names}
    vocabulary = _vocabulary(arrays["vocabulary_hashes"], read_text(folder, VOCABULARY))
    if verify:
        _check_words(vocabulary)
    n_ids = len(vocabulary.hashes) + FIRST_WORD
    return Resources(
        vocabulary,
        _language_model(arrays, n_ids),
        _channel(arrays, _CHANNEL, n_ids),
        _phrase_channel(arrays, n_ids),
        _tortured_phrases(arrays, n_ids),
        _context_model(arrays, n_ids),
        _replacement_odds(arrays),
        _channel(arrays, SLIPS, n_ids) if slips else Channel.blank(n_ids),
    )


def _vocabulary(hashes: NDArray[np.uint64], text: str) -> Vocabulary:
    if len(hashes) > MAX_WORDS:
        raise ValueError(f"a vocabulary has at most {MAX_WORDS} words")
    if text.count("\n") + bool(text) != len(hashes):
        raise ValueError(f"{VOCABULARY} must hold {len(hashes)} words")
    return Vocabulary(hashes, text)


def _check_words(vocabulary: Vocabulary) -> None:
    words, hashes = vocabulary.words[FIRST_WORD:], vocabulary.hashes
    if not all(words) or (hash_words(words) != hashes).any() or (hashes[1:] <= hashes[:-1]).any():
        raise ValueError(f"{VOCABULARY} must hold the words of vocabulary_hashes.npy in order")


def _language_model(arrays: Mapping[str, NDArray[Any]], n_ids: int) -> LanguageModel:
    for name in ("unigram", "frequency", "backoff"):
        if len(arrays[name]) != n_ids:
            raise ValueError(f"{name}.npy must hold {n_ids} numbers")
    fingerprints, values = arrays["bigram_fingerprints"], arrays["bigram_values"]
    n_slots = len(fingerprints)
    if n_slots < MIN_SLOTS or n_slots & (n_slots - 1) or values.shape != (n_slots, 1):
        raise ValueError("the bigram table's arrays do not fit together")
    table = HashedTable(fingerprints, values)
    return LanguageModel(arrays["unigram"], arrays["frequency"], arrays["backoff"], table)


def _channel(
    arrays: Mapping[str, NDArray[Any]], names: tuple[str, str, str], n_ids: int
) -> Channel:
    channel = Channel(*(arrays[name] for name in names))
    if (
        len(channel.start) != n_ids + 1
        or not _are_rows(channel.start, len(channel.original))
        or len(channel.original) != len(channel.weight)
        or not _are_words(channel.original, n_ids)
    ):
        raise ValueError(f"the arrays of the {names[0].partition('_')[0]} do not fit together")
    return channel


def _phrase_channel(arrays: Mapping[str, NDArray[Any]], n_ids: int) -> PhraseChannel:
    names = ("phrases", "start", "original", "weight")
    channel = PhraseChannel(*(arrays[f"phrase_{name}"] for name in names))
    n_phrases = len(channel.phrases)
    keys = channel.keys if channel.phrases.shape[1:] == (LONGEST,) else None
    if (
        keys is None
        or (keys[1:] <= keys[:-1]).any()
        or (n_phrases and channel.phrases.max() >= n_ids)
        or (channel.phrases[:, 0] < FIRST_WORD).any()
        or len(channel.start) != n_phrases + 1
        or not _are_rows(channel.start, len(channel.original))
        or len(channel.original) != len(channel.weight)
        or (len(channel.original) and channel.original.max() >= n_phrases)
    ):
        raise ValueError("the phrase channel's arrays do not fit together")
    return channel


def _tortured_phrases(arrays: Mapping[str, NDArray[Any]], n_ids: int) -> TorturedPhrases:
    phrases, originals = (arrays[f"tortured_{name}"] for name in ("phrases", "originals"))
    if (
        phrases.shape[1:] != (LONGEST,)
        or phrases.shape != originals.shape
        or (phrases[:, :2] < FIRST_WORD).any()
        or any((len(table) and table.max() >= n_ids) for table in (phrases, originals))
        or (phrase_keys(phrases)[1:] <= phrase_keys(phrases)[:-1]).any()
    ):
        raise ValueError("the arrays of tortured phrases do not fit together")
    return TorturedPhrases(phrases, originals)


def _context_model(arrays: Mapping[str, NDArray[Any]], n_ids: int) -> ContextModel:
    model = ContextModel(**{name: arrays[f"context_{name}"] for name in ContextModel._fields})
    d, h = model.context.shape[1], model.output.shape[0]
    shapes = {
        "context": (n_ids, d),
        "word": (n_ids, d),
        "bias": (n_ids,),
        "scale": (n_ids,),
        "place": (2 * WINDOW + 1, d),
        "hidden": (3 * d, h),
        "hidden_bias": (h,),
        "output": (h, d),
        "units": (4,),
    }
    for name, shape in shapes.items():
        array = getattr(model, name)
        if array.shape != shape:
            raise ValueError(f"context_{name}.npy must have the shape {shape}. Got {array.shape}")
    if max(3 * d, 2 * h) * _LARGEST_INT8**2 >= _EXACT:
        raise ValueError("the context model has too many dimensions")
    if (model.units <= 0).any():
        raise ValueError("context_units.npy must hold numbers over 0")
    return model


def _replacement_odds(arrays: Mapping[str, NDArray[Any]]) -> ReplacementOdds:
    odds = ReplacementOdds(*(arrays[f"odds_{field.name}"] for field in fields(ReplacementOdds)))
    if (
        odds.curves.shape[1:] != odds.knots.shape
        or not _LEAST_LOOKS <= len(odds.curves) <= len(COLUMNS_OF)
        or odds.phrase_knots.shape != odds.phrase_curve.shape
        or not _LEAST_COLUMNS <= len(odds.knots) <= len(COLUMNS)
        or not odds.knots.size
        or not odds.phrase_knots.size
        or (np.diff(odds.knots, axis=1) <= 0).any()
        or (np.diff(odds.phrase_knots) <= 0).any()
    ):
        raise ValueError(
            f"the odds' arrays must hold a curve for each of {', '.join(COLUMNS)} and one for "
            "phrases, with rising knots"
        )
    return odds.padded()


def _are_rows(start: NDArray[Any], n_items: int) -> bool:
    """Whether these are the starts of a table's rows, none longer than `_MOST_CANDIDATES`."""
    lengths = np.diff(start.astype(np.int64))
    bounded = bool(((lengths >= 0) & (lengths <= _MOST_CANDIDATES)).all())
    return bounded and start[0] == 0 and start[-1] == n_items


def _are_words(ids: NDArray[Any], n_ids: int) -> bool:
    """Whether these are ids of words, and not of classes of words."""
    return not len(ids) or bool(ids.min() >= FIRST_WORD and ids.max() < n_ids)
