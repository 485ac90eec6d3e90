"""Short pieces of a page, such as a headline or an address, laid beside each other."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

MAX_CHARACTERS = 400
"""Characters of a passage that are read: a long first paragraph. Our choice."""

_MAX_WORDS = 60
"""Words of a passage that are read, so that to align two takes a bounded time. Our choice."""

_MAX_ADDRESS = 300
"""Characters of one part of an address that are read. Our choice."""

_STEM, _LEAST_STEM = 4, 3
"""Letters that two forms of a word begin with alike; of a shorter word all, if three at least.

Our choice: "votes" and "voted" are one word, "on" and "one" are not.
"""

_WORD = re.compile(r"[^\W_]+")
# ASCII with a space for what is neither letter nor digit.
_SPACED = "".join(letter if letter.isalnum() else " " for letter in map(chr, range(128)))
# What stands between words in addresses.
_APART = "-_+%"


class Passage(NamedTuple):
    """One place on a page.

    Attributes:
        place: What it is, such as ``the headline``.
        start: Where it begins in the document's text; -1 elsewhere.
        text: The place's text.
        words: Its words in lower case.
        distinct: Their set.
    """

    place: str
    start: int
    text: str
    words: list[str]
    distinct: set[str]

    @classmethod
    def of(cls, place: str, text: str, start: int = -1) -> "Passage":
        """A passage of a text's first words."""
        words = words_of(text[:MAX_CHARACTERS])[:_MAX_WORDS]
        return cls(place, start, text, words, set(words))

    def span(self, index: int) -> tuple[int, int]:
        """Start and end of one of the words in the place's text."""
        return next(islice(_WORD.finditer(self.text), index, None)).span()

    def wording(self, first: int, end: int) -> str:
        """Words from one up to another, as far as there are so many."""
        return " ".join(self.words[max(0, first) : end])


class Difference(NamedTuple):
    """Words of one passage where another one, otherwise alike, has others.

    Attributes:
        first: The first word of the reference that differs.
        end: One past the last one.
        shown_first: The first word of the passage shown that differs.
        shown_end: One past the last one.
        beside: Words on both sides, up to the next difference, that are the same.
        inside: Whether there are such words on both sides.
    """

    first: int
    end: int
    shown_first: int
    shown_end: int
    beside: int
    inside: bool


def words_of(text: str) -> list[str]:
    """Words in lower case.

    >>> words_of("Barn-owls breed in the Bell_Tower")
    ['barn', 'owls', 'breed', 'in', 'the', 'bell', 'tower']
    """
    lower = text.lower()
    if text.isascii():
        return lower.translate(_SPACED).split()
    # Some capitals are two characters in lower case, of which one is no letter.
    if len(lower) != len(text):
        return [word.lower() for word in _WORD.findall(text)]
    return _WORD.findall(lower)


def differences(reference: Passage, shown: Passage) -> Iterator[Difference]:
    """Where two passages have words that the other lacks, between the same words or edges.

    >>> clean = Passage.of("address", "barn-owls-breed-in-bell-tower")
    >>> [one] = differences(clean, Passage.of("link", "Barn owls strain astatine doorbell tower"))
    >>> clean.words[one.first : one.end], one.beside
    (['breed', 'in', 'bell'], 3)
    """
    there, here = reference.words, shown.words
    index = 0
    while index < len(here):
        if here[index] in reference.distinct:
            index += 1
            continue
        first = index
        while index < len(here) and here[index] not in reference.distinct:
            index += 1
        before = here[first - 1] if first else None
        for place in range(-1, len(there) - 1):
            if (there[place] if place >= 0 else None) != before:
                continue
            end = place + 1
            while end < len(there) and there[end] not in shown.distinct:
                end += 1
            after = here[index] if index < len(here) else None
            if end > place + 1 and (there[end] if end < len(there) else None) == after:
                beside = (
                    _n_same(there[place::-1], here[first - 1 :: -1]) if before else 0
                ) + _n_same(there[end:], here[index:])
                inside = before is not None and after is not None
                yield Difference(place + 1, end, first, index, beside, inside)
                break


def _n_same(one: list[str], other: list[str]) -> int:
    """How many words two lists begin with alike."""
    return next(
        (number for number, two in enumerate(zip(one, other, strict=False)) if two[0] != two[1]),
        min(len(one), len(other)),
    )


def is_replacement(original: str, shown: str) -> bool:
    """Whether two different words are more than two forms of one ("Oct", "October"), no numbers.

    >>> is_replacement("on", "connected"), is_replacement("votes", "voted")
    (True, False)
    """
    both_words = original.isalpha() and shown.isalpha() and min(len(original), len(shown)) > 1
    stem = min(len(original), len(shown), _STEM)
    return both_words and (stem < _LEAST_STEM or original[:stem] != shown[:stem])


def address_words(url: str, at_least: int) -> str:
    """The last part of an address's path that is made of many words; "" where none is.

    In lower case and without its ending.

    Args:
        url: The address, whole or not.
        at_least: Words that make many.

    >>> address_words("https://example.org/2024/river-floods-old-town.html", 3)
    'river-floods-old-town'
    >>> address_words("/news/river-floods-old-town/10469974", 3)
    'river-floods-old-town'
    """
    if sum(map(url.count, _APART)) < at_least - 1:
        return ""
    whole = url.partition("?")[0].partition("#")[0].partition("://")
    path = whole[2].partition("/")[2] or whole[0]
    for part in reversed(unquote(path).lower().split("/")):
        name = part.rsplit(".", 1)[0][:_MAX_ADDRESS]
        if len(_WORD.findall(name)) >= at_least:
            return name
    return ""
