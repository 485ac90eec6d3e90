"""The probable original of a spun text."""

from dataclasses import dataclass

from chaffinch.detector.verdict import Verdict

MIN_GAIN = 1.0
"""Replacements are undone from this gain on (log10 odds)."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """One word put back.

    Attributes:
        start: First code point of the substitute in the spun text.
        end: One past its last code point.
        substitute: What the page says.
        original: What its source probably said.
        gain: log10 odds that the word was replaced.
    """

    start: int
    end: int
    substitute: str
    original: str
    gain: float


def restorations(verdict: Verdict) -> list[Restoration]:
    """The replaced words of a text that was judged spun; none for any other text."""
    if verdict.kind != "spun":
        return []
    return [
        Restoration(item.start, item.end, item.text, cased(item.text, item.original), item.weight)
        for item in verdict.evidence
        if item.signal == "substitutions"
        and item.original is not None
        and item.start is not None
        and item.end is not None
        and item.weight >= MIN_GAIN
    ]


def despun_text(verdict: Verdict) -> str:
    """The text with its probable originals put back; other texts come back unchanged."""
    text = verdict.document.text
    pieces = []
    done = 0
    for item in restorations(verdict):
        pieces += [text[done : item.start], item.original]
        done = item.end
    return "".join([*pieces, text[done:]])


def cased(substitute: str, original: str) -> str:
    """The original with a capital where its substitute has one.

    >>> cased("Successful", "in")
    'In'
    """
    return original[0].upper() + original[1:] if substitute[:1].isupper() else original
