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
GENRE = "real publishers' pages"


def real_pages(data: Path) -> Iterator[Example]:
    """Every page of the archive in a data folder as a clean text; none without an archive.

    Raises:
        UnreadableRecord: A page cannot be read.
    """
    if not (data / ARCHIVE).exists():
        return
    packed = io.BytesIO((data / ARCHIVE).read_bytes())
    unpacked = io.BytesIO(zstandard.ZstdDecompressor().stream_reader(packed).read())
    with tarfile.open(fileobj=unpacked) as tar:
        for member in tar.getmembers():
            stream = tar.extractfile(member) if member.name.endswith((".html", ".htm")) else None
            if stream:
                record = Record(member.name, 0, stream.read(), "text/html")
                yield Example(document_from_record(record), False, member.name, genre=GENRE)
