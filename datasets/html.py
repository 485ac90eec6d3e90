"""Documents of web pages: main content by resiliparse, metadata from markup and JSON-LD."""

import json
import re
from collections.abc import Iterator
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import detect_encoding
from resiliparse.parse.html import HTMLTree

from chaffinch.datasets.records import Record
from chaffinch.features.document import Document, PageMetadata

MAX_BYTES = 20_000_000
"""Bytes of a page that are parsed; the rest is cut off."""

MAX_TAGS = 400_000
"""Tags of a page that are parsed. Extraction takes time and stack for each level of nesting,
and hostile pages nest without end."""

MAX_DEPTH = 2_000
_MANY_TAGS = 10_000

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([a-zA-Z0-9_-]{2,40})", re.I)
_OPENING = re.compile(
    r"<(/?)(?:div|span|p|b|i|em|ul|ol|li|table|tr|td|section|font|blockquote)\b", re.I
)


def document_from_html(record: Record) -> Document:
    """Take the main content and the metadata out of a page.

    Lines at the head and tail of the article (post metadata, "Read Entire Article") are
    kept: they are what scrapers leave. White space within a line is collapsed, as a
    browser does.
    """
    markup = _markup(record.content)
    tree = HTMLTree.parse(markup)
    metadata = page_metadata(tree)
    text = extract_plain_text(
        tree, main_content=True, alt_texts=False, links=False, list_bullets=False, comments=False
    )
    lines = (line.strip() for line in text.split("\n"))
    return Document(
        "\n".join(line for line in lines if line),
        id=record.id,
        url=record.url,
        title=record.title or metadata.og_title or " ".join((tree.title or "").split()),
        published=record.published or metadata.published,
        metadata=metadata,
    )


def _markup(content: str | bytes) -> str:
    if isinstance(content, bytes):
        content = _decode(content[:MAX_BYTES])
    return _cut_deep(content[:MAX_BYTES])


def _decode(data: bytes) -> str:
    declared = _META_CHARSET.search(data[:4096])
    stated = declared[1].decode() if declared else ""
    for encoding in ("utf-8-sig", stated, detect_encoding(data) or ""):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")


def _cut_deep(markup: str) -> str:
    if markup.count("<") <= _MANY_TAGS:
        return markup
    depth = 0
    for number, tag in enumerate(_OPENING.finditer(markup)):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > MAX_DEPTH or number > MAX_TAGS:
            return markup[: tag.start()]
    return markup


def page_metadata(tree: HTMLTree) -> PageMetadata:
    """What a page says of itself in meta tags, links and JSON-LD; None where it says nothing."""
    document = tree.document
    if document is None:
        return PageMetadata()

    def attribute(selector: str, name: str) -> str | None:
        node = document.query_selector(selector)
        value = node.getattr(name) if node else None
        return value.strip() or None if value else None

    def meta(*names: str) -> str | None:
        found = (
            attribute(f'meta[{key}="{name}"]', "content")
            for name in names
            for key in ("property", "name")
        )
        return next(filter(None, found), None)

    scripts = document.query_selector_all('script[type="application/ld+json"]')
    things = list(_json_ld(script.text or "" for script in scripts))

    def stated(key: str) -> str | None:
        return next(filter(None, (_name(thing.get(key)) for thing in things)), None)

    return PageMetadata(
        canonical_url=attribute('link[rel="canonical"]', "href"),
        site_name=meta("og:site_name"),
        author=stated("author") or meta("author", "article:author"),
        publisher=stated("publisher"),
        published=stated("datePublished")
        or meta("article:published_time", "date", "datePublished")
        or attribute("time[datetime]", "datetime"),
        language=attribute("html", "lang"),
        og_title=meta("og:title"),
    )


def _json_ld(scripts: Iterator[str]) -> Iterator[dict[str, Any]]:
    for script in scripts:
        try:
            waiting = [json.loads(script)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            thing = waiting.pop(0)
            if isinstance(thing, list):
                waiting += thing[:100]
            elif isinstance(thing, dict):
                yield thing
                if isinstance(graph := thing.get("@graph"), list):
                    waiting += graph[:100]


def _name(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name") or value.get("url")
    return value.strip() or None if isinstance(value, str) else None
