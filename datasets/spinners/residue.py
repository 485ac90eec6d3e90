"""Residue as scrapers leave it: counters, bylines, source links, template lines."""

from collections.abc import Callable, Sequence

import numpy as np

from chaffinch.features.phrases import Phrase, PhraseKind, load_phrases

_UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
_COUNTED = ("views", "shares", "reads", "comments")
_NAMES = ("Morning Harbour", "The Daily Larch", "Tech Wren", "Northgate Post", "Sparrow Wire")


def split_phrases(seed: int) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Two halves of the phrase list, so that a test can use phrases no training saw."""
    phrases = load_phrases()
    order = np.random.default_rng(seed).permutation(len(phrases))
    half = len(phrases) // 2
    return (
        tuple(phrases[index] for index in order[:half]),
        tuple(phrases[index] for index in order[half:]),
    )


def counter_line(rng: np.random.Generator) -> str:
    """A line of ages and counts such as "5 months ago 98"."""
    age = f"{rng.integers(2, 12)} {rng.choice(_UNITS)} ago"
    count = int(rng.integers(3, 3000))
    counted = str(rng.choice(_COUNTED))
    forms = (
        f"{age} {count}",
        f"{age} | {count} {counted}",
        f"{count} {counted}",
        f"{count / 1000:.1f}k {counted}",
        f"{counted.capitalize()}: {count}",
        f"Posted {age} - {count} {counted}",
        f"{age}\n{count}",
    )
    return str(forms[int(rng.integers(len(forms)))])


def written_phrase(phrase: Phrase, rng: np.random.Generator) -> str:
    """A phrase as a page shows it: wildcards filled, first letter or all words capitalised."""
    text = phrase.phrase.replace("#", str(int(rng.integers(1, 9))))
    text = text.replace("*", str(rng.choice(_NAMES)))
    return text.title() if rng.random() < 0.5 and "[" not in text else text[:1].upper() + text[1:]


def inject_residue(
    text: str, rng: np.random.Generator, phrases: Sequence[Phrase], pieces: int
) -> str:
    """Add residue of `pieces` different kinds, in the places where pages have it.

    Args:
        text: An article; its lines are kept.
        rng: Source of chance.
        phrases: The residue phrases that may be drawn.
        pieces: How many kinds to add: counters (head), scraper lines (tail or head) and
            template lines (between paragraphs).
    """
    lines = text.split("\n")

    def draw(kind: PhraseKind) -> str:
        able = [phrase for phrase in phrases if phrase.kind == kind]
        return written_phrase(able[int(rng.integers(len(able)))], rng)

    def add_counter() -> None:
        lines[0:0] = [counter_line(rng)] if rng.random() < 0.8 else []
        if lines[0] == text.split("\n", 1)[0]:
            lines.append(counter_line(rng))

    def add_tail() -> None:
        lines.append(draw("scraper"))

    def add_template() -> None:
        lines.insert(int(rng.integers(1, len(lines) + 1)), draw("template"))

    makers: list[Callable[[], None]] = [add_counter, add_tail, add_template]
    for index in rng.permutation(len(makers))[:pieces]:
        makers[index]()
    for _ in range(max(0, pieces - len(makers))):
        add_tail()
    return "\n".join(lines)
