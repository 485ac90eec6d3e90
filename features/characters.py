"""Character classes and folding, as tables indexed by code point."""

import sys
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SPACE, LETTER, DIGIT, APOSTROPHE, HYPHEN, QUOTE, CLAUSE, STOP, NEWLINE, IGNORED = range(10)

_TABLE_SIZE = 0x3000
_APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"
_HYPHENS = "-/_\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
_CLAUSE_MARKS = ",;:()[]{}|\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}\N{BULLET}"
_STOPS = ".!?\N{HORIZONTAL ELLIPSIS}"
_NEWLINES = "\n\r\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"


class CharacterTables(NamedTuple):
    """Lookup tables for the code points below U+3000.

    Attributes:
        kind: uint8 array of shape (0x3000,), one of the classes of this module.
        fold: uint32 array of shape (0x3000,), the code point in lower case, with
            apostrophes made straight.
        upper: bool array of shape (0x3000,), whether the character is an upper-case letter.
    """

    kind: NDArray[np.uint8]
    fold: NDArray[np.uint32]
    upper: NDArray[np.bool_]


def _kind(character: str) -> int:
    if character in _APOSTROPHES:
        return APOSTROPHE
    if character in _HYPHENS:
        return HYPHEN
    if character in _CLAUSE_MARKS:
        return CLAUSE
    if character in _STOPS:
        return STOP
    if character in _NEWLINES:
        return NEWLINE
    category = unicodedata.category(character)
    if category[0] == "L":
        return LETTER
    if category[0] == "N":
        return DIGIT
    if category[0] == "M" or category == "Cf":
        return IGNORED
    return QUOTE if category[0] in "PS" else SPACE


@cache
def tables() -> CharacterTables:
    """The tables, made on first use from Python's Unicode database (8 ms)."""
    characters = [chr(point) for point in range(_TABLE_SIZE)]
    kind = np.array([_kind(character) for character in characters], np.uint8)
    lower = (character.lower() for character in characters)
    fold = np.array(
        [ord(low) if len(low) == 1 else point for point, low in enumerate(lower)], np.uint32
    )
    fold[[ord(mark) for mark in _APOSTROPHES]] = ord("'")
    upper = np.array([character.isupper() for character in characters], np.bool_)
    return CharacterTables(kind, fold, upper)


def classify(
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.bool_]]:
    """Classes, folded code points and upper-case flags of an array of code points.

    Full-width forms are folded to ASCII first; above U+3000, scripts written in letters or
    ideographs are letters, and everything else (pictographs, private use) is a space.
    """
    table = tables()
    high = points >= _TABLE_SIZE
    if not high.any():
        return table.kind[points], table.fold[points], table.upper[points]
    full_width = (points >= 0xFF01) & (points <= 0xFF5E)
    points = np.where(full_width, points - np.uint32(0xFEE0), points)
    high &= ~full_width
    low = np.where(high, np.uint32(ord(" ")), points)
    kind, fold, upper = table.kind[low], table.fold[low], table.upper[low]
    letters = (
        ((points >= 0x3041) & (points <= 0xD7FF))
        | ((points >= 0xF900) & (points <= 0xFDFF))
        | ((points >= 0xFE70) & (points <= 0xFEFE))
        | ((points >= 0x10000) & (points <= 0x1D7FF))
        | ((points >= 0x20000) & (points <= 0x3FFFF))
    )
    ignored = ((points >= 0xFE00) & (points <= 0xFE0F)) | (points == 0xFEFF) | (points >= 0xE0000)
    kind = np.where(high & letters, np.uint8(LETTER), kind)
    kind = np.where(high & ignored, np.uint8(IGNORED), kind)
    return kind, np.where(high, points, fold), upper


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, lone surrogates included."""
    encoding = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"
    return np.frombuffer(text.encode(encoding, "surrogatepass"), np.uint32)
