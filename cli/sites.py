"""``chaffinch sites``: an audit's sites, the worst first, to read or to act on."""

from pathlib import Path

import click

from chaffinch.detector.audit.sites.model import site_model
from chaffinch.reports.audit.data import AuditData, ReportError
from chaffinch.reports.formats.registry import SITES


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
    help="List the sites with at least this probability of a farm; all by default, and for "
    "--format domains those that the model of sites takes for farms.",
)
def sites(audit: Path, format_: str, threshold: float | None) -> None:
    """List the sites of the audit in folder AUDIT, the worst first, and what speaks against each.

    A list of domains leaves trusted sites out. It names a host, and not its domain, where
    another site of the domain stays under the threshold.

    \b
    Example:
      chaffinch sites audit/
      chaffinch sites audit/ --format domains --threshold 0.9 > blocklist.txt
    """
    if threshold is None:
        threshold = site_model().threshold if format_ == "domains" else 0.0
    try:
        found = AuditData(audit).sites
    except ReportError as error:
        raise click.ClickException(str(error)) from None
    for piece in SITES[format_](found, threshold):
        click.echo(piece, nl=False)
