"""The HTML report of an audit as a folder: the report's page, and every document on plain pages."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from chaffinch.detector.atomic import write_text
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.lines import LINE_COLUMNS, Related, table_line
from chaffinch.reports.audit.listing import Listing
from chaffinch.reports.audit.network import Network
from chaffinch.reports.html.article import COLUMNS, article
from chaffinch.reports.html.plain import PlainPage, plain_page
from chaffinch.reports.html.report import page
from chaffinch.reports.html.site_page import SitePage, site_markup, site_pages
from chaffinch.reports.templates import anchor, site_anchor

PAGE_ROWS = 100
"""Documents on a plain page; our choice, as for the sites."""

_PAGE_SITES = 50
"""Sites on a plain page."""

_FOLDER, _SITES = "documents", "sites"
"""Folders of the plain pages within the report's: of the documents, and of the worst sites."""


def render_site(folder: Path, output: Path) -> None:
    """Write the report of an audit as linked pages.

    ``index.html`` is the report in one file; the pages beside it need no script and show
    every document in the order of the crawl, the flagged and copied ones with their text, and the
    worst sites.
    Memory does not grow with the number of texts.

    Args:
        folder: Folder that ``chaffinch audit`` has finished.
        output: Folder to write; made where it does not exist.

    Raises:
        ReportError: `folder` does not hold a finished audit.
    """
    audit = AuditData(folder)
    listing = Listing(audit)
    (output / _FOLDER).mkdir(parents=True, exist_ok=True)
    n_pages = -(-audit.n_rows // PAGE_ROWS)
    for place, rows in _pages(audit):
        text = _plain_page(place, n_pages, rows, audit, listing)
        write_text(output / _FOLDER / _name(place), text)
    _write_sites(audit, output)
    report = page(audit, listing, static_page=lambda number: f"{_FOLDER}/{_page_of(number)}")
    write_text(output / "index.html", report)


def _write_sites(audit: AuditData, output: Path) -> None:
    about = site_pages(audit, Network(audit))
    (output / _SITES).mkdir(exist_ok=True)
    page_of = {host: _name(place // _PAGE_SITES) for place, host in enumerate(about)}
    examples = {id for one in about.values() for id in one.examples}
    numbers = {id: row for row, id in enumerate(audit.column("id")) if id in examples}

    def href(host: str) -> str | None:
        return f"{page_of[host]}{site_anchor(host)}" if host in page_of else None

    def document(id: str) -> str:
        return f"../{_FOLDER}/{_page_of(numbers[id])}{anchor(id)}"

    shown = list(about.values())
    for first in range(0, max(len(shown), 1), _PAGE_SITES):
        of_page: list[SitePage] = shown[first : first + _PAGE_SITES]
        after = first + _PAGE_SITES < len(shown)
        place = first // _PAGE_SITES
        text = plain_page(
            PlainPage(
                title="sites",
                heading="Sites, the worst first",
                articles={},
                sections=[site_markup(one, href, document) for one in of_page],
                overview="../index.html",
                before=_name(place - 1) if place else None,
                after=_name(place + 1) if after else None,
            )
        )
        write_text(output / _SITES / _name(place), text)


def _name(place: int) -> str:
    return f"{place + 1:05}.html"


def _page_of(number: int) -> str:
    return _name(number // PAGE_ROWS)


def _pages(audit: AuditData) -> Iterator[tuple[int, dict[int, dict[str, Any]]]]:
    """The rows of each page by their numbers."""
    wanted = list(dict.fromkeys([*COLUMNS, *LINE_COLUMNS]))

    def rows() -> Iterator[tuple[int, dict[str, Any]]]:
        for first, batch in audit.batches(wanted):
            yield from enumerate(batch.to_pylist(), first)

    for place, numbered in groupby(rows(), key=lambda item: item[0] // PAGE_ROWS):
        yield place, dict(numbered)


def _plain_page(
    place: int,
    n_pages: int,
    rows: Mapping[int, Mapping[str, Any]],
    audit: AuditData,
    listing: Listing,
) -> str:
    keys = {number: listing.key(number, row) for number, row in rows.items()}
    shown = {number: row for number, row in rows.items() if row["flagged"] or row["copied"]}
    articles = {}
    for number, row in shown.items():
        related, count = listing.related(number)
        articles[number] = article(keys[number], row, related=related, n_related=count)

    def href(other: Related) -> str:
        return f"{_page_of(other.number)}{anchor(other.key)}"

    first, last = f"{min(rows) + 1:,}", f"{max(rows) + 1:,}"
    return plain_page(
        PlainPage(
            title=f"documents {first} to {last}",
            heading=f"Documents {first} to {last} of {audit.n_rows:,}, as in the crawl",
            articles=articles,
            lines=[table_line(number, keys[number], row) for number, row in rows.items()],
            href=href,
            overview="../index.html",
            before=_name(place - 1) if place else None,
            after=_name(place + 1) if place + 1 < n_pages else None,
        )
    )
