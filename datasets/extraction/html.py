"""Documents of web pages: main content by resiliparse, as their readers see it."""

import re
from collections import Counter
from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from chaffinch.datasets.extraction.hidden_text import HIDING, remove_hidden_text
from chaffinch.datasets.extraction.metadata import STATING, page_metadata
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

_CERTAIN = 2_000
"""Characters of main content that are not doubted. Our choice: reading a page twice costs twice."""

_LEAST_PROSE = 0.15
"""Share of a page's prose that its main content has at least. Our choice: all teasers and comments
together may be several times as long as a short article."""

_SENTENCE = 8
"""Spaces in a line of prose. Our choice: menus, bylines and buttons have fewer words."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_CLOSED_BY_THEMSELVES = frozenset(
    """
    area base br col embed hr img input link meta param source track wbr
    a body button colgroup dd dt head html li nobr optgroup option p rp rt tbody td tfoot th thead
    tr circle ellipse line path polygon polyline rect stop use
    """.split()
)
"""Elements without an end tag, those that the next of their kind ends, and shapes of SVG."""


_BESIDE_THE_ARTICLE = (
    # Most elements have no class, which is soon seen.
    '[class]:is([class*="related"], [class*="recommend"], [class*="teaser"], [class*="promo"], '
    '[class*="comment"], [class*="newsletter"], [class*="subscribe"], [class*="author-bio"], '
    '[class*="cookie-banner"], [class*="cookie-consent"], [class*="cookie-notice"], '
    '[class*="disclaimer"], [class*="disclosure"], [class*="tooltip"])'
    # Blogs give an article its tags and categories as classes ("tag-newsletter").
    ":not([class*=tag-], [class*=category-], body, article, main)"
    # The foot of a page, but not that of a post: scrapers leave their lines there.
    ', :is([class*="footer"], [id*="footer"])'
    ':not([class*="post"], [class*="entry"], [class*="article"], body, article, main)'
)
"""Blocks that resiliparse's own rules, of one version or another, leave in. On 155 annotated
English pages this takes the unwanted pieces from 134 to 79 and loses one of the 440 wanted ones
that were found (benchmarks/extraction.py). The foot, disclaimers and tooltips were chosen on one
half of the pages; on the other half they took the unwanted pieces from 45 to 41 and lost none."""


def document_from_html(record: Record) -> Document:
    """Take the main content and the metadata out of a page, whose content is text.

    Lines at the head and tail of the article (post metadata, "Read Entire Article") are
    kept: they are what scrapers leave. White space within a line is collapsed, as a
    browser does: one honest page in eight has runs of spaces in its source.
    """
    markup = _markup(record)
    tree = HTMLTree.parse(markup)
    elements = _elements(tree)
    metadata = page_metadata(elements)
    title = record.title or metadata.og_title or _title(tree)
    hidden = remove_hidden_text(tree, elements)
    text = _main_text(tree)
    if len(text) < min(hidden, _MIN_SHOWN):
        # Where little else is there, scripts will show what is hidden at first.
        tree = HTMLTree.parse(markup)
        remove_hidden_text(tree, _elements(tree), scripted=True)
        whole = _main_text(tree)
        text = whole if len(text) < len(whole) / 2 else text
    return Document(
        text,
        id=record.id,
        url=record.url,
        title=title,
        published=record.published or metadata.published,
        metadata=metadata,
    )


def _elements(tree: HTMLTree) -> list[Any]:
    """The elements that metadata and hidden text are found in, by one walk through the page."""
    return select(tree.document, f"{STATING}, {HIDING}", _MAX_ELEMENTS) if tree.document else []


def _main_text(tree: HTMLTree) -> str:
    """The main content, or more of the page where the rules would leave little of its prose."""
    text = _extracted(tree, skip_elements=[_BESIDE_THE_ARTICLE])
    if len(text) >= _CERTAIN:
        return text
    whole = _extracted(tree, main_content=False)
    enough = _LEAST_PROSE * _prose(whole)
    if text and _prose(text) >= enough:
        return text
    unfiltered = _extracted(tree)
    return unfiltered if unfiltered and _prose(unfiltered) >= enough else whole


def _extracted(tree: HTMLTree, **options: Any) -> str:
    """Text of a page by resiliparse, its main content unless `options` say otherwise."""
    options = {"main_content": True, "comments": False, **options}
    text = extract_plain_text(tree, alt_texts=False, links=False, list_bullets=False, **options)
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _prose(text: str) -> int:
    """Characters of a text's lines that are long enough to be sentences."""
    return sum(len(line) for line in text.split("\n") if line.count(" ") >= _SENTENCE)


def _title(tree: HTMLTree) -> str:
    """The ``<title>``, else the first ``<h1>``, on one line."""
    found = tree.title
    if not found and tree.document:
        heading = tree.document.query_selector("h1")
        found = heading.text if heading else None
    return " ".join((found or "").split())


def _markup(record: Record) -> str:
    text = record.content
    assert isinstance(text, str)
    return _cut_deep(text) if text.count("<") > _MANY_TAGS else text


def _cut_deep(markup: str) -> str:
    """The markup up to where more than `MAX_DEPTH` elements are open, or after `MAX_TAGS`."""
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
