"""Pages without script: documents with their marks, and a table of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from chaffinch.reports.audit.lines import Related, TableLine
from chaffinch.reports.html.article import Article
from chaffinch.reports.templates import anchor, asset, environment

FOLDER = Path(__file__).parent
"""Where the templates, the style sheet and the script are."""


def _within(other: Related) -> str:
    return anchor(other.key)


class PlainPage(NamedTuple):
    """What the template ``static_page.html.j2`` shows.

    Attributes:
        title: Title of the page, after "Chaffinch report".
        heading: Its heading.
        articles: The documents that it shows, by their numbers.
        lines: The table: more documents than `articles` may be listed. A single line that is
            shown is not listed.
        origin: What was judged, when and by what, or "".
        href: Address of another document.
        overview: Address of the report that the page belongs to, or None.
        before: Address of the page before it, or None.
        after: Address of the page after it, or None.
        sections: What it shows above the documents, as HTML.
    """

    title: str
    heading: str
    articles: Mapping[int, Article]
    lines: Sequence[TableLine] = ()
    origin: str = ""
    href: Callable[[Related], str] = _within
    overview: str | None = None
    before: str | None = None
    after: str | None = None
    sections: Sequence[Markup] = ()


def plain_page(page: PlainPage) -> str:
    """A page as HTML."""
    template = environment(FOLDER).get_template("static_page.html.j2")
    return template.render(**page._asdict(), style=asset(FOLDER / "report.css"))


def article_markup(
    document: Article, number: int, href: Callable[[Related], str] | None = None
) -> str:
    """A document as HTML.

    Args:
        document: The document.
        number: Its row's number.
        href: Address of another document; None for a short form that names no others.
    """
    macro = environment(FOLDER).get_template("article.html.j2").module
    return str(macro.article(document, number, href))  # type: ignore[attr-defined]
