"""A model as a folder of JSON and ``.npy`` files: read, checked and written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from chaffinch.detector.classifier import Classifier, FalsePositiveLimits, Term
from chaffinch.detector.data_folder import LARGEST, check_digests, read_text
from chaffinch.detector.digests import digest, file_digest
from chaffinch.detector.model_arrays import (
    ARRAYS,
    SLIPS,
    VOCABULARY,
    arrays_of,
    load_resources,
)
from chaffinch.detector.second_reader_arrays import (
    READER_FILES,
    load_second_reader,
    save_second_reader,
)
from chaffinch.features.registry import FEATURE_NAMES
from chaffinch.features.resources import Resources

SCHEMA_VERSION = 6
"""Schema of ``model.json`` that is written: a model that may have a second reader."""

_COLUMNS_SCHEMA, _TERMS_SCHEMA, _SLIPS_SCHEMA = 3, 4, 5
"""Earlier schemas, still read: a list of names, and one of numbers for each part of a term; the
terms of the classifier by name; and a table of slips, which the first two lack."""

BUNDLED = Path(__file__).parent / "bundled"
"""Folder of the bundled model."""

_DESCRIPTION, _CARD = "model.json", "card.md"
"""Files of a model beside its vocabulary and its arrays."""

_FILES = sorted([_CARD, VOCABULARY, *(f"{name}.npy" for name in ARRAYS)])
"""Every file of a model besides its description and its second reader."""

_WITHOUT_SLIPS = sorted(set(_FILES) - {f"{name}.npy" for name in SLIPS})
"""The same of the earlier schemas."""


def _files(second_reader: bool) -> list[str]:
    """Every file of a model besides its description."""
    return sorted([*_FILES, *READER_FILES]) if second_reader else _FILES


_MOST_NAME = 200
"""Characters of a name of a model or a feature; our choice: longer ones fill a terminal."""

_UNSOUND = (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError, OSError)
"""What reading a folder raises where it does not hold a model."""


class ModelError(Exception):
    """A model folder that cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class Model:
    """A classifier and the arrays its features are measured with.

    Attributes:
        name: What the model is called.
        classifier: Its weights.
        resources: Its vocabulary, language model and channel.
        fast: Weights to judge with where the second reader is left out; None where there is none.
        digest: blake2b digest of ``model.json``, which holds the digests of all other files, in
            hexadecimal.
    """

    name: str
    classifier: Classifier
    resources: Resources
    fast: Classifier | None = None
    digest: str = ""

    def without_second_reader(self) -> "Model":
        """The same without its second reader, if it has one."""
        if self.fast is None:
            return self
        resources = replace(self.resources, second_reader=None)
        return replace(self, classifier=self.fast, resources=resources, fast=None)


def save_model(model: Model, folder: Path, card: str) -> None:
    """Write a model folder: JSON, ``.npy`` arrays, the vocabulary and the model card.

    Raises:
        OSError: It cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _CARD).write_bytes(card.encode())
    (folder / VOCABULARY).write_bytes(model.resources.vocabulary.text.encode())
    for name, array in arrays_of(model.resources).items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    if model.resources.second_reader:
        save_second_reader(model.resources.second_reader, folder)
    write_description(model, folder)


def write_description(model: Model, folder: Path) -> None:
    """Write ``model.json`` beside a model's other files, with their digests.

    A folder of an earlier schema is brought to the present one by
    ``write_description(load_model(folder), folder)``, which adds the arrays that it lacks. Its
    verdicts stay as they are; the model's digest becomes another.

    Raises:
        OSError: A file of the folder cannot be read, or ``model.json`` not be written.
    """
    for name, array in arrays_of(model.resources).items():
        if not (folder / f"{name}.npy").exists():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
    description = {
        "schema_version": SCHEMA_VERSION,
        "name": model.name,
        "classifier": _stated(model.classifier),
        **({"fast": _stated(model.fast)} if model.fast else {}),
        "digests": {name: file_digest(folder / name) for name in _files(bool(model.fast))},
    }
    (folder / _DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")


def _stated(classifier: Classifier) -> dict[str, Any]:
    return {
        "features": {name: term._asdict() for name, term in classifier.terms.items()},
        "intercept": classifier.intercept,
        "base_rate": classifier.base_rate,
        "threshold": classifier.threshold,
        **({"limits": classifier.limits._asdict()} if classifier.limits else {}),
    }


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
        text = read_text(folder, _DESCRIPTION)
        description = json.loads(text)
        schema = description["schema_version"]
        if schema not in (_COLUMNS_SCHEMA, _TERMS_SCHEMA, _SLIPS_SCHEMA, SCHEMA_VERSION):
            raise ModelError(
                f"{folder}: model of schema {schema}, but this version reads schemas "
                f"{_COLUMNS_SCHEMA} to {SCHEMA_VERSION}. Train it again with `chaffinch train`."
            )
        name = _checked_name(description["name"])
        classifier = _read_classifier(description["classifier"], schema)
        fast = None
        if "fast" in description:
            fast = _read_classifier(description["fast"], schema)
        slips = schema >= _SLIPS_SCHEMA
        if verify:
            files = _files(fast is not None) if slips else _WITHOUT_SLIPS
            check_digests(folder, description["digests"], files)
        resources = load_resources(folder, verify=verify, slips=slips)
        if fast:
            reader = load_second_reader(folder)
            resources = replace(resources, second_reader=reader)
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder} is not a model folder: {Path(error.filename).name} is missing."
        ) from None
    except NotADirectoryError:
        raise ModelError(f"{folder} is not a model folder, but a file.") from None
    except _UNSOUND as error:
        raise ModelError(f"{folder}: not a sound model ({error}).") from error
    return Model(name, classifier, resources, fast, digest(text.encode()))


def _read_classifier(stated: Mapping[str, Any], schema: int) -> Classifier:
    """The classifier that a description states, checked.

    Raises:
        KeyError, TypeError, ValueError: It is not sound.
    """
    rows = _rows_of_columns(stated) if schema == _COLUMNS_SCHEMA else _rows_by_name(stated)
    terms = {_checked_name(name): _checked_term(numbers) for name, numbers in rows}
    if len(terms) < len(rows):
        raise ValueError("its features must have different names")
    if terms.keys().isdisjoint(FEATURE_NAMES):
        raise ValueError("it was trained with other signals than this version has")
    if not _is_number(stated["intercept"]):
        raise ValueError("model.json must hold a finite intercept")
    rates = stated["base_rate"], stated["threshold"]
    if not all(_is_number(rate) and 0 < rate < 1 for rate in rates):
        raise ValueError("base rate and threshold must lie between 0 and 1")
    return Classifier(terms, stated["intercept"], *rates, _checked_limits(stated.get("limits")))


def _rows_by_name(stated: Mapping[str, Any]) -> list[tuple[Any, Sequence[Any]]]:
    """Names of features, each with the numbers of its term."""
    return [
        (name, [numbers[part] for part in Term._fields])
        for name, numbers in stated["features"].items()
    ]


def _rows_of_columns(stated: Mapping[str, Any]) -> list[tuple[Any, Sequence[Any]]]:
    """The same from the earlier schema."""
    names, *columns = (stated[part] for part in ("features", *Term._fields))
    if any(type(column) is not list or len(column) != len(names) for column in columns):
        raise ValueError("model.json must hold a finite number for each feature")
    return list(zip(names, zip(*columns, strict=True), strict=True))


def _checked_term(numbers: Sequence[Any]) -> Term:
    if not all(map(_is_number, numbers)):
        raise ValueError("model.json must hold a finite number for each feature")
    term = Term(*numbers)
    if term.scale <= 0 or min(term.highest, term.weight) < 0:
        raise ValueError("scales must be over 0, weights and limits not under it")
    return term


def _checked_limits(stated: Mapping[str, Any] | None) -> FalsePositiveLimits | None:
    """The scores that few clean texts reach; models of earlier versions do not state them."""
    if stated is None:
        return None
    limits = FalsePositiveLimits(stated["n_texts"], tuple(stated["rates"]), tuple(stated["scores"]))
    _, rates, scores = limits
    # A count may be greater than any number that is calculated with.
    if type(limits.n_texts) is not int or not all(map(_is_number, (*rates, *scores))):
        raise ValueError("its limits must be finite numbers")
    within = len(rates) == len(scores) > 0 and rates[0] > 0 and rates[-1] < 1
    rising = all(low < high for low, high in pairwise(rates))
    falling = all(high >= low for high, low in pairwise(scores))
    if not (within and rising and falling):
        raise ValueError("its limits must have rising rates from 0 to 1, with falling scores")
    return limits


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not name.isprintable() or len(name) > _MOST_NAME:
        raise ValueError(f"every name must be text of at most {_MOST_NAME} printable characters")
    return name


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) <= LARGEST  # type: ignore[arg-type]
