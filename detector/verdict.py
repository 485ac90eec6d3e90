"""What the detector says about a document, and why."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from chaffinch.features.document import Document
from chaffinch.features.registry import FEATURE_NAMES, column_of
from chaffinch.features.signal import Where
from chaffinch.features.wording import percent, printable

Kind = Literal["original", "spun", "scraped", "unscorable"]
"""What a document is judged to be."""

_WORDS = FEATURE_NAMES[column_of("words")]
"""Full name of the feature that counts words."""

_READ_AGAIN = FEATURE_NAMES[column_of("words read again")]
"""Full name of the feature that says how much of a text the second reader read."""


class Evidence(NamedTuple):
    """One place in a document that speaks for a machine's or a scraper's work.

    Attributes:
        where: ``text``, ``title`` or ``metadata``.
        start: First code point in the scored text, or None outside it.
        end: One past the last code point, or None outside the text.
        text: The words themselves; ``text_scored[start:end]`` for evidence in the text.
        signal: Name of the signal that found it.
        original: The probable original wording, or None where there is none.
        weight: Strength in the signal's own unit; larger is stronger.
        note: What was found, in a word or two.
    """

    where: Where
    start: int | None
    end: int | None
    text: str
    signal: str
    original: str | None
    weight: float
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The evidence as a JSON-ready mapping."""
        return self._asdict()


class Reason(NamedTuple):
    """How much one signal adds to a document's score.

    Attributes:
        signal: Name of the signal.
        contribution: What it adds to the log-odds, against a typical clean document of the
            training set. The contributions of all signals and the model's intercept add up
            to the log-odds of `Verdict.probability`.
        summary: The finding in plain words.
    """

    signal: str
    contribution: float
    summary: str

    def as_dict(self) -> dict[str, Any]:
        """The reason as a JSON-ready mapping."""
        return self._asdict()


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """The judgement on one document.

    Attributes:
        document: What was judged.
        kind: ``original``, ``spun``, ``scraped`` or ``unscorable``.
        flagged: Whether `probability` reaches `threshold`.
        probability: Calibrated probability that the document is a low-quality
            republication, at the model's stated base rate; None when unscorable.
        threshold: The probability from which a document is flagged.
        intercept: Log-odds of a typical clean document.
        reasons: One for each signal that adds to the score, strongest first.
        evidence: The places found: those in the text by position, then the others.
        features: Every feature's value by its full name, in the order of their columns.
        unscorable: Why no probability can be given, in a sentence; None when there is one.
    """

    document: Document
    kind: Kind
    flagged: bool
    probability: float | None
    threshold: float
    intercept: float
    reasons: tuple[Reason, ...]
    evidence: tuple[Evidence, ...]
    features: dict[str, float]
    unscorable: str | None = None

    def __repr__(self) -> str:
        """What is said of the page, in a line; its text and evidence are attributes."""
        stated = (
            self.unscorable
            or f"{percent(self.probability)}, {'' if self.flagged else 'not '}flagged"
        )
        named = f" {self.document.id}" if self.document.id else ""
        return printable(f"<Verdict{named}: {self.kind}, {stated}>")

    def as_dict(self) -> dict[str, Any]:
        """The verdict as a JSON-ready mapping, with the keys of ``score --format jsonl``."""
        return {
            "id": self.document.id,
            "title": self.document.title,
            "extraction": self.document.extraction,
            "kind": self.kind,
            "flagged": self.flagged,
            "probability": self.probability,
            "threshold": self.threshold,
            "intercept": self.intercept,
            "readers": self.readers,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "evidence": [item.as_dict() for item in self.evidence],
            "features": dict(self.features),
            "unscorable": self.unscorable,
        }

    @property
    def readers(self) -> int:
        """How many readers judged the words of the text: 2 where it was read again, else 1."""
        return 2 if self.features[_READ_AGAIN] else 1

    @property
    def n_words(self) -> int:
        """Words of the text."""
        return int(self.features[_WORDS])
