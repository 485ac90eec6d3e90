"""``chaffinch score``: judge files."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import click

from chaffinch.cli.inputs import read_inputs
from chaffinch.cli.messages import complain
from chaffinch.cli.options import load_detector, model_options
from chaffinch.reports.formats.registry import RESULTS
from chaffinch.reports.results import Result

_BATCH = 32


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(RESULTS)),
    default="text",
    show_default=True,
    help="How to print the verdicts.",
)
@click.option("--with-text", is_flag=True, help="Print the scored text as well.")
@click.option("--fail-on", type=click.Choice(["flagged"]), help="Exit with 1 if one is flagged.")
@model_options
def score(
    paths: tuple[str, ...],
    format_: str,
    with_text: bool,
    fail_on: str | None,
    model: Path | None,
    threshold: float | None,
    base_rate: float | None,
) -> None:
    """Judge text, Markdown, HTML, JSON Lines, CSV, Parquet and WARC files; - is standard input.

    Exit status: 0 all scored; 1 one was flagged (with --fail-on flagged); 2 wrong usage;
    3 something could not be read.

    \b
    Example:
      chaffinch score page.html --format jsonl
    """
    detector = load_detector(model, threshold, base_rate)
    unreadable = flagged = False

    def results() -> Iterator[Result]:
        nonlocal unreadable, flagged
        inputs = read_inputs(paths)
        while batch := list(islice(inputs, 1 if "-" in paths else _BATCH)):
            documents = [item.document for item in batch if item.document is not None]
            verdicts = iter(detector.score_batch(documents))
            for item in batch:
                verdict = next(verdicts) if item.document is not None else None
                if verdict is not None and item.no_page is not None:
                    verdict = replace(verdict, unscorable=item.no_page)
                if item.error is not None:
                    unreadable = True
                    complain(item.error)
                flagged |= bool(verdict and verdict.flagged)
                yield Result(item.path, item.id, detector.threshold, verdict, item.error)

    for piece in RESULTS[format_](results(), with_text):
        click.echo(piece, nl=False)
    if unreadable:
        raise SystemExit(3)
    if fail_on and flagged:
        raise SystemExit(1)
