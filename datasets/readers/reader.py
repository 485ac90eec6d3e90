"""What every reader does: one stream in, records out."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from chaffinch.datasets.records import Record


def _never(start: bytes) -> bool:
    return False


EVERY = "all"
"""What stands for every column among those to keep."""


class Columns(NamedTuple):
    """Names of the columns of a table, or keys of its rows, that hold a document.

    A name with dots, such as ``doc.text``, leads into a struct. Where a table has no column of a
    name, one that differs in capitals only is taken.

    Attributes:
        text: Plain text, or a whole page.
        html: Markup; read where there is no text.
        id: Id.
        url: Address.
        keep: More columns whose values go with the document to what is made of it; `EVERY` in it
            stands for all.
    """

    text: str = "text"
    html: str = "html"
    id: str = "id"
    url: str = "url"
    keep: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, str, str, str]:
        """The names of what makes the document."""
        return self.text, self.html, self.id, self.url


DOCUMENT = Columns()
"""The names that are read where a user gives no others."""


class Reader(NamedTuple):
    """A file format.

    Attributes:
        name: What the format is called.
        suffixes: Endings of its files' names, in lower case, without ``.gz`` or ``.zst``.
        read: Reads a seekable stream; its second argument is the path that records and
            messages give, the third names the columns of tables. Never raises for what a file
            holds: it yields a record with an error instead. Offsets of records count from 0
            without gaps.
        recognises: Whether a file's first bytes are certainly of this format.
        any_bytes: Whether files that bear its name are read whatever their first bytes.
        binary: Whether its files are no text, whatever encoding texts have.
        unpacks: Whether it takes gzip, Zstandard and LZ4 streams as they are.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[BinaryIO, str, Columns], Iterator[Record]]
    recognises: Callable[[bytes], bool] = _never
    any_bytes: bool = False
    binary: bool = False
    unpacks: bool = False
