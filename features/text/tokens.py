"""Many documents tokenised at once, as flat arrays."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.document import MAX_CHARACTERS, Document
from chaffinch.features.text.characters import (
    APOSTROPHE,
    CLAUSE,
    DIGIT,
    HYPHEN,
    IGNORED,
    LAST_ASCII,
    LETTER,
    NEWLINE,
    QUOTE,
    SPACE,
    STOP,
    classify,
    code_points,
)
from chaffinch.features.text.lines import Line, lines
from chaffinch.features.text.vocabulary import NAME, NUMBER, UNKNOWN, Vocabulary, hash_spans

GAP_NONE, GAP_HYPHEN, GAP_QUOTE, GAP_CLAUSE, GAP_STOP, GAP_LINE, GAP_DOCUMENT = range(7)
"""What stands between a token and the one before it, weakest first."""

BLOCK_CHARACTERS = 131_072
"""Characters of one block. Our choice: its arrays fit in a processor's cache."""

LOWER, CAPITALISED, UPPER, MIXED = range(4)
"""How a token is written. A single upper-case letter is `CAPITALISED`."""

ENCODED_LETTER = re.compile(
    r"&#(?:0{0,4}(?:6[5-9]|[78]\d|90|9[7-9]|1[01]\d|12[0-2])"
    r"|x0{0,4}(?:[46][1-9a-f]|[57][0-9a]));",
    re.IGNORECASE,
)
"""A Latin letter written as a numeric character reference."""

# How strongly each class of characters parts two words.
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
        marks: int64 array of shape (n_marks,), places in `points` of what is neither letter,
            digit, space nor passed over: punctuation, symbols and line feeds.
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
    marks: NDArray[np.int64]
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
        """Tokenise documents; only their first `MAX_CHARACTERS` characters are read.

        Args:
            documents: The documents.
            vocabulary: Ids of the words that a model knows.
        """
        texts = [document.text[:MAX_CHARACTERS] for document in documents]
        raw = code_points("".join(f"{text}\n" for text in texts))
        lengths = np.array([len(text) + 1 for text in texts], np.int64)
        doc_start = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(lengths, out=doc_start[1:])

        kind, fold, upper = classify(raw)
        width = _decode_references(texts, doc_start, kind, fold, upper)
        ignored = kind == IGNORED
        position = np.flatnonzero(~ignored) if ignored.any() else None
        if position is not None:
            kind, fold, upper = kind[position], fold[position], upper[position]
        marks = np.flatnonzero(kind > DIGIT)
        start, end = _token_bounds(kind, marks)
        word_hash = hash_spans(fold, start, end)
        case = _cases(upper, start, end)
        word = vocabulary.ids_of_hashes(word_hash)
        unknown = np.flatnonzero(word == UNKNOWN)
        begins_with_digit = kind[start[unknown]] == DIGIT
        word[unknown[case[unknown] != LOWER]] = NAME
        word[unknown[begins_with_digit]] = NUMBER

        gap = _gaps(kind, upper, end, marks)
        if position is not None:
            marks, start, end = position[marks], position[start], position[end - 1]
            end += 1 if width is None else width[end]
        n_words = np.diff(np.searchsorted(start, doc_start))
        gap[(np.cumsum(n_words) - n_words)[n_words > 0]] = GAP_DOCUMENT
        return cls(
            documents=tuple(documents),
            points=raw,
            doc_start=doc_start,
            marks=marks,
            start=start,
            end=end,
            doc=np.repeat(np.arange(len(texts)), n_words),
            word_hash=word_hash,
            word=word,
            gap=gap,
            case=case,
            n_words=n_words,
        )

    @cached_property
    def types(self) -> WordTypes:
        """The different words, sorted out once for all signals."""
        order = _stable_order(self.word_hash, self.doc, len(self))
        doc, word_hash = self.doc.take(order), self.word_hash.take(order)
        new = np.ones(len(doc), np.bool_)
        new[1:] = (doc[1:] != doc[:-1]) | (word_hash[1:] != word_hash[:-1])
        of_token = np.cumsum(new) - 1
        return WordTypes(order, of_token, np.bincount(of_token), doc[new])

    @cached_property
    def far(self) -> NDArray[np.int64]:
        """Places in `points` of characters beyond ASCII."""
        return np.flatnonzero(self.points > LAST_ASCII)

    @cached_property
    def lines(self) -> list[list[Line]]:
        """The lines of every document that are not blank, taken apart once for all signals."""
        return [lines(document.text[:MAX_CHARACTERS]) for document in self.documents]

    def local(self, token: int) -> tuple[int, int]:
        """Start and end of a token in its own document's text."""
        origin = self.doc_start[self.doc[token]]
        return int(self.start[token] - origin), int(self.end[token] - origin)

    def count(self, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Number of marked tokens in each document, float64 of shape (n_docs,)."""
        return np.bincount(self.doc[mask], minlength=len(self)).astype(np.float64)

    def total(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the values of each document's tokens, float64 of shape (n_docs,).

        `bincount` adds in the order of the tokens, so the bits of a document's sum do not
        depend on its neighbours.
        """
        return np.bincount(self.doc, weights=values, minlength=len(self)).astype(np.float64)


def _stable_order(
    word_hash: NDArray[np.uint64], doc: NDArray[np.int64], n_docs: int
) -> NDArray[np.int64]:
    """Order of tokens by document, hash and place; numpy sorts 16 bits at a time by radix."""
    digits = np.ascontiguousarray(word_hash.astype("<u8").view("<u2").reshape(-1, 4).T)
    order = np.argsort(digits[0], kind="stable")
    for digit in (*digits[1:], doc.astype(np.min_scalar_type(n_docs))):
        order = order.take(np.argsort(digit.take(order), kind="stable"))
    return order


def token_blocks(documents: Sequence[Document], vocabulary: Vocabulary) -> Iterator[TokenBlock]:
    """Documents tokenised in their order, at most `BLOCK_CHARACTERS` or one document at once."""
    first = size = 0
    for index, document in enumerate(documents):
        length = min(len(document.text), MAX_CHARACTERS)
        if index > first and size + length > BLOCK_CHARACTERS:
            yield TokenBlock.from_documents(documents[first:index], vocabulary)
            first, size = index, 0
        size += length
    if first < len(documents):
        yield TokenBlock.from_documents(documents[first:], vocabulary)


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
        # One character is found far sooner than two.
        if "&" not in text or "&#" not in text:
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


def _token_bounds(
    kind: NDArray[np.uint8], marks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where tokens begin and end; the last character is a line feed."""
    inside = np.zeros(len(kind) + 1, np.bool_)
    np.less_equal(kind - np.uint8(LETTER), DIGIT - LETTER, out=inside[1:])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    start, end = edges[::2].copy(), edges[1::2].copy()
    apostrophe = marks[kind[marks] == APOSTROPHE]
    between = (kind[apostrophe - 1] == LETTER) & (kind[apostrophe + 1] == LETTER)
    start[np.searchsorted(start, apostrophe[between])] -= 1
    return start, end


def _cases(
    upper: NDArray[np.bool_], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.uint8]:
    n_upper = np.zeros(len(upper) + 1, np.int32)
    np.cumsum(upper, out=n_upper[1:])
    count = n_upper.take(end) - n_upper.take(start)
    case = np.full(len(start), LOWER, np.uint8)
    some = np.flatnonzero(count)
    count, length = count[some], (end - start)[some]
    kinds = np.full(len(some), MIXED, np.uint8)
    kinds[(count == length) & (length > 1)] = UPPER
    kinds[(count == 1) & upper[start[some]]] = CAPITALISED
    case[some] = kinds
    return case


def _gaps(
    kind: NDArray[np.uint8],
    upper: NDArray[np.bool_],
    end: NDArray[np.int64],
    marks: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """The strongest mark before each token, as though all texts were one.

    Args:
        kind: uint8 array of shape (n,), classes of characters; the last is a line feed's.
        upper: bool array of shape (n,), upper-case letters.
        end: int64 array of shape (n_tokens,), one past each token.
        marks: int64 array, places of what is neither letter, digit nor space.
    """
    gap = np.full(len(end), GAP_NONE, np.uint8)
    token = np.searchsorted(end, marks, side="right")
    n_before = np.searchsorted(token, len(end))
    marks, token = marks[:n_before], token[:n_before]
    mark, before, after = kind[marks], kind[marks - 1], kind[marks + 1]
    strength = _GAP_OF_KIND[mark]
    # "U.S." and "3.5" hold no sentence end; "word - word" is a dash, "well-kept" is not.
    joined = _is_word(before) & _is_word(after)
    strength[(mark == STOP) & joined] = GAP_HYPHEN
    strength[(mark == HYPHEN) & ~joined] = GAP_CLAUSE
    # A line that goes on in lower case was only wrapped.
    wrapped = (after == LETTER) & ~upper[marks + 1] & (before != NEWLINE)
    strength[(mark == NEWLINE) & wrapped] = GAP_NONE
    np.maximum.at(gap, token, strength)
    return gap


def _is_word(kind: NDArray[np.uint8]) -> NDArray[np.bool_]:
    word: NDArray[np.bool_] = (kind == LETTER) | (kind == DIGIT)
    return word
