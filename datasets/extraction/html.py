"""Documents of web pages: the article on them, as its readers see it."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from resiliparse.parse.html import HTMLTree

from chaffinch.datasets.extraction.blocks import page_blocks
from chaffinch.datasets.extraction.hidden_text import HIDING, remove_hidden_text
from chaffinch.datasets.extraction.main_content import MainContent, main_content
from chaffinch.datasets.extraction.metadata import STATING, page_metadata
from chaffinch.datasets.extraction.repairs import article_body, closed, ends_in_comment, revealed
from chaffinch.datasets.extraction.selection import select
from chaffinch.datasets.records import Record
from chaffinch.features.document import Document

MAX_TAGS = 200_000
"""Tags of a page that are parsed. Parsing and extraction take time and stack for each level of
nesting, up to its square, and hostile pages nest without end."""

MAX_DEPTH = 1_000
"""Open elements at which a page with many tags is cut off; browsers stop nesting at 512."""

_MANY_TAGS = 5_000
"""Tags over which a page's depth is looked at. Our choice: few articles have more."""

_MAX_ELEMENTS = 30_000
"""Elements that metadata and hidden text are looked for in. Our choice, against hostile pages."""

_MIN_SHOWN = 2_000
"""Characters of text that are an article whatever is hidden beside them. Our choice."""

_LITTLE = 100
"""Words of prose under which a page's text is looked for in other places. Our choice."""

_MORE = 2
"""How many times the prose such a place has that is taken. Our choice."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_CLOSED_BY_THEMSELVES = frozenset(
    """
    area base br col embed hr img input link meta param source track wbr
    a body button colgroup dd dt head html li nobr optgroup option p rp rt tbody td tfoot th thead
    tr circle ellipse line path polygon polyline rect stop use
    """.split()
)
"""Elements without an end tag, those that the next of their kind ends, and shapes of SVG."""


def document_from_html(record: Record) -> Document:
    """Take the main content and the metadata out of a page, whose content is text.

    Lines at the head and tail of the article (post metadata, "Read Entire Article") are
    kept: they are what scrapers leave. White space within a line is collapsed, as a
    browser does: one honest page in eight has runs of spaces in its source.
    """
    content = record.content
    assert isinstance(content, str)
    markup = _cut_deep(content)
    if ends_in_comment(markup):
        markup = _cut_deep(closed(markup))
    tree = HTMLTree.parse(markup)
    if "</" in (tree.title or ""):
        markup = _cut_deep(closed(markup))
        tree = HTMLTree.parse(markup)
    elements = _elements(tree)
    metadata = page_metadata(elements, record.url)
    title = record.title or metadata.og_title or _title(tree)
    hidden = remove_hidden_text(tree, elements)
    article = main_content(page_blocks(tree), title)
    if article.prose < _LITTLE:
        article = _searched(article, markup, elements, title)
    if len(article.text) < min(hidden, _MIN_SHOWN):
        # Where little else is there, scripts will show what is hidden at first.
        shown = _read(markup, title, scripted=True)
        article = shown if len(article.text) < len(shown.text) / 2 else article
    return Document(
        article.text,
        id=record.id,
        url=record.url,
        title=title,
        published=record.published or metadata.published,
        metadata=metadata,
        extraction=article.extraction,
    )


def _elements(tree: HTMLTree) -> list[Any]:
    """The elements that metadata and hidden text are found in, by one walk through the page."""
    return select(tree.document, f"{STATING}, {HIDING}", _MAX_ELEMENTS) if tree.document else []


def _read(markup: str, title: str, *, scripted: bool = False) -> MainContent:
    tree = HTMLTree.parse(markup)
    remove_hidden_text(tree, _elements(tree), scripted=scripted)
    return main_content(page_blocks(tree), title)


def _searched(
    article: MainContent, markup: str, elements: Iterable[Any], title: str
) -> MainContent:
    """What a page with little text holds in frames, templates, unclosed elements or JSON-LD."""
    scripts = (element.text or "" for element in elements if element.tag == "script")
    for other in (revealed(markup), article_body(scripts)):
        found = _read(_cut_deep(other), title)
        if found.prose > _MORE * article.prose:
            article = found._replace(extraction="fallback")
    return article


def _title(tree: HTMLTree) -> str:
    """The ``<title>``, else the article's ``<h1>``, else the first one, on one line."""
    found = tree.title
    if not found and tree.document:
        heading = tree.document.query_selector(":is(article, main) h1")
        heading = heading or tree.document.query_selector("h1")
        found = heading.text if heading else None
    return " ".join((found or "").split())


def _cut_deep(markup: str) -> str:
    """The markup up to where more than `MAX_DEPTH` elements are open, or after `MAX_TAGS`."""
    if markup.count("<") <= _MANY_TAGS:
        return markup
    depth = 0
    opened: Counter[str] = Counter()
    for number, tag in enumerate(_TAG.finditer(markup)):
        closing, name = tag[1], tag[2].lower()
        if name not in _CLOSED_BY_THEMSELVES:
            # A closing tag without its opening one closes nothing.
            step = 1 if not closing else -1 if opened[name] else 0
            opened[name] += step
            depth += step
        if depth > MAX_DEPTH or number > MAX_TAGS:
            return markup[: tag.start()]
    return markup
