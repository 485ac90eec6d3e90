"""Real pages of honest publishers: the evaluation set of trafilatura, as HTML."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import zstandard

from chaffinch.datasets.extraction.documents import document_from_record
from chaffinch.datasets.records import Record
from chaffinch.detector.training.labelled import Example

ARCHIVE = Path("html", "trafilatura_eval_en.tar.zst")
"""Where the pages lie in a data folder."""

GENRE = "real publishers' pages"
"""Their genre, for tables."""


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
