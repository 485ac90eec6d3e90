"""What kind of slip makes one word of another."""

from typing import Literal, NamedTuple

from chaffinch.features.text.function_words import FUNCTION_WORDS

Kind = Literal["small word", "form of the word", "spelling"]
"""What an author got wrong: which article, preposition or other small word, which form, or how a
word is spelled."""

SMALL_WORDS = tuple(
    dict.fromkeys(
        (
            *FUNCTION_WORDS,
            *"""
            is are am been being did does shall would should may might must very much every too
            whose whom us me him hers herself himself itself themselves those while since during
            without within among between against toward towards upon onto though
            """.split(),
        )
    )
)
"""Words of few letters and many uses, which learners take for one another."""

_ENDINGS = frozenset(
    (
        "",
        *"""
        e y s es ed ing er est d n en ly al ally ial ic ical ment ness ity ty ion ation ition ence
        ance ency ancy ent ant or ful less ous ious ive able ible ize ise ism ist ies ied ier
        """.split(),
    )
)
"""Endings by which words of one stem differ."""

SHORTEST_STEM = 3
"""Letters that two words of one stem share, at the least. Our choice."""


class Edit(NamedTuple):
    """One letter's change.

    Attributes:
        kind: ``left out``, ``put in``, ``replaced`` or ``exchanged``.
        meant: The letters that were meant, with the one before a letter left out or put in.
        written: The letters that were written.
    """

    kind: str
    meant: str
    written: str


def edit_between(meant: str, written: str) -> Edit | None:
    """The one edit that makes one word of another; None where it takes more than one, or none.

    Source: Kernighan, Church and Gale (1990): a letter left out or put in, after another one, a
    letter for another, or two that change places.

    >>> edit_between("first", "fist")
    Edit(kind='left out', meant='ir', written='i')
    >>> edit_between("first", "fast") is None
    True
    """
    if meant == written or abs(len(meant) - len(written)) > 1:
        return None
    first = len(common_stem(meant, written))
    before = meant[first - 1] if first else ">"
    rest, other = meant[first:], written[first:]
    if rest[1:] == other:
        return Edit("left out", before + rest[0], before)
    if rest == other[1:]:
        return Edit("put in", before, before + other[0])
    if rest[1:] == other[1:]:
        return Edit("replaced", rest[0], other[0])
    if rest[:2] == other[1::-1] and rest[2:] == other[2:]:
        return Edit("exchanged", rest[:2], other[:2])
    return None


def common_stem(one: str, other: str) -> str:
    """The letters that two words begin with."""
    same = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        same += 1
    return one[:same]


def share_a_stem(one: str, other: str) -> bool:
    """Whether two words differ by their endings alone."""
    stem = common_stem(one, other)
    longest = max(map(len, _ENDINGS))
    for length in range(len(stem), max(SHORTEST_STEM, len(stem) - longest) - 1, -1):
        if one[length:] in _ENDINGS and other[length:] in _ENDINGS:
            return True
    return False


def kind_of_slip(meant: str, written: str) -> Kind:
    """What an author got wrong who wrote one word and meant another.

    >>> [kind_of_slip(*pair) for pair in (("the", "a"), ("wants", "wanted"), ("first", "fist"))]
    ['small word', 'form of the word', 'spelling']
    """
    if meant in SMALL_WORDS and written in SMALL_WORDS:
        return "small word"
    return "form of the word" if share_a_stem(meant, written) else "spelling"
