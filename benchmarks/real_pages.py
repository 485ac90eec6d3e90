"""Real pages of honest publishers: the evaluation set of trafilatura, as HTML.

    python benchmarks/real_pages.py DATA

audits them in folders of several names, and prints how many are flagged in each: a folder's name
is no evidence, be it like a host's or not.
"""

import io
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pyarrow.parquet as pq
import zstandard

from chaffinch.datasets.extraction.documents import document_from_record
from chaffinch.datasets.records import Record
from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.training.labelled import Example

ARCHIVE = Path("html", "trafilatura_eval_en.tar.zst")
"""Where the pages lie in a data folder."""

ANNOTATIONS = ARCHIVE.with_name("trafilatura_eval_en.json")
"""What belongs to the article on each of them, and what does not."""

GENRE = "real publishers' pages"
"""Their genre, for tables."""

FOLDERS = ("pages", "my.crawl", "web.archive.org", "www.bbc.co.uk")
"""Names of folders: a plain one, one like a host's, an archive's host, somebody else's host."""


def archived_pages(data: Path) -> Iterator[tuple[str, bytes]]:
    """Names and markup of all pages of the archive in a data folder.

    Raises:
        FileNotFoundError: There is no archive.
    """
    packed = io.BytesIO((data / ARCHIVE).read_bytes())
    unpacked = io.BytesIO(zstandard.ZstdDecompressor().stream_reader(packed).read())
    with tarfile.open(fileobj=unpacked) as archive:
        for member in archive:
            page = archive.extractfile(member) if member.name.endswith((".html", ".htm")) else None
            if page:
                yield member.name, page.read()


def real_pages(data: Path) -> Iterator[Example]:
    """Every page of the archive in a data folder as a clean text; none without an archive.

    Raises:
        UnreadableRecord: A page cannot be read.
    """
    for name, page in archived_pages(data) if (data / ARCHIVE).exists() else ():
        document = document_from_record(Record(name, 0, page, "text/html"))
        yield Example(document, False, name, genre=GENRE)


class InFolder(NamedTuple):
    """What an audit says of pages in a folder.

    Attributes:
        flagged: Names of the flagged pages.
        probabilities: Probability of each page by its name; None for an unscorable one.
    """

    flagged: list[str]
    probabilities: dict[str, float | None]


def audited_in(folder: str, pages: Iterable[tuple[str, bytes]]) -> InFolder:
    """Audit pages in a crawl with one folder.

    Args:
        folder: The folder's name.
        pages: Names and markup.
    """
    with tempfile.TemporaryDirectory() as temporary:
        crawl = Path(temporary, "crawl")
        (crawl / folder).mkdir(parents=True)
        for name, page in pages:
            (crawl / folder / Path(name).name).write_bytes(page)
        run_audit(crawl, Path(temporary, "out"))
        columns = ["path", "flagged", "probability"]
        rows = pq.read_table(Path(temporary, "out", "documents"), columns=columns).to_pylist()
    names = {row["path"]: row["path"].rpartition("/")[2] for row in rows}
    return InFolder(
        sorted(names[row["path"]] for row in rows if row["flagged"]),
        {names[row["path"]]: row["probability"] for row in rows},
    )


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
def main(data: Path) -> None:
    """Print how many pages are flagged in each folder, as a Markdown table."""
    pages = list(archived_pages(data))
    found = {folder: audited_in(folder, pages) for folder in FOLDERS}
    expected = found[FOLDERS[0]].probabilities
    click.echo(f"| folder | pages | flagged | other probability than in {FOLDERS[0]}/ |")
    click.echo("|---|---|---|---|")
    for folder, (flagged, probabilities) in found.items():
        others = sum(expected[name] != probabilities[name] for name in expected)
        click.echo(f"| {folder}/ | {len(probabilities)} | {len(flagged)} | {others} |")


if __name__ == "__main__":
    main()
