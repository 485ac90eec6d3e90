"""Words that their context does not want, while a synonym's original fits."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.phrase_channel import PhraseMatches
from chaffinch.features.language.replaced_share import (
    NEVER,
    likeliest_share,
)
from chaffinch.features.language.replacement_evidence import (
    ReplacementEvidence,
    replacement_evidence,
)
from chaffinch.features.language.replacement_odds import COLUMNS
from chaffinch.features.signal import CONVICTS, MOST_NAMED, Feature, Measurement, Signal, Span
from chaffinch.features.text.rates import damped, distinct_count, type_counts
from chaffinch.features.text.tokens import TokenBlock

EVIDENCE_ODDS = 0.0
"""Log10 odds of having been replaced from which a word is evidence: likelier than not."""

_SUPPOSED_SHARES = (0.03, 0.1, 0.25)
"""Shares of replaced words that `light`, `medium` and `heavy` suppose. Our choice: the range of
what spinners do."""

_CLEAR = 4.0
"""Log ratio (nats) from which `clear` counts a word: over 50 times likelier. Our choice."""

_TYPE_DAMPING, _DOUBT_DAMPING = 40.0, 5.0
"""Different words added to those of every text, and to those of them that were looked at closely.
Our choice: a text of 40 words, the shortest that is judged, has half its evidence."""

_STRETCH = 50
"""Words of a stretch of text; `peak` looks at two neighbouring ones. Our choice: a paragraph."""


class Substitutions(Signal):
    """Words replaced by a synonym spinner.

    What it measures: for every word how much likelier a spinner is to have put it there than
    an author, from pairs of words, the wider context, and how much better an original fits that
    spinners are known to write it for. Each different word counts once, with its mean; short
    quotations do not count. `light`, `medium` and `heavy` are the evidence that 3, 10 or 25 %
    of the words were replaced (mean of ``log(1 + odds)``), over the number of different words
    plus 40, so that short texts do not look sure. `clear` is the share of words over 50 times
    likelier. `peak` is the evidence of the worst 100 running words, so that a clean part does
    not hide a spun one. `share` is the likeliest share of replaced words. `conviction` is the
    evidence of `medium` over the number of different words that were looked at closely, plus 5:
    rich and old language has many of these and few that stay suspect, where most of a spinner's
    do. A text that leaves doubt is read again by a small transformer, unless that is left out:
    `read_again` is the share of its words that were.

    Why farms show it: a spinner picks synonyms without reading, so "arsenic" stands where
    the sentence wants "as", and a dictionary links the two.

    When it is wrong: on verse, old prose and quoted tortured phrases; light spinning with
    words that fit stays unseen.

    Source: Shannon's noisy channel as used for spelling by Kernighan, Church and Gale
    (1990); replaced-token detection: ELECTRA (Clark et al., ICLR 2020), with MiniLM (Wang et
    al., NeurIPS 2020) as the second reader; tortured phrases:
    Cabanac, Labbe and Magazinov, arXiv:2107.06751.
    """

    name = "substitutions"
    features = (
        Feature("light", "nats per word", "evidence if 3 % were replaced", 0, 8, "spun", CONVICTS),
        Feature(
            "medium", "nats per word", "evidence if 10 % were replaced", 0, 8, "spun", CONVICTS
        ),
        Feature("heavy", "nats per word", "evidence if 25 % were replaced", 0, 8, "spun", CONVICTS),
        Feature(
            "clear",
            "share of words",
            "words over 50 times likelier replaced",
            0,
            1,
            "spun",
            CONVICTS,
        ),
        Feature(
            "peak", "nats per word", "most of `medium` in 100 running words", 0, 8, "spun", CONVICTS
        ),
        # One strange word is all there is to doubt in some short texts.
        Feature(
            "conviction", "nats per word", "`medium` per word that was doubted", 0, 8, "spun", 0.75
        ),
        Feature("share", "share of words", "likeliest share of replaced words", 0, 1, "context"),
        Feature(
            "read_again",
            "share of words",
            "words read by both readers",
            0,
            1,
            "context",
            role="words read again",
        ),
    )
    finds = "replaced words"

    def measure(self, block: TokenBlock) -> Measurement:
        evidence = replacement_evidence(block, self.resources)
        ratios = evidence.ratios
        tokens = np.flatnonzero(ratios.all > NEVER)
        found = _Found(block, tokens, ratios.all[tokens])
        gains = [
            np.log1p(share / (1 - share) * np.exp(found.log_ratio)) for share in _SUPPOSED_SHARES
        ]
        share = likeliest_share(block, tokens, found.log_ratio)
        columns = [
            *map(found.by_type, gains),
            found.by_type((found.log_ratio > _CLEAR).astype(np.float64)),
            found.peak(gains[1]),
            found.conviction(gains[1]),
            share,
            evidence.n_read / np.maximum(block.n_words, 1),
        ]
        prior = np.log(share / (1 - share))[block.doc]
        named = self._name(block, evidence, prior)
        return Measurement(np.stack(columns, axis=1), _spans(block, named))

    def _name(
        self,
        block: TokenBlock,
        evidence: ReplacementEvidence,
        prior: NDArray[np.float64],
    ) -> list["_Named"]:
        """Words and phrases to name, by position.

        Args:
            block: The documents.
            evidence: What is known of their words and phrases.
            prior: float64 array of shape (n_tokens,), log odds that a word of its text is replaced.
        """
        # Where one word could stand for a word or for a phrase, the better fit is named, and where
        # its author probably made a slip, neither.
        words, matches, ratios = evidence.words, evidence.phrases, evidence.ratios
        word_gain = np.full(len(block.word), -np.inf)
        word_gain[words.tokens] = words.values[:, COLUMNS.index("gain")]
        better = (matches.length > 1) | (matches.gain > word_gain[matches.first])
        slip = np.zeros(len(block.word), np.bool_)
        slip[words.tokens] = words.meant > 0
        better &= (matches.length > 1) | ~slip[matches.first]
        phrase_odds = np.where(better, ratios.phrases, NEVER) + prior[matches.first]
        named = self._phrases(matches, phrase_odds / np.log(10))
        taken = np.zeros(len(block.word), np.bool_)
        for first, length, *_ in named:
            taken[first : first + length] = True
        spelt = self.resources.vocabulary.words
        odds = (ratios.words + prior).take(words.tokens) / np.log(10)
        unnamed = ~taken.take(words.tokens) & (words.meant == 0)
        likely = np.flatnonzero((odds > EVIDENCE_ODDS) & unnamed)
        named += [
            _Named(token, 1, spelt[original] if original else None, weight)
            for token, original, weight in zip(
                words.tokens.take(likely).tolist(),
                words.original.take(likely).tolist(),
                odds.take(likely).tolist(),
                strict=True,
            )
        ]
        return sorted(named)

    @classmethod
    def summarise(cls, text: str, spans: Sequence[Span], contributions: Sequence[float]) -> str:
        if not spans:
            return cls.without_evidence
        originals = Counter(span.original for span in spans if span.original)
        named = ", ".join(f"'{word}'" for word, _ in originals.most_common(MOST_NAMED))
        words = "1 word does" if len(spans) == 1 else f"{len(spans)} words do"
        return f"{words} not fit" + (f"; most likely {named}" if named else "")

    def _phrases(self, matches: PhraseMatches, odds: NDArray[np.float64]) -> list["_Named"]:
        """Phrases to name, the likeliest of those that overlap.

        Args:
            matches: The phrases.
            odds: float64 array of shape (n_matches,), log10 odds that each was replaced.
        """
        taken: set[int] = set()
        named: list[_Named] = []
        channel, words = self.resources.phrase_channel, self.resources.vocabulary.words
        likely = np.flatnonzero(odds > EVIDENCE_ODDS)
        for index in likely[np.lexsort((matches.first[likely], -odds[likely]))].tolist():
            first, length = int(matches.first[index]), int(matches.length[index])
            tokens = set(range(first, first + length))
            if not tokens & taken:
                taken |= tokens
                original = channel.text(int(matches.original[index]), words)
                named.append(_Named(first, length, original, float(odds[index])))
        return named


class _Named(NamedTuple):
    """Words to name: the first one's index, their number, their original, log10 odds."""

    first: int
    length: int
    original: str | None
    odds: float


def _spans(block: TokenBlock, named: list[_Named]) -> list[Span]:
    first = np.array([item.first for item in named], np.int64)
    last = first + np.array([item.length - 1 for item in named], np.int64)
    doc = block.doc.take(first)
    origin = block.doc_start.take(doc)
    start, end = block.start.take(first) - origin, block.end.take(last) - origin
    return [
        Span(
            document,
            "text",
            low,
            high,
            item.original,
            item.odds,
            "replaced word" if item.length == 1 else "replaced phrase",
        )
        for document, low, high, item in zip(
            doc.tolist(), start.tolist(), end.tolist(), named, strict=True
        )
    ]


class _Found(NamedTuple):
    """The words of a block that may have been replaced.

    Attributes:
        block: The block.
        tokens: int64 array of shape (n,), indices of these words, rising.
        log_ratio: float64 array of shape (n,), how much likelier a spinner is to have put them.
    """

    block: TokenBlock
    tokens: NDArray[np.int64]
    log_ratio: NDArray[np.float64]

    @property
    def doc(self) -> NDArray[np.int64]:
        """Document of each word."""
        return self.block.doc.take(self.tokens)

    def total(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of a value over each document, float64 of shape (n_docs,)."""
        return np.bincount(self.doc, weights=values, minlength=len(self.block)).astype(np.float64)

    def by_type(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over a document's different words of the mean value at their places, damped.

        Places that are not among `tokens` have a value of 0.
        """
        counts = type_counts(self.block).take(self.tokens)
        return damped(self.total(values / counts), distinct_count(self.block), _TYPE_DAMPING)

    def conviction(self, gain: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evidence for each of the different words among `tokens`, float64 of shape (n_docs,)."""
        counts = type_counts(self.block).take(self.tokens)
        return self.total(gain / counts) / (self.total(1 / counts) + _DOUBT_DAMPING)

    def peak(self, gain: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evidence per word of the worst two neighbouring stretches, float64 of shape (n_docs,)."""
        n_words = self.block.n_words
        n_stretches = -(-n_words // _STRETCH)
        first = np.cumsum(n_stretches) - n_stretches
        within = self.tokens - (np.cumsum(n_words) - n_words)[self.doc]
        stretch = first[self.doc] + within // _STRETCH
        total = np.bincount(stretch, weights=gain, minlength=int(n_stretches.sum()) + 1)
        doc = np.repeat(np.arange(len(n_words)), n_stretches)
        pair = total[:-1] + np.where(np.append(doc[1:] == doc[:-1], False), total[1:], 0.0)
        peak = np.zeros(len(n_words))
        np.maximum.at(peak, doc, pair)
        return peak / (2 * _STRETCH + _TYPE_DAMPING)
