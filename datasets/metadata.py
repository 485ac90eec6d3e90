"""What a page's markup says of the page: meta tags, links, JSON-LD, images."""

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from resiliparse.parse.html import HTMLTree

from chaffinch.datasets.selection import select
from chaffinch.features.document import Image, PageMetadata

_MAX_IMAGES = 10
_MAX_STATED = 10
_MAX_SCRIPTS = 50
_PAGE_TYPES = ("Article", "Posting", "Report", "WebPage")


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

    scripts = select(document, 'script[type="application/ld+json"]', _MAX_SCRIPTS)
    things = list(_json_ld(script.text or "" for script in scripts))

    def stated(key: str) -> str | None:
        return next(filter(None, (_name(thing.get(key)) for thing in things)), None)

    pages = [thing for thing in things if _is_page(thing)]
    addresses = [meta("og:url")] + [
        _address(page.get(key))
        for page in pages
        for key in ("url", "mainEntityOfPage", "isBasedOn")
    ]
    images = (
        Image(node.getattr("src") or "", " ".join((node.getattr("alt") or "").split()))
        for node in select(document, "article img, main img, figure img", _MAX_IMAGES)
    )
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
        description=meta("og:description", "description"),
        stated_urls=tuple(dict.fromkeys(filter(None, addresses)))[:_MAX_STATED],
        images=tuple(image for image in images if image.url or image.alt),
    )


def _json_ld(scripts: Iterator[str]) -> Iterator[dict[str, Any]]:
    for script in scripts:
        try:
            waiting = deque([json.loads(script)])
        except (ValueError, RecursionError):
            continue
        while waiting:
            thing = waiting.popleft()
            if isinstance(thing, list):
                waiting += thing[:100]
            elif isinstance(thing, dict):
                yield thing
                if isinstance(graph := thing.get("@graph"), list):
                    waiting += graph[:100]


def _is_page(thing: dict[str, Any]) -> bool:
    """Whether a thing of structured data is a page or the article on one."""
    kinds = thing.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(_PAGE_TYPES) for kind in kinds)


def _address(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value.strip() or None if isinstance(value, str) else None


def _name(value: object) -> str | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name") or value.get("url")
    return value.strip() or None if isinstance(value, str) else None
