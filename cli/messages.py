"""Sentences for a command's user, on standard error."""

import click

from chaffinch.features.wording import printable


def complain(sentence: str) -> None:
    """Say what went wrong with one input, while the command goes on."""
    click.echo(f"chaffinch: {printable(sentence)}", err=True)


def stopped(error: OSError) -> click.ClickException:
    """What to say where a disk is full or a folder may not be written to."""
    return click.ClickException(
        f"Stopped: {error}. What is done is kept; make room or mend access, and run the same "
        "command again to go on."
    )


def made_printable(error: click.ClickException) -> click.ClickException:
    """The same error with a message, names out of a crawl in it, that a terminal can print."""
    message = "\n".join(map(printable, error.format_message().split("\n")))
    if isinstance(error, click.UsageError):
        return click.UsageError(message, error.ctx)
    return click.ClickException(message)
