"""Formats that are known and not read, each with what to do instead."""

import re

from chaffinch.datasets.readers.html import holds_html

# Sentences, behind the name of a file.
_NOT_TEXT = "not text (it looks like {kind}). Give the text or HTML of the page."
_NOT_READ = "{kind}, which is not read. Give the text or HTML of the page."
_PACKED = "not text (it looks like {kind}). Unpack it, or give the text or HTML of the page."

_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a WebP image, sound or film"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"wOF", "a font"),
    (b"OTTO", "a font"),
    (b"\x00\x01\x00\x00\x00", "a font"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound or film"),
    (b"\x1a\x45\xdf\xa3", "a film"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"bplist00", "a Safari web archive or another property list"),
    (b"SQLite format 3", "an SQLite database"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "a Feather file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"PARE", "an encrypted Parquet file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
"""What binary files begin with, by ``file``'s database of magic numbers."""

_ARCHIVES = (
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x9d", "data of compress (.Z)"),
    (b"\x1f\x8b", "damaged gzip data"),
    (b"\x28\xb5\x2f\xfd", "damaged Zstandard data"),
    (b"LZIP", "lzip-compressed data"),
)
"""What files begin with that hold other files."""

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""What a binary file has near its start, and a text that begins like one has not."""

_PDF = re.compile(rb"[\s\x00]*%PDF-")
_TAR = (257, b"ustar")
"""Where a header of tar has its magic number (POSIX.1-1988)."""

_ARC = b"filedesc://"
"""What the Internet Archive's older format begins with."""

_SOURCES = (
    (re.compile(rb"\s*\{\\rtf"), "an RTF document"),
    (re.compile(rb"(?>\s*%[^\n]*\n)*+\s*\\(?:documentclass|documentstyle|input|begin)\b"), "TeX"),
    (re.compile(rb"%!PS"), "PostScript"),
    (re.compile(rb"WEBVTT\b"), "subtitles"),
    (re.compile(rb"BEGIN:V(?:CALENDAR|CARD)\b"), "a calendar or an address book"),
    (
        re.compile(rb" CDX |!_|[\w%,:.-]+\)/\S* \d{14} (?:\{|\S+ \S+ \d{3} )"),
        "an index of an archive (CDX)",
    ),
    (re.compile(rb"-----BEGIN (?!PGP SIGNED)"), "a key or certificate"),
)
"""What texts other than prose begin with."""

_XML = re.compile(
    rb"\s*<\?xml\b(?:[^>]*>)\s*(?><!--.*?-->\s*|<\?.*?\?>\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*+"
    rb"<([\w:.-]+)",
    re.DOTALL,
)
"""An XML declaration, what may follow it, and the name of the root element."""

PAGE_ASSETS = frozenset(
    """
    .css .js .mjs .map .png .jpg .jpeg .gif .webp .avif .bmp .svg .ico .woff .woff2 .ttf .otf .eot
    .mp3 .m4a .ogg .wav .mp4 .webm .mov .wasm
    """.split()
)
"""Endings of what a saved page is made of beside its text; an audit counts them as skipped."""

NOT_READ = {
    **dict.fromkeys(PAGE_ASSETS, "a part of a page (script, style, font, picture or sound)"),
    ".tex": "TeX",
    ".bib": "TeX",
    ".srt": "subtitles",
    ".cdx": "an index of an archive (CDX)",
    ".cdxj": "an index of an archive (CDX)",
}
"""Endings of files that are not prose, and what they are."""


def why_refused(start: bytes) -> str | None:
    """Why data that begins like this is not read, and what to do; None where it may be.

    Args:
        start: The first bytes, unpacked, or more.
    """
    if _PDF.match(start):
        return _NOT_TEXT.format(kind="a PDF file")
    if start[_TAR[0] :].startswith(_TAR[1]):
        return _PACKED.format(kind="a tar archive")
    if start.startswith(_ARC):
        return "an ARC file. Convert it to WARC: pip install warcio; warcio recompress."
    binary = bool(_CONTROL.search(start))
    for sentence, kinds in ((_PACKED, _ARCHIVES), (_NOT_TEXT, _MAGIC)):
        for magic, kind in kinds:
            if start.startswith(magic) and (binary or not magic.isascii()):
                return sentence.format(kind=kind)
    for pattern, kind in _SOURCES:
        if pattern.match(start):
            return _NOT_READ.format(kind=kind)
    xml = _XML.match(start)
    if xml and not holds_html(start):
        return _NOT_READ.format(kind=f"XML with the root element <{xml[1].decode()}>")
    return None
