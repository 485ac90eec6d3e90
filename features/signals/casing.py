"""Proper names in lower case, and American beside British spelling."""

import numpy as np

from chaffinch.features.rates import damped
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import LOWER, TokenBlock
from chaffinch.features.vocabulary import WordSet

_PROPER = WordSet(
    """
    monday tuesday wednesday thursday friday saturday sunday january february april june july
    august september october november december america american americans britain british
    england english france french germany german germans russia russian russians china japan
    japanese india indian ukraine ukrainian europe european africa african australia
    australian canada canadian mexico mexican israel israeli iran iraq christmas london paris
    washington moscow berlin christian muslim jewish republican democrats
    """.split()
)
_AMERICAN = WordSet(
    "color colors center favor honor labor neighbor program organize organized recognize "
    "realize defense license analyze traveled canceled theater behavior".split()
)
_BRITISH = WordSet(
    "colour colours centre favour honour labour neighbour programme organise organised recognise "
    "realise defence licence analyse travelled cancelled theatre behaviour".split()
)


class Casing(Signal):
    """Names written small, and two spellings of English in one text.

    What it measures: lower-case names of days, months and nations as a share of all words
    (plus 50); the rarer of American and British spellings, likewise.

    Why farms show it: a dictionary's entries are in lower case and in one spelling,
    whatever the source's was.

    When it is wrong: chat and forum posts in lower case; quotations across the Atlantic.

    Source: seen on the first farm pages studied.
    """

    name = "casing"
    features = (
        Feature("small_names", "share of words", "names in lower case", 0, 1, "spun"),
        Feature("mixed_spelling", "share of words", "rarer of US and UK", 0, 1, "spun"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        small = (block.case == LOWER) & _PROPER.holds(block.word_hash)
        american = block.count(_AMERICAN.holds(block.word_hash))
        british = block.count(_BRITISH.holds(block.word_hash))
        values = np.stack(
            [
                damped(block.count(small), block.n_words),
                damped(np.minimum(american, british), block.n_words),
            ],
            axis=1,
        )
        spans = []
        for token in np.flatnonzero(small).tolist():
            start, end = block.local(token)
            doc = int(block.doc[token])
            name = block.documents[doc].text[start:end].capitalize()
            spans.append(Span(doc, "text", start, end, name, 0.5, "lower-case name"))
        return Measurement(values, spans)
