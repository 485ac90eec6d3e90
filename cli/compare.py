"""``chaffinch compare``: a page beside its source, or an audit beside an earlier one."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.messages import complain
from chaffinch.datasets.intake import STANDARD_INPUT, read_items
from chaffinch.reports.formats.registry import COMPARISONS, TEXTS

if TYPE_CHECKING:
    from chaffinch.features.document import Document


@click.command()
@click.argument("page", metavar="PAGE|OLD")
@click.argument("source", metavar="SOURCE|NEW")
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(dict.fromkeys([*TEXTS, *COMPARISONS]))),
    default="text",
    show_default=True,
    help="How to print what was found; csv is for two audits alone.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["copied", "flagged"]),
    help="Exit with 1 if PAGE is copied, or if a document is newly flagged in the audit NEW.",
)
def compare(page: str, source: str, format_: str, fail_on: str | None) -> None:
    """Say whether PAGE is a copy of SOURCE, and which parts and words are.

    Any file that `chaffinch score` reads will do, if it holds one document; - is standard input.
    A copy may be word for word or spun, cut or padded.

    Two folders are two audits, OLD and NEW: what became flagged is shown, and what no longer is.
    Their documents are matched by their ids.

    Exit status: 0 compared; 1 PAGE is copied (with --fail-on copied), or one document is newly
    flagged (with --fail-on flagged); 2 wrong usage; 3 a file could not be read.

    \b
    Example:
      chaffinch compare suspect.html our-article.html --fail-on copied
      chaffinch compare audit-2024/ audit-2025/
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
    failed = (
        _audits(Path(page), Path(source), format_) if folders else _texts(page, source, format_)
    )
    if fail_on and failed:
        raise SystemExit(1)


def _audits(old: Path, new: Path, format_: str) -> bool:
    """Compare two audits; whether a document is newly flagged."""
    from chaffinch.detector.audit.comparison import ComparisonError
    from chaffinch.detector.audit.comparison import compare as compared

    try:
        found = compared(old, new)
    except ComparisonError as error:
        raise click.ClickException(str(error)) from None
    for line in COMPARISONS[format_](found.differences):
        click.echo(line, nl=False)
    counts = found.counts
    click.echo(
        f"Newly flagged: {counts['flagged']:,}; no longer flagged: {counts['unflagged']:,}; "
        f"still flagged: {counts['still_flagged']:,}. New documents: {counts['added']:,} "
        f"({counts['added_flagged']:,} flagged); gone: {counts['removed']:,} "
        f"({counts['removed_flagged']:,} flagged).",
        err=format_ != "text",
    )
    return counts["flagged"] + counts["added_flagged"] > 0


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
