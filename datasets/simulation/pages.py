"""Whole pages in one of many templates, for an article and what stands round it.

`honest_pages` and `scraped_pages` fill them in. Both use the same templates, and both have bylines,
dates, credits and comment counts, so that none of these is a label.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from chaffinch.datasets.extraction.html import document_from_html
from chaffinch.datasets.records import Record
from chaffinch.features.document import Document, Image, Link

TEMPLATES = (
    "cards",
    "generated_site",
    "magazine",
    "mobile",
    "newspaper",
    "release",
    "table_layout",
    "weblog",
)
"""Families of page templates, each a file in ``templates``."""


@dataclass(slots=True)
class Page:
    """What a template shows and states.

    Attributes:
        title: Headline.
        site_name: The site's name.
        host: The site's host.
        url: The page's address.
        paragraphs: Paragraphs of the article.
        above: Lines between headline and article.
        below: Lines after the article.
        others: Headlines of other pages.
        author: Author as the markup states it, or "".
        published: Date as the markup states it, or "".
        canonical: Canonical link, or "".
        og_title: ``og:title``, or "".
        og_url: ``og:url``, or "".
        description: Description, or "".
        image: The article's image, or None.
        links: Links on words of the paragraphs.
        tags: What the markup says that the article is about.
        structured_data: JSON-LD of the article, or None.
    """

    title: str
    site_name: str
    host: str
    url: str
    paragraphs: list[str]
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    author: str = ""
    published: str = ""
    canonical: str = ""
    og_title: str = ""
    og_url: str = ""
    description: str = ""
    image: Image | None = None
    links: list[Link] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    structured_data: dict[str, Any] | None = None


def split_templates() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two halves of the templates, so that a test can use families that no training saw."""
    return TEMPLATES[::2], TEMPLATES[1::2]


def render(page: Page, template: str) -> str:
    """The markup of a page in one of the `TEMPLATES`."""
    return _environment().get_template(f"{template}.html.j2").render(page=page)


def as_document(page: Page, template: str | None) -> Document:
    """A page as the HTML reader sees it, or its lines as text where `template` is None."""
    if template is None:
        lines = [page.title, *page.above, *page.paragraphs, *page.below]
        return Document("\n".join(filter(None, lines)), url=page.url, title=page.title)
    return document_from_html(Record("", 0, render(page, template), "text/html", url=page.url))


def _linked(paragraph: str, links: Sequence[Link]) -> Markup:
    """A paragraph's markup, with those links that are on words of it."""
    for number, link in enumerate(links):
        before, anchor, after = paragraph.partition(link.text)
        if anchor:
            others = links[number + 1 :]
            marked = Markup('<a href="{}">{}</a>').format(link.url, anchor)
            return _linked(before, others) + marked + _linked(after, others)
    return escape(paragraph)


@cache
def _environment() -> Environment:
    folder = Path(__file__).with_name("templates")
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True)
    made.filters["linked"] = _linked
    return made
