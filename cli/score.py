"""``chaffinch score``: judge files."""

from collections.abc import Iterator
from itertools import chain, islice

import click

from chaffinch.cli.messages import complain
from chaffinch.cli.options import (
    FILE,
    ModelChoice,
    column_options,
    fail_on_option,
    keep_option,
    load_detector,
    model_options,
)
from chaffinch.datasets.intake import STANDARD_INPUT, read_items
from chaffinch.datasets.readers.reader import Columns
from chaffinch.detector.audit.judging import judge
from chaffinch.reports.formats.registry import RESULTS
from chaffinch.reports.results import Result

_BATCH = 32
"""Documents that are judged at once; our choice: more are hardly faster."""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=FILE)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(RESULTS)),
    default="text",
    show_default=True,
    help="How to print the verdicts.",
)
@click.option("--url", default="", help="Address of the page, where FILE does not state it.")
@click.option("--with-text", is_flag=True, help="Print the scored text as well.")
@fail_on_option(["flagged"], "Exit with 1 if one is flagged.")
@column_options
@keep_option
@model_options
def score(
    paths: tuple[str, ...],
    format_: str,
    url: str,
    with_text: bool,
    fail_on: str | None,
    columns: Columns,
    choice: ModelChoice,
) -> None:
    """Judge the pages and texts in files; - is standard input.

    Files may be text, Markdown, HTML, MHTML, mail, RSS, Atom, JSON, CSV, Parquet or WARC, plain or
    compressed with gzip, Zstandard, bzip2, xz or LZ4.

    Exit status: 0 all scored; 1 one was flagged (with --fail-on flagged) or it could not go on
    (without, and 4 with it); 2 wrong usage; 3 something could not be read.

    \b
    Example:
      chaffinch score page.html --format jsonl
    """
    if url and len(paths) > 1:
        raise click.UsageError("--url is the address of one page. Give one FILE.")
    detector = load_detector(*choice)
    model_name = f"{detector.name} {detector.digest[:8]}".strip()
    unreadable = flagged = False

    def results() -> Iterator[Result]:
        nonlocal unreadable, flagged
        items = chain.from_iterable(read_items(path, url=url, columns=columns) for path in paths)
        while batch := list(islice(items, 1 if STANDARD_INPUT in paths else _BATCH)):
            for item, verdict, error, _ in judge(detector, batch):
                if error is not None:
                    unreadable = True
                    complain(error)
                elif item.document is not None:
                    for note in item.document.notes:
                        complain(f"{item.record.where}: {note}")
                flagged |= bool(verdict and verdict.flagged)
                record, threshold = item.record, detector.threshold
                kept = (record.kept or {}) if columns.keep else None
                yield Result(record.path, record.id, threshold, verdict, error, model_name, kept)

    for piece in RESULTS[format_](results(), with_text):
        click.echo(piece, nl=False)
    if unreadable:
        raise SystemExit(3)
    if fail_on and flagged:
        raise SystemExit(1)
