"""Records made into documents: encodings decoded, markup taken off."""

from chaffinch.datasets.extraction.decoding import NotTextError, codec_name, decode
from chaffinch.datasets.records import Record
from chaffinch.features.document import Document

_MAX_TITLE = 200


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
    if record.media_type == "text/html":
        from chaffinch.datasets.extraction.html import document_from_html

        return document_from_html(record)
    text = _plain(record).replace("\r\n", "\n")
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


def _plain(record: Record) -> str:
    content = record.content
    if isinstance(content, str):
        return content
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotTextError("it holds NUL bytes")
    return decode(content, lambda data: codec_name(record.charset))
