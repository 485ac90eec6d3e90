"""The contract that every signal keeps: measure a block, return numbers and evidence."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.resources import Resources
from chaffinch.features.text.tokens import TokenBlock

Where = Literal["text", "title", "metadata"]
Group = Literal["spun", "scraped", "context"]


class Feature(NamedTuple):
    """One number that a signal measures on a document.

    Attributes:
        name: Name within its signal; the full name is ``signal.name``.
        unit: Unit of the number, such as "share of words".
        meaning: What it counts, in one line.
        low: Smallest value it can take.
        high: Largest value it can take (may be infinite; the value itself is always finite).
        group: What a high value speaks for: ``spun``, ``scraped``, or nothing by itself
            (``context``: a number that only helps to read the others).
    """

    name: str
    unit: str
    meaning: str
    low: float
    high: float
    group: Group


class Span(NamedTuple):
    """One piece of evidence inside a document of a block.

    Attributes:
        doc: Index of the document within the block.
        where: Which part of the document it stands in.
        start: First code point in the document's text (-1 outside the text).
        end: One past the last code point (-1 outside the text).
        original: The probable original wording, or None where there is none.
        weight: Strength, in the unit that the signal's docstring states; larger is stronger.
        note: What was found, in a word or two ("doubled word", "view counter"); for
            metadata, the fact itself.
    """

    doc: int
    where: Where
    start: int
    end: int
    original: str | None
    weight: float
    note: str


class Measurement(NamedTuple):
    """What a signal found in a block.

    Attributes:
        values: float64 array of shape (n_docs, n_features), finite, within each feature's
            declared range, independent of which documents share the block.
        spans: Evidence, ordered by document and position.
    """

    values: NDArray[np.float64]
    spans: list[Span]


class Signal(ABC):
    """A named measurement on documents.

    A signal is one file in this package's ``signals`` folder and one line in
    `chaffinch.features.registry`. The docstring of the class is its manual page, with the
    headings "What it measures", "Why farms show it", "When it is wrong" and "Source".

    Args:
        resources: The model's arrays (vocabulary, language model, channel, phrases).
    """

    name: ClassVar[str]
    features: ClassVar[tuple[Feature, ...]]

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    @abstractmethod
    def measure(self, block: TokenBlock) -> Measurement:
        """Measure every document of a block."""

    @classmethod
    def feature_names(cls) -> tuple[str, ...]:
        """Full names of the features, such as ``agreement.wrong_articles``."""
        return tuple(f"{cls.name}.{feature.name}" for feature in cls.features)
