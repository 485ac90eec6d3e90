"""``chaffinch changes``: what an audit's last run changed, or what two audits differ in."""

from pathlib import Path

import click

from chaffinch.cli.options import fail_on_option
from chaffinch.detector.audit.comparison import Comparison, ComparisonError
from chaffinch.detector.audit.comparison import compare as compared
from chaffinch.detector.audit.news import last_news
from chaffinch.reports.audit.news import changes_in_words, since_in_words
from chaffinch.reports.formats.registry import COMPARISONS


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(COMPARISONS)),
    default="text",
    show_default=True,
    help="How to list the changes.",
)
@fail_on_option(["flagged"], "Exit with 1 if a page is newly flagged, or new and flagged.")
def changes(old: Path, new: Path | None, format_: str, fail_on: str | None) -> None:
    """List what changed from the audit OLD to the audit NEW, or what OLD's own last run changed.

    Pages are matched by their addresses, whatever folders their crawls were in; those without an
    address by their ids, or by their paths without the folder of the day. Sites come first, where
    their verdict changed; then the pages that became flagged or are flagged no more.

    Exit status: 0 compared; 1 a page is newly flagged (with --fail-on flagged), or it could not go
    on (without, and 4 with it); 2 wrong usage.

    \b
    Example:
      chaffinch changes audit/
      chaffinch changes audit-2026-11-26/ audit-2026-11-27/
    """
    since = ""
    try:
        if new is None:
            found, when = last_news(old)
            since = f"{since_in_words(when)}. " if when else "The audit has run once. "
        else:
            found = compared(old, new)
    except ComparisonError as error:
        raise click.ClickException(str(error)) from None
    show_changes(found, format_, since)
    if fail_on and found.counts["flagged"] + found.counts["added_flagged"]:
        raise SystemExit(1)


def show_changes(found: Comparison, format_: str, since: str = "") -> None:
    """Print changes, and how many there are: beside them in text, on standard error otherwise."""
    for line in COMPARISONS[format_](found.differences):
        click.echo(line, nl=False)
    click.echo(f"{since}{changes_in_words(found.counts)}", err=format_ != "text")
