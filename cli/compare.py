"""``chaffinch compare``: a page beside its source."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.messages import complain
from chaffinch.cli.options import FILE, fail_on_option
from chaffinch.datasets.intake import STANDARD_INPUT, read_items
from chaffinch.reports.formats.registry import COMPARISONS, TEXTS

if TYPE_CHECKING:
    from chaffinch.features.document import Document


@click.command()
@click.argument("page", metavar="PAGE|OLD", type=FILE)
@click.argument("source", metavar="SOURCE|NEW", type=FILE)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(dict.fromkeys([*TEXTS, *COMPARISONS]))),
    default="text",
    show_default=True,
    help="How to print what was found; csv is for two audits alone.",
)
@fail_on_option(
    ["copied", "flagged"],
    "Exit with 1 if PAGE is copied, or if a document is newly flagged in the audit NEW.",
)
@click.pass_context
def compare(
    context: click.Context, page: str, source: str, format_: str, fail_on: str | None
) -> None:
    """Say whether PAGE is a copy of SOURCE, and which parts and words are.

    Any file that `chaffinch score` reads will do, if it holds one document; - is standard input.
    A copy may be word for word or spun, cut or padded.

    Two folders are two audits, OLD and NEW, and compared as `chaffinch changes` does.

    Exit status: 0 compared; 1 PAGE is copied (with --fail-on copied), or it could not go on
    (without --fail-on, and 4 with it); 2 wrong usage; 3 a file could not be read.

    \b
    Example:
      chaffinch compare suspect.html our-article.html --fail-on copied
    """
    folders = [place for place in (page, source) if Path(place).is_dir()]
    if len(folders) == 1:
        raise click.UsageError("Give two files, or the folders of two audits.")
    registry = COMPARISONS if folders else TEXTS
    if format_ not in registry:
        raise click.UsageError(f"--format {format_} is for two audits alone.")
    if fail_on not in (None, "flagged" if folders else "copied"):
        raise click.UsageError(
            f"--fail-on {fail_on} is for two {'files' if folders else 'audits'}."
        )
    if folders:
        from chaffinch.cli.changes import changes

        context.invoke(changes, old=Path(page), new=Path(source), format_=format_, fail_on=fail_on)
    elif _texts(page, source, format_) and fail_on:
        raise SystemExit(1)


def _texts(page: str, source: str, format_: str) -> bool:
    """Compare two texts; whether the first one is a copy."""
    from chaffinch.detector.audit.copies.text_comparison import compare_texts

    if page == source == STANDARD_INPUT:
        raise click.UsageError("Standard input holds one document. Give a file for the other.")
    documents = [_document(place) for place in (page, source)]
    found = compare_texts(*(document.text for document in documents))
    for piece in TEXTS[format_](found, page, source):
        click.echo(piece, nl=False)
    return found.copied


def _document(place: str) -> "Document":
    """The one document of a file.

    Raises:
        SystemExit: It cannot be read.
        UsageError: The file holds several documents, or none.
    """
    items = list(islice(read_items(place), 2))
    if len(items) != 1:
        how_many = "several documents" if items else "no document"
        raise click.UsageError(f"{place} holds {how_many}. Give a file that holds one.")
    item = items[0]
    error = item.error or item.record.no_page
    if item.document is None or error:
        complain(error or f"{place} cannot be read.")
        raise SystemExit(3)
    return item.document
