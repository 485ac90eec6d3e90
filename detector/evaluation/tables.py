"""An evaluation's tables: columns, figures in words, and Markdown."""

import math
from collections.abc import Iterator

from chaffinch.detector.evaluation.evaluation import Evaluation, Misjudged, Slice
from chaffinch.detector.evaluation.metrics import BASE_RATES, FALSE_POSITIVE_RATES, Interval
from chaffinch.features.wording import counted, one_line
from chaffinch.features.wording import percent as chance_in_words

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
"""What the columns mean, below the last table."""

MOST_MISJUDGED = 10
"""Misjudged texts shown on a terminal and in Markdown; our choice: what fits a screen."""

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
            (f"threshold for {100 * rate:g} % of clean texts flagged", _threshold(probability))
            for rate, probability in evaluation.thresholds.items()
        ),
        *(
            (f"precision if {100 * rate:g} % of all texts are republications", percent(found))
            for rate, found in figures.precision_at.items()
        ),
        ("AUROC", decimal(figures.auroc)),
        (f"average precision {base_rate}", decimal(figures.average_precision)),
        (f"expected calibration error (ECE) {base_rate}", decimal(figures.ece)),
    ]


def _threshold(probability: float) -> Cell:
    return ("-" if math.isnan(probability) else f"{probability:.4g}", "")


def misjudged_counts(evaluation: Evaluation) -> str:
    """How many verdicts are wrong, in words."""
    figures = evaluation.overall.figures
    flagged, missed = evaluation.n_misjudged
    return (
        f"Misjudged: {flagged:,} of {counted(figures.n_clean, 'clean text')} flagged, "
        f"{missed:,} of {counted(figures.n_republications, 'republication')} missed"
    )


def misjudged_cells(one: Misjudged) -> tuple[str, str, str, str]:
    """What is wrong with a verdict, its probability, the text, and the strongest reason for it."""
    wrong = f"clean, judged {one.kind}" if not one.republication else "republication, missed"
    against = [f"{reason.signal}: {reason.summary}" for reason in one.reasons[:2]]
    why = "; ".join(against) or "nothing found"
    return wrong, chance_in_words(one.probability), f"{one.id}  {one.title}", why


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


def summary(evaluation: Evaluation) -> str:
    """What was measured, in a sentence."""
    overall = evaluation.overall
    counts = overall.figures
    return (
        f"{counts.n_clean:,} clean texts and {counts.n_republications:,} republications scored, "
        f"{overall.unscorable_clean:,} and {overall.unscorable_republications:,} unscorable; "
        f"model {one_line(f'{evaluation.model} {evaluation.digest[:8]}'.strip())}, flagged from a "
        f"probability of {evaluation.threshold:.3f}."
    )


def markdown(evaluation: Evaluation) -> Iterator[str]:
    """Lines of Markdown: the headline, then a table for each kind of part."""
    yield summary(evaluation)
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
            yield f"| {escaped(one.name)} | {row} |"
    yield ""
    yield from (f"- {note}" for note in NOTES)
    if evaluation.misjudged:
        yield from ("", f"{misjudged_counts(evaluation)}, worst first.", "")
        yield "| verdict | probability | text | strongest reasons |"
        yield "|---|---:|---|---|"
    for wrong in evaluation.misjudged[:MOST_MISJUDGED]:
        yield f"| {' | '.join(map(escaped, misjudged_cells(wrong)))} |"


def escaped(name: str) -> str:
    """A name for Markdown: on one line, its special characters escaped."""
    return "".join(
        f"\\{letter}" if letter in r"\|<>[]*_`&" else letter for letter in one_line(name)
    )
