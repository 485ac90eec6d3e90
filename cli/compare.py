"""``chaffinch compare``: what changed between two audits."""

from pathlib import Path

import click

from chaffinch.reports.formats.registry import COMPARISONS


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(COMPARISONS)),
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
    from chaffinch.detector.audit.comparison import ComparisonError
    from chaffinch.detector.audit.comparison import compare as compared

    try:
        found = compared(old, new)
    except ComparisonError as error:
        raise click.ClickException(str(error)) from None
    for line in COMPARISONS[format_](found.differences):
        click.echo(line, nl=False)
    counts = found.counts
    click.echo(
        f"Newly flagged: {counts['flagged']:,}; no longer flagged: {counts['unflagged']:,}; "
        f"still flagged: {counts['still_flagged']:,}. New documents: {counts['added']:,} "
        f"({counts['added_flagged']:,} flagged); gone: {counts['removed']:,} "
        f"({counts['removed_flagged']:,} flagged).",
        err=format_ != "text",
    )
