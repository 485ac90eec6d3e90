"""The table of phrases that spinners write, made from synonym resources and real pages."""

from collections import defaultdict

import numpy as np

from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.detector.training.resources.channel import OBSERVED
from chaffinch.features.language.language_model import quantise
from chaffinch.features.language.phrase_channel import LONGEST, PhraseChannel, phrase_keys
from chaffinch.features.text.vocabulary import FIRST_WORD, Vocabulary

MAX_ORIGINALS = 6
"""Probable originals kept for one written phrase, the likeliest; our choice, for size."""

_OF_RESOURCE = 0.5
"""What the options of a word or phrase share in each resource; our choice, as much as `OBSERVED`
gives a pair seen on real pages."""

_COMMON_ORIGINALS = 20_000
"""Rank by frequency up to which single words are originals of phrases; our choice: spinners'
phrase tables begin with common words."""

Ids = tuple[int, ...]


def build_phrase_channel(lexicons: Lexicons, vocabulary: Vocabulary) -> PhraseChannel:
    """All pairs of which one side is a phrase, of words that the vocabulary knows.

    Args:
        lexicons: Where the pairs come from, tortured phrases for terms of science among them;
            each resource shares a half of the chance among the options of a word or phrase.
        vocabulary: The words.
    """
    ids = {word: index for index, word in enumerate(vocabulary.words) if index >= FIRST_WORD}

    def numbered(phrase: str) -> Ids | None:
        words = phrase.split(" ")
        if len(words) > LONGEST or not all(word in ids for word in words):
            return None
        return tuple(ids[word] for word in words)

    chance: dict[tuple[Ids, Ids], float] = defaultdict(float)
    common = [
        word for word in ids if lexicons.word_rank.get(word, _COMMON_ORIGINALS) < _COMMON_ORIGINALS
    ]
    for table in (*lexicons.inflected_phrases.values(), lexicons.inflected["tortured"]):
        for original in [*common, *table.phrases()]:
            options = table.options(original)
            before = numbered(original)
            for option in options if before else ():
                after = numbered(option)
                if after and before and max(len(before), len(after)) > 1 and before != after:
                    chance[before, after] += _OF_RESOURCE / len(options)
    for pair in lexicons.observed:
        before, after = numbered(pair.original), numbered(pair.substitute)
        if before and after and max(len(before), len(after)) > 1:
            chance[before, after] += OBSERVED

    rows: dict[Ids, list[tuple[float, Ids]]] = defaultdict(list)
    for (before, after), share in chance.items():
        rows[after].append((-share, before))
    kept = {after: sorted(options)[:MAX_ORIGINALS] for after, options in rows.items()}
    everything = sorted({*kept, *(before for options in kept.values() for _, before in options)})
    place = {phrase: index for index, phrase in enumerate(everything)}
    padded = [(*phrase, *[0] * (LONGEST - len(phrase))) for phrase in everything]
    phrases = np.array(padded, np.uint16).reshape(-1, LONGEST)
    counts = [len(kept.get(phrase, ())) for phrase in everything]
    pairs = [pair for phrase in everything for pair in kept.get(phrase, ())]
    assert (np.diff(phrase_keys(phrases).astype(object)) > 0).all()
    return PhraseChannel(
        phrases=phrases,
        start=np.concatenate(([0], np.cumsum(counts))).astype(np.uint32),
        original=np.array([place[before] for _, before in pairs], np.uint32),
        weight=quantise(np.log10(np.minimum([-share for share, _ in pairs], 1.0))),
    )
