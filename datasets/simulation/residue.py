"""Residue as scrapers leave it: counters, bylines, source links, template lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from chaffinch.datasets.simulation.pages import Page
from chaffinch.features.text.phrases import Phrase, load_phrases

# What counters count in, and what.
_UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
_COUNTED = ("views", "shares", "reads")
# Made-up publishers and posters that phrases and bylines name.
_NAMES = ("Morning Harbour", "The Daily Larch", "Tech Wren", "Northgate Post", "Sparrow Wire")
_BYLINES = ("Newsroom Staff", "RepostHub Desk", "Syndicated Feed", "Wire Desk")

_OF_TOOLS = ("placeholder", "importer", "directory", "footer")
"""Kinds of phrases that a farm's own tools leave."""

_OF_PAGES = ("template", "teaser", "furniture")
"""Kinds of phrases that are copied along with the text."""

_COUNTER_AT_HEAD, _WITH_BYLINE, _WITH_CREDIT = 0.8, 0.5, 1 / 6
"""Shares of counters that stand at the head, of those that a byline follows, and of scraper lines
with one that names the first publisher. Our choice."""

_HEADLINE_WORDS = 25
"""Words of a first line that head lines may follow: a longer one is a paragraph. Our choice."""


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


@dataclass(slots=True)
class ResidueLines:
    """Residue of one page.

    Attributes:
        head: Lines for the head of the text, in order.
        body: Lines for any place between paragraphs.
        tail: Lines for the end of the text, in order.
    """

    head: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)

    def add(self, phrase: Phrase, rng: np.random.Generator) -> None:
        """Add a phrase where pages have it; a farm's tools write below a text as a rule."""
        position = phrase.position
        if position == "edge":
            position = "head" if rng.random() < 0.5 else "tail"
        elif position == "line" and phrase.kind in _OF_TOOLS:
            position = "tail"
        place = {"head": self.head, "line": self.body, "tail": self.tail}[position]
        place.append(written_phrase(phrase, rng))

    def onto(self, page: Page, rng: np.random.Generator) -> None:
        """Add the lines above, between and below a page's paragraphs."""
        page.above += self.head
        page.paragraphs = self.into(page.paragraphs, rng)
        page.below += self.tail

    def into(self, paragraphs: Sequence[str], rng: np.random.Generator) -> list[str]:
        """Paragraphs in their order with the lines for the body in random places between."""
        filled = list(paragraphs)
        for line in self.body:
            filled.insert(int(rng.integers(len(filled) + 1)), line)
        return filled


def draw_residue(rng: np.random.Generator, phrases: Sequence[Phrase], pieces: int) -> ResidueLines:
    """Residue of `pieces` different kinds, for the places where pages have it.

    The kinds are counters (head, often with an agency-like byline, or tail), lines of a farm's
    tools (head or tail, as the phrase has it; one in six times with a line that names the first
    publisher) and lines of the copied page (anywhere). Pieces beyond these are more lines of tools.

    Args:
        rng: Source of chance.
        phrases: The residue phrases that may be drawn; a kind of which there is none is
            passed over.
        pieces: How many kinds to draw.
    """
    drawn = ResidueLines()

    def add(*kinds: str) -> None:
        of_kinds = [phrase for phrase in phrases if phrase.kind in kinds]
        if of_kinds:
            drawn.add(of_kinds[int(rng.integers(len(of_kinds)))], rng)

    def add_counter() -> None:
        if rng.random() < _COUNTER_AT_HEAD:
            drawn.head += counter_line(rng).split("\n")
            if rng.random() < _WITH_BYLINE:
                drawn.head.append(str(rng.choice(_BYLINES)))
        else:
            drawn.tail += counter_line(rng).split("\n")

    def add_scraper_line() -> None:
        add(*_OF_TOOLS)
        if rng.random() < _WITH_CREDIT:
            add("credit")

    kinds: list[Callable[[], None]] = [add_counter, add_scraper_line, lambda: add(*_OF_PAGES)]
    for kind in rng.permutation(len(kinds))[:pieces]:
        kinds[kind]()
    for _ in range(pieces - len(kinds)):
        add_scraper_line()
    return drawn


def honest_phrases(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Those of some phrases that honest pages have as well, now and then."""
    return [phrase for phrase in phrases if not phrase.is_sure]


def add_residue(
    page: Page, rng: np.random.Generator, phrases: Sequence[Phrase], pieces: int
) -> None:
    """Add the residue that `draw_residue` draws above, between and below a page's paragraphs."""
    draw_residue(rng, phrases, pieces).onto(page, rng)


def inject_residue(
    text: str, rng: np.random.Generator, phrases: Sequence[Phrase], pieces: int
) -> str:
    """Add the residue that `draw_residue` draws to a text, above its first line or below its title.

    Args:
        text: An article; its lines are kept in order.
        rng: Source of chance.
        phrases: The residue phrases that may be drawn.
        pieces: How many kinds to add.
    """
    lines = text.split("\n")
    title_lines = int(rng.integers(2)) * (len(lines[0].split()) <= _HEADLINE_WORDS)
    drawn = draw_residue(rng, phrases, pieces)
    body = drawn.into(lines[title_lines:], rng)
    return "\n".join([*lines[:title_lines], *drawn.head, *body, *drawn.tail])
