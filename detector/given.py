"""What a program hands to the detector, as documents."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chaffinch.features.document import Document

if TYPE_CHECKING:
    from chaffinch.datasets.records import Record

Page = str | Document | Mapping[str, object]
"""A text as it is, a document, or a row such as a line of JSON Lines makes."""


def document_of(page: Page, place: int = 0) -> Document:
    """The document that a page is.

    A string is the text itself: it has no title and is not repaired. A mapping is read as
    `chaffinch score` reads a row: ``text`` or ``html``, and ``id``, ``url``, ``title`` and
    ``published`` where they are there. A row without a text becomes a document that says so.

    Args:
        page: The page.
        place: Its number among those given, counted from 0, for its id and for messages.

    Raises:
        TypeError: It is none of these.
    """
    if isinstance(page, Document):
        return page
    if isinstance(page, str):
        return Document(page)
    if isinstance(page, Mapping):
        # Imported here: most programs judge texts.
        from chaffinch.datasets.readers.tables import record_of_row

        return _document(record_of_row(page, "rows", place, f"row {place}"))
    remedy = ""
    if isinstance(page, bytes | bytearray):
        remedy = " Decode them, or give a page's bytes as html=."
    raise TypeError(
        "A page must be a string, a Document or a mapping. "
        f"Got {_kind(page)} instead (page {place}).{remedy}"
    )


def document_of_markup(html: str | bytes, url: str = "") -> Document:
    """The document that a saved web page is, as `chaffinch score` reads a file of it.

    Args:
        html: Its markup; of bytes, the encoding is told as browsers tell it.
        url: Its address, or "".

    Raises:
        TypeError: The markup is neither a string nor bytes.
    """
    if not isinstance(html, str | bytes):
        raise TypeError(f"html must be a string or bytes. Got {_kind(html)} instead.")
    from chaffinch.datasets.records import Record

    return _document(Record("page", 0, html, "text/html", url=url))


def require_pages(pages: object) -> None:
    """Refuse what is one page, or none, where many are meant.

    Raises:
        TypeError: It is one string, bytes, one mapping, one document or None.
    """
    if pages is None or isinstance(pages, str | bytes | bytearray | Mapping | Document):
        raise TypeError(
            "pages must be an iterable of strings, Documents and mappings. "
            f"Got {_kind(pages)} instead; score judges a single page."
        )


def _document(record: "Record") -> Document:
    """The document of a record; one that cannot be read says why in its `Document.no_page`."""
    from chaffinch.datasets.intake import item_of

    item = item_of(record)
    if item.document is not None:
        return item.document
    return Document("", record.id, record.url, record.title, no_page=item.error)


def _kind(value: object) -> str:
    """What a value is, for a message.

    >>> _kind(b""), _kind(None), _kind(5)
    ('bytes', 'None', 'int')
    """
    return "None" if value is None else type(value).__name__
