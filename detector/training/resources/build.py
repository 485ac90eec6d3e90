"""The resources that signals measure with, built from clean texts and synonym resources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.spinners.spinner import Spinner, SpunText
from chaffinch.detector.training.fitting import TrainingError
from chaffinch.detector.training.resources.channel import build_channel, channel_pairs
from chaffinch.detector.training.resources.context_model import EPOCHS, train_context_model
from chaffinch.detector.training.resources.language_model import (
    blocks,
    choose_vocabulary,
    count_words,
    train_language_model,
)
from chaffinch.detector.training.resources.noise import substitute_table
from chaffinch.detector.training.resources.phrase_channel import build_phrase_channel
from chaffinch.detector.training.resources.replacement_odds import (
    fit_replacement_odds,
    with_second_reader,
)
from chaffinch.detector.training.resources.slips import Author, slip_pairs
from chaffinch.detector.training.resources.tortured_phrases import build_tortured_phrases
from chaffinch.detector.training.simulation import simulate_spinning
from chaffinch.features.document import Document
from chaffinch.features.language.doubts import NO_DOUBTS
from chaffinch.features.language.replacement_evidence import replacement_evidence
from chaffinch.features.language.replacement_odds import ReplacementOdds
from chaffinch.features.language.stream import Stream
from chaffinch.features.resources import Resources
from chaffinch.features.second_reader.network import SecondReader
from chaffinch.features.text.tokens import TokenBlock

MIN_COUNT = 8
"""Words seen less often in clean text are not in the vocabulary, but for likely substitutes. Our
choice: pairs of rarer words are counted too seldom to say anything."""

_RARE_SUBSTITUTE_RANK = 60_000
"""Rank by frequency in English up to which a word of a thesaurus is a likely substitute, though
the corpora lack it; our choice."""

_MAX_RARE_SUBSTITUTES = 8_000
"""Most of these words, the commonest first; our choice: an eighth of the largest vocabulary."""

_KNOWN_PAIRS = 0.35
"""Share of its pairs that a thinned channel keeps: with half of the words measured so, 84 % of a
thesaurus unseen was found, without 76 % (model card)."""


_OFTEN = (0.25, 2.5)
"""How many times as often as learners the authors of texts with made-up slips err, at least and at
most; our choice: from careful writers to beginners."""


_SLIPS = 1
"""Seed of the slips."""


def build_resources(
    corpora: Mapping[str, Sequence[str]], lexicons: Lexicons, epochs: float = EPOCHS
) -> Resources:
    """Build language model, channel and context model; the odds' curves are not fitted yet.

    Args:
        corpora: Clean texts by corpus.
        lexicons: Synonym resources.
        epochs: Words drawn to train the context model, as a multiple of all words.
    """
    texts = [text for corpus in corpora.values() for text in corpus]
    counts = count_words(texts)
    rank = lexicons.word_rank
    observed = [
        word
        for pair in lexicons.observed
        for word in f"{pair.original} {pair.substitute}".split()
        if word.isalpha()
    ]
    rare = sorted(
        (
            word
            for word in {*lexicons.wordnet.any_sense, *lexicons.moby, *lexicons.mythes}
            if rank.get(word, _RARE_SUBSTITUTE_RANK) < _RARE_SUBSTITUTE_RANK
            and counts[word] < MIN_COUNT
        ),
        key=rank.__getitem__,
    )
    wanted = [*observed, *rare[:_MAX_RARE_SUBSTITUTES]]
    vocabulary = choose_vocabulary(counts, wanted, MIN_COUNT)
    streams = [
        np.concatenate([Stream.of_block(block).ids for block in blocks(corpus, vocabulary)])
        for corpus in corpora.values()
    ]
    language_model = train_language_model(streams, len(vocabulary))
    pairs = channel_pairs(lexicons, vocabulary)
    channel = build_channel(pairs, language_model.frequency)
    slips = slip_pairs(lexicons.errors, lexicons.inflection, vocabulary)
    phrase_channel = build_phrase_channel(lexicons, vocabulary)
    tortured_phrases = build_tortured_phrases(lexicons, vocabulary, streams)
    substitutes = substitute_table(pairs, len(vocabulary))
    context_model = train_context_model(streams, substitutes, epochs)
    return Resources(
        vocabulary,
        language_model,
        channel,
        phrase_channel,
        tortured_phrases,
        context_model,
        ReplacementOdds.blank(),
        build_channel(slips, language_model.frequency),
    )


def with_few_pairs(resources: Resources) -> Resources:
    """The same resources without most of the channel's pairs, as if a spinner were new."""
    return replace(resources, channel=resources.channel.thinned(_KNOWN_PAIRS, 0))


def with_fitted_odds(
    resources: Resources, texts: Sequence[str], spinners: Mapping[str, Sequence[Spinner]]
) -> tuple[Resources, Resources]:
    """The same resources with curves fitted to words of clean and of spun texts.

    Half of the texts, clean and spun, are measured as if most of their spinner's pairs were
    unknown: other evidence has to speak for spinners nobody has seen. Half of the clean texts come
    a second time with made-up slips of their authors, none of which a spinner put there.

    Args:
        resources: What to complete.
        texts: Clean texts that no part of the resources was built from.
        spinners: Family to the spinners that may be drawn for it.

    Returns:
        The resources, and the same with few of the channel's pairs.

    Raises:
        TrainingError: The spinners replace no word that is known.
    """
    thin = with_few_pairs(resources)
    found = _words_found(_with_slips(simulate_spinning(texts, spinners, 0), resources), resources)
    if not found.replaced.any():
        raise TrainingError(
            "No spinner replaces a word of the clean texts that the language model knows. "
            "Add texts or synonyms."
        )
    odds = fit_replacement_odds(*found)
    return replace(resources, replacement_odds=odds), replace(thin, replacement_odds=odds)


def with_second_look(
    resources: Resources,
    reader: SecondReader,
    texts: Sequence[str],
    spinners: Mapping[str, Sequence[Spinner]],
) -> tuple[Resources, Resources]:
    """The same resources with a second reader, and curves for the words that it reads, too.

    Args:
        resources: What to complete; its curves are fitted.
        reader: The second reader, which was trained on none of the texts.
        texts: Clean texts that no part of the resources was built from.
        spinners: Family to the spinners that may be drawn for it.

    Returns:
        The resources, and the same with few of the channel's pairs.
    """
    resources = replace(resources, second_reader=reader)
    found = _words_found(_with_slips(simulate_spinning(texts, spinners, 0), resources), resources)
    odds = with_second_reader(resources.replacement_odds, found.values, found.replaced)
    resources = replace(resources, replacement_odds=odds)
    return resources, with_few_pairs(resources)


class _WordsFound(NamedTuple):
    """Words and phrases of which it is known whether they were replaced.

    Attributes:
        values: float32 array of shape (n, len(COLUMNS)), the evidence on words.
        replaced: bool array of shape (n,).
        phrase_gain: float64 array of shape (m,), gains of matched phrases.
        phrase_replaced: bool array of shape (m,).
    """

    values: NDArray[np.float32]
    replaced: NDArray[np.bool_]
    phrase_gain: NDArray[np.float64]
    phrase_replaced: NDArray[np.bool_]


def _words_found(texts: Iterator[tuple[int, SpunText]], resources: Resources) -> _WordsFound:
    """The words of numbered texts; every second pair of texts is measured with few pairs."""
    asked = replace(resources, doubts=NO_DOUBTS)
    thin = with_few_pairs(asked)
    found = []
    for number, text in texts:
        measure_with = (asked, thin)[number // 2 % 2]
        block = TokenBlock.from_documents([Document(text.text)], resources.vocabulary)
        evidence = replacement_evidence(block, measure_with).words
        everyone = np.arange(len(block.word))
        matches = resources.phrase_channel.matches(block, resources.language_model, everyone)
        by_token = np.zeros(len(block.word), np.bool_)
        for replacement in text.replacements:
            by_token |= (block.start < replacement.end) & (block.end > replacement.start)
        last = matches.first + matches.length - 1
        phrase_replaced = by_token[matches.first] & by_token[last]
        words = evidence.values, by_token[evidence.tokens]
        found.append(_WordsFound(*words, matches.gain, phrase_replaced))
    return _WordsFound(*map(np.concatenate, zip(*found, strict=True)))


def _with_slips(texts: Iterator[SpunText], resources: Resources) -> Iterator[tuple[int, SpunText]]:
    """Numbered texts; every second clean one comes again with slips, under the same number."""
    author = Author(resources.slips, resources.vocabulary)
    for number, text in enumerate(texts):
        yield number, text
        if number % 8 in (0, 2):
            rng = np.random.default_rng([_SLIPS, number])
            low, high = _OFTEN
            often = float(low * (high / low) ** rng.random())
            yield number, SpunText(author.write(text.text, rng, often), ())
