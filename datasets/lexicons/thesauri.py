"""Thesauri that are read from one text file each: Moby's and LibreOffice's."""

from pathlib import Path

from chaffinch.datasets.lexicons.packed_files import read_text
from chaffinch.datasets.lexicons.synonyms import Synonyms, is_plain

_NO_SYNONYM = ("(antonym)", "(generic term)")
"""Ends of MyThes's terms that a spinner would not write: opposites, words for a wider class."""


def read_moby(file: Path) -> Synonyms:
    """Read the Moby thesaurus (Ward 1996): a line is an entry and its loose synonyms."""
    synonyms: Synonyms = {}
    for line in read_text(file).splitlines():
        word, *others = line.strip().lower().split(",")
        if is_plain(word):
            synonyms[word] = [other for other in others if is_plain(other) and other != word]
    return synonyms


def read_mythes(file: Path) -> Synonyms:
    """Read a thesaurus in the format of MyThes, LibreOffice's thesaurus library.

    After a line with the encoding, an entry is ``word|n`` and n lines
    ``(part of speech)|synonym|synonym (related term)|...``. Terms marked as antonyms or as
    generic (words for a wider class) are left out.
    """
    synonyms: Synonyms = {}
    lines = iter(read_text(file).lower().splitlines()[1:])
    for line in lines:
        word, _, n_meanings = line.partition("|")
        terms = [
            term.partition(" (")[0]
            for _ in range(int(n_meanings) if n_meanings.isdecimal() else 0)
            for term in next(lines, "").split("|")[1:]
            if not term.endswith(_NO_SYNONYM)
        ]
        others = [other for other in dict.fromkeys(terms) if is_plain(other) and other != word]
        if is_plain(word) and others:
            synonyms[word] = others
    return synonyms
