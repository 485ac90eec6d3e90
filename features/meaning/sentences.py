"""A text cut into sentences that a sentence encoder can read."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from chaffinch.features.text.characters import APOSTROPHES

MOST_SENTENCES = 100
"""Sentences of a text that are read, at most. Our choice: some 2,000 words, and half a second of
the encoder's time."""

_MOST_WORDS = 60
"""Words of a sentence at most; longer ones are cut. Our choice: three sentences of news, and what
the encoder was trained to read at once."""

_LEAST_WORDS = 4
"""Words under which a sentence is read together with the one before. Our choice: "He agreed." says
too little to be told from others."""

_WORD = re.compile(r"\S+")

_TITLES = frozenset(
    """
    mr mrs ms dr prof gen sen rep gov lt col capt sgt rev hon st messrs no vs etc inc ltd co corp
    jan feb mar apr jun jul aug sep sept oct nov dec approx fig al
    """.split()
)
"""Abbreviations before which no sentence ends, in lower case."""

_STOPS = ".!?\N{HORIZONTAL ELLIPSIS}"
_CLOSING = "\"')]}*_\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_OPENING = "\"'([{*_-\N{LEFT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}" + APOSTROPHES


class Sentence(NamedTuple):
    """A sentence, or a part of a long one.

    Attributes:
        start: First code point in the text.
        end: One past the last one.
    """

    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """The first `MOST_SENTENCES` sentences of a text, in order.

    A sentence ends at a stop before a capital or a digit, and at the end of a line unless the next
    one goes on in lower case, as a wrapped line does. One of under four words is joined to the one
    before. The time is linear in what is read of the text.

    >>> text = "It opened in May. Mr. Hill paid 3.5 million. Why? Nobody knows that yet."
    >>> [text[start:end] for start, end in sentences(text)]
    ['It opened in May.', 'Mr. Hill paid 3.5 million. Why?', 'Nobody knows that yet.']
    """
    return list(islice(_joined(text), MOST_SENTENCES))


def _joined(text: str) -> Iterator[Sentence]:
    held: tuple[int, int, int] | None = None
    for start, end, n_words in _cut(text):
        if held and n_words < _LEAST_WORDS and held[2] + n_words <= _MOST_WORDS:
            held = held[0], end, held[2] + n_words
            continue
        if held:
            yield Sentence(*held[:2])
        held = start, end, n_words
    if held:
        yield Sentence(*held[:2])


def _cut(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of words of each sentence."""
    start, n_words, end, last = 0, 0, 0, ""
    for match in _WORD.finditer(text):
        word = match[0]
        ends = n_words and _ends(last, word, "\n" in text[end : match.start()])
        if ends or n_words == _MOST_WORDS:
            yield start, end, n_words
            n_words = 0
        if not n_words:
            start = match.start()
        n_words += 1
        end, last = match.end(), word
    if n_words:
        yield start, end, n_words


def _ends(word: str, following: str, at_line_end: bool) -> bool:
    """Whether a sentence ends between two words."""
    # A word of a megabyte is looked at from its ends alone.
    first = following[:_MOST_WORDS].lstrip(_OPENING)[:1]
    if at_line_end:
        return not first.islower()
    bare = word[-_MOST_WORDS:].rstrip(_CLOSING)
    if not bare or bare[-1] not in _STOPS or not (first.isupper() or first.isdigit()):
        return False
    stem = bare.rstrip(_STOPS).lstrip(_OPENING)
    is_initial = bare[-1] == "." and (len(stem) == 1 or "." in stem) and stem[:1].isalpha()
    return not is_initial and stem.lower() not in _TITLES
