"""Text of a crawl, made safe to look at."""

import sys
import unicodedata
from functools import cache


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
    return text if text.isascii() and text.isprintable() else text.translate(_hidden())


@cache
def _hidden() -> dict[int, str]:
    return {
        point: "\N{REPLACEMENT CHARACTER}"
        for point in range(sys.maxunicode + 1)
        if unicodedata.category(chr(point)) in ("Cc", "Cf") and chr(point) not in "\n\t"
    }
