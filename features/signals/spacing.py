"""Spaces where words were taken out and put back."""

import re

import numpy as np

from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.text.patterns import Pattern, find_patterns
from chaffinch.features.text.rates import damped
from chaffinch.features.text.running_text import running_text
from chaffinch.features.text.tokens import TokenBlock

_PATTERNS = {
    "run of spaces": Pattern(re.compile(r"  (?<=[a-z,]  ) ?(?=[a-z])"), ("  ",)),
    "broken entity": Pattern(
        re.compile(r",quot;|&amp;(?:amp|quot|nbsp|#\d{1,5});|\bamp;(?:quot|nbsp);"),
        (",quot;", "amp;"),
    ),
}
"""What is counted, in the order of the features: two or three spaces between lower-case words, and
character references that were escaped twice or lost their ampersand."""


class Spacing(Signal):
    """Runs of spaces inside sentences, and character references that lost their ampersand.

    What it measures: runs of two or three spaces and broken character references in unbroken
    paragraphs, per word (plus 50). The first run does not count: one is a slip of the keyboard.
    Wider gaps are columns, and lines of up to 80 characters may be justified.

    Why farms show it: a spinner writes its substitute between the spaces that were there
    ("ngo  is portion  of"); texts go through several rounds of HTML escaping.

    When it is wrong: paragraphs typed or converted carelessly.

    Source: seen on the first farm pages studied.
    """

    name = "spacing"
    features = (
        Feature("runs_of_spaces", "per word", "double spaces but the first", 0, 1, "spun"),
        Feature("broken_entities", "per word", "escaped twice or half", 0, 1, "scraped"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        counts, spans = find_patterns(block, _PATTERNS, running_text(block).paragraphs)
        counts[:, 0] = np.maximum(counts[:, 0] - 1, 0)
        return Measurement(damped(counts, block.n_words[:, None]).clip(0, 1), spans)
