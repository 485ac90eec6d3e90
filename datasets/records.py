"""One raw record of an input, before any text is taken from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chaffinch.features.document import Document

MediaType = Literal["text/plain", "text/markdown", "text/html"]

MAX_BYTES = 64_000_000
"""Bytes of one record that are read. Our choice: a text is cut at 400,000 characters before it is
scored, and the largest saved pages have some 20 MB."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a reader found: content, or the reason why there is none.

    Attributes:
        path: The file, as its user named it or relative to the crawl's folder.
        offset: Position of the record within its file, counted from 0.
        content: Text, or bytes whose encoding is still unknown.
        media_type: How the content is marked up.
        own_id: The record's own id, or None.
        url: Address, or "".
        title: Title, or "".
        published: Date of publication as given, or None.
        captured: When a crawler fetched the page, as given, or None.
        charset: Encoding that the transfer stated, or None.
        no_page: Why there is nothing to judge although all could be read, in a sentence: a
            redirect, an error page, an image. None otherwise.
        error: Why the record cannot be read, in a sentence; None when it can.
        skipped: Whether it is not a document of its own, such as a WARC request.
        spot: Where in the file it is, as messages name it: ``line 3``; None for the offset.
        whole_file: True where the record is all that its file holds, so that an address of the
            file is the record's.
        labels: What a row says of it that only training and evaluation read; None where the
            format has no rows.
        notes: What was unusual in reading it, in sentences.
        kept: The values of a row's columns that were to be kept, as JSON can hold them; None
            where the record is no row, or none were.
        document: What was taken out of the page already, in place of content.
    """

    path: str
    offset: int
    content: str | bytes = ""
    media_type: MediaType = "text/plain"
    own_id: str | None = None
    url: str = ""
    title: str = ""
    published: str | None = None
    captured: str | None = None
    charset: str | None = None
    no_page: str | None = None
    error: str | None = None
    skipped: bool = False
    spot: str | None = None
    whole_file: bool = False
    labels: Mapping[str, object] | None = None
    notes: tuple[str, ...] = ()
    kept: Mapping[str, object] | None = None
    document: Document | None = None

    @property
    def id(self) -> str:
        """The record's own id, or ``path#offset``."""
        return self.own_id if self.own_id is not None else self.place

    @property
    def place(self) -> str:
        """``path#offset``."""
        return f"{self.path}#{self.offset}"

    @property
    def where(self) -> str:
        """File and place in it, as messages name them."""
        return f"{self.path}, {self.spot or f'record {self.offset}'}"
