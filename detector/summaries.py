"""A signal's finding in plain words."""

from collections import Counter
from collections.abc import Sequence

from chaffinch.detector.verdict import Evidence

_NAMED = 3


def summarise(signal: str, contribution: float, evidence: Sequence[Evidence]) -> str:
    """One sentence about what a signal found in a document.

    Args:
        signal: Name of the signal.
        contribution: What it adds to the log-odds.
        evidence: What it found.
    """
    if signal == "substitutions" and evidence:
        originals = Counter(item.original for item in evidence)
        named = ", ".join(f"'{word}'" for word, _ in originals.most_common(_NAMED))
        words = "1 word does" if len(evidence) == 1 else f"{len(evidence)} words do"
        return f"{words} not fit; most likely {named}"
    if evidence:
        notes = Counter(item.note for item in evidence)
        return ", ".join(_counted(count, note) for note, count in notes.most_common(_NAMED))
    if signal == "fluency":
        return (
            "words follow each other worse than in clean English"
            if contribution > 0
            else "words follow each other as in clean English"
        )
    return "nothing unusual found" if contribution <= 0 else "more than in clean texts"


def _counted(count: int, note: str) -> str:
    return note if count == 1 else f"{count} times {note}"
