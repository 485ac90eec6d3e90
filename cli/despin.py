"""``chaffinch despin``: the probable original of a spun text."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from chaffinch.cli.messages import complain
from chaffinch.cli.options import column_options, load_detector
from chaffinch.datasets.intake import read_items
from chaffinch.datasets.readers.reader import Columns
from chaffinch.detector.audit.judging import judge
from chaffinch.features.wording import printable
from chaffinch.reports.formats.json import json_text


@click.command()
@click.argument("path", metavar="FILE")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="The text, or one JSON object per replacement.",
)
@click.option(
    "--model", type=click.Path(path_type=Path), help="Model folder; the bundled one by default."
)
@column_options
def despin(path: str, format_: str, model: Path | None, columns: Columns) -> None:
    """Print FILE with probable originals put back; clean text comes back unchanged.

    \b
    Example:
      chaffinch despin page.txt --format jsonl
    """
    from chaffinch.detector.despinning import despun_text, restorations

    detector = load_detector(model)
    unreadable = False
    for item in read_items(path, columns=columns):
        (judged,) = judge(detector, [item])
        verdict = judged.verdict
        if verdict is None:
            unreadable = True
            complain(judged.error or "")
            continue
        if format_ == "text":
            text = despun_text(verdict)
            if sys.stdout.isatty():
                # A file gets the text as it is; a terminal would obey what is in it.
                text = "\n".join(map(printable, text.split("\n")))
            click.echo(text, nl=not verdict.document.text.endswith("\n"), color=True)
            continue
        for restoration in restorations(verdict):
            click.echo(json_text(asdict(restoration)))
    if unreadable:
        raise SystemExit(3)
