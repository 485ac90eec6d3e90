"""Residue phrases: lines that scrapers add to a page or copy along from their source."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

PhraseKind = Literal["scraper", "template"]
MAX_LINE = 300
"""Longer lines are never residue."""

_QUOTES = str.maketrans(
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
    "''\"\"",
)
_TRAILING = ".:> \N{RIGHTWARDS ARROW}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
_FIRST_LETTERS = 4


class Phrase(NamedTuple):
    """One residue phrase.

    Attributes:
        phrase: The whole line in lower case; ``*`` is any words, ``#`` a number.
        kind: ``scraper`` for lines that farms add, ``template`` for lines of the source's
            page.
        position: ``line`` counts anywhere, ``tail`` in the last lines only.
        home: Hosts where the line belongs and says nothing.
        seen: Where it was seen.
    """

    phrase: str
    kind: PhraseKind
    position: Literal["line", "tail"]
    home: tuple[str, ...]
    seen: str


@cache
def load_phrases() -> tuple[Phrase, ...]:
    """The phrases that ship with the package."""
    data = json.loads(Path(__file__).with_name("phrases.json").read_text("utf-8"))
    return tuple(Phrase(**{**row, "home": tuple(row["home"])}) for row in data["phrases"])


def normalise_line(line: str) -> str:
    """Lower case, straight quotes, single spaces, dots for the ellipsis sign.

    >>> normalise_line("  Continue  reading the Main Story ")
    'continue reading the main story'
    """
    straight = line.translate(_QUOTES).replace("\N{HORIZONTAL ELLIPSIS}", "...")
    return " ".join(straight.lower().split())


class PhraseMatcher:
    """Finds the phrase that a whole line is; a mention in mid-sentence never matches.

    Args:
        phrases: What to look for.
    """

    def __init__(self, phrases: tuple[Phrase, ...]) -> None:
        self._exact = {phrase.phrase: phrase for phrase in phrases if not _is_pattern(phrase)}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Phrase]]] = {}
        for phrase in filter(_is_pattern, phrases):
            pattern = re.escape(phrase.phrase).replace(r"\*", ".{0,200}").replace(r"\#", r"\d+")
            self._patterns.setdefault(_bucket(phrase.phrase), []).append(
                (re.compile(pattern), phrase)
            )

    def match(self, line: str) -> Phrase | None:
        """The phrase that a line is, or None."""
        if len(line) > MAX_LINE:
            return None
        line = normalise_line(line)
        exact = self._exact.get(line) or self._exact.get(line.rstrip(_TRAILING))
        if exact:
            return exact
        for bucket in (line[:_FIRST_LETTERS], ""):
            for pattern, phrase in self._patterns.get(bucket, []):
                if pattern.fullmatch(line):
                    return phrase
        return None


@cache
def phrase_matcher() -> PhraseMatcher:
    """A matcher of all phrases, made on first use."""
    return PhraseMatcher(load_phrases())


def _is_pattern(phrase: Phrase) -> bool:
    return "*" in phrase.phrase or "#" in phrase.phrase


def _bucket(phrase: str) -> str:
    start = re.split(r"[*#]", phrase, maxsplit=1)[0]
    return start[:_FIRST_LETTERS] if len(start) >= _FIRST_LETTERS else ""
