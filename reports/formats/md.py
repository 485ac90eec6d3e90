"""Markdown, for a ticket or a pull request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chaffinch.features.wording import counted, percent


def summary(found: Mapping[str, Any]) -> Iterator[str]:
    """Headings and tables; whatever comes from the crawl stands in code spans."""
    for line in _lines(found):
        yield f"{line}\n"


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    documents = counted(found["documents"], "document")
    yield f"## Chaffinch: {found['flagged']:,} of {documents} flagged"
    yield ""
    yield (
        f"Crawl {code(found['crawl'])}, audited on {found['audited']} by Chaffinch "
        f"{found['versions']['chaffinch']}, model {code(found['model']['name'])} "
        f"{found['model']['digest'][:8]}."
    )
    yield ""
    yield from (f"- {sentence}" for sentence in found["in_words"])
    yield (
        f"- {found['copied']:,} copied, {found['kinds'].get('unscorable', 0):,} not scorable, "
        f"{found['errors']:,} unreadable."
    )
    yield from _table(
        "Sites",
        ("site", "verdict", "flagged", "judged"),
        (
            (code(site["site"] or "(no address)"), site["verdict"], site["flagged"], site["scored"])
            for site in found["sites"]
        ),
    )
    yield from _table(
        "Strongest documents",
        ("probability", "kind", "document", "site", "why"),
        (
            (
                percent(one["probability"]),
                one["kind"],
                *map(code, (one["title"], one["site"], one["reason"])),
            )
            for one in found["strongest"]
        ),
    )
    yield from _table(
        "Replaced words",
        ("pages say", "probably", "times"),
        (
            (code(one["page_says"]), code(one["probably"]), one["times"])
            for one in found["replaced_words"]
        ),
    )
    yield from _table(
        "Lines left by scrapers",
        ("line", "times"),
        ((code(one["line"]), one["times"]) for one in found["residue"]),
    )
    yield from _table(
        "Not judged",
        ("why", "documents"),
        ((code(one["why"]), one["documents"]) for one in found["not_judged"]),
    )


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    body = [f"| {' | '.join(map(str, row))} |" for row in rows]
    if body:
        yield from ("", f"### {title}", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|")
        yield from body


def code(text: str) -> str:
    r"""A code span of one line in a table cell: no markup, link or mention in it works.

    >>> code("a | `b` <i>")
    "`a \\| 'b' <i>`"
    """
    line = " ".join(text.replace("`", "'").replace("\\", "/").split()).replace("|", "\\|")
    return f"`{line}`" if line else ""
