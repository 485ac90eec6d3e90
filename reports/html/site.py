"""The HTML report of an audit as a folder: the report's page, and every document on plain pages."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from chaffinch.detector.atomic import write_text
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.lines import LINE_COLUMNS, Related, table_line
from chaffinch.reports.audit.listing import Listing
from chaffinch.reports.html.article import COLUMNS, article
from chaffinch.reports.html.plain import PlainPage, plain_page
from chaffinch.reports.html.report import page
from chaffinch.reports.templates import anchor

PAGE_ROWS = 100
"""Documents on a plain page."""

_FOLDER = "documents"
"""Folder of the plain pages within the report's."""


def render_site(folder: Path, output: Path) -> None:
    """Write the report of an audit as linked pages.

    ``index.html`` is the report in one file; the pages beside it need no script and show
    every document in the order of the crawl, the flagged and copied ones with their text.
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
    report = page(audit, listing, static_page=lambda number: f"{_FOLDER}/{_page_of(number)}")
    write_text(output / "index.html", report)


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
