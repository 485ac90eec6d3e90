"""How well each word follows the ones before it."""

import numpy as np

from chaffinch.features.despinning import contexts
from chaffinch.features.function_words import FUNCTION_WORD_HASHES
from chaffinch.features.rates import damped
from chaffinch.features.signal import Feature, Measurement, Signal
from chaffinch.features.tokens import TokenBlock
from chaffinch.features.vocabulary import FIRST_WORD

_AGAINST_CONTEXT = 1.0


class Fluency(Signal):
    """Words that follow their neighbours worse than chance.

    What it measures: the share of known words whose trigram probability lies a power of
    ten or more below their share of all English, and the share of function words.

    Why farms show it: a replaced word is strange to its neighbours, and they to it; spinners
    that replace "on" and "as" leave too few function words.

    When it is wrong: lists, headlines, verse and technical notes are unlike running prose.

    Source: perplexity filtering as in CCNet (Wenzek et al., LREC 2020), made relative to
    each word's own frequency so that rare subjects are not punished.
    """

    name = "fluency"
    features = (
        Feature("surprising", "share of words", "words their context speaks against", 0, 1, "spun"),
        Feature(
            "function_words", "share of words", "words such as 'of' and 'the'", 0, 1, "context"
        ),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        model = self.resources.language_model
        before2, before1, _, _ = contexts(block)
        known = block.word >= FIRST_WORD
        alone = model.frequency[block.word].astype(np.float64)
        surprise = alone - model.trigram(before2, before1, block.word)
        surprising = block.count(known & (surprise > _AGAINST_CONTEXT))
        function_words = block.count(np.isin(block.word_hash, FUNCTION_WORD_HASHES))
        values = np.stack(
            [damped(surprising, block.n_words), damped(function_words, block.n_words, 1.0)], axis=1
        )
        return Measurement(values, [])
