"""What a page's markup says of the page: meta tags, links, JSON-LD, images."""

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaffinch.features.document import Image, Link, PageMetadata

_MAX_IMAGES = 10
"""Images of an article that are kept. Our choice."""

_MAX_LINKS = 40
"""Links in prose that are kept. Our choice: few articles have more."""

_MAX_TAGS = 30
"""Tags of a page that are kept. Our choice: pages with more list words for search engines."""

_MAX_TEXT = 300
"""Characters of a link's text or a list of keywords that are read. Our choice."""

_APART = 2
"""Hyphens of an address that is made of words: three words or more."""

_MAX_STATED = 10
"""Addresses that a page states of itself and that are kept. Our choice."""

_MAX_SCRIPTS = 50
"""Scripts with JSON-LD that are read. Our choice, against hostile pages."""

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
_TAG_NAMES = ("article:tag", "keywords", "news_keywords")
_META = ", ".join(f'[{key}="{name}"]' for name in _META_NAMES + _TAG_NAMES for key in _META_KEYS)

_JSON_LD = "application/ld+json"
_CANONICAL = "canonical"

STATING = (
    f'html, meta:is({_META}), link[rel="{_CANONICAL}"], time[datetime], '
    f'script[type="{_JSON_LD}"], :is(article, main, figure) img, '
    ':is(p, h2, h3, h4) > a[href*="-"], a[rel~="tag"]'
)
"""Selector of the elements that say something of their page."""


@dataclass
class _Statements:
    """What a page states of itself, sorted by the element that states it.

    Attributes:
        metas: By attribute and name the content of the first such meta tag.
        first: By tag the first element whose attribute is wanted.
        scripts: Elements with JSON-LD.
        images: Images, in the page's order.
        links: Links in prose whose addresses say what they lead to.
        tags: Tags and keywords.
    """

    metas: dict[tuple[str, str], str | None] = field(default_factory=dict)
    first: dict[str, Any] = field(default_factory=dict)
    scripts: list[Any] = field(default_factory=list)
    images: list[Any] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, elements: Sequence[Any]) -> "_Statements":
        """Sort the elements of a page."""
        found = cls()
        for element in elements:
            tag = element.tag
            if tag == "meta":
                found._add_meta(element)
            elif tag == "img":
                found.images.append(element)
            elif tag == "a":
                found._add_link(element)
            elif tag == "script":
                if (element.getattr("type") or "").lower() == _JSON_LD:
                    found.scripts.append(element)
            elif (
                tag == "html"
                or (tag == "link" and (element.getattr("rel") or "").lower() == _CANONICAL)
                or (tag == "time" and element.hasattr("datetime"))
            ):
                found.first.setdefault(tag, element)
        return found

    def _add_meta(self, element: Any) -> None:
        content = element.getattr("content")
        for key in _META_KEYS:
            name = element.getattr(key)
            self.metas.setdefault((key, name), content)
            if name in _TAG_NAMES:
                self.tags += _keywords(content)

    def _add_link(self, element: Any) -> None:
        if "tag" in (element.getattr("rel") or "").split():
            self.tags += _keywords(element.text)
        elif link := _link(element) if len(self.links) < _MAX_LINKS else None:
            self.links.append(link)

    def attribute(self, tag: str, name: str) -> str | None:
        """An attribute of the first element of a kind."""
        return _stripped(self.first[tag].getattr(name)) if tag in self.first else None

    def meta(self, *names: str) -> str | None:
        """The first content that a meta tag of these names has."""
        found = (_stripped(self.metas.get((key, name))) for name in names for key in _META_KEYS)
        return next(filter(None, found), None)


def page_metadata(elements: Sequence[Any]) -> PageMetadata:
    """What a page says of itself in meta tags, links and JSON-LD; None where it says nothing.

    Args:
        elements: Elements of the page in its order: those that `STATING` finds, and any others
            but images.
    """
    found = _Statements.of(elements)
    attribute, meta = found.attribute, found.meta
    things = list(_json_ld(script.text or "" for script in found.scripts[:_MAX_SCRIPTS]))

    def stated(key: str) -> str | None:
        return next(filter(None, (_name(thing.get(key)) for thing in things)), None)

    pages = [thing for thing in things if _is_page(thing)]
    addresses = [meta("og:url")] + [
        _address(page.get(key))
        for page in pages
        for key in ("url", "mainEntityOfPage", "isBasedOn")
    ]
    tags = found.tags + [tag for page in pages for tag in _keywords(page.get("keywords"))]
    shown = (
        Image(node.getattr("src") or "", " ".join((node.getattr("alt") or "").split()))
        for node in found.images[:_MAX_IMAGES]
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
        links=tuple(dict.fromkeys(found.links)),
        tags=tuple(dict.fromkeys(filter(None, tags)))[:_MAX_TAGS],
    )


def _link(element: Any) -> Link | None:
    """A link of three words or more to an address made of as many; None for another one."""
    url = element.getattr("href") or ""
    words = (element.text or "")[:_MAX_TEXT].split() if url.count("-") >= _APART else []
    return Link(url, " ".join(words)) if len(words) > _APART else None


def _keywords(value: object) -> list[str]:
    """The keywords of a list, or of one text with commas between them."""
    stated = value if isinstance(value, list) else [value]
    return [
        " ".join(word.split())
        for text in stated[:_MAX_TAGS]
        if isinstance(text, str)
        for word in text[:_MAX_TEXT].split(",")
    ]


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
