"""Words that a text talks about rather than uses: short quotations."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.text.tokens import TokenBlock

MOST_WORDS = 5
"""Longer quotations are speech, which spinners spin like everything else."""

_MOST_SHARE = 0.06
"""Share of a document's words that may be mentions. Our choice: more of them hide a spun text."""

_MOST_CHARACTERS = 60
"""Characters between the marks of a mention: about twice those of five words. Our choice."""

# Code points of the quotation marks.
_STRAIGHT, _OPEN, _CLOSE = map(
    ord, '"\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}'
)


def mentioned(block: TokenBlock) -> NDArray[np.bool_]:
    """Which tokens stand in quotation marks with at most four others.

    An article about spinners quotes "bosom peril"; it does not use it. A document of which
    over 6 % stands in such marks hides its words behind them, and none of it is a mention.

    Returns:
        bool array of shape (n_tokens,).
    """
    opening, closing = _short_quotations(block)
    first = np.searchsorted(block.start, opening)
    n_words = np.searchsorted(block.start, closing) - first
    doc = np.searchsorted(block.doc_start, opening, side="right") - 1
    short = n_words <= MOST_WORDS
    first, n_words, doc = first[short], n_words[short], doc[short]
    in_all = np.bincount(doc, weights=n_words, minlength=len(block))
    honest = (in_all <= _MOST_SHARE * block.n_words)[doc]
    marked = np.zeros(len(block.word), np.bool_)
    for place in range(MOST_WORDS):
        marked[(first + place)[honest & (n_words > place)]] = True
    return marked


def _short_quotations(block: TokenBlock) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in `points` of opening and closing marks round 1 to 60 characters of one line."""
    mark = block.points.take(block.marks)
    opens, closes = (mark == _STRAIGHT) | (mark == _OPEN), (mark == _STRAIGHT) | (mark == _CLOSE)
    bounds = np.flatnonzero(opens | closes | (mark == ord("\n")))
    at, opens, closes = block.marks[bounds], opens[bounds], closes[bounds]
    enclosed = at[1:] - at[:-1] - 1
    pairs = np.flatnonzero(
        opens[:-1] & closes[1:] & (enclosed >= 1) & (enclosed <= _MOST_CHARACTERS)
    )
    # A mark that closes one quotation does not open the next.
    new = np.ones(len(pairs), np.bool_)
    new[1:] = pairs[1:] != pairs[:-1] + 1
    run_start = np.maximum.accumulate(np.where(new, np.arange(len(pairs)), 0))
    pairs = pairs[(np.arange(len(pairs)) - run_start) % 2 == 0]
    return at[pairs], at[pairs + 1]
