"""Many documents tokenised at once, as flat arrays."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.characters import (
    APOSTROPHE,
    CLAUSE,
    DIGIT,
    HYPHEN,
    IGNORED,
    LETTER,
    NEWLINE,
    QUOTE,
    SPACE,
    STOP,
    classify,
    code_points,
)
from chaffinch.features.document import MAX_CHARACTERS, Document
from chaffinch.features.vocabulary import NAME, NUMBER, UNKNOWN, Vocabulary, hash_spans

GAP_NONE, GAP_HYPHEN, GAP_QUOTE, GAP_CLAUSE, GAP_STOP, GAP_LINE, GAP_DOCUMENT = range(7)
"""What stands between a token and the one before it, weakest first."""

LOWER, CAPITALISED, UPPER, MIXED = range(4)
"""How a token is written. A single upper-case letter is `CAPITALISED`."""

ENCODED_LETTER = re.compile(
    r"&#(?:0{0,4}(?:6[5-9]|[78]\d|90|9[7-9]|1[01]\d|12[0-2])"
    r"|x0{0,4}(?:[46][1-9a-f]|[57][0-9a]));",
    re.IGNORECASE,
)
"""A Latin letter written as a numeric character reference."""

_GAP_OF_KIND = np.zeros(10, np.uint8)
_GAP_OF_KIND[[SPACE, HYPHEN, APOSTROPHE, QUOTE, CLAUSE, STOP, NEWLINE]] = [
    GAP_NONE,
    GAP_HYPHEN,
    GAP_QUOTE,
    GAP_QUOTE,
    GAP_CLAUSE,
    GAP_STOP,
    GAP_LINE,
]


class WordTypes(NamedTuple):
    """The different words of every document of a block.

    Attributes:
        order: int64 array of shape (n_tokens,), tokens by document and word.
        of_token: int64 array of shape (n_tokens,), the word of each token in that order, as an
            index that rises by one at every new word.
        n_tokens: int64 array of shape (n_types,), tokens of each different word.
        doc: int64 array of shape (n_types,), its document.
    """

    order: NDArray[np.int64]
    of_token: NDArray[np.int64]
    n_tokens: NDArray[np.int64]
    doc: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TokenBlock:
    """Documents and their tokens. A token is a run of letters and digits.

    An apostrophe between letters begins a token of its own (``don 't``, ``Blinken 's``);
    characters that nobody sees (soft hyphens, zero-width marks, combining marks) are passed
    over, so that they cannot split a word, and Latin letters in disguise are Latin letters.
    What a token looks like never depends on the documents beside it.

    Attributes:
        documents: The documents, in the order given.
        points: uint32 array of shape (n_points,), the code points of all texts, each followed
            by one line feed.
        doc_start: int64 array of shape (n_docs + 1,), where each text begins in `points`.
        start: int64 array of shape (n_tokens,), first code point of each token in `points`.
        end: int64 array of shape (n_tokens,), one past the last one.
        doc: int64 array of shape (n_tokens,), the document of each token.
        word_hash: uint64 array of shape (n_tokens,), hash of the folded token.
        word: uint16 array of shape (n_tokens,), vocabulary id, or the class of an unknown
            word: `NUMBER` when it begins with a digit, `NAME` when it is capitalised.
        gap: uint8 array of shape (n_tokens,), the strongest mark before each token.
        case: uint8 array of shape (n_tokens,), how the token is written.
        n_words: int64 array of shape (n_docs,), tokens of each document.
    """

    documents: tuple[Document, ...]
    points: NDArray[np.uint32]
    doc_start: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    doc: NDArray[np.int64]
    word_hash: NDArray[np.uint64]
    word: NDArray[np.uint16]
    gap: NDArray[np.uint8]
    case: NDArray[np.uint8]
    n_words: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.documents)

    @classmethod
    def from_documents(cls, documents: Sequence[Document], vocabulary: Vocabulary) -> "TokenBlock":
        """Tokenise documents; only their first `MAX_CHARACTERS` characters are read."""
        texts = [document.text[:MAX_CHARACTERS] for document in documents]
        raw = code_points("".join(f"{text}\n" for text in texts))
        lengths = np.array([len(text) + 1 for text in texts], np.int64)
        doc_start = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(lengths, out=doc_start[1:])

        kind, fold, upper = classify(raw)
        width = _decode_references(texts, doc_start, kind, fold, upper)
        position = np.flatnonzero(kind != IGNORED)
        if len(position) < len(raw):
            kind, fold, upper = kind[position], fold[position], upper[position]
        start, end = _token_bounds(kind)
        word_hash = hash_spans(fold, start, end)

        n_upper = np.zeros(len(kind) + 1, np.int64)
        np.cumsum(upper, out=n_upper[1:])
        upper_count = n_upper[end] - n_upper[start]
        length = end - start
        case = np.full(len(start), MIXED, np.uint8)
        case[(upper_count == length) & (length > 1)] = UPPER
        case[(upper_count == 1) & upper[start]] = CAPITALISED
        case[upper_count == 0] = LOWER

        word = vocabulary.ids_of_hashes(word_hash)
        unknown = word == UNKNOWN
        word[unknown & (case != LOWER)] = NAME
        word[unknown & (kind[start] == DIGIT)] = NUMBER

        joints = np.searchsorted(position, doc_start[1:] - 1)
        gap = _gaps(kind, upper, start, end, joints)
        first, last = position[start], position[end - 1]
        last = last + (1 if width is None else width[last])
        doc = np.searchsorted(doc_start, first, side="right") - 1
        return cls(
            documents=tuple(documents),
            points=raw,
            doc_start=doc_start,
            start=first,
            end=last,
            doc=doc,
            word_hash=word_hash,
            word=word,
            gap=gap,
            case=case,
            n_words=np.bincount(doc, minlength=len(texts)),
        )

    @cached_property
    def types(self) -> WordTypes:
        """The different words, sorted out once for all signals."""
        order = np.lexsort((self.word_hash, self.doc))
        doc, word_hash = self.doc[order], self.word_hash[order]
        new = np.ones(len(doc), np.bool_)
        new[1:] = (doc[1:] != doc[:-1]) | (word_hash[1:] != word_hash[:-1])
        of_token = np.cumsum(new) - 1
        return WordTypes(order, of_token, np.bincount(of_token), doc[new])

    def local(self, token: int) -> tuple[int, int]:
        """Start and end of a token in its own document's text."""
        origin = self.doc_start[self.doc[token]]
        return int(self.start[token] - origin), int(self.end[token] - origin)

    def count(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Number of marked tokens in each document, float64 of shape (n_docs,)."""
        return np.bincount(self.doc[mask], minlength=len(self)).astype(np.float64)

    def total(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of one value a token over each document, float64 of shape (n_docs,).

        `bincount` adds in the order of the tokens, so the bits of a document's sum do not
        depend on its neighbours.
        """
        return np.bincount(self.doc, weights=values, minlength=len(self)).astype(np.float64)


def _decode_references(
    texts: Sequence[str],
    doc_start: NDArray[np.int64],
    kind: NDArray[np.uint8],
    fold: NDArray[np.uint32],
    upper: NDArray[np.bool_],
) -> NDArray[np.int64] | None:
    """Class letters written as character references as the letters that they stand for.

    A reference's first character takes the letter's place and the others are passed over; the
    tables are changed in place.

    Returns:
        Width of each character in code points, or None where all are one wide.
    """
    width = None
    for origin, text in zip(doc_start.tolist(), texts, strict=False):
        if "&#" not in text:
            continue
        for match in ENCODED_LETTER.finditer(text):
            if width is None:
                width = np.ones(len(kind), np.int64)
            start, end = origin + match.start(), origin + match.end()
            letter = html.unescape(match[0])
            kind[start:end] = IGNORED
            kind[start], fold[start] = LETTER, ord(letter.lower())
            upper[start:end] = False
            upper[start] = letter.isupper()
            width[start] = end - start
    return width


def _token_bounds(kind: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    letter = kind == LETTER
    apostrophe = kind == APOSTROPHE
    apostrophe[1:] &= letter[:-1]
    apostrophe[:-1] &= letter[1:]
    apostrophe[:1] = apostrophe[-1:] = False
    inside = letter | (kind == DIGIT) | apostrophe
    before = np.zeros_like(inside)
    before[1:] = inside[:-1]
    begins = inside & (~before | apostrophe)
    after = np.zeros_like(inside)
    after[:-1] = inside[1:] & ~apostrophe[1:]
    return np.flatnonzero(begins), np.flatnonzero(inside & ~after) + 1


def _gaps(
    kind: NDArray[np.uint8],
    upper: NDArray[np.bool_],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    joints: NDArray[np.int64],
) -> NDArray[np.uint8]:
    if not len(start):
        return np.zeros(0, np.uint8)
    inside = (kind == LETTER) | (kind == DIGIT)
    strength = _GAP_OF_KIND[kind]
    before = np.zeros_like(inside)
    before[1:] = inside[:-1]
    after = np.zeros_like(inside)
    after[:-1] = inside[1:]
    # "U.S." and "3.5" hold no sentence end; "word - word" is a dash, "well-kept" is not.
    strength[(kind == STOP) & before & after] = GAP_HYPHEN
    strength[(kind == HYPHEN) & ~(before & after)] = GAP_CLAUSE
    # A line that goes on in lower case was only wrapped.
    goes_on = np.zeros_like(inside)
    goes_on[:-1] = (kind[1:] == LETTER) & ~upper[1:]
    strength[(kind == NEWLINE) & goes_on & ~_doubled(kind)] = GAP_NONE
    strength[joints] = GAP_DOCUMENT
    strength[inside] = GAP_NONE
    gap: NDArray[np.uint8] = np.empty(len(start), np.uint8)
    gap[0] = GAP_DOCUMENT
    gap[1:] = np.maximum.reduceat(strength, end[:-1])[: len(start) - 1]
    # reduceat's segments run to the next token's end; the last one runs to the end of all.
    if len(start) > 1:
        gap[-1] = strength[end[-2] : end[-1]].max()
    return gap


def _doubled(kind: NDArray[np.uint8]) -> NDArray[np.bool_]:
    newline = kind == NEWLINE
    doubled: NDArray[np.bool_] = np.zeros(len(kind), np.bool_)
    doubled[1:] = newline[1:] & newline[:-1]
    return doubled
