"""News feeds (RSS and Atom), by feedparser: one record per entry."""

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from chaffinch.datasets.readers.reader import Columns, Reader
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.readers.whole_file import whole_content
from chaffinch.datasets.records import Record

_BEGINS = re.compile(
    rb"\s*(?:<\?xml\b.*?\?>\s*)?(?><!--.*?-->\s*|<\?.*?\?>\s*|<!DOCTYPE\s+rss[^>]*>\s*)*+"
    rb"<(?:rss|(?:\w+:)?RDF|(?:\w+:)?feed)[\s>]",
    re.DOTALL,
)
"""The root element of RSS, RSS 1.0 and Atom, behind what may stand before it."""


def is_feed(start: bytes) -> bool:
    """Whether data begins as a news feed."""
    return bool(_BEGINS.match(start))


def _read(stream: BinaryIO, name: str, columns: Columns) -> Iterator[Record]:
    import feedparser

    try:
        content = whole_content(stream)
    except DAMAGE as error:
        yield Record(name, 0, error=sentence(name, error))
        return
    # Markup is taken off as from any page, so that the same page gives the same text.
    found = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    if not found.entries:
        problem = "a news feed without entries that can be read. Fetch the file again"
        yield Record(name, 0, error=f"{name}: {problem}.")
    cut = ("The feed is damaged or cut off; what came before was read.",) if found.bozo else ()
    for offset, entry in enumerate(found.entries):
        yield _record(entry, name, offset, cut)


def _record(entry: Mapping[str, Any], name: str, offset: int, notes: tuple[str, ...]) -> Record:
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    longest = max(parts, key=lambda part: len(part.get("value") or ""))
    return Record(
        name,
        offset,
        longest.get("value") or "",
        "text/plain" if longest.get("type") == "text/plain" else "text/html",
        entry.get("id") or None,
        entry.get("link") or "",
        entry.get("title") or "",
        _date(entry),
        spot=f"entry {offset}",
        notes=notes,
    )


def _date(entry: Mapping[str, Any]) -> str | None:
    parsed = entry.get("published_parsed")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed) if parsed else None


FEED = Reader("RSS and Atom", (".rss", ".atom"), _read, is_feed)
