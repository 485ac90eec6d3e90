"""Mail and web archives of browsers (MHTML), by the standard library: MIME messages."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from chaffinch.datasets.readers.html import is_html
from chaffinch.datasets.readers.reader import Columns, Reader
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.readers.whole_file import whole_content
from chaffinch.datasets.records import MAX_BYTES, Record

if TYPE_CHECKING:
    from email.message import MIMEPart

_HEADER = re.compile(
    rb"(?:From [^\r\n]*\r?\n)?(?:[A-Za-z][\w-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2}"
)
_OF_PROGRAMS = re.compile(
    rb"^(?:mime-version|message-id|received|return-path|delivered-to|content-transfer-encoding"
    rb"|snapshot-content-location):",
    re.IGNORECASE | re.MULTILINE,
)
"""Headers that programs write, and no letter begins with."""

_BETWEEN_MESSAGES = b"From "
"""What the line between two messages of a mailbox begins with (RFC 4155)."""


def is_mail(start: bytes) -> bool:
    """Whether data begins with the headers of a message that a program wrote."""
    if not _HEADER.match(start):
        return False
    head = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    return bool(_OF_PROGRAMS.search(head))


def _read(stream: BinaryIO, name: str, columns: Columns) -> Iterator[Record]:
    offset = 0
    try:
        for content in _messages(stream):
            yield _record(content, name, offset)
            offset += 1
    except DAMAGE as error:
        yield Record(name, offset, error=sentence(name, error))


def _messages(stream: BinaryIO) -> Iterator[bytes]:
    """The message of a file, or those of a mailbox, which a line ``From`` begins."""
    first = stream.readline(MAX_BYTES)
    if not first.startswith(_BETWEEN_MESSAGES):
        yield first + whole_content(stream)
        return
    lines: list[bytes] = []
    size = 0
    while line := stream.readline(MAX_BYTES):
        ended = not lines or not lines[-1].strip()
        if line.startswith(_BETWEEN_MESSAGES) and ended:
            yield b"".join(lines)
            lines, size = [], 0
        elif size < MAX_BYTES:
            # Mailboxes quote a line that begins like a separator.
            lines.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
    if lines:
        yield b"".join(lines)


def _record(content: bytes, name: str, offset: int) -> Record:
    # To import it takes longer than to score a text.
    from email import message_from_bytes, policy

    message = message_from_bytes(content, policy=policy.default)
    body = _body(message)
    if body is None:
        problem = "a message without text. Give the text or HTML of the page"
        return Record(name, offset, error=f"{name}, message {offset}: {problem}.")
    payload = body.get_payload(decode=True)
    payload = payload if isinstance(payload, bytes) else b""
    saved = _header(message, "Snapshot-Content-Location")
    markup = body.get_content_type() == "text/html" or is_html(payload)
    return Record(
        name,
        offset,
        payload,
        "text/html" if markup else "text/plain",
        None if saved else _header(message, "Message-ID").strip("<> ") or None,
        saved or _header(body, "Content-Location"),
        # A browser's subject is the page's title, as the page states it too.
        "" if markup and saved else _header(message, "Subject"),
        None if saved else _date(message),
        captured=_date(message) if saved else None,
        charset=body.get_content_charset(),
        spot=f"message {offset}",
    )


def _body(message: "MIMEPart") -> "MIMEPart | None":
    """The part with the text: of an archive its page, of mail the plain text or else HTML."""
    archive = message.get_content_type() == "multipart/related"
    found = message.get_body(("html", "plain") if archive else ("plain", "html"))
    if found is None:
        parts = (part for part in message.walk() if part.get_content_maintype() == "text")
        found = next(parts, None)
    return found


def _header(message: "MIMEPart", name: str) -> str:
    try:
        return " ".join(str(message.get(name) or "").split())
    except (ValueError, IndexError, AttributeError):
        # The library's parser of headers fails on some broken ones.
        return ""


def _date(message: "MIMEPart") -> str | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(_header(message, "Date")).isoformat()
    except (ValueError, TypeError, IndexError):
        return None


MAIL = Reader("mail and MHTML", (".eml", ".mht", ".mhtml", ".mbox"), _read, is_mail)
