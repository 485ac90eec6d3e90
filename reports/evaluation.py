"""An evaluation for people: in a terminal, in Markdown, and as one HTML page with plots."""

import base64
import hashlib
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from chaffinch.detector.evaluation import Evaluation, Slice
from chaffinch.detector.metrics import BASE_RATES, FALSE_POSITIVE_RATES, Interval
from chaffinch.reports.plots import Line, line_plot
from chaffinch.reports.text import printable

COLUMNS = (
    "clean",
    "bad",
    "unscorable",
    "clean flagged",
    "found",
    "AUROC",
    *(f"found at {100 * rate:g} %" for rate in FALSE_POSITIVE_RATES),
    *(f"precision at {100 * rate:g} %" for rate in BASE_RATES),
    "ECE",
)
"""Columns of every table of parts, after the part's name."""

NOTES = (
    "Clean flagged, found: shares of clean texts and of republications at or over the threshold.",
    "Found at: recall where that share of clean texts, and at least one of them, is flagged.",
    "Precision at: of the flagged, if republications are that share of all texts.",
    "Unscorable texts are in no figure; they are never flagged.",
    "Families and rates stand against all clean texts, genres and lengths against their own.",
)


Cell = tuple[str, str]
"""A figure and the bounds of its interval, "" where there are none."""


def percent(figure: Interval, digits: int = 1) -> Cell:
    """A share as a percentage.

    >>> percent(Interval(0.5, 0.4, 0.625))
    ('50.0 %', '40.0 to 62.5')
    """
    value, low, high = (f"{100 * one:.{digits}f}" for one in figure)
    return _cell(figure, f"{value} %", f"{low} to {high}")


def decimal(figure: Interval) -> Cell:
    """A figure from 0 to 1 as it is; "-" where it cannot be measured.

    >>> decimal(Interval(float("nan"), float("nan"), float("nan")))
    ('-', '')
    """
    value, low, high = (f"{one:.3f}" for one in figure)
    return _cell(figure, value, f"{low} to {high}")


def _cell(figure: Interval, value: str, bounds: str) -> Cell:
    return ("-" if math.isnan(figure.value) else value, "" if math.isnan(figure.low) else bounds)


def headline(evaluation: Evaluation) -> list[tuple[str, Cell]]:
    """The figures on all texts as (name, figure and bounds)."""
    figures = evaluation.overall.figures
    base_rate = f"at a base rate of {100 * evaluation.base_rate:g} %"
    return [
        ("clean texts flagged", percent(figures.flagged_clean, 2)),
        ("republications found", percent(figures.recall)),
        *(
            (f"found at {100 * rate:g} % of clean texts flagged", percent(found))
            for rate, found in figures.recall_at.items()
        ),
        *(
            (f"precision if {100 * rate:g} % of all texts are republications", percent(found))
            for rate, found in figures.precision_at.items()
        ),
        ("AUROC", decimal(figures.auroc)),
        (f"average precision {base_rate}", decimal(figures.average_precision)),
        (f"expected calibration error (ECE) {base_rate}", decimal(figures.ece)),
    ]


def cells(part: Slice) -> list[Cell]:
    """One row of a table of parts, in the order of `COLUMNS`."""
    figures = part.figures
    return [
        (f"{figures.n_clean:,}", ""),
        (f"{figures.n_republications:,}", ""),
        (f"{part.unscorable_clean + part.unscorable_republications:,}", ""),
        percent(figures.flagged_clean, 2),
        percent(figures.recall),
        decimal(figures.auroc),
        *(percent(figures.recall_at[rate]) for rate in FALSE_POSITIVE_RATES),
        *(percent(figures.precision_at[rate]) for rate in BASE_RATES),
        decimal(figures.ece),
    ]


def render_text(evaluation: Evaluation) -> Iterator[str]:
    """Lines for a terminal."""
    yield _summary(evaluation)
    yield ""
    for name, (figure, bounds) in headline(evaluation):
        yield f"{name:<56}{figure:>8}  {bounds}".rstrip()
    for kind, slices in evaluation.parts.items():
        yield ""
        rows = ([one.name, *(figure for figure, _ in cells(one))] for one in slices)
        yield from _aligned([f"by {kind}", *COLUMNS], rows)
    yield ""
    yield from NOTES


def render_markdown(evaluation: Evaluation) -> Iterator[str]:
    """Lines of Markdown: the headline, then a table for each kind of part."""
    yield _summary(evaluation)
    yield ""
    yield "| all texts | | 95 % interval |"
    yield "|---|---:|---:|"
    for name, (figure, bounds) in headline(evaluation):
        yield f"| {name} | {figure} | {bounds} |"
    for kind, slices in evaluation.parts.items():
        yield ""
        yield f"| {kind}, worst first | {' | '.join(COLUMNS)} |"
        yield f"|---|{'---:|' * len(COLUMNS)}"
        for one in slices:
            row = " | ".join(figure for figure, _ in cells(one))
            yield f"| {_markdown(one.name)} | {row} |"
    yield ""
    yield from (f"- {note}" for note in NOTES)


def render_html(evaluation: Evaluation, output: Path) -> None:
    """Write the page: no script, no network, every name escaped."""
    folder = Path(__file__).parent
    style = (folder / "evaluation.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
    environment.filters["printable"] = printable
    page = environment.get_template("evaluation.html.j2").render(
        summary=_summary(evaluation),
        headline=headline(evaluation),
        plots=_plots(evaluation),
        columns=COLUMNS,
        parts=[
            (kind, [(one.name, cells(one)) for one in slices])
            for kind, slices in evaluation.parts.items()
        ],
        notes=NOTES,
        style=Markup(style),
        style_hash=f"sha256-{digest}",
    )
    output.write_text(page, "utf-8")


def _summary(evaluation: Evaluation) -> str:
    overall = evaluation.overall
    counts = overall.figures
    return (
        f"{counts.n_clean:,} clean texts and {counts.n_republications:,} republications scored, "
        f"{overall.unscorable_clean:,} and {overall.unscorable_republications:,} unscorable; "
        f"model {printable(evaluation.model)} {evaluation.digest[:8]}, flagged from a probability "
        f"of {evaluation.threshold:.3f}."
    )


def _plots(evaluation: Evaluation) -> list[tuple[str, Markup]]:
    if not evaluation.roc:
        return []
    roc = line_plot(
        "ROC curve: share of republications found by share of clean texts flagged",
        "clean texts flagged",
        "republications found",
        [_line("ROC", evaluation.roc)],
        x_from=evaluation.roc[0][0],
    )
    precision_recall = line_plot(
        "Precision-recall curves by base rate",
        "republications found",
        "precision",
        [
            _line(f"base rate {100 * rate:g} %", points)
            for rate, points in evaluation.precision_recall.items()
        ],
    )
    bins = evaluation.reliability
    reliability = line_plot(
        "Reliability: share of republications by stated probability",
        "stated probability",
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
    table = [header, *([printable(row[0])[:40], *row[1:]] for row in rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(header))]
    for row in table:
        first, *rest = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join([row[0].ljust(len(first)), *rest])


def _markdown(name: str) -> str:
    shown = " ".join(printable(name).split())
    return "".join(f"\\{letter}" if letter in r"\|<>[]*_`&" else letter for letter in shown)
