"""Records made into documents: encodings decoded, markup taken off."""

import re
from dataclasses import replace

from chaffinch.datasets.extraction.decoding import NotTextError, decode
from chaffinch.datasets.extraction.mending import mended
from chaffinch.datasets.records import Record
from chaffinch.features.document import MAX_CHARACTERS, Document

MAX_PAGE = 20_000_000
"""Bytes or characters of a web page that are parsed; the rest is cut off. Our choice."""

_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character outside of the basic plane, which a parser of HTML does not take."""

_INLINE_DATA = re.compile(r"data:[\w/+.-]{0,99};base64,[A-Za-z0-9+/=\s]{1000,}")
_INLINE_BYTES = re.compile(_INLINE_DATA.pattern.encode(), re.ASCII)
"""Data of pictures and fonts within a page, of a thousand characters or more."""

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
    if record.document is not None:
        return replace(record.document, id=record.id, url=record.url)
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
    content, notes = _content(record, markup=markup)
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


def _content(record: Record, *, markup: bool) -> tuple[str, list[str]]:
    """A record's content as text, and what to note of it."""
    notes = list(record.notes)
    content = record.content
    if markup and len(content) > MAX_PAGE:
        # Pages that browsers save as one file hold their pictures and fonts.
        content = (
            _INLINE_DATA.sub("", content)
            if isinstance(content, str)
            else _INLINE_BYTES.sub(b"", content)
        )
    if markup and len(content) > MAX_PAGE:
        notes.append(f"It was cut after {MAX_PAGE // 1_000_000} MB.")
        content = content[:MAX_PAGE]
    if isinstance(content, str):
        # JSON can hold NUL characters, marks of byte order and halves of surrogate pairs.
        text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", content) if markup else content
        return text.lstrip("\ufeff").replace("\0", ""), notes
    text, note = decode(content, record.charset)
    return text, notes if note is None else [*notes, note]
