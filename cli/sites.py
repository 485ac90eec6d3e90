"""``chaffinch sites``: an audit's sites, the worst first, to read or to act on."""

from pathlib import Path

import click

from chaffinch.reports.audit.data import AuditData, ReportError
from chaffinch.reports.formats.registry import SITES

_BLOCKED_FROM = 0.3
"""Threshold of a blocklist where none is given: what makes a site a farm."""


@click.command()
@click.argument("audit", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(SITES)),
    default="text",
    show_default=True,
    help="How to list them; domains is a plain list of registrable domains, for a blocklist.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    help="List the sites of which at least this share is flagged, by the lower end of its 95 % "
    f"interval; 0 by default, and {_BLOCKED_FROM} for --format domains.",
)
def sites(audit: Path, format_: str, threshold: float | None) -> None:
    """List the sites of the audit in folder AUDIT, the worst first, and what speaks against each.

    A list of domains leaves trusted sites out. It names a host, and not its domain, where
    another site of the domain stays under the threshold.

    \b
    Example:
      chaffinch sites audit/
      chaffinch sites audit/ --format domains --threshold 0.5 > blocklist.txt
    """
    if threshold is None:
        threshold = _BLOCKED_FROM if format_ == "domains" else 0.0
    try:
        found = AuditData(audit).sites
    except ReportError as error:
        raise click.ClickException(str(error)) from None
    for piece in SITES[format_](found, threshold):
        click.echo(piece, nl=False)
