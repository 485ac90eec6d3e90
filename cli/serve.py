"""``chaffinch serve``: a local web page to paste texts into."""

from contextlib import suppress

import click

from chaffinch.cli.options import ModelChoice, load_detector, model_options

_PORT = 8642
"""The port by default; our choice: one that no common program uses."""


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=_PORT,
    show_default=True,
    help="Port to listen on; 0 for any that is free.",
)
@model_options
def serve(port: int, choice: ModelChoice) -> None:
    """Serve a web page to paste texts into: a text, the HTML of a page, or two to compare.

    Only this machine can reach it. The page loads nothing from elsewhere, and nothing that is
    pasted is kept. Ctrl-C ends it.

    \b
    Example:
      chaffinch serve --port 9000
    """
    from chaffinch.cli.web import ADDRESS, local_server

    detector = load_detector(*choice)
    try:
        server = local_server(detector, port)
    except OSError as error:
        raise click.ClickException(
            f"Port {port} cannot be used ({error.strerror}). Choose another with --port."
        ) from None
    click.echo(f"Open http://{ADDRESS}:{server.server_port}/ in a browser. Ctrl-C ends it.")
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
