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


class Interrupted(click.ClickException):
    """A command that its user stopped; shells expect 128 and the number of the signal.

    Args:
        resumes: Whether the same command goes on where it stopped.
    """

    exit_code = 130

    def __init__(self, resumes: bool = False) -> None:
        super().__init__(
            "Interrupted. What is done is kept; run the same command again to go on."
            if resumes
            else "Interrupted. Run the same command again to start over."
        )


FAIL_ON = "chaffinch.fail_on"
"""Key of `click.Context.meta` that is true where exit status 1 says what --fail-on found."""


class Stopped(click.ClickException):
    """An error where exit status 1 says what --fail-on found."""

    exit_code = 4


def made_printable(error: click.ClickException) -> click.ClickException:
    """The same error with a message, names out of a crawl in it, that a terminal can print."""
    message = "\n".join(map(printable, error.format_message().split("\n")))
    if isinstance(error, click.UsageError):
        return click.UsageError(message, error.ctx)
    if isinstance(error, Interrupted):
        return error
    return Stopped(message) if isinstance(error, Stopped) else click.ClickException(message)
