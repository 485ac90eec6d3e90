"""Markdown, for a ticket or a pull request."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chaffinch.features.wording import counted, percent

if TYPE_CHECKING:
    from chaffinch.detector.evaluation.evaluation import Evaluation


def summary(found: Mapping[str, Any]) -> Iterator[str]:
    """Headings and tables; whatever comes from the crawl stands in code spans."""
    for line in (*_head(found), *_tables(found)):
        yield f"{line}\n"


def evaluation(measured: "Evaluation") -> Iterator[str]:
    """The figures as tables, and the worst of the misjudged texts."""
    # Imported here, as SciPy is.
    from chaffinch.detector.evaluation.tables import markdown

    return (f"{line}\n" for line in markdown(measured))


def _head(found: Mapping[str, Any]) -> Iterator[str]:
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


def _tables(found: Mapping[str, Any]) -> Iterator[str]:
    sites = [
        (code(site["site"] or "(no address)"), site["verdict"], site["flagged"], site["scored"])
        for site in found["sites"]
    ]
    yield from _table("Sites", ("site", "verdict", "flagged", "judged"), sites)
    strongest = [
        (percent(row["probability"]), row["kind"], *_coded(row, "title", "site", "reason"))
        for row in found["strongest"]
    ]
    heads = ("probability", "kind", "document", "site", "why")
    yield from _table("Strongest documents", heads, strongest)
    replaced = [
        (*_coded(row, "page_says", "probably"), row["times"]) for row in found["replaced_words"]
    ]
    yield from _table("Replaced words", ("pages say", "probably", "times"), replaced)
    residue = [(*_coded(row, "line"), row["times"]) for row in found["residue"]]
    yield from _table("Lines left by scrapers", ("line", "times"), residue)
    not_judged = [(*_coded(row, "why"), row["documents"]) for row in found["not_judged"]]
    yield from _table("Not judged", ("why", "documents"), not_judged)


def _coded(row: Mapping[str, Any], *names: str) -> list[str]:
    return [code(row[name]) for name in names]


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
