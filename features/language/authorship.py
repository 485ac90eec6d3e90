"""Whether a text's odd words are a spinner's or its author's, taken together."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.language_model import LanguageModel
from chaffinch.features.language.replacement_evidence import replacement_evidence
from chaffinch.features.language.slips import edit_between
from chaffinch.features.resources import Resources
from chaffinch.features.text.running_text import running_text
from chaffinch.features.text.tokens import LOWER, TokenBlock
from chaffinch.features.text.vocabulary import FIRST_WORD, UNKNOWN, Vocabulary

_COMMON = -4.3
"""Log10 share of English from which a word is common. Our choice, some 1,800 words: what is one
letter away from a rarer word is as often a rare word itself."""

_SHORTEST = 4
"""Letters of the shortest word whose misspellings are told. Our choice: most short words are one
letter away from another."""

_CLEAR = 4.0
"""Log ratio (nats) from which a word is clearly a spinner's: over 50 times likelier. Our choice."""


class CommonWords:
    """Common words, found from what is one edit away.

    Source: the symmetric deletions of SymSpell (Garbe 2012): two words of which one edit makes one
    of the other are alike once a letter of one or of each is left out.

    Args:
        words: The words, in lower case.

    >>> common = CommonWords(["because", "morning"])
    >>> [common.meant_by(word) for word in ("becouse", "mornign", "evening")]
    ['because', 'morning', None]
    """

    def __init__(self, words: list[str]) -> None:
        self._words: dict[str, list[str]] = {}
        for word in words:
            for form in _shorter(word):
                self._words.setdefault(form, []).append(word)

    def meant_by(self, written: str) -> str | None:
        """The common word that one edit makes of a written one, or None."""
        for form in _shorter(written):
            for word in self._words.get(form, ()):
                if edit_between(word, written):
                    return word
        return None


def _shorter(word: str) -> list[str]:
    """A word, and the word without each of its letters."""
    return [word, *(word[:place] + word[place + 1 :] for place in range(len(word)))]


@lru_cache(maxsize=1)
def _common_words(vocabulary: Vocabulary, model: LanguageModel) -> CommonWords:
    common = np.flatnonzero(model.frequency[FIRST_WORD:] > _COMMON) + FIRST_WORD
    words = (vocabulary.words[id] for id in common.tolist())
    return CommonWords([word for word in words if word.isalpha() and len(word) >= _SHORTEST])


@lru_cache(maxsize=1)
def misspelt_words(block: TokenBlock, resources: Resources) -> NDArray[np.int64]:
    """Different misspellings of common words that are no words, int64 of shape (n_docs,)."""
    unknown = (block.word == UNKNOWN) & (block.case == LOWER) & running_text(block).words
    unknown &= block.end - block.start >= _SHORTEST
    counts = np.zeros(len(block), np.int64)
    tokens = np.flatnonzero(unknown)
    if not len(tokens):
        return counts
    common = _common_words(resources.vocabulary, resources.language_model)
    seen = set()
    for token, doc in zip(tokens.tolist(), block.doc[tokens].tolist(), strict=True):
        start, end = block.local(token)
        seen.add((doc, block.documents[doc].text[start:end]))
    for doc, word in seen:
        counts[doc] += word.isalpha() and common.meant_by(word) is not None
    return counts


@lru_cache(maxsize=1)
def spinners_share(block: TokenBlock, resources: Resources) -> NDArray[np.float64]:
    """How much of what is odd in each text is a spinner's rather than its author's.

    What a learner and a spinner both do, such as wrong articles, counts as much as the words
    around it that only one of them would write.

    Args:
        block: The documents.
        resources: What words are judged with.

    Returns:
        float64 array of shape (n_docs,), over 0: clearly replaced words, plus 1, over these and
        the slips, plus 1; 1 where a text has no slips.
    """
    evidence = replacement_evidence(block, resources).words
    replaced, slips = (
        np.bincount(block.doc[evidence.tokens[marked]], minlength=len(block))
        for marked in (evidence.log_ratio > _CLEAR, evidence.meant > 0)
    )
    share: NDArray[np.float64] = (replaced + 1.0) / (
        replaced + slips + misspelt_words(block, resources) + 1.0
    )
    return share
