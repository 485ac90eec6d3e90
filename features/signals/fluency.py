"""How well each word follows the ones before it."""

import numpy as np

from chaffinch.features.language.language_model import STEPS_PER_TEN, pair_fit
from chaffinch.features.language.stream import Stream
from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.text.function_words import FUNCTION_WORDS
from chaffinch.features.text.rates import damped, distinct_share
from chaffinch.features.text.tokens import LOWER, TokenBlock
from chaffinch.features.text.varieties import variety_share
from chaffinch.features.text.vocabulary import UNKNOWN, WordSet

_FUNCTION_WORDS = WordSet(list(FUNCTION_WORDS))
"""Words that every English sentence needs."""

_AGAINST_CONTEXT = 1
"""Powers of ten by which a word is rarer after the word before it than in all English. Our
choice."""


class Fluency(Signal):
    """Words that follow their neighbours worse than chance.

    What it measures: the share of known words whose probability after the word before them
    is a tenth or less of their share of all English; the share of different words that are in
    lower case and not among the 60,000 best known; the share of function words; and that of the
    small words of creoles, dialects and old spelling, by which what is not standard English is
    known.

    Why farms show it: a replaced word is strange to its neighbours, and they to it; spinners
    that replace "on" and "as" leave too few function words.

    When it is wrong: lists, headlines, verse and technical notes are unlike running prose.

    Source: perplexity filtering as in CCNet (Wenzek et al., LREC 2020), made relative to
    each word's own frequency so that rare subjects are not punished.
    """

    name = "fluency"
    features = (
        Feature("surprising", "share of words", "words their context speaks against", 0, 1, "spun"),
        Feature("rare_words", "share of words", "different words not in the list", 0, 1, "spun"),
        Feature(
            "function_words",
            "share of words",
            "words such as 'of' and 'the'",
            0,
            1,
            "context",
            role="function words",
        ),
        Feature(
            "variety_words",
            "share of words",
            "small words of other Englishes",
            0,
            1,
            "context",
            role="variety words",
        ),
    )
    without_evidence = "words follow each other worse than in clean English"

    def measure(self, block: TokenBlock) -> Measurement:
        model = self.resources.language_model
        lift = pair_fit(block, model).lift.take(Stream.of_block(block).place - 1)
        surprising = block.count(lift < -_AGAINST_CONTEXT * STEPS_PER_TEN)
        function_words = block.count(_FUNCTION_WORDS.holds(block.word_hash))
        rare = distinct_share(block, (block.word == UNKNOWN) & (block.case == LOWER))
        values = np.stack(
            [
                damped(surprising, block.n_words),
                rare,
                damped(function_words, block.n_words, 1.0),
                variety_share(block),
            ],
            axis=1,
        )
        return Measurement(values, [])
