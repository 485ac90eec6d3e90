"""Residue phrases: lines that scrapers add to a page or copy along from their source."""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from chaffinch.features.text.characters import folded
from chaffinch.features.text.function_words import FUNCTION_WORDS
from chaffinch.features.text.vocabulary import WordSet

PhraseKind = Literal["scraper", "template", "credit"]
"""Who left the line: a farm's tools, the source's template, or a site that names its source."""

Position = Literal["line", "head", "tail"]
"""Where in a text the line counts."""

MAX_LINE = 160
"""Code points of the longest line that may be residue: longer ones are paragraphs. Our choice."""

# Attributes that every row of the phrase file has.
_FIELDS = {"phrase", "kind", "position", "home", "seen"}
_QUOTES = str.maketrans(
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
    "''\"\"",
)
# What a line may end with beside its phrase.
_TRAILING = ".:> \N{RIGHTWARDS ARROW}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
_FIRST_LETTERS = 4
"""Letters by which patterns are put into buckets, so that a line meets few. Our choice."""

# A word that stands whole in every line that matches: no wildcard or apostrophe touches it.
_KEY = re.compile(r"(?<![^\W_])(?<!['*#])[a-z]{2,}(?![^\W_])(?!['*#])")


class Phrase(NamedTuple):
    """One residue phrase.

    Attributes:
        phrase: The whole line as `normalise_line` leaves it; ``*`` is any words, ``#`` a
            number.
        kind: ``scraper`` for lines that farms add, ``template`` for lines of the source's
            page, ``credit`` for lines that name the first publisher.
        position: ``line`` counts anywhere, ``head`` and ``tail`` in the first and last lines
            only.
        home: Hosts where the line belongs and says nothing.
        seen: Where it was seen.
    """

    phrase: str
    kind: PhraseKind
    position: Position
    home: tuple[str, ...]
    seen: str


@cache
def load_phrases() -> tuple[Phrase, ...]:
    """The phrases that ship with the package."""
    data = json.loads(Path(__file__).with_name("phrases.json").read_text("utf-8"))
    return read_phrases(data["phrases"])


def read_phrases(rows: Iterable[dict[str, Any]]) -> tuple[Phrase, ...]:
    """Phrases from mappings with the attributes of `Phrase`.

    Raises:
        ValueError: An entry lacks an attribute or has a value that cannot be; the message
            names the entry by its number, from 1.
    """
    phrases: dict[str, Phrase] = {}
    for number, row in enumerate(rows, 1):
        problem = _problem(row)
        if not problem and row["phrase"] in phrases:
            problem = "the phrase is listed twice"
        if problem:
            raise ValueError(f"Residue phrase {number} ({row.get('phrase')!r}): {problem}.")
        phrases[row["phrase"]] = Phrase(**{**row, "home": tuple(row["home"])})
    return tuple(phrases.values())


def normalise_line(line: str) -> str:
    """Fold case and look-alike letters, straighten quotes, single spaces, dots for the ellipsis.

    >>> normalise_line("  Continue  reading the Main Story ")
    'continue reading the main story'
    """
    if not line.isascii():
        line = line.translate(_QUOTES).replace("\N{HORIZONTAL ELLIPSIS}", "...")
        line = line if line.isascii() else folded(line)
    return " ".join(line.casefold().split())


class PhraseMatcher:
    """Finds the phrase that a whole line is; a mention in mid-sentence never matches.

    Args:
        phrases: What to look for.

    Attributes:
        keys: One word of every phrase, as a token: a line without any of them is no phrase
            (unless a letter in it stands for several, such as a ligature).
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        phrases = list(phrases)
        self.keys = WordSet(sorted({_key(phrase.phrase) for phrase in phrases}))
        self._exact: dict[str, Phrase] = {}
        self._patterns: dict[str, list[tuple[str, re.Pattern[str], Phrase]]] = {}
        for phrase in phrases:
            if "*" in phrase.phrase or "#" in phrase.phrase:
                expression = re.compile(_expression(phrase.phrase))
                entry = (_key(phrase.phrase), expression, phrase)
                self._patterns.setdefault(_bucket(phrase.phrase), []).append(entry)
            else:
                self._exact[phrase.phrase] = phrase

    def match(self, line: str) -> Phrase | None:
        """The phrase that a line is, or None. Time is linear in the line's length."""
        if len(line) > MAX_LINE:
            return None
        line = normalise_line(line)
        exact = self._exact.get(line) or self._exact.get(line.rstrip(_TRAILING))
        if exact:
            return exact
        for bucket in (line[:_FIRST_LETTERS], ""):
            for key, pattern, phrase in self._patterns.get(bucket, []):
                if key in line and pattern.fullmatch(line):
                    return phrase
        return None


@cache
def phrase_matcher() -> PhraseMatcher:
    """A matcher of all phrases, made on first use."""
    return PhraseMatcher(load_phrases())


def _problem(row: dict[str, Any]) -> str | None:
    if row.keys() != _FIELDS:
        return f"it must have the attributes {', '.join(sorted(_FIELDS))}"
    if row["kind"] not in get_args(PhraseKind):
        return f"kind must be one of {', '.join(get_args(PhraseKind))}. Got {row['kind']!r}"
    if row["position"] not in get_args(Position):
        return f"position must be one of {', '.join(get_args(Position))}. Got {row['position']!r}"
    if row["phrase"] != normalise_line(row["phrase"]) or not row["phrase"].strip("*# "):
        return "the phrase must be words in lower case with straight quotes and single spaces"
    if not _KEY.search(row["phrase"]):
        return "the phrase must hold a word of at least two letters from a to z"
    if len(row["phrase"]) > MAX_LINE:
        return f"the phrase must have at most {MAX_LINE} characters"
    if not isinstance(row["home"], list) or any(home != home.lower() for home in row["home"]):
        return "home must be a list of host names in lower case"
    return None


def _expression(phrase: str) -> str:
    """A regular expression for a whole line.

    The first place where a middle part fits is always good enough, so each is atomic and the
    expression cannot backtrack from one wildcard into another.
    """
    first, *rest = (re.escape(part).replace(r"\#", r"\d+") for part in phrase.split("*"))
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.*?{part})" for part in middle) + f".*{last}"


def _key(phrase: str) -> str:
    """The longest of a phrase's words that is no function word: the rarest as a rule."""
    words: list[str] = _KEY.findall(phrase)
    return max(words, key=lambda word: (word not in FUNCTION_WORDS, len(word)))


def _bucket(phrase: str) -> str:
    start = re.split(r"[*#]", phrase, maxsplit=1)[0]
    return start[:_FIRST_LETTERS] if len(start) >= _FIRST_LETTERS else ""
