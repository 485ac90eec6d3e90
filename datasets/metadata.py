"""What a page's markup says of the page: meta tags, links, JSON-LD, images."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from chaffinch.features.document import Image, PageMetadata

_MAX_IMAGES = 10
_MAX_STATED = 10
_MAX_SCRIPTS = 50
_PAGE_TYPES = ("Article", "Posting", "Report", "WebPage")

_META_KEYS = ("property", "name")
_META_NAMES = (
    "article:author",
    "article:published_time",
    "author",
    "date",
    "datePublished",
    "description",
    "og:description",
    "og:site_name",
    "og:title",
    "og:url",
)
_META = ", ".join(f'[{key}="{name}"]' for name in _META_NAMES for key in _META_KEYS)

_JSON_LD = "application/ld+json"
_CANONICAL = "canonical"

STATING = (
    f'html, meta:is({_META}), link[rel="{_CANONICAL}"], time[datetime], '
    f'script[type="{_JSON_LD}"], :is(article, main, figure) img'
)
"""Selector of the elements that say something of their page."""


def page_metadata(elements: Sequence[Any]) -> PageMetadata:
    """What a page says of itself in meta tags, links and JSON-LD; None where it says nothing.

    Args:
        elements: Elements of the page in its order: those that `STATING` finds, and any others
            but images.
    """
    metas: dict[tuple[str, str], str | None] = {}
    first: dict[str, Any] = {}
    scripts: list[Any] = []
    images: list[Any] = []
    for element in elements:
        tag = element.tag
        if tag == "meta":
            content = element.getattr("content")
            for key in _META_KEYS:
                metas.setdefault((key, element.getattr(key)), content)
        elif tag == "img":
            images.append(element)
        elif tag == "script":
            if (element.getattr("type") or "").lower() == _JSON_LD:
                scripts.append(element)
        elif (
            tag == "html"
            or (tag == "link" and (element.getattr("rel") or "").lower() == _CANONICAL)
            or (tag == "time" and element.hasattr("datetime"))
        ):
            first.setdefault(tag, element)

    def attribute(tag: str, name: str) -> str | None:
        return _stripped(first[tag].getattr(name)) if tag in first else None

    def meta(*names: str) -> str | None:
        found = (_stripped(metas.get((key, name))) for name in names for key in _META_KEYS)
        return next(filter(None, found), None)

    things = list(_json_ld(script.text or "" for script in scripts[:_MAX_SCRIPTS]))

    def stated(key: str) -> str | None:
        return next(filter(None, (_name(thing.get(key)) for thing in things)), None)

    pages = [thing for thing in things if _is_page(thing)]
    addresses = [meta("og:url")] + [
        _address(page.get(key))
        for page in pages
        for key in ("url", "mainEntityOfPage", "isBasedOn")
    ]
    shown = (
        Image(node.getattr("src") or "", " ".join((node.getattr("alt") or "").split()))
        for node in images[:_MAX_IMAGES]
    )
    return PageMetadata(
        canonical_url=attribute("link", "href"),
        site_name=meta("og:site_name"),
        author=stated("author") or meta("author", "article:author"),
        publisher=stated("publisher"),
        published=stated("datePublished")
        or meta("article:published_time", "date", "datePublished")
        or attribute("time", "datetime"),
        language=attribute("html", "lang"),
        og_title=meta("og:title"),
        description=meta("og:description", "description"),
        stated_urls=tuple(dict.fromkeys(filter(None, addresses)))[:_MAX_STATED],
        images=tuple(image for image in shown if image.url or image.alt),
    )


def _stripped(value: str | None) -> str | None:
    return value.strip() or None if value else None


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
