"""Leftovers of spinner syntax."""

import re

import numpy as np

from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.text.patterns import Pattern, find_patterns
from chaffinch.features.text.rates import damped
from chaffinch.features.text.tokens import TokenBlock

_PATTERNS = {
    "spintax choice": Pattern(
        # Markup, formulas and code join their braces to what stands before them.
        re.compile(
            r"(?<![\w\\.!/{}$^\]-])\{(?=\s?\w)(?=[^}]{0,60}[a-z]{2})"
            r"[^{}|\n<>=;.\\+_*\[\]]{1,60}(?:\|[^{}|\n<>=;.\\+_*\[\]]{1,60}){1,20}\}(?![\w}])"
        ),
        ("{",),
    ),
    "spintax remainder": Pattern(
        re.compile(r"\{(?:of|the|an?|in|to|for|and|with) [a-z]{2,20}(?: [a-z]{2,20}){0,2}\}"),
        ("{",),
    ),
    "placeholder": Pattern(
        # Doubled signs are of templates that honest sites fill in as well.
        re.compile(r"(?<!%)%(?:keyword|title|city|name|site|url|category)s?%(?!%)", re.IGNORECASE),
        ("%",),
    ),
}
"""Pieces of spinner syntax, by what their evidence is called."""


class Spintax(Signal):
    """Spinner syntax that was never expanded.

    What it measures: pieces such as ``{one|another}``, ``%keyword%`` and, from the second one on,
    ``{of professional}``, per word (plus 50).

    Why farms show it: nested alternatives that a spinner could not parse are published as
    they are.

    When it is wrong: manuals about templates and spinners, wiki markup, source code.

    Source: the "spintax" notation of article spinners, as documented by their vendors.
    """

    name = "spintax"
    features = (Feature("leftovers", "per word", "pieces of spinner syntax", 0, 1, "spun"),)

    def measure(self, block: TokenBlock) -> Measurement:
        counts, spans = find_patterns(block, _PATTERNS)
        remainders = list(_PATTERNS).index("spintax remainder")
        counts[:, remainders] = np.maximum(counts[:, remainders] - 1, 0)
        return Measurement(damped(counts.sum(1), block.n_words).clip(0, 1)[:, None], spans)
