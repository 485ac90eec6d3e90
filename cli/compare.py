"""``chaffinch compare``: what changed between two audits."""

from pathlib import Path

import click


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "csv", "jsonl"]),
    default="text",
    show_default=True,
    help="How to print the documents that changed.",
)
def compare(old: Path, new: Path, format_: str) -> None:
    """Show what became flagged from the audit OLD to the audit NEW, and what no longer is.

    Documents are matched by their ids.

    \b
    Example:
      chaffinch compare audit-2024/ audit-2025/
    """
    from chaffinch.detector.audit.comparison import ComparisonError, Difference
    from chaffinch.detector.audit.comparison import compare as compared
    from chaffinch.features.wording import percent, printable
    from chaffinch.reports.csv_table import csv_line
    from chaffinch.reports.json_text import json_text

    try:
        found = compared(old, new)
    except ComparisonError as error:
        raise click.ClickException(str(error)) from None
    if format_ == "csv":
        click.echo(csv_line(Difference._fields), nl=False)
    for one in found.differences:
        if format_ == "jsonl":
            click.echo(json_text(one._asdict()))
        elif format_ == "csv":
            click.echo(csv_line(one), nl=False)
        else:
            chances = (
                f"{percent(one.old_probability) or '-'} > {percent(one.new_probability) or '-'}"
            )
            click.echo(
                f"{one.change:<10}{chances:>18}  {printable(one.id)}  {printable(one.title)}"
            )
    counts = found.counts
    click.echo(
        f"{counts['flagged']} became flagged, {counts['unflagged']} no longer are, "
        f"{counts['still_flagged']} still are; {counts['added']} new documents "
        f"({counts['added_flagged']} flagged), {counts['removed']} gone "
        f"({counts['removed_flagged']} flagged).",
        err=format_ != "text",
    )
