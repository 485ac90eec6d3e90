"""Web pages saved as files."""

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.whole_file import whole_file

_STARTS = (b"<!doctype html", b"<html")


def is_html(start: bytes) -> bool:
    """Whether bytes begin as a web page does; white space before it does not count."""
    return start.lstrip().lower().startswith(_STARTS)


HTML = Reader("HTML", (".html", ".htm", ".xhtml"), whole_file("text/html"), is_html)
