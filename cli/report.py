"""``chaffinch report``: an audit for people to look at."""

from pathlib import Path

import click

from chaffinch.cli.options import output_option
from chaffinch.detector.atomic import write_lines
from chaffinch.reports.audit.data import AuditData, ReportError
from chaffinch.reports.audit.summary import summary
from chaffinch.reports.formats.registry import SUMMARIES
from chaffinch.reports.html.report import render
from chaffinch.reports.html.site import render_site


@click.command()
@click.argument("audit", type=click.Path(path_type=Path))
@output_option(
    click.Path(dir_okay=False, path_type=Path),
    "The file to write; a summary goes to standard output without it.",
)
@click.option(
    "--site",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a folder: the report, and every document on linked pages without script.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["html", *SUMMARIES]),
    default="html",
    show_default=True,
    help="The report, or a short summary; csv lists the strongest documents.",
)
def report(audit: Path, output: Path | None, site: Path | None, format_: str) -> None:
    """Show the audit in folder AUDIT as one self-contained HTML page.

    Labels given in the report are exported as JSON Lines for `chaffinch train` and
    `chaffinch evaluate`.

    \b
    Example:
      chaffinch report audit/ -o report.html
    """
    if format_ == "html":
        if (output is None) == (site is None):
            raise click.UsageError("Give the file to write with -o, or a folder with --site.")
    elif site is not None:
        raise click.UsageError("--site is for --format html alone.")

    def write() -> str:
        if site is not None:
            render_site(audit, site)
            return f"{site / 'index.html'}: open it in a browser."
        if format_ != "html":
            lines = SUMMARIES[format_](summary(AuditData(audit)))
            if output is None:
                return "".join(lines).rstrip("\n")
            write_lines(output, lines)
            return f"{output}: written."
        assert output is not None
        render(audit, output)
        return f"{output}: {output.stat().st_size / 1e6:.1f} MB. Open it in a browser."

    try:
        click.echo(write())
    except ReportError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        place = error.filename or site or output
        raise click.ClickException(f"{place} cannot be written ({error.strerror}).") from None
