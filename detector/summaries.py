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
        originals = Counter(item.original for item in evidence if item.original)
        named = ", ".join(f"'{word}'" for word, _ in originals.most_common(_NAMED))
        words = "1 word does" if len(evidence) == 1 else f"{len(evidence)} words do"
        return f"{words} not fit" + (f"; most likely {named}" if named else "")
    if evidence:
        facts = [item.note for item in evidence if item.where == "metadata"]
        if facts:
            return "; ".join(facts[:_NAMED])
        notes = Counter(item.note for item in evidence)
        return ", ".join(counted(count, note) for note, count in notes.most_common(_NAMED))
    if signal == "fluency" and contribution > 0:
        return "words follow each other worse than in clean English"
    return "more than in typical clean texts" if contribution > 0 else "nothing unusual found"


def counted(count: int, noun: str) -> str:
    """A number and its noun.

    >>> counted(2, "scraper line"), counted(1, "run of spaces")
    ('2 scraper lines', '1 run of spaces')
    """
    if count == 1:
        return f"1 {noun}"
    head, of, rest = noun.partition(" of ")
    return f"{count} {head}s{of}{rest}"
