"""What a document is: immutable text with what is known about where it came from."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chaffinch.features.addresses import site

MAX_CHARACTERS = 400_000
"""Characters of a text that are scored; the rest is cut off and the verdict says so.

Our choice: the longest of the 76,000 clean texts used to build the bundled model has 45,000.
"""


PageExtraction = Literal["main", "fallback", "whole"]
"""How a page's text was found: its main content; what other rules gave, because the first left
little of its running text; or all of it."""


class Image(NamedTuple):
    """An image of an article: its address and its text alternative, each "" where missing."""

    url: str
    alt: str


class Link(NamedTuple):
    """A link in a page's prose or headings: its address and its text."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """Facts that a web page states about itself, outside its visible text.

    A field is None where the page does not state it. Dates are kept as the page wrote them.

    Attributes:
        canonical_url: Target of ``<link rel="canonical">``.
        site_name: ``og:site_name``.
        author: Author from meta tags or JSON-LD.
        publisher: Publisher's name from JSON-LD.
        published: Publication date from meta tags, JSON-LD or ``<time>``.
        language: ``lang`` attribute of ``<html>``.
        og_title: ``og:title``.
        description: ``og:description`` or the meta description.
        stated_urls: Addresses that ``og:url`` and the JSON-LD of the page or article give:
            ``url``, ``mainEntityOfPage``, ``isBasedOn``.
        images: Images inside the article, at most ten.
        links: Links in paragraphs and headings, of three words or more, whose address is made of
            as many, at most 40.
        tags: What the page says it is about, at most 30: ``article:tag``, keywords of meta tags
            and JSON-LD, ``rel=tag`` links.
    """

    canonical_url: str | None = None
    site_name: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: str | None = None
    language: str | None = None
    og_title: str | None = None
    description: str | None = None
    stated_urls: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One text to be judged.

    Attributes:
        text: Main text with its head and tail lines, before any normalisation. Evidence
            offsets are code points into it.
        id: The record's own id, or ``path#offset``.
        url: Address the text was published at, or "".
        title: Title of the page, or "".
        published: Publication date as the record states it, or None.
        metadata: What the page's markup says, or None where there was no markup: missing
            markup is not the same as markup that says nothing.
        no_page: Why there is nothing to judge although all could be read, in a sentence: a
            redirect, an error page, an image. None otherwise.
        notes: What was unusual in reading it, in sentences: a wrong encoding, a cut.
        extraction: How the text was found on a page; None where there was no markup.
    """

    text: str
    id: str = ""
    url: str = ""
    title: str = ""
    published: str | None = None
    metadata: PageMetadata | None = field(default=None)
    no_page: str | None = None
    notes: tuple[str, ...] = ()
    extraction: PageExtraction | None = None

    @property
    def site(self) -> str:
        """Host of the page that `url` shows, without ``www.``, or "" where that is not known.

        Archives, caches and translators are seen through.

        >>> Document("", url="https://www.Example.org/a").site
        'example.org'
        >>> Document("", url="http://[broken").site
        ''
        """
        return site(self.url)
