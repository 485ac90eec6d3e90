"""Which words stand in running text, rather than in code, tables, or lists of single words."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.text.tokens import GAP_NONE, TokenBlock

_LEAST_WORDS = 3
"""Words of a line of running text, at the least. Our choice: shorter lines are items of lists."""

_WORDS_FOR_EACH = 3
"""Words for each technical mark, of which a step to another column counts as two. Our choice,
after manuals, change logs and texts of games."""

_COLUMN = 4
"""Spaces that make a step to another column. Our choice: spinners leave two or three."""

_LONGEST_WRAPPED = 80
"""Characters of the longest line that may have been broken by hand: a terminal's width."""

_TAB = ord("\t")

# ASCII marks of code, addresses and tables.
_TECHNICAL = np.zeros(128, np.bool_)
_TECHNICAL[[ord(mark) for mark in "\\_=<>{}[]|^~@#*+&`$/"]] = True


class RunningText(NamedTuple):
    """Words that a sentence could be made of.

    Attributes:
        words: bool array of shape (n_tokens,), whether the token's line has at least three words,
            and three for each technical mark or step to another column, and the token touches no
            such mark, as names of files and variables and addresses do.
        paragraphs: bool array of shape (n_tokens,), whether such a line is over 80 characters long:
            nobody broke it by hand, or set it with spaces.
    """

    words: NDArray[np.bool_]
    paragraphs: NDArray[np.bool_]


@lru_cache(maxsize=1)
def running_text(block: TokenBlock) -> RunningText:
    """The running text of a block, found once for all signals.

    Other lines say nothing of how a text was written: what stands beside a word in a table is
    not its context.
    """
    n_tokens = len(block.word)
    if not n_tokens:
        return RunningText(*np.zeros((2, 0), np.bool_))
    newlines = block.marks[block.points.take(block.marks) == ord("\n")]
    n_words = np.diff(np.searchsorted(block.start, newlines), prepend=0)
    line = np.repeat(np.arange(len(newlines)), n_words)
    same = line[1:] == line[:-1]
    left, right = _technical(block, block.start - 1), _technical(block, block.end)
    second = _technical(block, np.minimum(block.end + 1, len(block.points) - 1))
    width = block.start[1:] - block.end[:-1]
    marked = left.copy()
    marked[1:] |= same & (right[:-1] | (second[:-1] & (width > 1)))
    column = np.zeros(n_tokens, np.bool_)
    column[1:] = (width >= _COLUMN) & (block.gap[1:] == GAP_NONE)
    column[1:] |= block.points.take(block.end[:-1]) == _TAB
    column[1:] &= same
    odd = np.bincount(line, weights=marked + 2 * column, minlength=len(newlines))
    running = (n_words >= _LEAST_WORDS) & (_WORDS_FOR_EACH * odd <= n_words)
    long = np.diff(newlines, prepend=-1) > _LONGEST_WRAPPED
    return RunningText(running.take(line) & ~left & ~right, (running & long).take(line))


def _technical(block: TokenBlock, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether technical marks stand in some places."""
    return _TECHNICAL.take(block.points.take(places), mode="clip")
