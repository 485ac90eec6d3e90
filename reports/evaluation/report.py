"""An evaluation for people: in a terminal, and as one HTML page with plots."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

from chaffinch.detector.atomic import write_text
from chaffinch.detector.evaluation.evaluation import Evaluation
from chaffinch.detector.evaluation.metrics import Interval
from chaffinch.detector.evaluation.tables import COLUMNS, NOTES, cells, headline, summary
from chaffinch.features.wording import one_line
from chaffinch.reports.evaluation.plots import Axis, Line, line_plot
from chaffinch.reports.templates import asset, environment


def render_text(evaluation: Evaluation) -> Iterator[str]:
    """Lines for a terminal."""
    yield summary(evaluation)
    yield ""
    for name, (figure, bounds) in headline(evaluation):
        yield f"{name:<56}{figure:>8}  {bounds}".rstrip()
    for kind, slices in evaluation.parts.items():
        yield ""
        rows = ([one.name, *(figure for figure, _ in cells(one))] for one in slices)
        yield from _aligned([f"by {kind}", *COLUMNS], rows)
    yield ""
    yield from NOTES


def render_html(evaluation: Evaluation, output: Path) -> None:
    """Write the page: no script, no network, every name escaped."""
    folder = Path(__file__).parent
    page = (
        environment(folder)
        .get_template("evaluation.html.j2")
        .render(
            summary=summary(evaluation),
            headline=headline(evaluation),
            plots=_plots(evaluation),
            columns=COLUMNS,
            parts=[
                (kind, [(one.name, cells(one)) for one in slices])
                for kind, slices in evaluation.parts.items()
            ],
            notes=NOTES,
            style=asset(folder / "evaluation.css"),
        )
    )
    write_text(output, page)


def _plots(evaluation: Evaluation) -> list[tuple[str, Markup]]:
    if not evaluation.roc:
        return []
    roc = line_plot(
        "ROC curve: share of republications found by share of clean texts flagged",
        Axis("clean texts flagged", log_from=evaluation.roc[0][0]),
        "republications found",
        [_line("ROC", evaluation.roc)],
    )
    precision_recall = line_plot(
        "Precision-recall curves by base rate",
        Axis("republications found"),
        "precision",
        [
            _line(f"base rate {100 * rate:g} %", points)
            for rate, points in evaluation.precision_recall.items()
        ],
    )
    bins = evaluation.reliability
    reliability = line_plot(
        "Reliability: share of republications by stated probability",
        Axis("stated probability"),
        f"republications, at a base rate of {100 * evaluation.base_rate:g} %",
        [_line("reliability", [(one.said, one.true) for one in bins])],
        diagonal=True,
        dots=True,
    )
    return [
        ("ROC curve", roc),
        ("Precision and recall", precision_recall),
        ("Reliability", reliability),
    ]


def _line(name: str, points: Iterable[tuple[float, Interval]]) -> Line:
    points = list(points)
    return Line(
        name,
        [(at, figure.value) for at, figure in points],
        [(at, figure.low, figure.high) for at, figure in points],
    )


def _aligned(header: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    table = [header, *([one_line(row[0])[:40], *row[1:]] for row in rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(header))]
    for row in table:
        first, *rest = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join([row[0].ljust(len(first)), *rest])
