"""Spaces where words were taken out and put back."""

import re

from chaffinch.features.patterns import Pattern, find_patterns
from chaffinch.features.rates import damped
from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.tokens import TokenBlock

_PATTERNS = {
    "run of spaces": Pattern(re.compile(r"  (?<=[a-z,]  ) {0,10}(?=[a-z])"), ("  ",)),
    "broken entity": Pattern(
        re.compile(r",quot;|&amp;(?:amp|quot|nbsp|#\d{1,5});|\bamp;(?:quot|nbsp);"),
        (",quot;", "amp;"),
    ),
}


class Spacing(Signal):
    """Runs of spaces inside sentences, and character references that lost their ampersand.

    What it measures: matches for each word (plus 50).

    Why farms show it: a spinner writes its substitute between the spaces that were there
    ("ngo  is portion  of"); texts go through several rounds of HTML escaping.

    When it is wrong: justified plain text, tables and verse set with spaces.

    Source: seen on the first farm pages studied.
    """

    name = "spacing"
    features = (
        Feature("runs_of_spaces", "a word", "double spaces within a sentence", 0, 1, "spun"),
        Feature("broken_entities", "a word", "escaped twice or half", 0, 1, "scraped"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        counts, spans = find_patterns(block, _PATTERNS)
        return Measurement(damped(counts, block.n_words[:, None]).clip(0, 1), spans)
