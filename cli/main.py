"""The command ``chaffinch``."""

import importlib
import io
import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from chaffinch.features.threads import ONE_THREAD

_COMMANDS = {
    "score": "Judge files and show the evidence.",
    "despin": "Print the probable original of a spun text.",
    "audit": "Judge every document of a crawl.",
    "index": "Collect originals that an audit attributes copies to.",
    "compare": "Say whether a page is a copy of another text.",
    "changes": "List what an audit's last run changed.",
    "sites": "List an audit's sites, the worst first.",
    "report": "Make an HTML page of an audit.",
    "train": "Train a model on your own labels.",
    "evaluate": "Measure a model on labelled texts.",
    "serve": "Serve a web page to paste texts into.",
    "signals": "List the signals and their weights.",
}
"""Each command's line in the overview; its module has the same name."""


class _LazyGroup(click.Group):
    """Commands are imported when they are run, so that each starts with what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"chaffinch.cli.{name}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for one that there is not, say which was probably meant."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            close = get_close_matches(name, _COMMANDS, 1)
            meant = f" Did you mean `chaffinch {close[0]}`?" if close else ""
            if not meant and Path(name).exists():
                meant = f" To judge a file: `chaffinch score {name}`."
            ctx.fail(f"No such command {name!r}.{meant}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what stops it becomes a sentence without control characters."""
        # Before numpy loads, which commands do.
        os.environ.setdefault(ONE_THREAD, "1")
        if os.environ.get("NO_COLOR"):
            # See no-color.org; commands inherit it.
            ctx.color = False
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # An encoding that lacks a character prints its number.
                stream.reconfigure(errors="backslashreplace")
        try:
            return self._invoke(ctx)
        except click.ClickException as error:
            from chaffinch.cli.messages import FAIL_ON, Stopped, made_printable

            if error.exit_code == 1 and ctx.meta.get(FAIL_ON):
                error = Stopped(error.format_message())
            raise made_printable(error) from None

    def _invoke(self, ctx: click.Context) -> Any:
        """Run a command; what stops it becomes a `click.ClickException`."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            place = error.filename or "the output"
            raise click.ClickException(
                f"Stopped: {place} cannot be used ({error.strerror}). Make room or mend access, "
                "and run the command again."
            ) from None
        except MemoryError:
            raise click.ClickException(
                "Stopped: this needs more memory than there is. Divide the input."
            ) from None
        except KeyboardInterrupt:
            from chaffinch.cli.messages import Interrupted

            raise Interrupted from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chaffinch", message="%(package)s %(version)s")
def main() -> None:
    """Find content-farm and scraped-republication pages, and show why.

    Start with `chaffinch score FILE`, or `chaffinch audit FOLDER -o OUT`.
    """
