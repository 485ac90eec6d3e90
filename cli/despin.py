"""``chaffinch despin``: the probable original of a spun text."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.messages import complain
from chaffinch.cli.options import FILE, column_options, load_detector
from chaffinch.datasets.intake import read_items
from chaffinch.datasets.readers.reader import Columns
from chaffinch.detector.audit.judging import judge
from chaffinch.features.wording import printable
from chaffinch.reports.formats.json import json_text

if TYPE_CHECKING:
    from chaffinch.detector.verdict import Verdict


@click.command()
@click.argument("path", metavar="FILE", type=FILE)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "diff", "jsonl"]),
    default="text",
    show_default=True,
    help="The text, what changes in it as a unified diff, or one JSON object per replacement.",
)
@click.option("--diff", is_flag=True, help="The same as --format diff.")
@click.option(
    "--min-gain",
    type=float,
    help="Put words back from these log10 odds that they were replaced, whatever the text is "
    "judged to be; by default from 1, ten to one, and only in a text that is judged spun.",
)
@click.option(
    "--model", type=click.Path(path_type=Path), help="Model folder; the bundled one by default."
)
@column_options
def despin(
    path: str,
    format_: str,
    diff: bool,
    min_gain: float | None,
    model: Path | None,
    columns: Columns,
) -> None:
    """Print FILE with probable originals put back; clean text comes back unchanged.

    It puts back the words that `chaffinch score` lists as replaced. The text is the one that is
    scored: of a web page, its main text.

    Exit status: 0 done; 2 wrong usage; 3 something could not be read.

    \b
    Example:
      chaffinch despin page.txt --diff
    """
    if diff and format_ == "jsonl":
        raise click.UsageError("Give either --diff or --format jsonl.")
    detector = load_detector(model)
    unreadable = False
    for item in read_items(path, columns=columns):
        (judged,) = judge(detector, [item])
        if judged.verdict is None:
            unreadable = True
            complain(judged.error or "")
        else:
            name = item.record.path if item.record.whole_file else item.record.id
            for piece in _rendered(judged.verdict, name, "diff" if diff else format_, min_gain):
                click.echo(piece, nl=False, color=True)
    if unreadable:
        raise SystemExit(3)


def _rendered(verdict: "Verdict", name: str, format_: str, min_gain: float | None) -> Iterator[str]:
    """A text with its probable originals put back, or what that changes."""
    from chaffinch.detector.despinning import despun_text, restorations

    if format_ == "jsonl":
        for restoration in restorations(verdict, min_gain):
            yield f"{json_text(asdict(restoration))}\n"
        return
    text = despun_text(verdict, min_gain)
    if format_ == "diff":
        text = "".join(_diff(verdict.document.text, text, name))
    elif not text.endswith("\n"):
        text += "\n"
    if sys.stdout.isatty():
        # A file gets the text as it is; a terminal would obey what is in it.
        text = "\n".join(map(printable, text.split("\n")))
    yield text


def _diff(before: str, after: str, name: str) -> Iterator[str]:
    """Lines of a unified diff, as ``patch`` reads them."""
    for line in unified_diff(_lines(before), _lines(after), name, f"{name} (restored)"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]
