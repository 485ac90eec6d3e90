"""An evaluation for people: in a terminal, and as one HTML page with plots."""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

from chaffinch.detector.evaluation.evaluation import Evaluation
from chaffinch.detector.evaluation.metrics import Interval
from chaffinch.detector.evaluation.tables import (
    COLUMNS,
    MOST_MISJUDGED,
    NOTES,
    cells,
    headline,
    misjudged_cells,
    misjudged_counts,
    summary,
)
from chaffinch.features.wording import one_line
from chaffinch.reports.evaluation.plots import Axis, Line, line_plot
from chaffinch.reports.templates import asset, environment

_WIDTH = 100
"""Columns that a line about a misjudged text takes at most; our choice."""


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
    if evaluation.misjudged:
        yield ""
        yield f"{misjudged_counts(evaluation)}. The worst:"
    for one in evaluation.misjudged[:MOST_MISJUDGED]:
        wrong, chance, text, why = misjudged_cells(one)
        yield f"  {wrong:<22}{chance:>9}  {_cut(text, 34)}"
        yield f"{'':35}{_cut(why, 35)}"


def _cut(text: str, indent: int) -> str:
    return textwrap.shorten(one_line(text), _WIDTH - indent, placeholder=" ...")


def render_html(evaluation: Evaluation) -> str:
    """The page: no script, no network, every name escaped."""
    folder = Path(__file__).parent
    page: str = (
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
            misjudged_counts=misjudged_counts(evaluation),
            misjudged=evaluation.misjudged,
            n_misjudged=sum(evaluation.n_misjudged),
            style=asset(folder / "evaluation.css"),
        )
    )
    return page


def _plots(evaluation: Evaluation) -> list[tuple[str, Markup]]:
    if not evaluation.roc:
        return []
    roc = line_plot(
        "ROC curve: share of republications found by share of clean texts flagged",
        Axis("clean texts flagged", log_from=evaluation.roc[0].false_positive_rate),
        "republications found",
        [_line("ROC", ((one.false_positive_rate, one.recall) for one in evaluation.roc))],
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
