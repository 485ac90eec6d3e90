"""The probable original of a spun text."""

from dataclasses import dataclass

from chaffinch.detector.verdict import Verdict
from chaffinch.features.registry import signals_that_find

MIN_GAIN = 1.0
"""Log10 odds of having been replaced from which a word is put back: ten to one. Our choice:
below it more words are put back, and more of them were never replaced."""

_REPLACING = signals_that_find("replaced words")
"""Signals whose evidence names replaced words."""


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


def restorations(verdict: Verdict, min_gain: float | None = None) -> list[Restoration]:
    """The replaced words of a text, by position.

    No two of them overlap: the one that begins first is put back.

    Args:
        verdict: The judgement on the text.
        min_gain: log10 odds from which a word is put back, whatever the text is judged to be;
            `MIN_GAIN` when None, and nothing then in a text that is not judged spun.
    """
    if min_gain is None and verdict.kind != "spun":
        return []
    least = MIN_GAIN if min_gain is None else min_gain
    found: list[Restoration] = []
    for item in verdict.evidence:
        if item.signal not in _REPLACING or item.original is None or item.weight < least:
            continue
        if item.start is None or item.end is None or (found and item.start < found[-1].end):
            continue
        original = cased(item.text, item.original)
        found.append(Restoration(item.start, item.end, item.text, original, item.weight))
    return found


def despun_text(verdict: Verdict, min_gain: float | None = None) -> str:
    """The text with the words that `restorations` names put back."""
    text = verdict.document.text
    pieces = []
    done = 0
    for item in restorations(verdict, min_gain):
        pieces += [text[done : item.start], item.original]
        done = item.end
    return "".join([*pieces, text[done:]])


def cased(substitute: str, original: str) -> str:
    """The original with a capital where its substitute has one.

    >>> cased("Successful", "in")
    'In'
    """
    return original[0].upper() + original[1:] if substitute[:1].isupper() else original
