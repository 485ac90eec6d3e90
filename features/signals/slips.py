"""Words that their author got wrong."""

import numpy as np

from chaffinch.features.language.authorship import misspelt_words
from chaffinch.features.language.replacement_evidence import replacement_evidence
from chaffinch.features.language.slips import kind_of_slip
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.text.rates import damped
from chaffinch.features.text.tokens import TokenBlock


class Slips(Signal):
    """Words that their author got wrong, which no spinner put there.

    What it measures: doubted words that a slip explains a hundred times better than no error and
    better than any original of a spinner's does, as a share of all words (plus 50). Such are
    misspellings that are words ("fist" for "first"), words that sound the same, wrong forms,
    articles and prepositions, and letters that a scanner took for others. Misspellings of common
    words that are no words count too. The words that were probably meant are shown; they weigh
    nothing.

    Why farms show it: they do not; people do. What a slip explains counts less for a spinner, and
    where a text has many, its wrong articles, doubled words and small names count less too.

    When it is wrong: a spinner's word may be one letter away from another that fits.

    Source: Kernighan, Church and Gale, "A spelling correction program based on a noisy channel
    model" (COLING 1990); what learners confuse is counted on JFLEG (Napoles, Sakaguchi and
    Tetreault, EACL 2017).
    """

    name = "slips"
    features = (
        Feature("share", "share of words", "words that their author got wrong", 0, 1, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        evidence = replacement_evidence(block, self.resources).words
        slips = np.flatnonzero(evidence.meant)
        tokens = evidence.tokens[slips]
        n_slips = np.bincount(block.doc[tokens], minlength=len(block))
        words = self.resources.vocabulary.words
        spans = []
        for token, meant in zip(tokens.tolist(), evidence.meant[slips].tolist(), strict=True):
            start, end = block.local(token)
            doc = int(block.doc[token])
            word = words[meant]
            note = f"probably {word} ({kind_of_slip(word, words[block.word[token]])})"
            spans.append(Span(doc, "text", start, end, word, 0.0, note))
        n_wrong = n_slips + misspelt_words(block, self.resources)
        return Measurement(damped(n_wrong, block.n_words)[:, None], spans)
