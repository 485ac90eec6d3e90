"""Text of a crawl, made safe to look at."""

import re
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
    return _hidden().sub("\N{REPLACEMENT CHARACTER}", text)


@cache
def _hidden() -> re.Pattern[str]:
    points = set(map(chr, range(sys.maxunicode + 1))) - {"\n", "\t"}
    hidden = sorted(point for point in points if unicodedata.category(point) in ("Cc", "Cf"))
    return re.compile(f"[{re.escape(''.join(hidden))}]")
