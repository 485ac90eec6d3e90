"""A model as a folder of JSON and ``.npy`` files: read, checked and written."""

import json
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.classifier import Classifier
from chaffinch.detector.data_folder import (
    LARGEST,
    check_digests,
    open_array,
    read_text,
)
from chaffinch.detector.digests import digest, file_digest
from chaffinch.features.language.channel import Channel
from chaffinch.features.language.context_model import WINDOW, ContextModel
from chaffinch.features.language.hashed_table import MIN_SLOTS, HashedTable
from chaffinch.features.language.language_model import LanguageModel
from chaffinch.features.language.phrase_channel import LONGEST, PhraseChannel, phrase_keys
from chaffinch.features.language.replacement_odds import COLUMNS, COLUMNS_OF, ReplacementOdds
from chaffinch.features.language.tortured_phrases import TorturedPhrases
from chaffinch.features.registry import FEATURE_NAMES
from chaffinch.features.resources import Resources
from chaffinch.features.text.vocabulary import FIRST_WORD, MAX_WORDS, Vocabulary, hash_words

SCHEMA_VERSION = 3
BUNDLED = Path(__file__).parent / "bundled"

_ARRAYS: dict[str, tuple[type[np.generic], int]] = {
    "vocabulary_hashes": (np.uint64, 1),
    "unigram": (np.float32, 1),
    "frequency": (np.float32, 1),
    "backoff": (np.float32, 1),
    "bigram_fingerprints": (np.uint16, 1),
    "bigram_values": (np.uint8, 2),
    "channel_start": (np.uint32, 1),
    "channel_originals": (np.uint16, 1),
    "channel_weights": (np.uint8, 1),
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


_FILES = sorted(["card.md", "vocabulary.txt", *(f"{name}.npy" for name in _ARRAYS)])
_MOST_CANDIDATES = 100
_MOST_NAME = 200
_UNSOUND = (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError, OSError)
_LARGEST_INT8 = 128
_EXACT = 1 << 24
"""Whole numbers below this are exact in 32-bit sums, whatever the order of adding."""


class ModelError(Exception):
    """A model folder that cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class Model:
    """A classifier and the arrays its features are measured with.

    Attributes:
        name: What the model is called.
        classifier: Its weights.
        resources: Its vocabulary, language model and channel.
        digest: blake2b digest over every file of the folder, in hexadecimal.
    """

    name: str
    classifier: Classifier
    resources: Resources
    digest: str = ""

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        """Full names of the features, in order."""
        return self.classifier.features


def _arrays(resources: Resources) -> dict[str, NDArray[Any]]:
    model, channel = resources.language_model, resources.channel
    phrase_channel = resources.phrase_channel
    return {
        "vocabulary_hashes": resources.vocabulary.hashes,
        "unigram": model.unigram,
        "frequency": model.frequency,
        "backoff": model.backoff,
        "bigram_fingerprints": model.bigrams.fingerprint,
        "bigram_values": model.bigrams.value,
        "channel_start": channel.start,
        "channel_originals": channel.original,
        "channel_weights": channel.weight,
        **_named("context", resources.context_model),
        "phrase_phrases": phrase_channel.phrases,
        "phrase_start": phrase_channel.start,
        "phrase_original": phrase_channel.original,
        "phrase_weight": phrase_channel.weight,
        "tortured_phrases": resources.tortured_phrases.phrases,
        "tortured_originals": resources.tortured_phrases.originals,
        **_named("odds", resources.replacement_odds),
    }


def _named(prefix: str, arrays: ContextModel | ReplacementOdds) -> dict[str, NDArray[Any]]:
    names = (
        arrays._fields
        if isinstance(arrays, ContextModel)
        else [field.name for field in fields(arrays)]
    )
    return {f"{prefix}_{name}": getattr(arrays, name) for name in names}


def save_model(model: Model, folder: Path, card: str) -> None:
    """Write a model folder: JSON, ``.npy`` arrays, the vocabulary and the model card."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"card.md": card.encode(), "vocabulary.txt": model.resources.vocabulary.text.encode()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    for name, array in _arrays(model.resources).items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    description = {
        "schema_version": SCHEMA_VERSION,
        "name": model.name,
        "classifier": asdict(model.classifier),
        "digests": {name: file_digest(folder / name) for name in _FILES},
    }
    text = json.dumps(description, indent=1) + "\n"
    (folder / "model.json").write_text(text, "utf-8")


def load_model(folder: Path | None = None, *, verify: bool | None = None) -> Model:
    """Load a model folder without running code from it; arrays are memory-mapped.

    Nothing outside the folder is opened, and whatever passes can be scored with.

    Args:
        folder: Where the model is; the bundled one when None.
        verify: Whether every file's digest and every word's hash is checked; by default for
            all but the bundled model.

    Raises:
        ModelError: The folder is not a sound model; the message names the file.
    """
    verify = folder is not None if verify is None else verify
    folder = folder or BUNDLED
    try:
        text = read_text(folder, "model.json")
        description = json.loads(text)
        if description["schema_version"] != SCHEMA_VERSION:
            raise ModelError(
                f"{folder}: model of schema {description['schema_version']}, but this version "
                f"reads schema {SCHEMA_VERSION}. Train it again with `chaffinch train`."
            )
        stated: dict[str, Any] = description["classifier"]
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stated.items()
        }
        classifier = Classifier(**plain)
        _validate(folder, classifier)
        if verify:
            check_digests(folder, description["digests"], _FILES)
        resources = _load_resources(folder)
        if verify:
            _check_words(resources.vocabulary)
        name = description["name"]
        if not isinstance(name, str) or not name.isprintable() or len(name) > _MOST_NAME:
            raise ValueError(f"its name must be text of at most {_MOST_NAME} characters")
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder} is not a model folder: {Path(error.filename).name} is missing."
        ) from None
    except NotADirectoryError:
        raise ModelError(f"{folder} is not a model folder, but a file.") from None
    except _UNSOUND as error:
        raise ModelError(f"{folder}: not a sound model ({error}).") from error
    return Model(name, classifier, resources, digest(text.encode()))


def _load_resources(folder: Path) -> Resources:
    arrays: dict[str, NDArray[Any]] = {}
    for name, (dtype, n_dims) in _ARRAYS.items():
        arrays[name] = open_array(folder, name, dtype, n_dims)
    n_ids = len(arrays["vocabulary_hashes"]) + FIRST_WORD
    if n_ids > FIRST_WORD + MAX_WORDS:
        raise ModelError(f"{folder}: a vocabulary has at most {MAX_WORDS} words.")
    for name in ("unigram", "frequency", "backoff"):
        if len(arrays[name]) != n_ids:
            raise ModelError(f"{folder / name}.npy must hold {n_ids} numbers.")
    start, originals = arrays["channel_start"], arrays["channel_originals"]
    if (
        len(start) != n_ids + 1
        or not _are_rows(start, len(originals))
        or len(originals) != len(arrays["channel_weights"])
        or not _are_ids(originals, n_ids)
    ):
        raise ModelError(f"{folder}: the channel's arrays do not fit together.")
    fingerprints, values = arrays["bigram_fingerprints"], arrays["bigram_values"]
    n_slots = len(fingerprints)
    if n_slots < MIN_SLOTS or n_slots & (n_slots - 1) or values.shape != (n_slots, 1):
        raise ModelError(f"{folder}: the bigram table's arrays do not fit together.")
    text = read_text(folder, "vocabulary.txt")
    if text.count("\n") + bool(text) != n_ids - FIRST_WORD:
        raise ModelError(f"{folder / 'vocabulary.txt'} must hold {n_ids - FIRST_WORD} words.")
    return Resources(
        Vocabulary(arrays["vocabulary_hashes"], text),
        LanguageModel(
            arrays["unigram"],
            arrays["frequency"],
            arrays["backoff"],
            HashedTable(arrays["bigram_fingerprints"], arrays["bigram_values"]),
        ),
        Channel(start, originals, arrays["channel_weights"]),
        _phrase_channel(folder, arrays, n_ids),
        _tortured_phrases(folder, arrays, n_ids),
        _context_model(folder, arrays, n_ids),
        _replacement_odds(folder, arrays),
    )


def _phrase_channel(folder: Path, arrays: dict[str, NDArray[Any]], n_ids: int) -> PhraseChannel:
    names = ("phrases", "start", "original", "weight")
    channel = PhraseChannel(*(arrays[f"phrase_{name}"] for name in names))
    n_phrases, start = len(channel.phrases), channel.start.astype(np.int64)
    keys = channel.keys if channel.phrases.shape[1:] == (LONGEST,) else None
    if (
        keys is None
        or (keys[1:] <= keys[:-1]).any()
        or (n_phrases and channel.phrases.max() >= n_ids)
        or (channel.phrases[:, 0] < FIRST_WORD).any()
        or len(start) != n_phrases + 1
        or not _are_rows(start, len(channel.original))
        or len(channel.original) != len(channel.weight)
        or (len(channel.original) and channel.original.max() >= n_phrases)
    ):
        raise ModelError(f"{folder}: the phrase channel's arrays do not fit together.")
    return channel


def _tortured_phrases(folder: Path, arrays: dict[str, NDArray[Any]], n_ids: int) -> TorturedPhrases:
    phrases, originals = (arrays[f"tortured_{name}"] for name in ("phrases", "originals"))
    if (
        phrases.shape[1:] != (LONGEST,)
        or phrases.shape != originals.shape
        or (phrases[:, :2] < FIRST_WORD).any()
        or any((len(table) and table.max() >= n_ids) for table in (phrases, originals))
        or (phrase_keys(phrases)[1:] <= phrase_keys(phrases)[:-1]).any()
    ):
        raise ModelError(f"{folder}: the arrays of tortured phrases do not fit together.")
    return TorturedPhrases(phrases, originals)


def _are_rows(start: NDArray[Any], n_items: int) -> bool:
    """Whether these are the starts of rows of a table, none of them endless."""
    lengths = np.diff(start.astype(np.int64))
    bounded = bool(((lengths >= 0) & (lengths <= _MOST_CANDIDATES)).all())
    return bounded and start[0] == 0 and start[-1] == n_items


def _are_ids(ids: NDArray[Any], n_ids: int) -> bool:
    """Whether these are ids of words, and not of classes of words."""
    return not len(ids) or bool(ids.min() >= FIRST_WORD and ids.max() < n_ids)


def _check_words(vocabulary: Vocabulary) -> None:
    """Raise ValueError where words are not those that the hashes stand for."""
    words = vocabulary.words[FIRST_WORD:]
    hashes = vocabulary.hashes
    if not all(words) or (hash_words(words) != hashes).any() or (hashes[1:] <= hashes[:-1]).any():
        raise ValueError("vocabulary.txt must hold the words of vocabulary_hashes.npy in order")


def _context_model(folder: Path, arrays: dict[str, NDArray[Any]], n_ids: int) -> ContextModel:
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
            raise ModelError(
                f"{folder}: context_{name}.npy must have the shape {shape}. Got {array.shape}."
            )
    if max(3 * d, 2 * h) * _LARGEST_INT8**2 >= _EXACT:
        raise ModelError(f"{folder}: the context model has too many dimensions.")
    if (model.units <= 0).any():
        raise ModelError(f"{folder}: context_units.npy must hold numbers over 0.")
    return model


def _replacement_odds(folder: Path, arrays: dict[str, NDArray[Any]]) -> ReplacementOdds:
    odds = ReplacementOdds(*(arrays[f"odds_{field.name}"] for field in fields(ReplacementOdds)))
    if (
        odds.curves.shape != (len(COLUMNS_OF), *odds.knots.shape)
        or odds.phrase_knots.shape != odds.phrase_curve.shape
        or len(odds.knots) != len(COLUMNS)
        or not odds.knots.size
        or not odds.phrase_knots.size
        or (np.diff(odds.knots, axis=1) <= 0).any()
        or (np.diff(odds.phrase_knots) <= 0).any()
    ):
        raise ModelError(
            f"{folder}: the odds' arrays must hold a curve for each of {', '.join(COLUMNS)} and "
            "one for phrases, with rising knots."
        )
    return odds


def _validate(folder: Path, classifier: Classifier) -> None:
    if classifier.features != FEATURE_NAMES:
        raise ModelError(
            f"{folder}: trained with other signals than this version has. "
            "Train it again with `chaffinch train`."
        )
    columns = (classifier.centre, classifier.scale, classifier.highest, classifier.weight)
    for column in columns:
        if len(column) != len(FEATURE_NAMES) or not all(map(_is_number, column)):
            raise ModelError(f"{folder}: model.json must hold a finite number for each feature.")
    if min(classifier.scale) <= 0 or min(*classifier.highest, *classifier.weight) < 0:
        raise ModelError(f"{folder}: scales must be over 0, weights and limits not under it.")
    if not _is_number(classifier.intercept):
        raise ModelError(f"{folder}: model.json must hold a finite intercept.")
    if not 0 < classifier.base_rate < 1 or not 0 < classifier.threshold < 1:
        raise ModelError(f"{folder}: base rate and threshold must lie between 0 and 1.")


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) <= LARGEST  # type: ignore[arg-type]
