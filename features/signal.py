"""The contract that every signal keeps: measure a block, return numbers and evidence."""

import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.resources import Resources
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.wording import counted

Where = Literal["text", "title", "metadata"]
"""Part of a document."""

Group = Literal["spun", "scraped", "context"]
"""What a high value of a feature speaks for."""

Finds = Literal["replaced words", "leftover lines", "origins", "slips"]
"""What the evidence of a signal is."""

Role = Literal[
    "words",
    "running words",
    "function words",
    "variety words",
    "words read again",
    "other origin",
]
"""What a feature is read for, see `Feature.role`."""

CORROBORATES = 0.5
"""`Feature.most_alone` of what honest pages have now and then, such as runs of spaces. Our choice:
two such features may flag a page together, and neither may alone."""

CONVICTS = math.inf
"""`Feature.most_alone` of what may flag a page alone: no limit."""

MOST_NAMED = 3
"""Findings that a summary names. Our choice: as many as fit a line."""


class Feature(NamedTuple):
    """One number that a signal measures on a document, and what its value may mean.

    Attributes:
        name: Name within its signal; the full name is ``signal.name``.
        unit: Unit of the number, such as "share of words".
        meaning: What it counts, in one line.
        low: Smallest value it can take.
        high: Largest value it can take (may be infinite; the value itself is always finite).
        group: What a high value speaks for: ``spun``, ``scraped``, or nothing by itself
            (``context``: a number that only helps to read the others).
        most_alone: Share of the log-odds that flag a typical page which this feature may add;
            `CONVICTS` where it may flag a page alone.
        most_each: The same for a value of 1, such as one phrase; infinite where that has no limit.
        in_nats: Whether the value is a log-likelihood ratio already, counted elsewhere: it adds to
            the log-odds as it is, and no weight is fitted to it.
        convicts_from: Value of a feature in nats that flags a page alone whatever the threshold;
            infinite where there is none.
        role: What the detector reads the value for beside its weight, or None. ``words``,
            ``running words``, ``function words`` and ``variety words`` (each the role of one
            feature) tell whether a text can be judged. ``words read again`` (the role of one) tells
            which readers judged it. ``other origin`` says that the page is another's.
    """

    name: str
    unit: str
    meaning: str
    low: float
    high: float
    group: Group
    most_alone: float = CORROBORATES
    most_each: float = math.inf
    in_nats: bool = False
    convicts_from: float = math.inf
    role: Role | None = None


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

    Attributes:
        name: Name of the signal and of its file.
        features: What it measures, in the order of its values' columns.
        finds: What its evidence in a text is, for those who show it: ``replaced words`` with
            their originals, ``leftover lines`` of scrapers and templates, signatures, dates and
            other traces of a page's ``origins``, or ``slips`` of any other kind.
        without_evidence: Its summary where it adds to the score and has no evidence to name.

    Args:
        resources: The model's arrays (vocabulary, language model, channel, phrases).
    """

    name: ClassVar[str]
    features: ClassVar[tuple[Feature, ...]]
    finds: ClassVar[Finds] = "slips"
    without_evidence: ClassVar[str] = "more than in typical clean texts"

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    @abstractmethod
    def measure(self, block: TokenBlock) -> Measurement:
        """Measure every document of a block."""

    @classmethod
    def feature_names(cls) -> tuple[str, ...]:
        """Full names of the features: the signal's name, a point, and the feature's."""
        return tuple(f"{cls.name}.{feature.name}" for feature in cls.features)

    @classmethod
    def column(cls, name: str) -> int:
        """Column of the feature of a name.

        Raises:
            ValueError: The signal has no such feature.
        """
        return [feature.name for feature in cls.features].index(name)

    @classmethod
    def summarise(cls, text: str, spans: Sequence[Span], contributions: Sequence[float]) -> str:
        """One sentence about what was found in a document.

        Args:
            text: The document's text.
            spans: Its evidence of this signal, what stands in the text first, by position.
            contributions: What each feature adds to the log-odds; their sum is over 0.
        """
        if not spans:
            return cls.without_evidence
        facts = [span.note for span in spans if span.where == "metadata"]
        if facts:
            return "; ".join(facts[:MOST_NAMED])
        notes = Counter(span.note for span in spans)
        return ", ".join(counted(count, note) for note, count in notes.most_common(MOST_NAMED))
