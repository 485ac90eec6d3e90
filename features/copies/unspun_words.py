"""The words that spinners leave alone: names, numbers, and words that no dictionary replaces."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.document import Document
from chaffinch.features.text.characters import DIGIT, classify
from chaffinch.features.text.function_words import FUNCTION_WORDS
from chaffinch.features.text.tokens import GAP_STOP, LOWER, TokenBlock, token_blocks
from chaffinch.features.text.vocabulary import NAME, NUMBER, UNKNOWN, Vocabulary

UNSPUN_FUNCTION_WORDS = tuple(
    """
    the of and to that for with from this these those which who what they you she we him them
    their my our your its would could should if into than when because where how
    """.split()
)
"""Function words that dictionaries of synonyms hardly know.

WordNet has none of them; it has "as", "in", "he" and others of their kind as symbols of
elements and the like, which is what spinners make of these.
"""

VOCABULARY = Vocabulary.from_words(sorted({*FUNCTION_WORDS, *UNSPUN_FUNCTION_WORDS}))
"""All words that have to be known here: a model's vocabulary would tie sketches to that model."""

# By id, which words those are.
_UNSPUN = np.zeros(len(VOCABULARY), np.bool_)
_UNSPUN[VOCABULARY.ids(list(UNSPUN_FUNCTION_WORDS))] = True


def blocks(texts: Sequence[str]) -> Iterator[TokenBlock]:
    """Texts tokenised with `VOCABULARY`, in their order."""
    return token_blocks([Document(text) for text in texts], VOCABULARY)


def reread(block: TokenBlock) -> TokenBlock:
    """A block of another vocabulary's as `blocks` makes it, without tokenising again."""
    word = VOCABULARY.ids_of_hashes(block.word_hash)
    unknown = np.flatnonzero(word == UNKNOWN)
    kind, _, _ = classify(block.points[block.start[unknown]])
    word[unknown[block.case[unknown] != LOWER]] = NAME
    word[unknown[kind == DIGIT]] = NUMBER
    return replace(block, word=word)


def names_and_numbers(block: TokenBlock) -> NDArray[np.bool_]:
    """Which tokens are numbers, or capitalised within a sentence, bool of shape (n_tokens,).

    Args:
        block: A block of `blocks` or `reread`.
    """
    names = (block.word == NAME) & (block.gap < GAP_STOP)
    marked: NDArray[np.bool_] = names | (block.word == NUMBER)
    return marked


def unspun(block: TokenBlock) -> NDArray[np.bool_]:
    """Which tokens spinners leave alone, bool of shape (n_tokens,).

    Args:
        block: A block of `blocks` or `reread`.
    """
    marked: NDArray[np.bool_] = names_and_numbers(block) | _UNSPUN[block.word]
    return marked
