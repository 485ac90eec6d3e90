"""The list of tortured phrases, as ids."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.features.language.phrase_channel import LONGEST
from chaffinch.features.language.tortured_phrases import TorturedPhrases
from chaffinch.features.text.vocabulary import FIRST_WORD, Vocabulary

_ACCIDENTS = 1
"""Times that clean texts may have a phrase that is still listed; our choice: once is by accident,
twice is usage."""


def build_tortured_phrases(
    lexicons: Lexicons, vocabulary: Vocabulary, streams: Sequence[NDArray[np.uint16]]
) -> TorturedPhrases:
    """The phrases of two words or more whose words are known, but those that clean texts have.

    Some distortions are set terms of another field: "search engine", "cloud computing". Where a
    phrase was written for several terms, the first in the alphabet is given.

    Args:
        lexicons: Where the phrases come from.
        vocabulary: The words.
        streams: Word ids of clean texts, with their pauses.
    """
    ids = {word: index for index, word in enumerate(vocabulary.words) if index >= FIRST_WORD}
    rows: dict[tuple[int, ...], tuple[int, ...]] = {}
    for term, distortions in sorted(lexicons.tortured.items()):
        original = _padded(term, ids)
        for distortion in distortions if original else ():
            phrase = _padded(distortion, ids)
            if original and phrase and " " in distortion:
                rows.setdefault(phrase, original)
    phrases = sorted(rows)
    listed = _table(phrases, rows)
    seen: Counter[int] = Counter()
    for stream in streams:
        seen.update(listed.find(stream, stream >= FIRST_WORD).phrase.tolist())
    rare = [phrase for index, phrase in enumerate(phrases) if seen[index] <= _ACCIDENTS]
    return _table(rare, rows)


def _padded(phrase: str, ids: dict[str, int]) -> tuple[int, ...] | None:
    words = phrase.split(" ")
    if len(words) > LONGEST or not all(word in ids for word in words):
        return None
    return (*(ids[word] for word in words), *[0] * (LONGEST - len(words)))


def _table(
    phrases: list[tuple[int, ...]], originals: dict[tuple[int, ...], tuple[int, ...]]
) -> TorturedPhrases:
    table = np.array(phrases, np.uint16).reshape(-1, LONGEST)
    terms = [originals[phrase] for phrase in phrases]
    return TorturedPhrases(table, np.array(terms, np.uint16).reshape(-1, LONGEST))
