"""Text and numbers for people to read: counts, percentages, and text that is safe to look at."""

import re
import unicodedata

_ALMOST_ALL = 0.999
"""Share from which `percent` stops counting: one decimal of a percentage would round to 100 %."""

_UNSEEN = ("Cc", "Cf", "Cs")
"""Unicode categories of control characters, format characters and halves of surrogate pairs."""

_HISSING = re.compile(r"(?:s|x|z|ch|sh)\Z")
"""Endings that take "es" in the plural."""

_CONSONANT_Y = re.compile(r"(?<![aeiou])y\Z")
"""An ending that becomes "ies" in the plural."""


def counted(count: int, noun: str) -> str:
    """A number and its noun, in the plural where it is not one.

    >>> counted(1, "document"), counted(1200, "document"), counted(2, "copy")
    ('1 document', '1,200 documents', '2 copies')
    >>> counted(2, "run of spaces"), counted(2, "word other than in a tag")
    ('2 runs of spaces', '2 words other than in a tag')
    """
    return f"{count:,} {in_number(noun, count)}"


def in_number(noun: str, count: int) -> str:
    """A noun in the singular for one, and in the plural for any other count.

    >>> in_number("match", 1), in_number("match", 0)
    ('match', 'matches')
    """
    if count == 1:
        return noun
    head, gap, rest = noun.partition(" other " if " other " in noun else " of ")
    if _CONSONANT_Y.search(head):
        head = f"{head[:-1]}ie"
    elif _HISSING.search(head):
        head = f"{head}e"
    return f"{head}s{gap}{rest}"


def percent(share: float | None) -> str:
    """A probability or share for people, with one decimal; never 0 % or 100 %.

    >>> percent(0.99999), percent(0.12345), percent(None)
    ('>99.9 %', '12.3 %', '')
    """
    if share is None:
        return ""
    if share >= _ALMOST_ALL:
        return ">99.9 %"
    return "<0.1 %" if share < 1 - _ALMOST_ALL else f"{100 * share:.1f} %"


class _Replacing(dict[int, int]):
    """A table for `str.translate` that puts one character in place of all unseen ones.

    It learns each code point when it first meets it.
    """

    def __init__(self, instead: str, kept: str = "") -> None:
        super().__init__({ord(character): ord(character) for character in kept})
        self._instead = ord(instead)

    def __missing__(self, point: int) -> int:
        unseen = unicodedata.category(chr(point)) in _UNSEEN
        self[point] = self._instead if unseen else point
        return self[point]


_ON_A_PAGE = _Replacing("\N{REPLACEMENT CHARACTER}", kept="\n\t")
"""Table of `visible`."""

_IN_A_TERMINAL = _Replacing("?")
"""Table of `printable`."""


def visible(text: str, limit: int | None = None) -> str:
    r"""Text of the same length in which no character turns the direction of writing or hides.

    Control and format characters other than line feeds and tabs become the replacement
    character, so that a hostile title cannot disguise what stands around it. Text over
    `limit` characters is cut and ends in an ellipsis.

    >>> visible("a\u202egnp.exe"), visible("abcdef", limit=4)
    ('a�gnp.exe', 'abc…')
    """
    if limit is not None and len(text) > limit:
        text = f"{text[: limit - 1]}…"
    return text.translate(_ON_A_PAGE)


def printable(text: str) -> str:
    r"""Text of the same length without the characters that a terminal would obey.

    Line feeds and tabs are among them: text of several lines is made printable line by line.

    >>> printable("a\x1b[31mb")
    'a?[31mb'
    """
    return text.translate(_IN_A_TERMINAL)


def one_line(text: str) -> str:
    r"""Printable text with its white space run together.

    >>> one_line("a\x1b[31m\n b")
    'a?[31m b'
    """
    return printable(" ".join(text.split()))
