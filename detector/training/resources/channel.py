"""The channel's table, made from synonym resources and replacements seen on real pages."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.lexicons.observed import Substitution
from chaffinch.features.language.channel import Channel
from chaffinch.features.language.language_model import quantise
from chaffinch.features.text.vocabulary import FIRST_WORD, Vocabulary

MAX_CANDIDATES = 16
"""Probable originals kept for one written word, the likeliest; our choice, for speed and size."""

RESOURCES = ("wordnet any sense", "wordnet one hop", "moby", "mythes", "neighbours")
"""Tables of `Lexicons.inflected` that candidates come from."""

OBSERVED = 0.5
"""What having seen a replacement on real pages adds to its chance, at most; our choice: as much
as all thesauri know of a word with two synonyms."""

_FORGOTTEN = 0.1
"""Chance that a spinner leaves the ending of a word away, shared by its base forms; our choice."""

_ROUNDS = 50
"""Rounds of expectation maximisation; our choice: the weights stand still by then."""

Pairs = dict[tuple[int, int], float]
"""(original id, written id) to the chance that a replaced original is written so."""


def _options(table: InflectedSynonyms, word: str) -> dict[str, float]:
    """The substitutes that one resource has for a word, with chances that add up to about 1.

    A spinner that forgets the ending writes "battle" for "wars" now and then.
    """
    options = dict.fromkeys(table.options(word))
    chance = {option: 1 / len(options) for option in options}
    bases, tag = table.entry(word)
    if tag:
        for base in bases:
            chance[base] = chance.get(base, 0.0) + _FORGOTTEN / len(bases)
    return chance


def learn_resource_weights(
    tables: Mapping[str, InflectedSynonyms], observed: Iterable[Substitution]
) -> dict[str, float]:
    """Share of real replacements that each resource accounts for.

    Mixture weights by expectation maximisation (Dempster, Laird and Rubin 1977) over the
    single-word replacements seen on real pages; those that no resource knows are left out.

    Returns:
        Weights by resource, adding up to 1; equal ones where nothing was observed.
    """
    known = [name for name, table in tables.items() if len(table)]
    rows = []
    for pair in observed:
        row = [_options(tables[name], pair.original).get(pair.substitute, 0.0) for name in known]
        if any(row):
            rows.append(row)
    weights = np.full(len(known), 1 / max(len(known), 1))
    if rows:
        chance = np.array(rows)
        for _ in range(_ROUNDS):
            part = chance * weights
            weights = (part / part.sum(axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(known, weights.tolist(), strict=True))


def channel_pairs(lexicons: Lexicons, vocabulary: Vocabulary) -> Pairs:
    """All pairs of vocabulary words that a resource or a real page links, with their chances."""
    ids = {word: index for index, word in enumerate(vocabulary.words) if index >= FIRST_WORD}
    tables = {name: lexicons.inflected[name] for name in RESOURCES}
    weights = learn_resource_weights(tables, lexicons.observed)
    chance: Pairs = defaultdict(float)
    for word, original in ids.items():
        for name, weight in weights.items():
            for option, share in _options(tables[name], word).items():
                written = ids.get(option)
                if written is not None and written != original:
                    chance[original, written] += weight * share
    for pair in lexicons.observed:
        if pair.original in ids and pair.substitute in ids:
            chance[ids[pair.original], ids[pair.substitute]] += OBSERVED
    return dict(chance)


def build_channel(pairs: Pairs, frequency: NDArray[np.float32]) -> Channel:
    """Keep the likeliest originals of each written word.

    Args:
        pairs: (original id, written id) to the chance that a replaced original is written so.
        frequency: float32 array of shape (n_ids,), log10 share of each word in clean text.
    """
    original, written = np.array(list(pairs), np.int64).reshape(-1, 2).T
    chance = np.log10(np.minimum(np.array(list(pairs.values()), float), 1.0))
    order = np.lexsort((original, -(chance + frequency[original]), written))
    written = written[order]
    rank = np.arange(len(written)) - np.searchsorted(written, written)
    kept = order[rank < MAX_CANDIDATES]
    counts = np.bincount(written[rank < MAX_CANDIDATES], minlength=len(frequency))
    return Channel(
        start=np.concatenate(([0], np.cumsum(counts))).astype(np.uint32),
        original=original[kept].astype(np.uint16),
        weight=quantise(chance[kept]),
    )
