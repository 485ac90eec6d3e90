"""Records made into documents: encodings decoded, markup taken off."""

from dataclasses import replace

from chaffinch.datasets.extraction.decoding import NotTextError, decode
from chaffinch.datasets.extraction.mending import mended
from chaffinch.datasets.records import Record
from chaffinch.features.document import MAX_CHARACTERS, Document

MAX_PAGE = 20_000_000
"""Bytes or characters of a web page that are parsed; the rest is cut off. Our choice."""

_MAX_TITLE = 200
"""Characters of a first line that may be a title. Our choice: a paragraph has more."""


class UnreadableRecord(Exception):
    """A record without readable text; the message is a sentence for its user."""


def document_from_record(record: Record) -> Document:
    """The document that a record holds; one without text for a record without a page.

    Raises:
        UnreadableRecord: The record says why it cannot be read, its bytes are no text, or its
            text cannot be taken out.
    """
    if record.error is not None:
        raise UnreadableRecord(record.error)
    if record.no_page is not None:
        return Document("", record.id, record.url, no_page=record.no_page)
    try:
        return _document(record)
    except NotTextError as error:
        sentence = f"{record.path}: not text ({error}). Give the text or HTML of the page."
        raise UnreadableRecord(sentence) from error
    except MemoryError:
        raise
    except Exception as error:
        # A parser's fault with one record is no reason to leave the others.
        problem = f"its text cannot be taken out ({type(error).__name__}: {error})"
        raise UnreadableRecord(f"{record.where}: {problem}.") from error


def _document(record: Record) -> Document:
    markup = record.media_type == "text/html"
    content, notes = _content(record, MAX_PAGE if markup else len(record.content))
    if markup:
        from chaffinch.datasets.extraction.html import document_from_html

        document = document_from_html(replace(record, content=content))
    else:
        document = _plain_document(record, content.replace("\r\n", "\n"))
    return replace(
        document,
        # What lies behind the cut is not scored.
        text=mended(document.text[:MAX_CHARACTERS]) + document.text[MAX_CHARACTERS:],
        title=mended(document.title),
        notes=(*notes, *document.notes),
    )


def _plain_document(record: Record, text: str) -> Document:
    title, published = record.title, record.published
    if record.media_type == "text/markdown":
        from chaffinch.datasets.extraction.markdown import plain_text

        page = plain_text(text)
        text, title, published = page.text, title or page.title, published or page.published
    return Document(
        text,
        id=record.id,
        url=record.url,
        title=title or first_line(text),
        published=published,
    )


def first_line(text: str) -> str:
    """The first line with text in it where it is short enough for a title, else ""."""
    line = text.lstrip().split("\n", 1)[0].strip()
    return line if len(line) <= _MAX_TITLE else ""


def _content(record: Record, limit: int) -> tuple[str, list[str]]:
    """A record's content as text, and what to note of it."""
    notes = list(record.notes)
    if len(record.content) > limit:
        notes.append(f"It was cut after {limit // 1_000_000} MB.")
    content = record.content[:limit]
    if isinstance(content, str):
        # A mark of byte order within a row, and characters that no text has.
        return content.lstrip("\ufeff").replace("\0", ""), notes
    text, note = decode(content, record.charset)
    return text, notes if note is None else [*notes, note]
