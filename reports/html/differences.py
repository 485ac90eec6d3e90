"""Where a copy and its source differ, word by word."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_WORD = re.compile(r"\s*\S+|\s+\Z")
"""A word with the white space before it, and the white space at the end of a text."""


class WordChange(NamedTuple):
    """One difference, and what both texts share before it.

    Attributes:
        same: Length of what is shared, in the copy.
        replaced: Length of what only the copy has after that.
        source: What the source has in its place.
    """

    same: int
    replaced: int
    source: str


def compare(copy: str, source: str) -> list[WordChange]:
    """Align two texts by their words.

    Lengths count UTF-16 units, in which browsers count. What follows the last change is
    shared.

    >>> compare("a brand new dock", "a new quay")
    [WordChange(same=1, replaced=6, source=''), WordChange(same=4, replaced=5, source=' quay')]
    """
    ours, theirs = _WORD.findall(copy), _WORD.findall(source)
    matcher = SequenceMatcher(None, _bare(ours), _bare(theirs))
    changes = []
    same = 0
    for operation, a, b, c, d in matcher.get_opcodes():
        length = _units("".join(ours[a:b]))
        if operation == "equal":
            same = length
        else:
            # The first word of a text has no space before it, also where others come to its front.
            gap = " " if c == 0 < d and b < len(ours) and not ours[b][0].isspace() else ""
            changes.append(WordChange(same, length, "".join(theirs[c:d]) + gap))
            same = 0
    return changes


def _bare(words: Sequence[str]) -> list[str]:
    return [word.strip() for word in words]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
