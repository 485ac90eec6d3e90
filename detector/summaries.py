"""A signal's finding in plain words."""

from collections import Counter
from collections.abc import Iterator, Sequence

from chaffinch.detector.verdict import Evidence
from chaffinch.features.wording import counted

_NAMED = 3


def summarise(
    signal: str, contribution: float, evidence: Sequence[Evidence], two_kinds: bool = False
) -> str:
    """One sentence about what a signal found in a document.

    Args:
        signal: Name of the signal.
        contribution: What it adds to the log-odds.
        evidence: What it found.
        two_kinds: Whether the document has two kinds of residue.
    """
    if signal == "substitutions" and evidence:
        originals = Counter(item.original for item in evidence if item.original)
        named = ", ".join(f"'{word}'" for word, _ in originals.most_common(_NAMED))
        words = "1 word does" if len(evidence) == 1 else f"{len(evidence)} words do"
        return f"{words} not fit" + (f"; most likely {named}" if named else "")
    if signal == "echo" and evidence:
        return "; ".join(_contradictions(evidence))
    if evidence:
        facts = [item.note for item in evidence if item.where == "metadata"]
        if facts:
            return "; ".join(facts[:_NAMED])
        notes = Counter(item.note for item in evidence)
        named = ", ".join(counted(count, note) for note, count in notes.most_common(_NAMED))
        return f"{named}; two kinds of residue" if two_kinds and signal == "residue" else named
    if signal == "fluency" and contribution > 0:
        return "words follow each other worse than in clean English"
    return "more than in typical clean texts" if contribution > 0 else "nothing unusual found"


def _contradictions(evidence: Sequence[Evidence]) -> Iterator[str]:
    """What two places of a page say otherwise, first what stands outside its text."""
    outside = dict.fromkeys(item.note for item in evidence if item.where != "text")
    yield from list(outside)[:_NAMED]
    inside: dict[str, dict[str, None]] = {}
    for item in evidence:
        if item.where == "text":
            pair = f"'{item.text.lower()}' for '{item.original}'"
            inside.setdefault(item.note, {})[pair] = None
    ranked = sorted(inside.items(), key=lambda one: -len(one[1]))
    for note, pairs in ranked[: max(0, _NAMED - len(outside))]:
        yield f"{counted(len(pairs), note)}: {', '.join(list(pairs)[:_NAMED])}"
