"""Length, sentences, vocabulary and lines of a text."""

import numpy as np

from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.text.lines import Line
from chaffinch.features.text.rates import distinct_count
from chaffinch.features.text.running_text import running_text
from chaffinch.features.text.tokens import GAP_STOP, TokenBlock

_SHORT_LINE = 40
"""Characters below which a line is short. Our choice: menus and verse have them, prose has not."""


class Shape(Signal):
    """The outline of a text.

    What it measures: words, words in running text, words per sentence, different words, and
    characters in lines of fewer than 40 characters.

    Why farms show it: menus and lists around thin articles; otherwise these numbers only
    help to read the others.

    When it is wrong: verse, recipes and minutes are made of short lines.

    Source: document statistics as in Gopher (Rae et al., arXiv:2112.11446, table A1).
    """

    name = "shape"
    features = (
        Feature("words", "words", "length of the text", 0, np.inf, "context", role="words"),
        Feature(
            "running_words",
            "words",
            "words in running text",
            0,
            np.inf,
            "context",
            role="running words",
        ),
        Feature("sentence_length", "words", "mean words per sentence", 0, np.inf, "context"),
        Feature("distinct_words", "share of words", "different words", 0, 1, "context"),
        Feature("short_lines", "share of characters", "text in short lines", 0, 1, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        words = block.n_words.astype(np.float64)
        running = block.count(running_text(block).words)
        sentences = block.count(block.gap >= GAP_STOP)
        types = distinct_count(block) / np.maximum(words, 1)
        short = np.array([_short_line_share(shown) for shown in block.lines])
        values = np.stack([words, running, words / np.maximum(sentences, 1), types, short], axis=1)
        return Measurement(values, [])


def _short_line_share(shown: list[Line]) -> float:
    lengths = [len(line) for _, line in shown]
    return sum(n for n in lengths if n < _SHORT_LINE) / max(sum(lengths), 1)
