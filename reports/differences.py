"""Where a copy and its source differ, word by word."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

_WORD = re.compile(r"\S+\s*")


class Stretch(NamedTuple):
    """A piece of both texts.

    Attributes:
        copy: What the copy says.
        source: What the source says.
        same: Whether both have the same words.
    """

    copy: str
    source: str
    same: bool


def compare(copy: str, source: str) -> list[Stretch]:
    """Align two texts by their words.

    The stretches put together are both texts, without white space at their start.

    >>> [stretch for stretch in compare("a brand new dock", "a new dock") if not stretch.same]
    [Stretch(copy='brand ', source='', same=False)]
    """
    ours, theirs = _WORD.findall(copy), _WORD.findall(source)
    matcher = SequenceMatcher(None, _bare(ours), _bare(theirs))
    return [
        Stretch("".join(ours[a:b]), "".join(theirs[c:d]), operation == "equal")
        for operation, a, b, c, d in matcher.get_opcodes()
    ]


def _bare(words: Sequence[str]) -> list[str]:
    return [word.rstrip() for word in words]
