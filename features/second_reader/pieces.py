"""A document as the pieces that a transformer reads, each token's first piece known."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.second_reader.word_pieces import WordPieces
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import FIRST_WORD, Vocabulary

_MOST_MARKS = 3
"""Marks between two tokens that are read. Our choice: a quotation's end has three, and a ruled
line says no more than its beginning."""


class Pieces(NamedTuple):
    """The pieces of one document.

    Attributes:
        ids: int64 array of shape (n_pieces,), numbers of the pieces of words and marks.
        first: int64 array of shape (n_tokens,), where each of the document's tokens begins.
    """

    ids: NDArray[np.int64]
    first: NDArray[np.int64]


def pieces_of(
    block: TokenBlock, doc: int, vocabulary: Vocabulary, word_pieces: WordPieces
) -> Pieces:
    """Cut one document of a block; words in disguise are read as the words that they stand for.

    Args:
        block: The documents.
        doc: Index of the document.
        vocabulary: The words that the block was tokenised with.
        word_pieces: The pieces.
    """
    low, high = np.searchsorted(block.doc, [doc, doc + 1]).tolist()
    text, origin = block.documents[doc].text, int(block.doc_start[doc])
    words = vocabulary.words
    start, end = block.start[low:high] - origin, block.end[low:high] - origin
    before = _marks_before(block, doc, start, end)
    ids: list[int] = []
    first: list[int] = []
    spans = zip(start.tolist(), end.tolist(), block.word[low:high].tolist(), strict=True)
    for number, (begin, stop, word) in enumerate(spans):
        ids += [word_pieces.mark(text[place]) for place in before.get(number, ())]
        first.append(len(ids))
        ids += word_pieces.cut(words[word] if word >= FIRST_WORD else text[begin:stop])
    ids += [word_pieces.mark(text[place]) for place in before.get(high - low, ())]
    return Pieces(np.array(ids, np.int64), np.array(first, np.int64))


def _marks_before(
    block: TokenBlock, doc: int, start: NDArray[np.int64], end: NDArray[np.int64]
) -> dict[int, list[int]]:
    """Places of the first marks before tokens, by the number of the token; blanks are no marks."""
    origin, stop = block.doc_start[doc : doc + 2].tolist()
    low, high = np.searchsorted(block.marks, [origin, stop])
    marks = block.marks[low:high] - origin
    token = np.searchsorted(end, marks, side="right")
    outside = (token == len(start)) | (marks < np.append(start, 0)[token])
    marks, token = marks[outside], token[outside]
    text = block.documents[doc].text
    found: dict[int, list[int]] = {}
    for place, number in zip(marks.tolist(), token.tolist(), strict=True):
        places = found.setdefault(number, [])
        if len(places) < _MOST_MARKS and place < len(text) and not text[place].isspace():
            places.append(place)
    return found
