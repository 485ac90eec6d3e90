"""The channel's table, made from synonym resources and replacements seen on real pages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from chaffinch.datasets.inflection import Inflection, Tag
from chaffinch.datasets.lexicons import Substitution, Synonyms, WordNet
from chaffinch.features.channel import Channel
from chaffinch.features.language_model import quantise
from chaffinch.features.vocabulary import FIRST_WORD, Vocabulary

MAX_CANDIDATES = 32
"""Probable originals kept for one written word."""

_OBSERVED, _ANY_SENSE, _ONE_HOP, _LOOSE = 0.5, 0.3, 0.12, 0.3
"""Share of a spinner's choices that falls to each kind of pair, before division by the number
of words of that kind; set by hand from how the pairs seen on real pages divide."""

_TAGS: tuple[Tag, ...] = ("plural", "past", "ing", "comparative", "superlative")

Pair = tuple[str, str]


def _base_pairs(wordnet: WordNet, loose: Synonyms) -> Iterator[tuple[str, str, float]]:
    for original, words in loose.items():
        for written in words:
            yield original, written, _LOOSE / len(words)
    for original, words in wordnet.any_sense.items():
        for written in words:
            yield original, written, _ANY_SENSE / len(words)
    for original, words in wordnet.one_hop.items():
        for written in words:
            yield original, written, _ONE_HOP / len(words)


def channel_pairs(
    wordnet: WordNet, loose: Synonyms, inflection: Inflection, observed: Iterable[Substitution]
) -> dict[Pair, float]:
    """(original, written) pairs with the chance that the original is written so.

    Inflected pairs take their base words' chance: "wars" and "battles" go as "war" and
    "battle" do, and a spinner that forgets the ending writes "battle" for "wars".
    """
    chance: dict[Pair, float] = defaultdict(float)
    inflected = {
        word: [inflection.inflect(word, tag) for tag in _TAGS]
        for word in {*loose, *wordnet.any_sense}
    }
    none: list[str | None] = [None] * len(_TAGS)
    for original, written, share in _base_pairs(wordnet, loose):
        chance[original, written] += share
        forms = zip(inflected[original], inflected.get(written, none), strict=True)
        for form, other in forms:
            if form:
                chance[form, other or written] += share
                if other:
                    chance[form, written] += share * 0.1
    for pair in observed:
        if " " not in pair.original and " " not in pair.substitute:
            chance[pair.original, pair.substitute] += _OBSERVED
            for tag in _TAGS:
                form, other = (
                    inflection.inflect(pair.original, tag),
                    inflection.inflect(pair.substitute, tag),
                )
                if form and other:
                    chance[form, other] += _OBSERVED / 2
    return dict(chance)


def build_channel(
    pairs: dict[Pair, float], vocabulary: Vocabulary, frequency: NDArray[np.float32]
) -> Channel:
    """Number the pairs and keep the likeliest originals of each written word.

    Args:
        pairs: (original, written) to the chance that a replaced original is written so.
        vocabulary: Words that have ids; pairs with other words are left out.
        frequency: float32 array of shape (n_ids,), log10 share of each word in clean text.
    """
    ids = {word: index for index, word in enumerate(vocabulary.words) if index >= FIRST_WORD}
    rows: dict[int, list[tuple[float, int, float]]] = defaultdict(list)
    for (original, written), chance in pairs.items():
        if original in ids and written in ids and original != written:
            log_chance = float(np.log10(min(chance, 1.0)))
            one = ids[original]
            rows[ids[written]].append((-(log_chance + float(frequency[one])), one, log_chance))
    counts = np.zeros(len(vocabulary) + 1, np.uint32)
    kept: list[tuple[float, int, float]] = []
    for number in range(len(vocabulary)):
        best = sorted(rows.get(number, []))[:MAX_CANDIDATES]
        kept += best
        counts[number + 1] = len(best)
    return Channel(
        start=np.cumsum(counts, dtype=np.uint32),
        original=np.array([one for _, one, _ in kept], np.uint16),
        weight=quantise(np.array([chance for _, _, chance in kept])),
    )
