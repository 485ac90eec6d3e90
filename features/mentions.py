"""Words that a text talks about rather than uses: short quotations."""

import re

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.document import MAX_CHARACTERS
from chaffinch.features.tokens import TokenBlock

MOST_WORDS = 5
"""Longer quotations are speech, which spinners spin like everything else."""

_MOST_SHARE = 0.06
_QUOTATION = re.compile(
    '["\N{LEFT DOUBLE QUOTATION MARK}]([^"\n\N{LEFT DOUBLE QUOTATION MARK}'
    '\N{RIGHT DOUBLE QUOTATION MARK}]{1,60})["\N{RIGHT DOUBLE QUOTATION MARK}]'
)


def mentioned(block: TokenBlock) -> NDArray[np.bool_]:
    """Which tokens stand in quotation marks with at most four others, bool of (n_tokens,).

    An article about spinners quotes "bosom peril"; it does not use it. A document of which
    over 6 % stands in such marks hides its words behind them, and none of it is a mention.
    """
    marked = np.zeros(len(block.word), np.bool_)
    ends = np.cumsum(block.n_words)
    for doc, document in enumerate(block.documents):
        origin, first, last = block.doc_start[doc], ends[doc] - block.n_words[doc], ends[doc]
        start = block.start[first:last] - origin
        found = [match.span(1) for match in _QUOTATION.finditer(document.text[:MAX_CHARACTERS])]
        places = np.searchsorted(start, np.array(found, np.int64).reshape(-1, 2))
        short = places[places[:, 1] - places[:, 0] <= MOST_WORDS]
        if (short[:, 1] - short[:, 0]).sum() <= _MOST_SHARE * block.n_words[doc]:
            for low, high in short.tolist():
                marked[first + low : first + high] = True
    return marked
