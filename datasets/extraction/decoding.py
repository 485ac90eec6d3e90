"""Bytes of unknown encoding as text."""

import codecs
import re
import unicodedata
from itertools import islice
from typing import NamedTuple

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte-order marks; those of UTF-32 begin like those of UTF-16, and go before them."""

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""A byte-order mark once it is decoded."""

_BROKEN = "\N{REPLACEMENT CHARACTER}"
"""What Python's decoders put for broken bytes."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b")) + b"\x7f"
_MAX_CONTROLS = 0.02
"""Share of control characters from which data is not text. Our choice: texts have almost none."""

_MAX_BROKEN = 0.2
_FEW = 3
"""Share and number of broken characters up to which a text is still one. Our choice."""

_WIDE_SAMPLE = 1024
"""Bytes at the start of data that are searched for the zeros of UTF-16 and UTF-32."""

_MIN_ZEROS, _MAX_ZEROS = 0.4, 0.05
"""Shares of zeros in the halves of UTF-16 that hold the high and the low bytes of English. Our
choice: the first is 1 but for curly quotes and dashes, the second is 0."""

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([a-zA-Z0-9_-]{2,40})"
    rb"|^\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([a-zA-Z0-9_-]{2,40})",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 65_536
"""Bytes that are searched for the encoding of a page that is not UTF-8. Browsers search 1,024, but
then take what stands behind them as well."""

_SIGNS = frozenset("\N{COPYRIGHT SIGN}\N{REGISTERED SIGN}\N{DEGREE SIGN}\N{TRADE MARK SIGN}")
"""Symbols that texts have."""

_LOOSE = ("Sm", "Sk")
"""Unicode's categories of signs of mathematics and of accents by themselves."""

_MAX_MISPLACED = 0.3
"""Share of misplaced characters from which data is not text in an encoding. Our choice, between the
few that the right encoding leaves and the many of a wrong one."""

_WESTERN = ("cp1252", "mac_roman")
_BEYOND_ASCII = bytes(range(128, 256))
_MAX_WESTERN = 0.5
"""Share of bytes beyond ASCII from which data is not text in a western encoding. Our choice, well
above any language that is written in Latin letters."""

_JUDGED = 2_000
"""Characters beyond ASCII that decide on an encoding; our choice, some ten pages of prose."""

_INSIDE_WORDS = frozenset(
    "\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}"
    "\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{HORIZONTAL ELLIPSIS}"
    "\N{MIDDLE DOT}\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}"
)
"""Characters other than letters that stand between letters."""

_NAMES = {
    "cp1252": "Windows-1252",
    "windows-1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "utf-8": "UTF-8",
}
"""Names of codecs in messages."""


class NotTextError(ValueError):
    """Bytes that are not text in any encoding; the message says what they are instead."""


class Decoded(NamedTuple):
    """A text out of bytes.

    Attributes:
        text: The text, without byte-order marks and NUL characters.
        note: What was stated of the encoding and does not fit, in a sentence; None else.
    """

    text: str
    note: str | None = None


def decode(data: bytes, stated: str | None = None) -> Decoded:
    """Decode by byte-order mark, as UTF-16 or UTF-32, as UTF-8, else in a legacy encoding.

    UTF-8 goes before what is stated, because data that decodes as UTF-8 is UTF-8. Where most of
    the characters beyond ASCII are sound UTF-8, the others are read as Windows-1252. Else the
    encoding is the stated one, Windows-1252, Mac Roman or the one that resiliparse detects:
    whichever leaves the fewest characters where no text has them.

    Args:
        data: The bytes.
        stated: What the transfer or the markup calls the encoding; None to look into the markup.

    Raises:
        NotTextError: The data is full of control characters or of broken bytes.
    """
    wide = wide_encoding(data)
    if wide is not None:
        return Decoded(_readable(data.decode(wide, "replace")))
    if len(data) - len(data.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(data):
        raise NotTextError("control characters throughout")
    data = data.replace(b"\0", b"")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            # Cut off within a character.
            return decode(data[: error.start], stated)
        name = stated or declared_encoding(data, _DECLARED_WITHIN)
        used = legacy_encoding(data, name)
        text = data.decode(used, WINDOWS_1252 if used == "utf-8" else "replace")
        return Decoded(_readable(text), _misfit(name, used))
    if text.isascii():
        return Decoded(text)
    return Decoded(_readable(text), _misfit(stated or declared_encoding(data), "utf-8"))


def wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 in the byte order of data, with or without its mark; None for others.

    Args:
        data: The bytes, or their start.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return None if encoding == "utf-8" else encoding
    sample = data[: min(_WIDE_SAMPLE, len(data) // 4 * 4)]
    if len(sample) < 8 or b"\0" not in sample:
        return None
    zeros = [sample[place::4].count(0) / (len(sample) // 4) for place in range(4)]
    if min(zeros[1:]) > _MIN_ZEROS and zeros[0] < _MAX_ZEROS and zeros[2] > 1 - _MAX_ZEROS:
        return "utf-32-le"
    if min(zeros[:3]) > _MIN_ZEROS and zeros[3] < _MAX_ZEROS and zeros[1] > 1 - _MAX_ZEROS:
        return "utf-32-be"
    if min(zeros[1], zeros[3]) > _MIN_ZEROS and max(zeros[0], zeros[2]) < _MAX_ZEROS:
        return "utf-16-le"
    if min(zeros[0], zeros[2]) > _MIN_ZEROS and max(zeros[1], zeros[3]) < _MAX_ZEROS:
        return "utf-16-be"
    return None


def declared_encoding(data: bytes, within: int = 4096) -> str | None:
    """What markup says its encoding is, in a meta tag or an XML declaration; None without it.

    Args:
        data: The markup.
        within: Bytes of it that are searched.
    """
    found = _DECLARED.search(data, 0, within) if b"<" in data[:_WIDE_SAMPLE] else None
    return (found[1] or found[2]).decode() if found else None


def codec_name(stated: str | None) -> str | None:
    """The Python codec for an encoding that browsers know by a name, else None.

    Data whose markup or headers can be read byte by byte is not in UTF-16, whatever they
    state.
    """
    if not stated:
        return None
    from resiliparse.parse.encoding import map_encoding_to_html5

    name: str | None = map_encoding_to_html5(stated, fallback_utf8=False)
    if name is None and stated.lower().replace("-", "") in ("macintosh", "macroman", "xmacroman"):
        return "mac_roman"
    return None if name is None or name.startswith("utf-16") else name


def legacy_encoding(data: bytes, stated: str | None = None) -> str:
    """The codec for data that is not UTF-8, or ``utf-8`` where most of it is.

    charset-normalizer and resiliparse's detector need many characters beyond ASCII to go by: on
    English with a few curly quotes they name Windows-1250, code page 775 or UTF-8.

    Args:
        data: The bytes.
        stated: What is stated of their encoding.

    Raises:
        NotTextError: By none of them is it a text.
    """
    from resiliparse.parse.encoding import detect_encoding

    text = data.decode("utf-8", "replace")
    broken = text.count(_BROKEN)
    sound = sum(character > "\x7f" for character in text) - broken
    if sound and sound >= broken:
        return "utf-8"
    names = (codec_name(stated), "cp1252", "mac_roman", codec_name(detect_encoding(data)))
    candidates = dict.fromkeys(name for name in names if name and name != "utf-8")
    shares = {name: _misplaced(data.decode(name, "replace")) for name in candidates}
    best = min(shares, key=lambda name: shares[name])
    beyond = (len(data) - len(data.translate(None, _BEYOND_ASCII))) / max(1, len(data))
    if beyond > (_MAX_WESTERN if best in _WESTERN else 1) or (
        beyond > _MAX_BROKEN and shares[best] > _MAX_MISPLACED
    ):
        raise NotTextError("broken characters throughout")
    return best


def _misplaced(text: str) -> float:
    """Share of the characters beyond ASCII that stand where no text has them."""
    places = [match.start() for match in islice(re.finditer(r"[^\x00-\x7f]", text), _JUDGED)]
    found = sum(
        _is_misplaced(text[place - 1 : place], text[place], text[place + 1 : place + 2])
        for place in places
    )
    return found / max(1, len(places))


def _is_misplaced(before: str, character: str, after: str) -> bool:
    kind = unicodedata.category(character)
    if (kind[0] == "C" and kind != "Cf") or (kind == "So" and character not in _SIGNS):
        return True
    beside = before.isalpha(), after.isalpha()
    if kind[0] not in "LM":
        # A sign of mathematics or a loose accent stands at no word.
        return any(beside) if kind in _LOOSE else all(beside) and character not in _INSIDE_WORDS
    if not unicodedata.name(character, "").startswith("LATIN"):
        return any(beside.isascii() and beside.isalpha() for beside in (before, after))
    if kind == "Lu":
        return before.islower() or not (before.isalpha() or after.isalpha())
    return after.isupper() or before in tuple(",.!?;:")


def _misfit(stated: str | None, used: str) -> str | None:
    """A note for a text that is not in its stated encoding; None where it is."""
    codec = codec_name(stated)
    if codec is None or codecs.lookup(codec) == codecs.lookup(used):
        return None
    return f"It is stated to be in {stated}, and was read as {_NAMES.get(used, used)}."


def _readable(text: str) -> str:
    text = text.lstrip(_MARK)
    if text.count(_BROKEN) > max(_FEW, _MAX_BROKEN * len(text)):
        raise NotTextError("broken characters throughout")
    return text.replace("\0", "") if "\0" in text else text


WINDOWS_1252 = "chaffinch-windows-1252"
"""Error handler of decoding from UTF-8: bytes that are not UTF-8 are read as Windows-1252."""


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("cp1252", "replace"), error.end


codecs.register_error(WINDOWS_1252, _as_windows_1252)
