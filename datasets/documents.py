"""Records made into documents: encodings decoded, markup taken off."""

from chaffinch.datasets.records import Record
from chaffinch.features.document import Document

_MAX_TITLE = 200
_MAX_BROKEN = 0.02
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BROKEN = "\N{REPLACEMENT CHARACTER}"


class UnreadableRecord(Exception):
    """A record without readable text; the message is a sentence for its user."""


def document_from_record(record: Record) -> Document:
    """The document that a record holds.

    Raises:
        UnreadableRecord: The record says why it cannot be read, or its bytes are no text.
    """
    if record.error is not None:
        raise UnreadableRecord(record.error)
    if record.media_type == "text/html":
        from chaffinch.datasets.html import document_from_html

        return document_from_html(record)
    text = record.content if isinstance(record.content, str) else decode(record)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    title, published = record.title, record.published
    if record.media_type == "text/markdown":
        from chaffinch.datasets.markdown import plain_text

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


def decode(record: Record) -> str:
    """A plain text's bytes as text.

    UTF-8 and UTF-16 with a byte-order mark, then UTF-8, then what resiliparse detects; a
    few broken characters are replaced.

    Raises:
        UnreadableRecord: The bytes are not text.
    """
    data = record.content
    assert isinstance(data, bytes)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\0" in data:
        raise UnreadableRecord(
            f"{record.path}: not text (it holds NUL bytes). Give the text or HTML of the page."
        )
    text = data.decode("utf-8", "replace")
    broken = text.count(_BROKEN) - data.count(_BROKEN.encode())
    if broken > _MAX_BROKEN * len(text):
        from resiliparse.parse.encoding import detect_encoding

        encoding = detect_encoding(data) or "utf-8"
        text = data.decode(encoding, "replace")
        controls = sum(character < " " and character not in "\n\r\t\f" for character in text)
        if controls > _MAX_BROKEN * len(text):
            raise UnreadableRecord(
                f"{record.path}: not text (control characters throughout). "
                "Give the text or HTML of the page."
            )
    return text
