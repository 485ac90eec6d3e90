"""``chaffinch index``: a reference index of originals."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.messages import Interrupted, complain, stopped
from chaffinch.cli.options import FILE, column_options, output_option
from chaffinch.features.wording import counted

if TYPE_CHECKING:
    from chaffinch.datasets.readers.reader import Columns
    from chaffinch.features.document import Document


@click.command()
@click.argument("originals", type=FILE)
@output_option(
    click.Path(file_okay=False, path_type=Path),
    "Folder of the index; originals are added where it is one already.",
    required=True,
)
@click.option(
    "--meaning",
    is_flag=True,
    help="Keep what the sentences mean as well, so that an audit finds copies in other words.",
)
@column_options
def index(originals: str, output: Path, meaning: bool, columns: "Columns") -> None:
    """Collect ORIGINALS, a folder, a file, or a URL that fsspec can open, in an index.

    It reads the formats that `chaffinch score` reads. Run the command again to go on after an
    interruption, or with more originals to add them; originals that are in the index already are
    passed over. What an index was begun with, --meaning or not, it is added to with.

    Exit status: 0 when all was read; 1 not finished; 2 wrong usage; 3 something could not be read;
    130 interrupted.

    \b
    Example:
      chaffinch index news/ -o originals/
      chaffinch audit crawl/ -o audit/ --originals originals/
    """
    from tqdm import tqdm

    from chaffinch.datasets.files import MissingLibrary
    from chaffinch.datasets.intake import read_items
    from chaffinch.detector.audit.copies.originals import OriginalsError, add_originals
    from chaffinch.detector.audit.crawl import CrawlError, find_files, location

    unreadable = 0

    def documents() -> Iterator["Document"]:
        nonlocal unreadable
        for file in found.files:
            for item in read_items(location(found.root, file.path), file.path, columns=columns):
                if item.document is None:
                    unreadable += 1
                    complain(item.error or "")
                elif item.document.no_page is None:
                    yield replace(item.document, url=item.address)

    try:
        found = find_files(originals, output)
        progress = tqdm(documents(), unit=" originals", disable=None)
        added = add_originals(output, progress, by_meaning=meaning)
    except CrawlError as error:
        raise click.UsageError(str(error)) from None
    except (MissingLibrary, OriginalsError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise stopped(error) from None
    except KeyboardInterrupt:
        raise Interrupted(resumes=True) from None
    click.echo(
        f"{output}: {counted(added.originals, 'original')}, new ones: {added.added:,}. Passed "
        f"over: {added.known:,} that were there already, {unreadable:,} that could not be read."
    )
    if unreadable:
        raise SystemExit(3)
