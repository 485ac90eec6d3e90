"""Residue phrases: lines that scrapers add to a page or copy along, and what each one weighs."""

import json
import math
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from chaffinch.features.text.characters import folded
from chaffinch.features.text.function_words import FUNCTION_WORDS
from chaffinch.features.text.vocabulary import WordSet

PhraseKind = Literal[
    "placeholder",
    "importer",
    "directory",
    "footer",
    "template",
    "teaser",
    "field",
    "leftover",
    "furniture",
    "credit",
]
"""What left the line; `KindOfLine.means` says it in words."""

Position = Literal["line", "head", "tail", "edge"]
"""Where in a text the line counts."""

SURE = 8.0
"""Nats from which a line flags a page alone. Our choice: it stands on farms' pages three thousand
times as often as on honest ones, and the bundled model asks for about 7."""

PRIOR_TEXTS = 500_000
"""Honest texts that a kind's own share counts as, beside those that were counted. Our choice: four
times as many as were, because most corpora are cleaned of what stands around an article, so that
finding no such line in them says little."""

MAX_LINE = 160
"""Code points of the longest line that may be residue: longer ones are paragraphs. Our choice."""

# Attributes that every row of the phrase file has.
_FIELDS = {"phrase", "kind", "position", "home", "seen", "honest", "weight"}
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


class KindOfLine(NamedTuple):
    """What lines of one kind have in common.

    Attributes:
        note: What evidence calls such a line.
        means: What leaves it.
        farm: Share of farms' pages on which one such line stands: our choice by kind, for there
            is no corpus of farms. None for a kind that weighs nothing.
        honest: The same of honest pages, as far as it is not counted.
    """

    note: str
    means: str
    farm: float | None
    honest: float | None

    def weight(self, count: int, texts: int) -> float:
        """Nats by which a line speaks for a farm: the log ratio of its two shares, or 0.

        The honest share is the mean of a beta distribution whose prior has `PRIOR_TEXTS`.

        Args:
            count: Honest texts that have the line.
            texts: Honest texts that were read for it.
        """
        if self.farm is None or self.honest is None:
            return 0.0
        honest = (count + self.honest * PRIOR_TEXTS) / (texts + PRIOR_TEXTS)
        return max(0.0, round(math.log(self.farm / honest), 2))


class Phrase(NamedTuple):
    """One residue phrase.

    Attributes:
        phrase: The whole line as `normalise_line` leaves it; ``*`` is any words, ``#`` a
            number.
        kind: What left it, a key of `ResidueFile.kinds`.
        position: ``line`` counts anywhere, ``head`` and ``tail`` in the first and last lines
            only, ``edge`` above or below nearly all words.
        home: Hosts where the line belongs and says nothing.
        seen: Where it was seen.
        honest: Honest texts that have it, of those counted.
        weight: Nats, `KindOfLine.weight` of that count.
    """

    phrase: str
    kind: PhraseKind
    position: Position
    home: tuple[str, ...]
    seen: str
    honest: int
    weight: float

    @property
    def is_sure(self) -> bool:
        """Whether the line flags a page alone, if nothing says that it belongs there."""
        return self.weight >= SURE

    @property
    def needs_address(self) -> bool:
        """Whether only the page's address or name tells if the line belongs there."""
        return bool(self.home) or self.kind == "footer"


class Counted(NamedTuple):
    """Honest texts that were read for the weights: in all, and with a known address."""

    texts: int
    addressed: int

    def texts_for(self, phrase: Phrase) -> int:
        """Texts that count for a phrase: one that has a home needs to know where a text stood."""
        return self.addressed if phrase.needs_address else self.texts


class ResidueFile(NamedTuple):
    """The list that ships with the package.

    Attributes:
        kinds: The kinds of phrases and of counters by name.
        counted: Honest texts behind the weights.
        counters: What a counter of each kind weighs, in nats.
        phrases: The phrases.
    """

    kinds: dict[str, KindOfLine]
    counted: Counted
    counters: dict[str, float]
    phrases: tuple[Phrase, ...]


PHRASE_FILE = Path(__file__).with_name("phrases.json")
"""The list of phrases with their counts and weights."""


@cache
def residue_file() -> ResidueFile:
    """The list that ships with the package, read once."""
    data = json.loads(PHRASE_FILE.read_text("utf-8"))
    return ResidueFile(
        {name: KindOfLine(**kind) for name, kind in data["kinds"].items()},
        Counted(**data["counted"]),
        {row["counter"]: row["weight"] for row in data["counter_lines"]},
        read_phrases(data["phrases"]),
    )


def load_phrases() -> tuple[Phrase, ...]:
    """The phrases that ship with the package."""
    return residue_file().phrases


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


def named_in(phrase: Phrase, line: str) -> str:
    """The publisher that a line names in the place of a phrase's last wildcard, or "".

    >>> footer = next(one for one in load_phrases() if one.kind == "footer")
    >>> named_in(footer, "The post Owls breed again appeared first on Daily Wren.")
    'daily wren'
    """
    before = phrase.phrase.removesuffix("*").rpartition("*")[2]
    found = normalise_line(line).rpartition(before)[2] if phrase.phrase.endswith("*") else ""
    return found.strip(_TRAILING)


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
    if type(row["honest"]) is not int or min(row["honest"], row["weight"]) < 0:
        return "honest must be a count, and weight not negative"
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
