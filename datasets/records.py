"""One raw record of an input, before any text is taken from it."""

from dataclasses import dataclass
from typing import Literal

MediaType = Literal["text/plain", "text/markdown", "text/html"]


@dataclass(frozen=True, slots=True)
class Record:
    """What a reader found: content, or the reason why there is none.

    Attributes:
        path: The file, as its user named it or relative to the crawl's folder.
        offset: Position of the record within its file, counted from 0.
        content: Text, or bytes whose encoding is still unknown.
        media_type: How the content is marked up.
        own_id: The record's own id, unless it is missing or repeated.
        url: Address, or "".
        title: Title, or "".
        published: Date of publication as given, or None.
        error: Why the record cannot be read, in a sentence; None when it can.
    """

    path: str
    offset: int
    content: str | bytes = ""
    media_type: MediaType = "text/plain"
    own_id: str | None = None
    url: str = ""
    title: str = ""
    published: str | None = None
    error: str | None = None

    @property
    def id(self) -> str:
        """The record's own id, or ``path#offset``."""
        return self.own_id if self.own_id is not None else f"{self.path}#{self.offset}"
