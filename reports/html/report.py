"""The HTML report of an audit: one file that loads nothing and runs only its own script."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup

from chaffinch.datasets.extraction.extracted import EXTRACTED
from chaffinch.detector.atomic import write_lines
from chaffinch.detector.audit.news import listed_changes
from chaffinch.detector.training.labelled import LABELS
from chaffinch.features.registry import SIGNALS
from chaffinch.features.wording import counted, in_number, visible
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.lines import LINE_COLUMNS, MAX_CELL, TableLine, table_line
from chaffinch.reports.audit.listing import Listing
from chaffinch.reports.audit.network import Network
from chaffinch.reports.audit.news import changes_in_words, since_in_words
from chaffinch.reports.audit.overview import Overview, in_words, overview
from chaffinch.reports.html import charts
from chaffinch.reports.html.article import COLUMNS, MAX_CHARACTERS, article
from chaffinch.reports.html.network import ties_chart
from chaffinch.reports.html.payload import pack, pack_chunks, script_json
from chaffinch.reports.html.plain import FOLDER, PlainPage, article_markup, plain_page
from chaffinch.reports.html.site_page import SitePage, site_markup, site_pages
from chaffinch.reports.templates import anchor, asset, environment, site_anchor

MAX_TEXTS = 1_000
"""Documents inside the page with their text: flagged ones first, then copies, then others. Our
choice: packed they take 3 to 4 MB."""

MAX_ROWS = 10_000
"""Documents, and sites, in the page's tables, the strongest first; our choice: a browser sorts
so many at once."""

_MAX_PACKED = 4_000_000
"""Characters that the packed texts may take, so that the page stays under 5 MB."""

_CHUNK = 25
"""Documents that are packed together and unpacked when one of them is opened; our choice: they
compress well and unpack within a blink."""

_NEWS = 100
"""Changes since the last run that are named; our choice: a few screens."""

_STATIC_DOCUMENTS = 100
"""Documents shown without script; our choice, as are the next three."""

_STATIC_CHARACTERS = 1_200
"""Characters of the text of each of them."""

_STATIC_SITES = 20
"""Sites of which more than a line is shown without script."""

_STATIC_ROWS = 300
"""Rows of each table shown without script."""

_SPEAKS = 0.5
"""Log-odds from which a signal counts as one that speaks against a document."""


def render(folder: Path, output: Path) -> None:
    """Write the report of an audit as one file.

    Args:
        folder: Folder that ``chaffinch audit`` has finished.
        output: The HTML file to write.

    Raises:
        ReportError: `folder` does not hold a finished audit.
    """
    audit = AuditData(folder)
    write_lines(output, [page(audit, Listing(audit))])


def page(
    audit: AuditData, listing: Listing, static_page: Callable[[int], str] | None = None
) -> str:
    """The report as HTML; the report of a single document is that document.

    Args:
        audit: The audit.
        listing: Its documents.
        static_page: Address of the static page that shows a row, by its number; None where
            there are no such pages.
    """
    if audit.n_rows == 1:
        return _only_page(audit, listing)
    manifest = audit.manifest
    found = overview(audit)
    markup = _articles(audit, listing)
    chunks = list(pack_chunks(markup.values(), _CHUNK, _MAX_PACKED))
    places = {number: place for place, number in enumerate(markup) if place < _CHUNK * len(chunks)}
    shown = listing.order[:MAX_ROWS].tolist()
    by_number = _listed(audit, shown)
    lines = [
        table_line(number, listing.key(number, by_number[number]), by_number[number])
        for number in shown
    ]
    network = Network(audit)
    about = site_pages(audit, network)
    place_of = {host: place for place, host in enumerate(about)}
    sites = [_site_line(site, place_of) for site in audit.sites[:MAX_ROWS]]
    template = environment(FOLDER).get_template("report.html.j2")
    return template.render(
        manifest=manifest,
        headline=_headline(manifest["flagged"], manifest["documents"]),
        origin=_origin(audit),
        overview=found,
        tiles=_tiles(manifest, found),
        certainty=list(in_words(found, manifest)),
        news=_news(audit),
        charts={**_charts(found), "ties": ties_chart(network)},
        replaced=[(text, original, count) for (text, original), count in found.replaced],
        signals=[_manual(signal.__doc__ or "", signal.name) for signal in SIGNALS],
        inside=_inside(audit, len(lines), len(places), static_page is not None),
        static_lines=lines[:_STATIC_ROWS],
        static_sites=sites[:_STATIC_ROWS],
        strongest=_static_articles(audit, lines),
        worst_sites=_about(list(about.values())[:_STATIC_SITES]),
        first_page=static_page(0) if static_page and audit.n_rows else None,
        facts=script_json(
            {"signals": [signal.name for signal in SIGNALS], "labels": LABELS, "chunk": _CHUNK}
        ),
        rows=pack(_columns(lines, by_number, places, static_page)),
        site_rows=pack(sites),
        chunks=chunks,
        about_chunks=list(pack_chunks(_about(list(about.values())), _CHUNK, _MAX_PACKED)),
        style=asset(FOLDER / "report.css"),
        script=asset(FOLDER / "report.js"),
    )


def _news(audit: AuditData) -> dict[str, Any] | None:
    """What the last run changed, in words and by name; None after the first run."""
    counts = audit.manifest.get("changes")
    if not counts:
        return None
    listed = list(islice(listed_changes(audit.folder), _NEWS + 1))
    return {
        "since": since_in_words(counts["since"]),
        "said": changes_in_words(counts),
        "changes": listed[:_NEWS],
        "more": len(listed) > _NEWS,
    }


def _tiles(manifest: Mapping[str, Any], found: Overview) -> list[tuple[int, str]]:
    """The counts at the head of the page."""
    return [
        (manifest["documents"], in_number("document", manifest["documents"])),
        (manifest["flagged"], "flagged"),
        *((found.kinds[kind], kind) for kind in ("spun", "scraped")),
        (manifest["copied"], "copied"),
        *((found.kinds[kind], kind) for kind in ("unscorable", "unreadable")),
    ]


def _listed(audit: AuditData, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What the table of documents is made of, by the numbers of their rows."""
    rows = dict(audit.rows(numbers, LINE_COLUMNS))
    if audit.has_texts:
        return rows
    # What has a digest can be reviewed, and a label needs its text.
    return {number: {**row, "text_digest": ""} for number, row in rows.items()}


def _only_page(audit: AuditData, listing: Listing) -> str:
    ((number, row),) = audit.rows([0], [*COLUMNS, "offset"])
    document = article(listing.key(number, row), row)
    return plain_page(
        PlainPage(
            title=document.label,
            heading=document.headline,
            articles={number: document},
            origin=_origin(audit),
        )
    )


def _articles(audit: AuditData, listing: Listing) -> dict[int, dict[str, Any]]:
    """What the page unpacks of each document inside it, the first ones first."""
    chosen = listing.inside[:MAX_TEXTS].tolist()
    source_of = {
        number: listing.source_of[number] for number in chosen if number in listing.source_of
    }
    sources = {number: row["text"] for number, row in audit.rows(source_of.values(), ["text"])}
    found = {}
    for number, row in audit.rows(chosen, COLUMNS):
        related, count = listing.related(number)
        document = article(
            listing.key(number, row),
            row,
            source_text=sources.get(source_of.get(number, -1)),
            related=related,
            n_related=count,
        )
        found[number] = {
            "html": article_markup(document, number, lambda other: anchor(other.key)),
            "text": document.hidden,
            "rest": (row["text"] or "")[MAX_CHARACTERS:],
            "page": _judged_page(row),
            "changes": document.changes,
        }
    return {number: found[number] for number in chosen}


def _judged_page(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a label says of a page beside its text: all that its verdict rests on."""
    page = {"title": row["title"] or "", "published": row["published"]}
    if row["stated_url"] is None:
        # An audit of an earlier version did not keep the metadata.
        return {"url": row["url"] or "", **page}
    metadata = json.loads(row["metadata"]) if row["metadata"] else None
    return {"url": row["stated_url"], **page, EXTRACTED: {"metadata": metadata}}


def _static_articles(audit: AuditData, lines: Sequence[TableLine]) -> dict[int, Markup]:
    """The strongest flagged documents by their row numbers, in a short form, without script."""
    chosen = {line.number: line.key for line in lines[:_STATIC_DOCUMENTS] if line.flagged}
    found = {
        number: Markup(
            article_markup(article(chosen[number], row, most=_STATIC_CHARACTERS), number)
        )
        for number, row in audit.rows(chosen, COLUMNS)
    }
    return {number: found[number] for number in chosen}


def _columns(
    lines: Sequence[TableLine],
    rows: Mapping[int, Mapping[str, Any]],
    places: Mapping[int, int],
    static_page: Callable[[int], str] | None,
) -> dict[str, list[Any]]:
    """The table of documents by column: like values beside each other pack well."""
    columns: dict[str, list[Any]] = {
        name: [getattr(line, name) for line in lines] for name in TableLine._fields[1:]
    }
    columns["title"] = [None if line.title == line.key else line.title for line in lines]
    columns["flagged"] = [int(line.flagged) for line in lines]
    columns["copied"] = [int(line.copied) for line in lines]
    columns["probability"] = [
        None if line.probability is None else round(line.probability, 5) for line in lines
    ]
    columns["signals"] = [_speaking(rows[line.number]) for line in lines]
    columns["place"] = [places.get(line.number, -1) for line in lines]
    columns["digest"] = [
        (rows[line.number]["text_digest"] or "")[:12] if line.number in places else ""
        for line in lines
    ]
    if static_page is not None:
        columns["page"] = [static_page(line.number) for line in lines]
    return columns


def _speaking(row: Mapping[str, Any]) -> int:
    """The signals that speak against a document, as bits in the registry's order."""
    names = {
        reason["signal"] for reason in row["reasons"] or () if reason["contribution"] >= _SPEAKS
    }
    return sum(1 << place for place, signal in enumerate(SIGNALS) if signal.name in names)


def _about(pages: Sequence[SitePage]) -> list[Markup]:
    """What is said of some sites, each linked to the others."""
    hosts = {page.key for page in pages}
    return [
        site_markup(page, lambda host: site_anchor(host) if host in hosts else None)
        for page in pages
    ]


def _site_line(site: Mapping[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    return {
        "key": site["site"],
        "place": places.get(site["site"], -1),
        "site": visible(site["site"], MAX_CELL),
        "verdict": site["verdict"],
        "probability": site.get("probability"),
        "flagged": site["flagged"],
        "scored": site["scored"],
        "low": round(100 * site["share_low"]),
        "high": round(100 * site["share_high"]),
        "copied": site["copied"],
    }


def _charts(found: Overview) -> dict[str, Markup | None]:
    tenths = [
        (f"{10 * place} to {10 * place + 10} %", rest + flagged, flagged)
        for place, (rest, flagged) in enumerate(
            zip(found.probabilities, found.probabilities_flagged, strict=True)
        )
    ]
    verdicts = [(verdict, count, 0) for verdict, count in found.site_verdicts.most_common()]
    return {
        "probability": charts.bars("Documents by probability", tenths[::-1]),
        "time": charts.columns("Documents by date", found.periods)
        if len(found.periods) > 1
        else None,
        "sites": charts.bars("Sites by verdict", verdicts),
    }


def _manual(docstring: str, name: str) -> tuple[str, str, str]:
    """A signal's name, what it is, and when it is wrong, from its manual page."""
    text = inspect.cleandoc(docstring)
    wrong = text.partition("When it is wrong: ")[2].partition("\n\n")[0]
    return name, " ".join(text.split("\n\n")[0].split()), " ".join(wrong.split())


def _inside(audit: AuditData, listed: int, texts: int, has_pages: bool) -> str:
    documents = audit.n_rows
    if not audit.has_texts:
        return "This audit was made with --no-text: it holds no texts to read or to review."
    holds = f"This page holds the texts of {counted(texts, 'document')}, the strongest first."
    if listed < documents:
        holds += f" The table lists the strongest {listed:,} of {documents:,}."
    if has_pages:
        return f"{holds} The plain pages beside it show all documents."
    if texts < documents:
        return f"{holds} For the others: chaffinch report AUDIT --site FOLDER."
    return holds


def _headline(flagged: int, documents: int) -> str:
    of_all = f"of {counted(documents, 'document')}"
    if not flagged:
        return f"None {of_all} looks like a low-quality republication"
    if flagged == 1:
        return f"1 {of_all} looks like a low-quality republication"
    return f"{flagged:,} {of_all} look like low-quality republications"


def _origin(audit: AuditData) -> str:
    """Which crawl was audited, when, and by which versions of what."""
    versions, model = audit.manifest["versions"], audit.manifest["model"]
    others = ", ".join(f"{name} {version}" for name, version in versions.items())
    return visible(
        f"Crawl {audit.manifest['crawl']}, audited on {audit.finished:%d %B %Y} with the model "
        f"{model['name']} {model['digest'][:8]} ({others})."
    )
