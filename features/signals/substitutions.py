"""Words that their context does not want, while a synonym's original fits."""

import numpy as np

from chaffinch.features.despinning import decode
from chaffinch.features.rates import damped, distinct_count, distinct_share, mean_by_type
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import TokenBlock

EVIDENCE_GAIN = 0.5
"""Words with a gain over this (log10 odds) are named as evidence."""

_CLEAR_GAIN = 1.5
_GAIN_CAP = 5.0


class Substitutions(Signal):
    """Words replaced by a synonym spinner.

    What it measures: for every word the log10 odds that a spinner replaced it, from a
    noisy channel (which words spinners write for which) and a trigram model of clean
    English; shares of words over all words plus 50, so that short texts do not look sure.

    Why farms show it: a spinner picks synonyms without reading, so "arsenic" stands where
    the sentence wants "as", and a dictionary links the two.

    When it is wrong: on verse, old prose and heavily quoted tortured phrases; light
    spinning with words that fit stays unseen.

    Source: Shannon's noisy channel as used for spelling by Kernighan, Church and Gale
    (1990); tortured phrases: Cabanac, Labbe and Magazinov, arXiv:2107.06751.
    """

    name = "substitutions"
    features = (
        Feature("rate", "share of words", "words likelier replaced than written", 0, 1, "spun"),
        Feature("clear", "share of words", "words over 30 times likelier replaced", 0, 1, "spun"),
        Feature("gain", "log10 odds a word", "mean evidence for replacement", 0, 5, "context"),
        Feature("distinct", "share of word types", "different words replaced", 0, 1, "spun"),
        Feature("gain_by_type", "log10 odds a type", "evidence, each word once", 0, 5, "spun"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        decoding = decode(block, self.resources)
        gain = decoding.gain
        evidence = np.clip(gain, 0, _GAIN_CAP)
        values = np.stack(
            [
                damped(block.count(gain > 0), block.n_words),
                damped(block.count(gain > _CLEAR_GAIN), block.n_words),
                damped(block.total(evidence), block.n_words),
                distinct_share(block, gain > 1),
                damped(mean_by_type(block, evidence), distinct_count(block)),
            ],
            axis=1,
        )
        words = self.resources.vocabulary.words
        spans = []
        for token in np.flatnonzero(gain > EVIDENCE_GAIN).tolist():
            start, end = block.local(token)
            original = words[decoding.original[token]]
            doc = int(block.doc[token])
            spans.append(
                Span(doc, "text", start, end, original, float(gain[token]), "replaced word")
            )
        return Measurement(values, spans)
