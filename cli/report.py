"""``chaffinch report``: an HTML page of an audit."""

from pathlib import Path

import click


@click.command()
@click.argument("audit", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The HTML file to write.",
)
def report(audit: Path, output: Path) -> None:
    r"""Make one self-contained HTML page of the audit in folder AUDIT.

    \b
    Example:
      chaffinch report audit/ -o report.html
    """
    from chaffinch.reports.audit_data import ReportError
    from chaffinch.reports.html import render

    try:
        render(audit, output)
    except ReportError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written ({error.strerror}).") from None
    click.echo(f"{output}: {output.stat().st_size / 1e6:.1f} MB. Open it in a browser.")
