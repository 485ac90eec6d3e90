"""Regular expressions run over every document of a block."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.document import MAX_CHARACTERS
from chaffinch.features.signal import Span
from chaffinch.features.text.tokens import TokenBlock


class Pattern(NamedTuple):
    """An expression, and pieces of text without which it cannot match.

    Attributes:
        expression: What to find, in linear time.
        needles: Pieces of which every match holds at least one; a text is searched for
            these first, which is ten times faster.
    """

    expression: re.Pattern[str]
    needles: tuple[str, ...]


def find_patterns(
    block: TokenBlock, patterns: Mapping[str, Pattern], before: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.float64], list[Span]]:
    """Count matches and name them as evidence.

    Args:
        block: The documents.
        patterns: What a match is called, to the pattern that finds it.
        before: bool array of shape (n_tokens,): matches count that begin at one of these tokens,
            or nearer before it than any other token does; all where None.

    Returns:
        float64 counts of shape (n_docs, n_patterns), and one span per match, in order.
    """
    counts = np.zeros((len(block), len(patterns)))
    spans: list[Span] = []
    if not any(
        _may_hold(block, needle) for pattern in patterns.values() for needle in pattern.needles
    ):
        return counts, spans
    for doc, text in enumerate(texts(block)):
        found = []
        origin = block.doc_start[doc]
        for column, (note, pattern) in enumerate(patterns.items()):
            if not any(needle in text for needle in pattern.needles):
                continue
            for match in pattern.expression.finditer(text):
                if before is not None:
                    token = np.searchsorted(block.start, origin + match.start())
                    if token == len(before) or not before[token]:
                        continue
                counts[doc, column] += 1
                found.append(Span(doc, "text", match.start(), match.end(), None, 1.0, note))
        spans += sorted(found, key=lambda span: (span.start, span.end))
    return counts, spans


def _may_hold(block: TokenBlock, needle: str) -> bool:
    """Whether a needle's last two characters stand side by side somewhere in a block."""
    if len(needle) == 1:
        return True
    first, last = map(ord, needle[-2:])
    return bool(((block.points[:-1] == first) & (block.points[1:] == last)).any())


def texts(block: TokenBlock) -> Iterator[str]:
    """The part of every document's text that is scored."""
    for document in block.documents:
        yield document.text[:MAX_CHARACTERS]
