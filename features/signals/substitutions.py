"""Words that their context does not want, while a synonym's original fits."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.mentions import mentioned
from chaffinch.features.phrase_channel import PhraseMatches
from chaffinch.features.rates import distinct_count, mean_by_type
from chaffinch.features.replacement_evidence import replacement_evidence
from chaffinch.features.replacement_odds import COLUMNS
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.stream import Stream
from chaffinch.features.tokens import TokenBlock

EVIDENCE_ODDS = 0.5
"""Words whose log10 odds of having been replaced are over this are named as evidence."""

_SUPPOSED_SHARES = (0.03, 0.1, 0.25)
_CLEAR, _LARGEST, _NEVER = 4.0, 8.0, -30.0
_TYPE_DAMPING = 40.0
_FIRST_SHARE, _LEAST_SHARE, _MOST_SHARE = 0.1, 0.005, 0.5
_ROUNDS = 8
_STRETCH = 50


class Substitutions(Signal):
    """Words replaced by a synonym spinner.

    What it measures: for every word how much likelier a spinner is to have put it there than
    an author, from pairs of words, the wider context, and how much better an original fits that
    spinners are known to write it for. Each different word counts
    once, with its mean; short quotations do not count. `light`,
    `medium` and `heavy` are the evidence that 3, 10 or 25 % of the words were replaced (mean
    of ``log(1 + odds)``), over the number of different words plus 40 so that short texts do
    not look sure; `clear` is the share of words over 50 times likelier; `peak` the evidence
    of the worst 100 running words, so that a clean part does not hide a spun one; `share` the
    likeliest share of replaced words.

    Why farms show it: a spinner picks synonyms without reading, so "arsenic" stands where
    the sentence wants "as", and a dictionary links the two.

    When it is wrong: on verse, old prose and quoted tortured phrases; light spinning with
    words that fit stays unseen.

    Source: Shannon's noisy channel as used for spelling by Kernighan, Church and Gale
    (1990); replaced-token detection: ELECTRA (Clark et al., ICLR 2020); tortured phrases:
    Cabanac, Labbe and Magazinov, arXiv:2107.06751.
    """

    name = "substitutions"
    features = (
        Feature("light", "nats a word", "evidence if 3 % were replaced", 0, 8, "spun"),
        Feature("medium", "nats a word", "evidence if 10 % were replaced", 0, 8, "spun"),
        Feature("heavy", "nats a word", "evidence if 25 % were replaced", 0, 8, "spun"),
        Feature("clear", "share of words", "words over 50 times likelier replaced", 0, 1, "spun"),
        Feature("peak", "nats a word", "most of `medium` in 100 running words", 0, 8, "spun"),
        Feature("share", "share of words", "likeliest share of replaced words", 0, 1, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        odds_of = self.resources.replacement_odds
        stream = Stream.of_block(block)
        evidence = replacement_evidence(block, stream, self.resources)
        matches = self.resources.phrase_channel.matches(
            block, stream, self.resources.language_model
        )
        ratio = np.full(len(block.word), _NEVER)
        ratio[evidence.tokens] = np.clip(odds_of.log_ratio(evidence.values), -_LARGEST, _LARGEST)
        phrase_ratio = np.minimum(odds_of.phrase_log_ratio(matches.gain), _LARGEST)
        by_words = ratio.copy()
        np.maximum.at(ratio, matches.first, phrase_ratio)
        mention = mentioned(block)
        ratio[mention] = by_words[mention] = _NEVER
        phrase_ratio = np.where(mention[matches.first], _NEVER, phrase_ratio)
        types = distinct_count(block) + _TYPE_DAMPING
        told = [np.log1p(share / (1 - share) * np.exp(ratio)) for share in _SUPPOSED_SHARES]
        columns = [mean_by_type(block, one) / types for one in told]
        share = _likeliest_share(block, ratio)
        clear = mean_by_type(block, (ratio > _CLEAR).astype(np.float64)) / types
        columns += [clear, _peak(block, told[1]), share]
        prior = np.log(share / (1 - share))[block.doc]
        # Where one word could stand for a word or for a phrase, the better fit is named.
        word_gain = np.full(len(block.word), -np.inf)
        word_gain[evidence.tokens] = evidence.values[:, COLUMNS.index("gain")]
        better = (matches.length > 1) | (matches.gain > word_gain[matches.first])
        named_ratio = np.where(better, phrase_ratio, _NEVER)
        spans = self._phrase_spans(block, matches, named_ratio + prior[matches.first])
        taken = np.zeros(len(block.word), np.bool_)
        for first, length, _ in spans:
            taken[first : first + length] = True
        words = self.resources.vocabulary.words
        named = [
            _span(block, first, length, self.resources.phrase_channel.text(original, words), odds)
            for (first, length, original), odds in spans.items()
        ]
        odds = (by_words + prior) / np.log(10)
        known = dict(zip(evidence.tokens.tolist(), evidence.original.tolist(), strict=True))
        for token in np.flatnonzero((odds > EVIDENCE_ODDS) & ~taken).tolist():
            original = words[known[token]] if known[token] else None
            named.append(_span(block, token, 1, original, float(odds[token])))
        named.sort(key=lambda span: (span.doc, span.start))
        return Measurement(np.stack(columns, axis=1), named)

    def _phrase_spans(
        self, block: TokenBlock, matches: PhraseMatches, log_odds: NDArray[np.float64]
    ) -> dict[tuple[int, int, int], float]:
        """(first token, length, original) of phrases to name, the likeliest of those that overlap.

        Values are log10 odds.
        """
        odds = log_odds / np.log(10)
        taken: set[int] = set()
        spans: dict[tuple[int, int, int], float] = {}
        able = np.flatnonzero(odds > EVIDENCE_ODDS)
        for index in able[np.lexsort((matches.first[able], -odds[able]))].tolist():
            first, length = int(matches.first[index]), int(matches.length[index])
            tokens = set(range(first, first + length))
            if not tokens & taken:
                taken |= tokens
                spans[first, length, int(matches.original[index])] = float(odds[index])
        return spans


def _span(block: TokenBlock, first: int, length: int, original: str | None, odds: float) -> Span:
    start, _ = block.local(first)
    _, end = block.local(first + length - 1)
    note = "replaced word" if length == 1 else "replaced phrase"
    return Span(int(block.doc[first]), "text", start, end, original, odds, note)


def _peak(block: TokenBlock, told: NDArray[np.float64]) -> NDArray[np.float64]:
    """Evidence a word in the worst two neighbouring stretches, float64 of shape (n_docs,)."""
    n_stretches = -(-block.n_words // _STRETCH)
    first = np.cumsum(n_stretches) - n_stretches
    within = np.arange(len(block.word)) - np.repeat(
        np.cumsum(block.n_words) - block.n_words, block.n_words
    )
    stretch = first[block.doc] + within // _STRETCH
    total = np.bincount(stretch, weights=told, minlength=int(n_stretches.sum()) + 1)
    doc = np.repeat(np.arange(len(block)), n_stretches)
    pair = total[:-1] + np.where(np.append(doc[1:] == doc[:-1], False), total[1:], 0.0)
    peak = np.zeros(len(block))
    np.maximum.at(peak, doc, pair)
    return peak / (2 * _STRETCH + _TYPE_DAMPING)


def _likeliest_share(block: TokenBlock, ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of replaced words by expectation maximisation, float64 of shape (n_docs,)."""
    share = np.full(len(block), _FIRST_SHARE)
    words = block.count(ratio > _NEVER) + 1.0
    for _ in range(_ROUNDS):
        odds = ratio + np.log(share / (1 - share))[block.doc]
        share = np.clip(block.total(1 / (1 + np.exp(-odds))) / words, _LEAST_SHARE, _MOST_SHARE)
    return share
