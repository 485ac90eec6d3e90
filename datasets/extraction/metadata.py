"""What a page's markup says of the page: meta tags, links, JSON-LD, images."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from chaffinch.datasets.extraction.stated_elements import (
    DATED,
    DATED_CLASSES,
    DATED_PROPERTIES,
    DATED_TERMS,
    SHOWN_CLASSES,
    WRITTEN_BY,
    WRITTEN_CLASS,
    Surroundings,
    authors_in,
    published_in,
)
from chaffinch.datasets.extraction.structured_data import (
    JSON_LD,
    PageItself,
    about_the_page,
    address_in,
    name_in,
    things_of,
    types_of,
)
from chaffinch.features.dates import iso_date, moment_of
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

_MAX_TITLES = 10
"""Titles and headings of a page that its data is compared with. Our choice."""

_META_KEYS = ("property", "name")
_CANONICAL = "canonical"
_PAGE_TYPES = ("Article", "Posting", "Report", "WebPage")

_TAG_NAMES = ("article.tag", "keywords", "news_keywords")

_PUBLISHED_NAMES = """
article.published_time og.article.published_time article.published og.published_time
datepublished date_published rnews.datepublished dc.date.issued dcterms.issued dc.issued dc.date
dcterms.date dc.date.created dcterms.created citation_publication_date citation_online_date
citation_date prism.publicationdate parsely-pub-date sailthru.date bt.pubdate
cxenseparse.recs.publishtime pubdate publishdate publish_date publish-date publication_date
publication-date publicationdate published_date published-date published published_time
article_date_original originalpublicationdate
""".split()
"""Meta tags that state when a page was published: Open Graph, schema.org, rNews, Dublin Core,
Highwire Press, PRISM, Parse.ly, Sailthru, Cxense, and names that common systems use."""

_DATE_NAMES = ("date", "date_created", "created")
"""Meta tags that state a date, of publication on most pages."""

_AUTHOR_NAMES = """
author article.author og.article.author dc.creator dcterms.creator citation_author parsely-author
sailthru.author byl
""".split()

_PARSELY = "parsely-page"
"""The meta tag in which Parse.ly's data is JSON."""

_DATED_NAMES = frozenset((*DATED_PROPERTIES, *DATED_CLASSES, *DATED_TERMS))
_WRITTEN_NAMES = frozenset(("author", WRITTEN_CLASS))

STATING = (
    f'html, title, h1, base[href], meta, link[rel~="{_CANONICAL}" i], {DATED}, {WRITTEN_BY}, '
    'script[type*="ld+json" i], :is(article, main, figure) img, '
    ':is(p, h2, h3, h4) > a[href*="-"], a[rel~="tag"]'
)
"""Selector of the elements that say something of their page."""


@dataclass
class _Statements:
    """What a page states of itself, sorted by the element that states it.

    Attributes:
        metas: By attribute and name the first content of such a meta tag; names in lower case,
            with dots for colons.
        language: ``lang`` attribute of ``<html>``.
        base: Address that relative ones start from.
        canonical: Target of the canonical link.
        titles: Texts of titles.
        headings: The elements of the headings.
        dated: Elements that may state a date, and the headings.
        written_by: Elements that may name an author.
        scripts: Texts of JSON-LD.
        images: Images, in the page's order.
        links: Links in prose whose addresses say what they lead to.
        tags: Tags and keywords.
    """

    metas: dict[tuple[str, str], str] = field(default_factory=dict)
    language: str | None = None
    base: str | None = None
    canonical: str | None = None
    titles: list[str] = field(default_factory=list)
    headings: list[Any] = field(default_factory=list)
    dated: list[Any] = field(default_factory=list)
    written_by: list[Any] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
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
                if element.hasattr("itemprop"):
                    found._add_element(tag, element)
            elif tag == "img":
                found.images.append(element)
            elif tag == "script":
                if (element.getattr("type") or "").partition(";")[0].strip().lower() == JSON_LD:
                    found.scripts.append(element.text or "")
            elif tag == "html":
                found.language = found.language or _stripped(element.getattr("lang"))
            elif tag == "base":
                found.base = found.base or _stripped(element.getattr("href"))
            elif tag == "title":
                if len(found.titles) < _MAX_TITLES:
                    found.titles.append(element.text or "")
            elif tag == "h1":
                found.headings.append(element)
                found.dated.append(element)
            else:
                found._add_element(tag, element)
        return found

    def _add_meta(self, element: Any) -> None:
        content = _stripped(element.getattr("content"))
        for key in _META_KEYS:
            name = (element.getattr(key) or "").lower().replace(":", ".")
            if content and name:
                self.metas.setdefault((key, name), content)
            if name in _TAG_NAMES:
                self.tags += _keywords(content)

    def _add_element(self, tag: str, element: Any) -> None:
        rel = (element.getattr("rel") or "").lower().split()
        if tag == "link" and _CANONICAL in rel:
            self.canonical = self.canonical or _stripped(element.getattr("href"))
        if tag == "a":
            self._add_link(element, rel)
        attributes = map(element.getattr, ("class", "itemprop", "property"))
        names = " ".join(value or "" for value in attributes).split()
        if "author" in rel or not _WRITTEN_NAMES.isdisjoint(names):
            self.written_by.append(element)
        elif (
            tag == "time"
            or not _DATED_NAMES.isdisjoint(names)
            or any(part in name for name in names for part in SHOWN_CLASSES)
        ):
            self.dated.append(element)

    def _add_link(self, element: Any, rel: Sequence[str]) -> None:
        if "tag" in rel:
            self.tags += _keywords(element.text)
        elif link := _link(element) if len(self.links) < _MAX_LINKS else None:
            self.links.append(link)

    def meta(self, *names: str) -> str | None:
        """The first content that a meta tag of these names has."""
        found = (self.metas.get((key, name)) for name in names for key in _META_KEYS)
        return next(filter(None, found), None)


def page_metadata(elements: Sequence[Any], url: str = "") -> PageMetadata:
    """What a page says of itself in meta tags, links and JSON-LD; None where it says nothing.

    The date of publication is the earliest that its JSON-LD and meta tags state for the article;
    where these state none, one in its elements is (`published_in`), then a meta tag's that says
    no more than ``date``. The author is that of the article in JSON-LD, in meta tags, in
    elements.

    Args:
        elements: Elements of the page in its order: those that `STATING` finds, and any others
            but images.
        url: Address of the page, or "".
    """
    found = _Statements.of(elements)
    meta = found.meta
    canonical = _absolute(found.canonical, found.base, url)
    things = things_of(found.scripts)
    titles = (meta("og.title"), *found.titles)
    headings = (heading.text for heading in found.headings[:_MAX_TITLES])
    itself = PageItself((url, canonical, meta("og.url")), (*titles, *headings))
    main = list(about_the_page(things, itself))
    pages = [thing for thing in things if any(_is_page(kind) for kind in types_of(thing))]
    addresses = [meta("og.url")] + [
        address_in(page.get(key))
        for page in pages
        for key in ("url", "mainEntityOfPage", "isBasedOn")
    ]
    tags = found.tags + [tag for page in pages for tag in _keywords(page.get("keywords"))]
    shown = (
        Image(node.getattr("src") or "", " ".join((node.getattr("alt") or "").split()))
        for node in found.images[:_MAX_IMAGES]
    )
    surroundings = Surroundings(found.headings, titles)
    parsely = _parsely(meta(_PARSELY))
    return PageMetadata(
        canonical_url=canonical,
        site_name=meta("og.site_name"),
        author=next(_named("author", main), None)
        or meta(*_AUTHOR_NAMES)
        or name_in(parsely.get("author"))
        or next(authors_in(found.written_by, surroundings), None),
        publisher=next(_named("publisher", [*main, *things]), None),
        published=_published(found, main, parsely)
        or next(published_in(found.dated, surroundings), None)
        or next(filter(None, map(iso_date, map(meta, _DATE_NAMES))), None),
        language=found.language,
        og_title=meta("og.title"),
        description=meta("og.description", "description"),
        stated_urls=tuple(dict.fromkeys(filter(None, addresses)))[:_MAX_STATED],
        images=tuple(image for image in shown if image.url or image.alt),
        links=tuple(dict.fromkeys(found.links)),
        tags=tuple(dict.fromkeys(filter(None, tags)))[:_MAX_TAGS],
    )


def _published(
    found: _Statements, main: Sequence[dict[str, Any]], parsely: dict[str, Any]
) -> str | None:
    """The earliest date of publication that is stated for machines, in ISO 8601."""
    stated = [
        next(filter(None, (iso_date(_date(thing.get(key))) for thing in main)), None)
        for key in ("datePublished", "dateCreated")
    ]
    dates = [stated[0] or stated[1], iso_date(_date(parsely.get("pub_date")))]
    dates += [iso_date(found.meta(name)) for name in _PUBLISHED_NAMES]
    return min(filter(None, dates), key=moment_of, default=None)


def _date(value: object) -> str | float | None:
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value")
    return value if isinstance(value, str | int | float) else None


def _named(key: str, things: Sequence[dict[str, Any]]) -> Iterator[str]:
    return filter(None, (name_in(thing.get(key)) for thing in things))


def _parsely(content: str | None) -> dict[str, Any]:
    things = things_of([content]) if content else []
    return things[0] if things else {}


def _absolute(link: str | None, base: str | None, url: str) -> str | None:
    """The whole address that a page's link leads to, as far as the page's own is known."""
    if not link:
        return None
    try:
        return urljoin(urljoin(url, base or ""), link)
    except ValueError:
        return link


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


def _is_page(kind: str) -> bool:
    """Whether a type is that of a page or of the article on one."""
    return kind.endswith(_PAGE_TYPES)
