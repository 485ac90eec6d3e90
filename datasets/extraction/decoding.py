"""Bytes of unknown encoding as text."""

from collections.abc import Callable

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BROKEN = "\N{REPLACEMENT CHARACTER}"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b")) + b"\x7f"
_MAX_CONTROLS = 0.02
_MAX_BROKEN = 0.2
_FEW = 3


class NotTextError(ValueError):
    """Bytes that are no text in any encoding; the message says what they are instead."""


def decode(data: bytes, stated: Callable[[bytes], str | None] = lambda data: None) -> str:
    """Decode by byte-order mark, as UTF-8, in the stated encoding, or in the one detected.

    UTF-8 goes before what a page states, because a page that decodes as UTF-8 is UTF-8.
    Broken bytes are replaced: a few anywhere, more where most of the characters beyond
    ASCII are sound UTF-8.

    Args:
        data: The bytes.
        stated: Finds the name of a Python codec that the data itself states; asked only
            when the data is not UTF-8.

    Raises:
        NotTextError: The data is full of control characters or of broken bytes.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _readable(data.decode(encoding, "replace"))
    if len(data) - len(data.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(data):
        raise NotTextError("control characters throughout")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    broken = text.count(_BROKEN)
    sound = sum(character > "\x7f" for character in text) - broken
    if broken < _FEW or broken < sound:
        return _readable(text)
    return _readable(data.decode(stated(data) or _detected(data), "replace"))


def codec_name(stated: str | None) -> str | None:
    """The Python codec for an encoding that browsers know by a name, else None.

    Data whose markup or headers can be read byte by byte is not in UTF-16, whatever they
    state.
    """
    if not stated:
        return None
    from resiliparse.parse.encoding import map_encoding_to_html5

    name: str | None = map_encoding_to_html5(stated, fallback_utf8=False)
    return None if name is None or name.startswith("utf-16") else name


def _detected(data: bytes) -> str:
    from resiliparse.parse.encoding import detect_encoding

    return detect_encoding(data) or "utf-8"


def _readable(text: str) -> str:
    if text.count(_BROKEN) > max(_FEW, _MAX_BROKEN * len(text)):
        raise NotTextError("broken characters throughout")
    return text
