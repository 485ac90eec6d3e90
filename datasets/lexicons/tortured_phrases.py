"""Tortured phrases: what paraphrasing tools made of the set terms of science."""

import csv
import hashlib
import io
from collections import defaultdict
from pathlib import Path

from chaffinch.datasets.lexicons.packed_files import read_text
from chaffinch.datasets.lexicons.synonyms import Synonyms, is_plain


def read_tortured_phrases(file: Path) -> Synonyms:
    """Read tab-separated ``tortured`` and ``expected``: each expected phrase to its distortions.

    Single words are left out: what a tool wrote for "and" says nothing of terms.

    The columns are those of the Problematic Paper Screener's list (Cabanac, Labbé and
    Magazinov, "Tortured phrases", 2021).
    """
    synonyms: Synonyms = defaultdict(list)
    rows = csv.DictReader(io.StringIO(read_text(file)), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        expected, tortured = row["expected"].lower(), row["tortured"].lower()
        if " " in expected and is_plain(expected) and is_plain(tortured) and expected != tortured:
            synonyms[expected].append(tortured)
    return dict(synonyms)


def split_terms(tortured: Synonyms) -> tuple[Synonyms, Synonyms]:
    """Two halves of the terms, so that a test can use some that no model knows.

    Each term's half follows from the term alone.
    """
    halves: tuple[Synonyms, Synonyms] = ({}, {})
    for term, phrases in tortured.items():
        digest = hashlib.blake2b(term.encode(), digest_size=1).digest()
        halves[digest[0] & 1][term] = phrases
    return halves
