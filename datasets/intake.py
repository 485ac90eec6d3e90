"""The one way from a file, a row or a stream to a document: every command takes it.

A page has the same text, metadata and evidence however it comes. Where its address is decided is
`Item.address`, and nowhere else.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.file_names import shown_name, without_day
from chaffinch.datasets.readers.reader import DOCUMENT, Columns
from chaffinch.datasets.readers.registry import read_file, read_stream
from chaffinch.datasets.records import Record
from chaffinch.features.addresses import is_intermediary, seen_through, site
from chaffinch.features.document import Document
from chaffinch.features.hosts import host

STANDARD_INPUT = "-"
"""The path that stands for standard input, as in other Unix commands."""

# A chained URL names a file inside another one.
_WEB_ADDRESS = re.compile(r"https?://(?!.*::)", re.IGNORECASE)


class Item(NamedTuple):
    """A record and the document in it.

    Attributes:
        record: The record, without its content and document, which are no longer needed.
        document: What it holds, or None where that cannot be read. Its address is the one that
            the record states or its user gave, or "": evidence rests on nothing weaker.
        error: Why there is no document, in a sentence; None where there is one.
    """

    record: Record
    document: Document | None
    error: str | None

    @property
    def address(self) -> str:
        """The page's most probable address, to group pages by site; "" where nothing tells.

        The record's own address, else the one that the file's folder spells, as ``wget -r``
        saves pages, else the canonical link of the page. Where the record's address is an
        archive's that names no page, the canonical link is it. A folder's name and a page's
        word for itself are hints: a verdict rests on neither, and an audit does not follow a
        folder's name that most of its pages contradict (`chaffinch.detector.audit.misnamed`).
        """
        own = self.record.url
        if own and not is_intermediary(seen_through(own)):
            return own
        metadata = self.document.metadata if self.document else None
        canonical = (metadata and metadata.canonical_url) or ""
        # All rows of one file would have one address.
        mirrored = mirrored_address(self.record.path) if self.record.whole_file and not own else ""
        return mirrored or (canonical if host(canonical) else own)

    @property
    def site(self) -> str:
        """Host of the page at `address`, without ``www.``, or ""."""
        return site(self.address)


def read_records(
    location: str | Path,
    name: str | None = None,
    *,
    url: str = "",
    columns: Columns = DOCUMENT,
    opened: Callable[[BinaryIO], None] = lambda stream: None,
) -> Iterator[Record]:
    """Read the records of a file, a URL that fsspec can open, or ``-``, standard input.

    A page that is fetched from a web address is the page of that address.

    Args:
        location: The file.
        name: What records and messages call it; the location as given when None.
        url: Address of the pages whose records state none.
        columns: Which columns of a table hold the document.
        opened: Given the file's stream once it is open, to see how far reading has come.
    """
    name = shown_name(str(location)) if name is None else name
    if str(location) == STANDARD_INPUT:
        records = read_stream(sys.stdin.buffer, name, columns)
    else:
        records = read_file(location, name, columns, opened)
    fetched = str(location) if _WEB_ADDRESS.match(str(location)) else ""
    for record in records:
        address = record.url or url or (fetched if record.whole_file else "")
        yield replace(record, url=address) if address else record


def item_of(record: Record) -> Item:
    """Take the document out of a record; what fails is told in the item's `error`."""
    document, error = None, None
    try:
        document = document_from_record(record)
    except UnreadableRecord as problem:
        error = str(problem)
    except MemoryError:
        error = f"{record.where}: reading it needs more memory (see --memory of audit)."
    return Item(replace(record, content="", document=None), document, error)


def read_items(
    location: str | Path, name: str | None = None, *, url: str = "", columns: Columns = DOCUMENT
) -> Iterator[Item]:
    """Read the documents of a file, a URL or ``-``; skipped records are left out.

    An id that repeats an earlier one of its file is replaced by ``path#offset``.

    Args:
        location: The file.
        name: What records and messages call it; the location as given when None.
        url: Address of the pages whose records state none.
        columns: Which columns of a table hold the document.
    """
    # Hashes: a stream may have more ids than memory has room for.
    seen: set[int] = set()
    for record in read_records(location, name, url=url, columns=columns):
        if record.skipped:
            continue
        if hash(record.id) in seen:
            record = replace(record, own_id=None)
        seen.add(hash(record.id))
        yield item_of(record)


def mirrored_address(path: str) -> str:
    """The address of a page in a crawl saved with one folder per host, as ``wget -r`` does.

    The hosts' folders may lie in folders of days.

    >>> mirrored_address("paper.example/2024/a.html"), mirrored_address("notes/a.html")
    ('https://paper.example/2024/a.html', '')
    >>> mirrored_address("2026-11-27/paper.example/a.html")
    'https://paper.example/a.html'
    >>> mirrored_address("my.crawl/a.html"), mirrored_address("web.archive.org/a.html")
    ('', '')
    """
    path = without_day(path)
    address = f"https://{path}"
    return address if "/" in path and host(path) and site(address) else ""
