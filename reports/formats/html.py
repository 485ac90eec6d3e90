"""HTML: one page that loads and runs nothing, the documents with their marks."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chaffinch.features.wording import counted, visible
from chaffinch.reports.results import Result

if TYPE_CHECKING:
    from chaffinch.detector.evaluation.evaluation import Evaluation


def results(judged: Iterable[Result], with_text: bool) -> Iterator[str]:
    """A page once all results are there; it shows the texts in any case."""
    # Imported here: Jinja takes longer to load than a page takes to score.
    from importlib.metadata import version

    from chaffinch.reports.audit.lines import table_line
    from chaffinch.reports.html.article import article
    from chaffinch.reports.html.plain import PlainPage, plain_page

    articles, lines = {}, []
    model = ""
    seen: set[str] = set()
    for number, result in enumerate(judged):
        name = visible(result.id)
        key = name if name not in seen else f"{name}#{number}"
        seen.add(key)
        row = row_of(result)
        articles[number] = article(key, row)
        lines.append(table_line(number, key, row))
        model = result.model
    flagged = sum(line.flagged for line in lines)
    summary = f"{flagged:,} of {counted(len(lines), 'document')} flagged"
    alone = articles[0].headline if len(lines) == 1 else summary
    origin = f"Judged by Chaffinch {version('chaffinch')} with the model {visible(model)}."
    page = plain_page(PlainPage(summary, alone, articles, lines, origin))
    # The page reads the same whatever the encoding of the output is.
    yield page.encode("ascii", "xmlcharrefreplace").decode()


def evaluation(measured: "Evaluation") -> Iterator[str]:
    """A page with plots, and every misjudged text that was kept."""
    # Imported here, as SciPy is.
    from chaffinch.reports.evaluation.report import render_html

    yield render_html(measured)


def row_of(result: Result) -> dict[str, Any]:
    """A result as a row of an audit that knows of no copies."""
    row = result.as_dict(with_text=True)
    document = result.verdict.document if result.verdict else None
    return {
        **row,
        "text": row["text_scored"],
        "site": document.site if document else "",
        "url": document.url if document else "",
        "published": document.published if document else None,
        "copied": False,
        "source_id": None,
        "similarity": None,
        "copied_by": None,
        "same_sentences": None,
    }
