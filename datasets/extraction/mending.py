"""Texts whose characters an earlier program wrote wrongly: mojibake, entities, UTF-7."""

import html
import re

_MOJIBAKE = ("\u00e2\u20ac", "\u00c3", "\u00c2", "\u201a\u00c4", "\u0393\u00c7")
"""What UTF-8 begins with where it was read as Windows-1252, Mac Roman or code page 437."""

_LOST_QUOTE = re.compile("\u00e2\u20ac\N{REPLACEMENT CHARACTER}")
"""A closing quote whose last byte Windows-1252 does not have."""

_ENTITY = re.compile(
    r"&(?!amp;(?:amp|quot|nbsp|#))(?:#\d{2,6}|#[xX][\da-fA-F]{2,5}|[A-Za-z]\w{1,20});"
)
"""An entity; not one that was escaped twice, which is what some spinners leave."""

_UTF_7 = re.compile(r"\+I[ABC][A-Za-z0-9+/]{1,6}-")
"""General punctuation (U+2000 to U+20FF) in UTF-7."""


def mended(text: str) -> str:
    r"""The text with its characters as they were meant; a sound text is the same object.

    >>> mended("caf\u00c3\u00a9 &amp; caf&eacute;"), mended("AT&T")
    ('café & café', 'AT&T')
    """
    if any(mark in text for mark in _MOJIBAKE):
        text = _decoded_again(text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if "+I" in text and text.isascii():
        text = _UTF_7.sub(_from_utf_7, text)
    return text


def _decoded_again(text: str) -> str:
    # A tenth of a second to import.
    from ftfy import TextFixerConfig, fix_text

    config = TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
    )
    return fix_text(_LOST_QUOTE.sub("\N{RIGHT DOUBLE QUOTATION MARK}", text), config)


def _from_utf_7(match: re.Match[str]) -> str:
    try:
        return match[0].encode().decode("utf-7")
    except UnicodeDecodeError:
        return match[0]
