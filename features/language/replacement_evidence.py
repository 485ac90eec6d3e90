"""What speaks for and against each word's having been replaced, as numbers side by side."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.channel import Channel, best_of_each
from chaffinch.features.language.doubts import NO_DOUBTS, Doubts
from chaffinch.features.language.language_model import (
    STEPS_PER_TEN,
    LanguageModel,
    dequantise,
    pair_fit,
)
from chaffinch.features.language.phrase_channel import PhraseMatches
from chaffinch.features.language.replaced_share import (
    NEVER,
    LogRatios,
    likeliest_share,
    log_ratios,
)
from chaffinch.features.language.replacement_odds import (
    COLUMNS,
    CONTEXT,
    ORIGINALS,
    PAIRS,
    SECOND_READER,
    ReplacementOdds,
)
from chaffinch.features.language.stream import Stream
from chaffinch.features.resources import Resources
from chaffinch.features.second_reader.network import SecondReader
from chaffinch.features.second_reader.reading import Asked, Reading, read_again
from chaffinch.features.text.rates import type_counts
from chaffinch.features.text.running_text import running_text
from chaffinch.features.text.tokens import CAPITALISED, GAP_STOP, LOWER, TokenBlock
from chaffinch.features.text.vocabulary import FIRST_WORD, UNKNOWN

_LARGEST = 8.0
"""Log-odds of the context, of either sign, beyond which none are told apart. Our choice."""

_NO_GAIN = -3.0
"""Gain (log10) of a word without an original, and the least that a candidate may have by its
neighbours alone. Our choice: a thousand times worse than the word itself."""

_RAREST = -9.0
"""Frequency (log10 share) of a word that the vocabulary lacks: below that of any that it has."""

_LEAST_SLIP = 2.0
"""Gain (log10) from which a word is taken for a slip. Measured: of 1,000 words, 0.4 in news, 1.2 to
1.6 of learners, and 3.9 in old newspapers read by machine have more."""

_CONTEXT_WEIGHT = 0.4
"""Powers of ten of gain for each unit of log-odds of the context. Our choice: a little under
1 / ln(10), at which both would be in one unit, since context and neighbours overlap."""

_BEYOND_DOUBT = -3.5
"""Log-odds of the context under which no originals are looked up: 97 % of the words that a spinner
of unknown words replaced lie above, and half of clean words below."""

_READERS_DOUBT = -1.5
"""Log-odds of the second reader from which a word that the first one had passed is looked at. Our
choice: such a word is some three times likelier to have been replaced than any."""

_SUPPOSED_SHARE = 0.1
"""Share of replaced words with which the doubt is counted that decides what is read first. Our
choice: the middle of what spinners replace."""

_LIFTS = 1024
"""Lifts, in steps of `STEPS_PER_TEN`, that the tabulated curves tell apart; half are negative."""


class WordEvidence(NamedTuple):
    """Evidence on the words that a spinner could have written.

    Names and numbers are left out, and so are words that go well with their neighbours: nothing
    more is asked of these. Words that the vocabulary lacks are among them where the second reader
    doubts them.

    Attributes:
        tokens: int64 array of shape (n,), indices of these words.
        values: float32 array of shape (n, len(COLUMNS)), columns as in `COLUMNS`:

            - frequency: log10 share of the word in clean English,
            - after_pair, before_pair: log10 of how much likelier the word is after the word
              before it, and the word after it behind it, than by themselves,
            - capital: 1 at the start of a sentence,
            - context: log-odds from the context model,
            - repeats: natural log of how often the document has the word,
            - gain: log10 of how much better the best candidate original fits, the channel's
              chance included; `-3` where there is none, none fits, or none was looked for,
            - no_candidate: 1 in the same places, but for those where none fits,
            - slip: log10 of how much better the best word that the author may have meant fits,
              the chance of the slip included; `-3` as for `gain`,
            - reader: log-odds from the second reader; 0 where it did not read the word,
            - unknown: 1 for a word that the vocabulary lacks, which only that reader can judge:
              such a word is as rare as any, and nothing is known of its pairs and its context.
        original: uint16 array of shape (n,), id of the best candidate, 0 where none has a gain over
            0: one that fits no better is seldom the right one.
        meant: uint16 array of shape (n,), id of the word that the author probably meant, where a
            slip explains the word a hundred times better than no error, and better than any
            original; 0 elsewhere.
        log_ratio: float64 array of shape (n,), natural log of how much likelier a spinner is to
            have left the evidence than an author.
    """

    tokens: NDArray[np.int64]
    values: NDArray[np.float32]
    original: NDArray[np.uint16]
    meant: NDArray[np.uint16]
    log_ratio: NDArray[np.float64]


class ReplacementEvidence(NamedTuple):
    """Evidence on the words and phrases of a block that a spinner could have written.

    Attributes:
        words: The words.
        phrases: Phrases that hold such words, or words that their neighbours speak against, and
            stand where an original would fit.
        ratios: What words and phrases say together.
        n_read: int64 array of shape (n_docs,), how many words of each document, among all of them,
            the second reader read.
    """

    words: WordEvidence
    phrases: PhraseMatches
    ratios: LogRatios
    n_read: NDArray[np.int64]


@lru_cache(maxsize=1)
def replacement_evidence(block: TokenBlock, resources: Resources) -> ReplacementEvidence:
    """Gather the evidence on what of a block could have been replaced, once for all.

    Args:
        block: The documents.
        resources: What the evidence is measured with.
    """
    doubtful = _doubtful(block, resources)
    words = _evidence_on(block, resources, doubtful, resources.doubts)
    found = _with_phrases(block, resources, words)
    reader = resources.second_reader
    if reader is None:
        return found
    docs = _in_doubt(block, found.ratios, resources.doubts)
    if not len(docs):
        return found
    reading = _read_again(block, resources, words, docs, reader)
    words = _joined(words, _looked_at_again(block, resources, words, reading))
    n_read = np.bincount(block.doc.take(reading.tokens), minlength=len(block))
    return _with_phrases(block, resources, words)._replace(n_read=n_read)


def _with_phrases(
    block: TokenBlock, resources: Resources, words: WordEvidence
) -> ReplacementEvidence:
    """The words, the phrases that hold some of them, and both together; none read again."""
    odds = resources.replacement_odds
    phrases = resources.phrase_channel.matches(block, resources.language_model, words.tokens)
    ratios = log_ratios(block, words.tokens, words.log_ratio, phrases, odds)
    return ReplacementEvidence(words, phrases, ratios, np.zeros(len(block), np.int64))


def _evidence_on(
    block: TokenBlock, resources: Resources, tokens: NDArray[np.int64], doubts: Doubts
) -> WordEvidence:
    """What the first reader knows of some words."""
    model, odds = resources.language_model, resources.replacement_odds
    stream = Stream.of_block(block)
    fit = pair_fit(block, model)
    place = stream.place.take(tokens)
    word = block.word.take(tokens)
    unknown = word == UNKNOWN
    wanted = resources.context_model.wanted(block, stream, tokens)
    context = resources.context_model.log_odds(wanted, word)
    values = np.zeros((len(tokens), len(COLUMNS)), np.float32)
    for name, column in (
        ("frequency", np.where(unknown, _RAREST, model.frequency.take(word))),
        ("after_pair", fit.lift.take(place - 1) / np.float32(STEPS_PER_TEN)),
        ("before_pair", fit.lift.take(place) / np.float32(STEPS_PER_TEN)),
        ("capital", block.case.take(tokens) != LOWER),
        ("context", np.where(unknown, 0, np.clip(context, -_LARGEST, _LARGEST))),
        ("repeats", np.log(type_counts(block).take(tokens))),
        ("gain", _NO_GAIN),
        ("no_candidate", 1),
        ("slip", _NO_GAIN),
        ("unknown", unknown),
    ):
        values[:, COLUMNS.index(name)] = column
    log_ratio = odds.log_ratio(CONTEXT, values)
    asked = np.flatnonzero((log_ratio > doubts.slip) & (context > _BEYOND_DOUBT) & ~unknown)
    at = place[asked]
    own = (fit.steps.take(at - 1) + fit.steps.take(at)) / np.float64(STEPS_PER_TEN)
    written = _Written(
        word[asked], stream.ids[at - 1], stream.ids[at + 1], own, wanted[asked], context[asked]
    )
    slip, intended = _best_candidates(written, resources.slips, resources)
    second = np.flatnonzero(log_ratio[asked] > doubts.originals)
    gain = np.full(len(asked), -np.inf)
    gain[second], best = _best_candidates(written.some(second), resources.channel, resources)
    original, meant = np.zeros((2, len(tokens)), np.uint16)
    meant[asked] = np.where(slip > np.maximum(gain, _LEAST_SLIP), intended, 0)
    values[asked, COLUMNS.index("slip")] = np.maximum(slip, _NO_GAIN)
    queried, gain = asked[second], gain[second]
    original[queried] = np.where(gain > 0, best, 0)
    values[queried, COLUMNS.index("gain")] = np.maximum(gain, _NO_GAIN)
    values[queried, COLUMNS.index("no_candidate")] = ~np.isfinite(gain)
    log_ratio[queried] = odds.log_ratio(ORIGINALS, values[queried])
    return WordEvidence(tokens, values, original, meant, log_ratio)


def _in_doubt(block: TokenBlock, ratios: LogRatios, doubts: Doubts) -> NDArray[np.int64]:
    """Documents that the first reader leaves in doubt, int64 indices, rising."""
    tokens = np.flatnonzero(ratios.all > NEVER)
    share = likeliest_share(block, tokens, ratios.all[tokens])
    doubted = (share >= doubts.least) & (share < doubts.most) & (block.n_words > 0)
    return np.flatnonzero(doubted)


def _read_again(
    block: TokenBlock,
    resources: Resources,
    words: WordEvidence,
    docs: NDArray[np.int64],
    reader: SecondReader,
) -> Reading:
    """What the second reader says of some documents, most doubted stretches first."""
    doubt = np.zeros(len(block.word))
    odds = _SUPPOSED_SHARE / (1 - _SUPPOSED_SHARE) * np.exp(words.log_ratio)
    doubt[words.tokens] = np.log1p(odds)
    asked = Asked(docs, doubt, resources.doubts.enough)
    return read_again(block, asked, resources.vocabulary, reader)


def _looked_at_again(
    block: TokenBlock, resources: Resources, words: WordEvidence, reading: Reading
) -> WordEvidence:
    """What both readers know of the words that either doubts, where both have read."""
    log_odds = np.full(len(block.word), np.nan, np.float32)
    log_odds[reading.tokens] = reading.log_odds
    unknown = (block.word == UNKNOWN) & (block.case == LOWER) & running_text(block).words
    wanted = (_eligible(block) | unknown) & (log_odds > _READERS_DOUBT)
    wanted[words.tokens] = True
    tokens = np.flatnonzero(wanted & ~np.isnan(log_odds))
    both = _evidence_on(block, resources, tokens, NO_DOUBTS)
    both.values[:, COLUMNS.index("reader")] = log_odds.take(tokens)
    log_ratio = resources.replacement_odds.log_ratio(SECOND_READER, both.values)
    return both._replace(log_ratio=log_ratio)


def _joined(first: WordEvidence, second: WordEvidence) -> WordEvidence:
    """Evidence on all words, the second one's where both have some."""
    kept = np.flatnonzero(~np.isin(first.tokens, second.tokens))
    order = np.argsort(np.concatenate([first.tokens[kept], second.tokens]), kind="stable")
    return WordEvidence(
        **{
            name: np.concatenate([getattr(first, name)[kept], getattr(second, name)])[order]
            for name in WordEvidence._fields
        }
    )


class _FirstLook(NamedTuple):
    """Curves of the first look, tabulated.

    Attributes:
        word: float32 array of shape (n_ids,), by the word; lower-case ones.
        after, before: float32 arrays of shape (_LIFTS,), by the lifts of its pairs.
        capital: What is added at the start of a sentence.
    """

    word: NDArray[np.float32]
    after: NDArray[np.float32]
    before: NDArray[np.float32]
    capital: np.float32


@lru_cache(maxsize=1)
def _first_look(odds: ReplacementOdds, model: LanguageModel) -> _FirstLook:
    lifts = (np.arange(_LIFTS) - _LIFTS // 2) / STEPS_PER_TEN
    lower, upper = odds.curve(PAIRS, "capital", np.arange(2.0))
    return _FirstLook(
        (odds.curve(PAIRS, "frequency", model.frequency) + lower).astype(np.float32),
        odds.curve(PAIRS, "after_pair", lifts).astype(np.float32),
        odds.curve(PAIRS, "before_pair", lifts).astype(np.float32),
        np.float32(upper - lower),
    )


def _eligible(block: TokenBlock) -> NDArray[np.bool_]:
    """Words that a spinner could have written, bool array of shape (n_tokens,)."""
    eligible: NDArray[np.bool_] = block.case == LOWER
    eligible |= (block.case == CAPITALISED) & (block.gap >= GAP_STOP)
    eligible &= (block.word >= FIRST_WORD) & running_text(block).words
    return eligible


def _doubtful(block: TokenBlock, resources: Resources) -> NDArray[np.int64]:
    """Words that pass the first screening, int64 indices of tokens."""
    stream = Stream.of_block(block)
    look = _first_look(resources.replacement_odds, resources.language_model)
    lift = pair_fit(block, resources.language_model).lift + np.int16(_LIFTS // 2)
    ratio = look.word.take(block.word)
    ratio += look.after.take(lift).take(stream.place - 1)
    ratio += look.before.take(lift).take(stream.place)
    ratio += look.capital * (block.gap >= GAP_STOP)
    return np.flatnonzero(_eligible(block) & (ratio > resources.doubts.context))


class _Written(NamedTuple):
    """Words as a text has them, in whose place others are tried.

    Attributes:
        word, before, after: uint16 arrays of shape (n,), ids of the words and of their neighbours.
        fit: float64 array of shape (n,), log10 probability of the word and the next one.
        wanted: float32 array of shape (n, d), what the context asks for.
        context: float32 array of shape (n,), log-odds of the word in its context.
    """

    word: NDArray[np.uint16]
    before: NDArray[np.uint16]
    after: NDArray[np.uint16]
    fit: NDArray[np.float64]
    wanted: NDArray[np.float32]
    context: NDArray[np.float32]

    def some(self, which: NDArray[np.int64]) -> "_Written":
        """Some of these words."""
        return _Written(
            self.word[which],
            self.before[which],
            self.after[which],
            self.fit[which],
            self.wanted[which],
            self.context[which],
        )


def _best_candidates(
    written: _Written,
    channel: Channel,
    resources: Resources,
) -> tuple[NDArray[np.float64], NDArray[np.uint16]]:
    """The candidate of each word in a table that fits best, and by how much (log10)."""
    model = resources.language_model
    gain = np.full(len(written.word), -np.inf)
    original = np.zeros(len(written.word), np.uint16)
    at, pair = channel.expand(written.word)
    candidate = channel.original.take(pair)
    from_before, to_after = model.pairs(written.before.take(at), candidate, written.after.take(at))
    value = dequantise(channel.weight.take(pair)) + (from_before + to_after) - written.fit.take(at)
    hopeful = np.flatnonzero(value > _NO_GAIN)
    at, candidate, value = at.take(hopeful), candidate.take(hopeful), value.take(hopeful)
    wanted = written.wanted.take(at, axis=0)
    better = written.context.take(at) - resources.context_model.log_odds(wanted, candidate)
    value = value + _CONTEXT_WEIGHT * better
    best = best_of_each(at, value)
    gain[at[best]] = value[best]
    original[at[best]] = candidate[best]
    return gain, original
