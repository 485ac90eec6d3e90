"""Data inside a report's page, compressed and in a form that cannot end its element."""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from markupsafe import Markup


def pack(value: Any) -> str:
    """JSON, deflated (RFC 1951) and in base 64."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    # Half of a surrogate pair, which a page's metadata may hold, stands as JSON escapes it.
    data = text.encode("utf-8", "backslashreplace")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(data) + packer.flush()).decode()


def pack_chunks(values: Iterable[Any], size: int, most: int) -> Iterator[str]:
    """Pack values a few at a time, so that a page unpacks only what it shows.

    Args:
        values: What to pack.
        size: Values in a chunk; the last one may have fewer.
        most: Characters of all chunks together. The first chunk comes even if it is longer.
    """
    taken = 0
    waiting = []
    for value in values:
        waiting.append(value)
        if len(waiting) == size:
            chunk = pack(waiting)
            if taken and taken + len(chunk) > most:
                return
            taken += len(chunk)
            waiting = []
            yield chunk
    if waiting:
        chunk = pack(waiting)
        if not taken or taken + len(chunk) <= most:
            yield chunk


def script_json(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
