"""Web pages, known by their content however they begin."""

import re

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.whole_file import whole_file

_BEFORE = re.compile(rb"(?:[\s\x00]|\xef\xbb\xbf|<\?(?!xml\b).*?\?>|<!--.*?-->)+", re.DOTALL)
"""What may stand before a page: white space, marks, processing instructions, comments."""

_PROLOG = re.compile(rb"<\?xml\b.*?\?>", re.DOTALL)
_ROOT = re.compile(rb"<!doctype\s+html\b|<(?:\w+:)?html[\s>]", re.IGNORECASE)
_BEGINS = re.compile(
    rb"<!doctype\s+html\b|<!--|</?(?:a|abbr|address|article|aside|b|base|big|blockquote|body|br"
    rb"|button|caption|center|cite|code|dd|details|div|dl|dt|em|fieldset|figure|font|footer|form"
    rb"|h[1-6]|head|header|hgroup|hr|html|i|iframe|img|input|label|li|link|main|menu|meta|nav"
    rb"|noscript|object|ol|p|picture|pre|q|s|script|section|small|span|strong|style|sub|sup|table"
    rb"|tbody|td|template|th|thead|time|title|tr|tt|u|ul|video)(?:\s[^<]*|\s*/)?>|<(?:\w+:)?html[\s>]"
    rb"|<[a-z][\w.]*-[\w.-]*(?:\s[^<]*)?>\s*<",
    re.IGNORECASE,
)
"""A document type, a comment or a whole tag of HTML (WHATWG MIME Sniffing, section 7.1, takes the
same for a page, of fewer elements). An element of somebody's own has another tag right behind it:
in a chat's log `<kit-k>` is who speaks."""

_SHELL = re.compile(rb"<(?:head|body|title|meta)[\s>]", re.IGNORECASE)
"""What a whole page has behind its root element."""


def is_html(start: bytes) -> bool:
    """Whether data begins as a web page or a part of one does.

    >>> is_html(b"<!-- saved --><?xml version='1.0'?><html>"), is_html(b"<p class=x>Text")
    (True, True)
    >>> is_html(b"<?xml version='1.0'?><rss>"), is_html(b"<3 is a heart"), is_html(b"Text <b>")
    (False, False, False)
    >>> is_html(b"<my-page><p>Text"), is_html(b"<kit-k> hello")
    (True, False)
    """
    place = _after(start, 0)
    prolog = _PROLOG.match(start, place)
    if prolog:
        return bool(_ROOT.match(start, _after(start, prolog.end())))
    return bool(_BEGINS.match(start, place))


def holds_html(start: bytes) -> bool:
    """Whether a whole page begins somewhere in the start of data, behind what a server printed."""
    root = _ROOT.search(start)
    return bool(root and _SHELL.search(start, root.start()))


def _after(start: bytes, place: int) -> int:
    before = _BEFORE.match(start, place)
    return before.end() if before else place


HTML = Reader(
    "HTML", (".html", ".htm", ".xhtml", ".xht", ".shtml"), whole_file("text/html"), is_html
)
