"""Small words that no longer fit their neighbours, and number words glued to digits."""

import re
from functools import lru_cache
from html import unescape

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.language.authorship import spinners_share
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.text.characters import folded
from chaffinch.features.text.rates import damped
from chaffinch.features.text.running_text import running_text
from chaffinch.features.text.tokens import (
    GAP_HYPHEN,
    GAP_LINE,
    GAP_NONE,
    GAP_QUOTE,
    LOWER,
    TokenBlock,
)
from chaffinch.features.text.vocabulary import WordSet

_ARTICLES = WordSet(["a", "an"])
"""Articles that go by the sound of the next word."""

_VOWEL_LETTER = re.compile(r"[aeiou]")
"""Beginning of a word that sounds as it is spelt, unless one of the next three matches."""

_CONSONANT_SOUND = re.compile(
    r"uni(?!n|m)|u[bfkst][aeiou]|usu|eu|ewe|one\b|once|ouija|u\b|ufo|uv\b"
)
"""Beginnings with a vowel letter that sound like a consonant."""

_VOWEL_SOUND = re.compile(r"hour|heir|hono|honest")
"""Beginnings with a consonant letter that sound like a vowel."""

_EITHER_SOUND = re.compile(r"hist|hotel|hab|herb|hyp|hys|hum|hal|her|hor|un[ai]|u[a-z]?$")
"""Words that begin with another sound than their letter says, and words where speakers differ."""

_CONJUNCTIONS = WordSet("and are as at if in into is it of on or under until".split())
"""Words that no article stands before: in "if a and b are given" the "a" is a name."""

_MAY_DOUBLE = WordSet(
    "had that very so bye no ha is really far many much more long again blah yes do well now "
    "never in on to out up it you her".split()
)
"""Words that careful writers double ("he had had", "very very")."""

_DIGITS = {
    word: str(digit)
    for digit, word in enumerate("zero one two three four five six seven eight nine".split())
}
"""Number words to the digit that each stands for."""

_NUMBER_WORDS = WordSet([*_DIGITS])
"""The number words of `_DIGITS`."""

_LINE_FEED = ord("\n")
"""Code point that parts lines."""

_APOSTROPHES = np.array([ord("'"), ord("\N{RIGHT SINGLE QUOTATION MARK}")], np.uint32)
"""Code points of apostrophes."""

_POINTS = np.array([ord("."), ord(",")], np.uint32)
"""Code points that stand before a number's decimals."""

_ARTICLE_DAMPING = 10.0
"""Articles added to those of every text. Our choice: one wrong article of one is no certainty."""

_CAP = 3
"""Glued numbers from which more count no further. Our choice: three leave no doubt."""

_CACHED_WORDS = 1 << 16
"""Words whose sound is kept: most words behind an article are common. Our choice."""


def sounds_like_vowel(word: str) -> bool | None:
    """Whether a lower-case word begins with a vowel sound; None where speakers differ.

    >>> [sounds_like_vowel(word) for word in ("onslaught", "union", "hour", "historic")]
    [True, False, True, None]
    """
    if _VOWEL_SOUND.match(word):
        return True
    if _CONSONANT_SOUND.match(word):
        return False
    if _EITHER_SOUND.match(word):
        return None
    return bool(_VOWEL_LETTER.match(word))


class Agreement(Signal):
    """Articles that do not fit the next word's sound, doubled words, glued number words.

    What it measures: wrong a/an as a share of all articles before lower-case words (plus
    10); words written twice on one line as a share of all words (plus 50), without the first
    such place; number words that stand for the decimals of a number ("5.Three"). The first two
    count as much as a spinner's words are of the text's odd words, its author's slips being the
    others.

    Why farms show it: spinners replace "show" by "amusement" and leave "a" standing; two
    neighbours with one substitute become "telephone telephone"; they look up the digits of "5.3"
    one by one.

    When it is wrong: learner English, dialect; h-words and others where speakers differ are left
    out. One doubled word is a slip: 1 % of clean texts have one, and 2 % of spun ones. Versions
    and lists may be numbered "2.Two".

    Source: 7 of 24 articles were wrong on the first farm page studied, 0.4 % in news; "5.Three
    billion" is from a page of a phrase-table spinner.
    """

    name = "agreement"
    features = (
        Feature("wrong_articles", "share of articles", "a/an against the sound", 0, 1, "spun"),
        Feature("doubled_words", "share of words", "doubled words but the first", 0, 1, "spun"),
        Feature("glued_numbers", "places", "number words for decimals", 0, _CAP, "spun"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        n_docs = len(block)
        plain = (block.case == LOWER) & running_text(block).words
        article, wrong = _articles(block, plain)
        doubled, glued = _doubled_words(block, plain), _glued_numbers(block)
        n_wrong, n_doubled, n_glued = (
            np.bincount(block.doc[tokens], minlength=n_docs) for tokens in (wrong, doubled, glued)
        )
        n_articles = np.bincount(block.doc[article], minlength=n_docs)
        share = spinners_share(block, self.resources)
        values = np.stack(
            [
                share * n_wrong / (n_articles + _ARTICLE_DAMPING),
                share * damped(np.maximum(n_doubled - 1, 0), block.n_words),
                n_glued.clip(0, _CAP),
            ],
            axis=1,
        )
        spans = []
        for token in wrong.tolist():
            start, end = block.local(token)
            right = "a" if end - start > 1 else "an"
            spans.append(_span(block, token, right, "wrong article"))
        for token in doubled.tolist():
            start, _ = block.local(token)
            if block.documents[block.doc[token]].text[start].isalpha():
                spans.append(_span(block, token, None, "doubled word"))
        for token in glued.tolist():
            start, end = block.local(token)
            word = folded(unescape(block.documents[block.doc[token]].text[start:end]))
            spans.append(_span(block, token, _DIGITS.get(word), "glued number word"))
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))


def _span(block: TokenBlock, token: int, original: str | None, note: str) -> Span:
    return Span(int(block.doc[token]), "text", *block.local(token), original, 1.0, note)


def _articles(
    block: TokenBlock, plain: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Articles before words whose first sound is known, and those that do not fit it.

    Args:
        block: The documents.
        plain: bool array of shape (n_tokens,), lower-case words in running text.

    Returns:
        int64 arrays of tokens, rising.
    """
    long = block.end - block.start > 1
    before = np.zeros(len(block.word), np.bool_)
    before[:-1] = (block.gap[1:] <= GAP_QUOTE) & (block.gap[1:] != GAP_HYPHEN)
    before[:-1] &= plain[1:] & long[1:] & ~_CONJUNCTIONS.holds(block.word_hash[1:])
    # The dialects' "an'" and "a'" are "and" and "all".
    before &= ~np.isin(block.points.take(block.end), _APOSTROPHES)
    article = np.flatnonzero(before & _ARTICLES.holds(block.word_hash))
    sound = _sounds(block, article + 1)
    known = sound >= 0
    article, sound = article[known], sound[known] == 1
    return article, article[sound != long[article]]


def _doubled_words(block: TokenBlock, plain: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Tokens that repeat the word before them on the same line, int64, rising."""
    long = block.end - block.start > 1
    again = np.zeros(len(block.word), np.bool_)
    again[1:] = (block.word_hash[1:] == block.word_hash[:-1]) & (block.gap[1:] == GAP_NONE)
    again[1:] &= plain[1:] & plain[:-1] & long[1:]
    again[1:] &= block.points[block.start[1:] - 1] != _LINE_FEED
    doubled = np.flatnonzero(again)
    found: NDArray[np.int64] = doubled[~_MAY_DOUBLE.holds(block.word_hash[doubled])]
    return found


def _glued_numbers(block: TokenBlock) -> NDArray[np.int64]:
    """Tokens that are number words right behind digits and a point or comma.

    Digits that begin a line number a list.
    """
    tokens = np.flatnonzero(_NUMBER_WORDS.holds(block.word_hash[1:])) + 1
    before = tokens - 1
    joint = block.start[tokens] - 1
    glued = (block.end[before] == joint) & np.isin(block.points[joint], _POINTS)
    last = block.points[block.end[before] - 1]
    glued &= (last >= ord("0")) & (last <= ord("9")) & (block.gap[before] < GAP_LINE)
    found: NDArray[np.int64] = tokens[glued]
    return found


def _sounds(block: TokenBlock, tokens: NDArray[np.int64]) -> NDArray[np.int8]:
    """1 where a word begins with a vowel sound, 0 with a consonant's, -1 where it is unsure."""
    docs = block.doc[tokens]
    origin = block.doc_start[docs]
    places = zip(
        docs.tolist(),
        (block.start[tokens] - origin).tolist(),
        (block.end[tokens] - origin).tolist(),
        strict=True,
    )
    documents = block.documents
    return np.array([_sound(documents[doc].text[start:end]) for doc, start, end in places], np.int8)


@lru_cache(_CACHED_WORDS)
def _sound(written: str) -> int:
    word = written if written.isalpha() else folded(unescape(written))
    sound = sounds_like_vowel(word) if word.isalpha() else None
    return -1 if sound is None else int(sound)
