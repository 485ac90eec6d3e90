"""Residue as scrapers leave it: counters, bylines, source links, template lines."""

from collections.abc import Callable, Sequence
from hashlib import blake2b

import numpy as np

from chaffinch.features.phrases import Phrase, load_phrases

_UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
_COUNTED = ("views", "shares", "reads")
_NAMES = ("Morning Harbour", "The Daily Larch", "Tech Wren", "Northgate Post", "Sparrow Wire")
_BYLINES = ("Newsroom Staff", "RepostHub Desk", "Syndicated Feed", "Wire Desk")


def split_phrases(seed: int) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Two halves of the phrase list, so that a test can use phrases no training saw.

    Each phrase's half follows from the phrase and the seed alone: a phrase added to the list
    later moves no other one.
    """
    halves: tuple[list[Phrase], list[Phrase]] = ([], [])
    for phrase in load_phrases():
        digest = blake2b(f"{seed} {phrase.phrase}".encode(), digest_size=1).digest()
        halves[digest[0] & 1].append(phrase)
    return tuple(halves[0]), tuple(halves[1])


def counter_line(rng: np.random.Generator) -> str:
    """A line of ages and counts such as "5 months ago 98"; sometimes two lines."""
    age = f"{rng.integers(2, 12)} {rng.choice(_UNITS)} ago"
    count = int(rng.integers(3, 3000))
    counted = str(rng.choice(_COUNTED))
    forms = (
        f"{age} {count}",
        f"{age} | {count} {counted}",
        f"{count} {counted}",
        f"{count:,} {counted}",
        f"{count / 1000:.1f}k {counted}",
        f"{count} {counted} {age}",
        f"{counted.capitalize()}: {count}",
        f"Post Views: {count:,}",
        f"Posted {age} - {count} {counted}",
        f"{count} {counted} | {count // 9} shares",
        f"{age} | {count % 90} comments",
        f"{age}\n{count}",
        f"{count}\n{age}",
    )
    return str(forms[int(rng.integers(len(forms)))])


def written_phrase(phrase: Phrase, rng: np.random.Generator) -> str:
    """A phrase as a page shows it: wildcards filled, first letter or all words capitalised."""
    text = phrase.phrase.replace("#", str(int(rng.integers(1, 9))))
    text = text.replace("*", str(rng.choice(_NAMES)))
    words = text.split(" ")
    if rng.random() < 0.5 and "[" not in text:
        return " ".join(word[:1].upper() + word[1:] for word in words)
    return text[:1].upper() + text[1:]


def inject_residue(
    text: str, rng: np.random.Generator, phrases: Sequence[Phrase], pieces: int
) -> str:
    """Add residue of `pieces` different kinds, in the places where pages have it.

    The kinds are counters (head, often with an agency-like byline, or tail), scraper lines
    (head or tail, as the phrase has it) and template lines (between paragraphs). Pieces
    beyond these are more scraper lines.

    Args:
        text: An article; its lines are kept in order.
        rng: Source of chance.
        phrases: The residue phrases that may be drawn; a kind of which there is none is
            passed over.
        pieces: How many kinds to add.
    """
    title_lines = int(rng.integers(2))
    lines = text.split("\n")
    head, body = lines[:title_lines], lines[title_lines:]
    tail: list[str] = []
    scraper = [phrase for phrase in phrases if phrase.kind == "scraper"]
    template = [phrase for phrase in phrases if phrase.kind == "template"]

    def add_counter() -> None:
        if rng.random() < 0.8:
            head.append(counter_line(rng))
            if rng.random() < 0.5:
                head.append(str(rng.choice(_BYLINES)))
        else:
            tail.append(counter_line(rng))

    def add_scraper_line() -> None:
        if scraper:
            phrase = scraper[int(rng.integers(len(scraper)))]
            (head if phrase.position == "head" else tail).append(written_phrase(phrase, rng))

    def add_template_line() -> None:
        if template:
            phrase = template[int(rng.integers(len(template)))]
            between = int(rng.integers(len(body) + 1))
            place = {"head": 0, "line": between, "tail": len(body)}[phrase.position]
            body.insert(place, written_phrase(phrase, rng))

    kinds: list[Callable[[], None]] = [add_counter, add_scraper_line, add_template_line]
    for kind in rng.permutation(len(kinds))[:pieces]:
        kinds[kind]()
    for _ in range(pieces - len(kinds)):
        add_scraper_line()
    return "\n".join([*head, *body, *tail])
