"""Character classes and folding, as tables indexed by code point."""

import sys
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SPACE, LETTER, DIGIT, APOSTROPHE, HYPHEN, QUOTE, CLAUSE, STOP, NEWLINE, IGNORED = range(10)
"""Classes of characters. `QUOTE` is all other punctuation, `IGNORED` what nobody sees."""

LAST_ASCII = 0x7F
"""Last code point of ASCII; all look-alikes, fillers and styled letters lie beyond it."""

_TABLE_SIZE = 0x3000
"""Code points that the tables cover: alphabets and punctuation end where CJK symbols begin."""

# Marks by what they do between two words.
APOSTROPHES = "'`\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"
_HYPHENS = "-/_\N{HYPHEN}\N{NON-BREAKING HYPHEN}"
_CLAUSE_MARKS = ",;:()[]{}|\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}\N{BULLET}"
_STOPS = ".!?\N{HORIZONTAL ELLIPSIS}"
_NEWLINES = "\n\r\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"
# Letters and symbols by their category, but blank in every font.
_FILLERS = "\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}"
_HIGH_FILLERS = (0x3164, 0xFEFF, 0xFFA0)
_BLANK = "\N{BRAILLE PATTERN BLANK}"
# The block Mathematical Alphanumeric Symbols.
_MATHEMATICAL = range(0x1D400, 0x1D800)

# Letters drawn like Latin ones, from the confusables of Unicode Technical Standard 39.
_LOOKALIKES = {
    "a": "\u0251\u0430",
    "b": "\u0184\u042c",
    "c": "\u03f2\u0441\u1d04\u2ca5",
    "d": "\u0501",
    "e": "\u0435\u04bd",
    "g": "\u018d\u0261\u0581",
    "h": "\u04bb\u0570",
    "i": "\u0131\u0269\u026a\u0456\u04cf",
    "j": "\u03f3\u0458",
    "l": "\u01c0\u04c0",
    "n": "\u0578\u057c",
    "o": "\u03bf\u043e\u0585\u1d0f\u2c9f",
    "p": "\u0440\u2ca3",
    "q": "\u0563\u0566\u051b",
    "s": "\u01bd\u0455",
    "u": "\u028b\u057d\u1d1c",
    "v": "\u0475\u1d20",
    "w": "\u0461\u051d\u0561\u1d21",
    "x": "\u0445",
    "y": "\u028f\u0443\u04af",
    "z": "\u1d22",
    "A": "\u0391\u0410\u13aa",
    "B": "\u0392\u0412\u13f4",
    "C": "\u03f9\u0421\u13df\u2ca4",
    "D": "\u13a0",
    "E": "\u0395\u0415\u13ac",
    "F": "\u03dc",
    "G": "\u050c\u13c0",
    "H": "\u0397\u041d\u13bb\u2c8e",
    "I": "\u0399\u0406",
    "J": "\u037f\u0408\u13ab",
    "K": "\u039a\u041a\u13e6\u2c94",
    "L": "\u13de",
    "M": "\u039c\u03fa\u041c\u13b7\u2c98",
    "N": "\u039d\u2c9a",
    "O": "\u039f\u041e\u0555\u2c9e",
    "P": "\u03a1\u0420\u13e2\u2ca2",
    "R": "\u13a1",
    "S": "\u0405\u054f\u13da",
    "T": "\u03a4\u0422\u13a2\u2ca6",
    "U": "\u054d",
    "V": "\u0474\u13d9",
    "W": "\u051c\u13b3",
    "X": "\u03a7\u0425\u2cac",
    "Y": "\u03a5\u0423\u04ae\u2ca8",
    "Z": "\u0396\u13c3",
}


class CharacterTables(NamedTuple):
    """Lookup tables for the code points below U+3000.

    Attributes:
        kind: uint8 array of shape (0x3000,), one of the classes of this module.
        fold: uint32 array of shape (0x3000,), the code point in lower case, with
            apostrophes made straight and letters drawn like Latin ones made Latin.
        upper: bool array of shape (0x3000,), whether the character is an upper-case letter.
        disguised: bool array of shape (0x3000,), whether the character is a letter of
            another script that is drawn like a Latin one.
    """

    kind: NDArray[np.uint8]
    fold: NDArray[np.uint32]
    upper: NDArray[np.bool_]
    disguised: NDArray[np.bool_]


# Greek letters that stand for themselves in honest English, unless a Latin letter is beside.
_GREEK = {
    "\u03b1": "a",
    "\u03b3": "y",
    "\u03b9": "i",
    "\u03bd": "v",
    "\u03c1": "p",
    "\u03c3": "o",
    "\u03c4": "t",
    "\u03c5": "u",
}
# The same letters as a set, and by code point.
_CONTEXTUAL = frozenset(_GREEK)
_GREEK_POINTS = {ord(greek): ord(latin) for greek, latin in _GREEK.items()}


def _kind(character: str) -> int:
    if character in APOSTROPHES:
        return APOSTROPHE
    if character in _HYPHENS:
        return HYPHEN
    if character in _CLAUSE_MARKS:
        return CLAUSE
    if character in _STOPS:
        return STOP
    if character in _NEWLINES:
        return NEWLINE
    if character == _BLANK:
        return SPACE
    category = unicodedata.category(character)
    if character in _FILLERS:
        return IGNORED
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
    fold[[ord(mark) for mark in APOSTROPHES]] = ord("'")
    upper = np.array([character.isupper() for character in characters], np.bool_)
    disguised = np.zeros(_TABLE_SIZE, np.bool_)
    for letter, others in _LOOKALIKES.items():
        points = code_points(others)
        fold[points] = ord(letter.lower())
        upper[points] = letter.isupper()
        # Rare Latin letters are no disguise: phonetic transcriptions are made of them.
        disguised[points] = [not unicodedata.name(other).startswith("LATIN") for other in others]
    return CharacterTables(kind, fold, upper, disguised)


@cache
def _mathematical_letters() -> NDArray[np.uint32]:
    """The plain letter or digit of each styled one, from U+1D400."""
    plain = (unicodedata.normalize("NFKC", chr(point)) for point in _MATHEMATICAL)
    return np.array([ord(letter) if len(letter) == 1 else ord(" ") for letter in plain], np.uint32)


def classify(
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.bool_]]:
    """Classes, folded code points and upper-case flags of an array of code points.

    Full-width forms and mathematical letters are made plain first. Above U+3000, scripts
    written in letters or ideographs are letters, and everything else (pictographs, private
    use) is a space.

    Args:
        points: uint32 array of shape (n,).

    Returns:
        uint8 classes, uint32 code points and bool flags, each of shape (n,).
    """
    table = tables()
    kind = table.kind.take(points, mode="clip")
    fold = table.fold.take(points, mode="clip")
    upper = points - np.uint32(ord("A")) < 26
    far = np.flatnonzero(points > LAST_ASCII)
    if len(far):
        kind[far], fold[far], upper[far] = _classify_far(points[far])
        _fold_greek(fold, far)
    return kind, fold, upper


def _classify_far(
    points: NDArray[np.uint32],
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.bool_]]:
    """`classify` for code points beyond ASCII; Greek letters stay Greek."""
    table = tables()
    high = points >= _TABLE_SIZE
    if not high.any():
        return table.kind[points], table.fold[points], table.upper[points]
    full_width = (points >= 0xFF01) & (points <= 0xFF5E)
    points = np.where(full_width, points - np.uint32(0xFEE0), points)
    styled = (points >= _MATHEMATICAL.start) & (points < _MATHEMATICAL.stop)
    if styled.any():
        points = points.copy()
        points[styled] = _mathematical_letters()[points[styled] - np.uint32(_MATHEMATICAL.start)]
    high = points >= _TABLE_SIZE
    low = np.where(high, np.uint32(ord(" ")), points)
    kind, fold, upper = table.kind[low], table.fold[low], table.upper[low]
    letters = (
        ((points >= 0x3041) & (points <= 0xD7FF))
        | ((points >= 0xF900) & (points <= 0xFDFF))
        | ((points >= 0xFE70) & (points <= 0xFEFE))
        | ((points >= 0x10000) & (points <= 0x1D3FF))
        | ((points >= 0x20000) & (points <= 0x3FFFF))
    )
    ignored = ((points >= 0xFE00) & (points <= 0xFE0F)) | (points >= 0xE0000)
    ignored |= np.isin(points, _HIGH_FILLERS)
    kind = np.where(high & letters, np.uint8(LETTER), kind)
    kind = np.where(high & ignored, np.uint8(IGNORED), kind)
    return kind, np.where(high, points, fold), upper


def _fold_greek(fold: NDArray[np.uint32], far: NDArray[np.int64]) -> None:
    """Make Greek letters Latin, in place, where a Latin letter is beside them or their run."""
    beyond = fold[far]
    greek = (beyond >= min(_GREEK_POINTS)) & (beyond <= max(_GREEK_POINTS))
    places = far[greek].tolist()
    for order, step in ((places, -1), (places[::-1], 1)):
        for place in order:
            latin = _GREEK_POINTS.get(int(fold[place]))
            beside = place + step
            if latin and 0 <= beside < len(fold) and ord("a") <= fold[beside] <= ord("z"):
                fold[place] = latin


def code_points(text: str) -> NDArray[np.uint32]:
    """The code points of a text, lone surrogates included, uint32 of shape (n_characters,)."""
    encoding = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"
    return np.frombuffer(text.encode(encoding, "surrogatepass"), np.uint32)


def one_of(points: NDArray[np.uint32], some: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which characters are among others.

    Args:
        points: uint32 array of shape (n,).
        some: uint32 array of shape (n_others,), rising.

    Returns:
        bool array of shape (n,).
    """
    place = np.searchsorted(some, points)
    found: NDArray[np.bool_] = some.take(place, mode="clip") == points
    return found


def disguises(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which characters are no Latin letters but look like them, styled ones included.

    Args:
        points: uint32 array of shape (n,).

    Returns:
        bool array of shape (n,).
    """
    known = tables().disguised[np.minimum(points, _TABLE_SIZE - 1)]
    marked: NDArray[np.bool_] = known & (points < _TABLE_SIZE)
    return marked | ((points >= _MATHEMATICAL.start) & (points < _MATHEMATICAL.stop))


def folded(text: str) -> str:
    """A text as `classify` reads it: in lower case, look-alikes plain, nothing invisible.

    >>> folded("S\N{CYRILLIC SMALL LETTER O}u\N{ZERO WIDTH SPACE}rce Link")
    'source link'
    """
    plain = text.translate(_FOLDING)
    if _CONTEXTUAL.isdisjoint(plain):
        return plain
    kind, fold, _ = classify(code_points(text))
    encoding = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"
    return str(fold[kind != IGNORED].tobytes(), encoding, "surrogatepass")


class _Folding(dict[int, str]):
    """Characters to what they are folded to by themselves, filled as they are met."""

    def __missing__(self, point: int) -> str:
        kind, fold, _ = classify(np.array([point], np.uint32))
        self[point] = folded = "" if kind[0] == IGNORED else chr(fold[0])
        return folded


_FOLDING = _Folding()
"""Filled by every text, at most with one entry for each code point there is."""
