"""Proper names in lower case, and American beside British spelling."""

import numpy as np

from chaffinch.features.language.authorship import spinners_share
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.text.rates import damped
from chaffinch.features.text.tokens import LOWER, TokenBlock
from chaffinch.features.text.vocabulary import WordSet

_PROPER = WordSet(
    """
    monday tuesday wednesday thursday friday saturday sunday january february april june
    july september october november december america american americans britain british
    england france germany german germans russia russian russians japan japanese india
    indian indians ukraine ukrainian europe european africa african australia australian
    canada canadian mexico mexican israel israeli iran iraq christmas london paris
    washington moscow berlin christian muslim jewish chinese italy italian spain portugal
    portuguese ireland irish scotland scottish wales sweden swedish norway norwegian denmark
    finland poland turkish austria austrian switzerland belgium belgian netherlands hungary
    romania bulgaria egypt egyptian saudi syria syrian pakistan pakistani afghanistan afghan
    bangladesh indonesia malaysia philippines thailand vietnam vietnamese korea korean
    taiwan singapore brazilian argentina colombia cuba cuban kenya ethiopia somalia sudan
    libya algeria tokyo beijing delhi mumbai sydney toronto chicago boston california
    florida pennsylvania michigan islam islamic buddhist catholics atlantic asian asia
    hispanic hollywood
    """.split()
)
"""Names that careful writers write with a capital. Measured: clean texts write each of them small
at most four times in a thousand, which leaves out "march", "china" and "congress"."""

_AMERICAN = WordSet(
    "color colors center favor honor labor neighbor program organize organized recognize "
    "realize defense license analyze traveled canceled theater behavior".split()
)
"""Common words in their American spelling."""

_BRITISH = WordSet(
    "colour colours centre favour honour labour neighbour programme organise organised recognise "
    "realise defence licence analyse travelled cancelled theatre behaviour".split()
)
"""The same words in their British spelling."""


class Casing(Signal):
    """Names written small, and two spellings of English in one text.

    What it measures: lower-case names of days, months and nations as a share of all words (plus
    50), without the first such place; the rarer of American and British spellings as a share of
    all words (plus 50). Small names count as much as a spinner's words are of the text's odd words,
    its author's slips being the others.

    Why farms show it: a dictionary's entries are in lower case and in one spelling,
    whatever the source's was.

    When it is wrong: chat and forum posts in lower case; quotations across the Atlantic. One
    small name is a slip: 2 % of honest pages have one, and 3 % of spun texts.

    Source: seen on the first farm pages studied.
    """

    name = "casing"
    features = (
        Feature("small_names", "share of words", "names in lower case but the first", 0, 1, "spun"),
        Feature("mixed_spelling", "share of words", "rarer of US and UK", 0, 1, "spun"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        small = (block.case == LOWER) & _PROPER.holds(block.word_hash)
        american = block.count(_AMERICAN.holds(block.word_hash))
        british = block.count(_BRITISH.holds(block.word_hash))
        values = np.stack(
            [
                spinners_share(block, self.resources)
                * damped(np.maximum(block.count(small) - 1, 0), block.n_words),
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
