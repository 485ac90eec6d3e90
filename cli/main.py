"""The command ``chaffinch``."""

import importlib
from importlib.metadata import version

import click

_COMMANDS = {
    "score": "Judge files and show the evidence.",
    "despin": "Print the probable original of a spun text.",
    "audit": "Judge every document of a crawl.",
    "index": "Collect originals that an audit attributes copies to.",
    "compare": "Show what changed between two audits.",
    "report": "Make an HTML page of an audit.",
    "train": "Train a model on your own labels.",
    "evaluate": "Measure a model on labelled texts.",
    "signals": "List the signals and their weights.",
}


class _LazyGroup(click.Group):
    """Commands are imported when they are run, so that each starts with what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"chaffinch.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("chaffinch"), message="chaffinch %(version)s")
def main() -> None:
    """Find content-farm and scraped-republication pages, and show why.

    Start with `chaffinch score FILE`, or `chaffinch audit FOLDER -o OUT`.
    """
