"""Small words that no longer fit their neighbours, and number words glued to digits."""

import re
from functools import lru_cache
from html import unescape

import numpy as np
from numpy.typing import NDArray

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
_VOWEL_LETTER = re.compile(r"[aeiou]")
_CONSONANT_SOUND = re.compile(
    r"uni(?!n|m)|u[bfkst][aeiou]|usu|eu|ewe|one\b|once|ouija|u\b|ufo|uv\b"
)
_VOWEL_SOUND = re.compile(r"hour|heir|hono|honest")
_EITHER_SOUND = re.compile(r"hist|hotel|hab|herb|hyp|hys|hum|hal|her|hor|un[ai]|u[a-z]?$")
# "If a is the first and b the second": here it is a name.
_NO_NOUNS = WordSet("and are as at if in into is it of on or under until".split())
_MAY_DOUBLE = WordSet(
    "had that very so bye no ha is really far many much more long again blah yes do well now "
    "never in on to out up it you her".split()
)
_DIGITS = {
    word: str(digit)
    for digit, word in enumerate("zero one two three four five six seven eight nine".split())
}
_NUMBER_WORDS = WordSet([*_DIGITS])
_LINE_FEED = ord("\n")
_APOSTROPHES = np.array([ord("'"), ord("\N{RIGHT SINGLE QUOTATION MARK}")], np.uint32)
_POINTS = np.array([ord("."), ord(",")], np.uint32)
_ARTICLE_DAMPING = 10.0
_CAP = 3
_CACHED_WORDS = 1 << 16


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
    10); words written twice on one line, the first such place left out, as a share of all words
    (plus 50); number words that stand for the decimals of a number ("5.Three").

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
        n_tokens = len(block.word)
        running = running_text(block).words
        plain = (block.case == LOWER) & running
        long = block.end - block.start > 1
        before = np.zeros(n_tokens, np.bool_)
        before[:-1] = (block.gap[1:] <= GAP_QUOTE) & (block.gap[1:] != GAP_HYPHEN)
        before[:-1] &= plain[1:] & long[1:] & ~_NO_NOUNS.holds(block.word_hash[1:])
        # The dialects' "an'" and "a'" are "and" and "all".
        before &= ~np.isin(block.points.take(block.end), _APOSTROPHES)
        article = np.flatnonzero(before & _ARTICLES.holds(block.word_hash))
        sound = _sounds(block, article + 1)
        judged = sound >= 0
        article, sound = article[judged], sound[judged] == 1
        wrong = article[sound != long[article]]
        again = np.zeros(n_tokens, np.bool_)
        again[1:] = (block.word_hash[1:] == block.word_hash[:-1]) & (block.gap[1:] == GAP_NONE)
        again[1:] &= plain[1:] & plain[:-1] & long[1:]
        again[1:] &= block.points[block.start[1:] - 1] != _LINE_FEED
        doubled = np.flatnonzero(again)
        doubled = doubled[~_MAY_DOUBLE.holds(block.word_hash[doubled])]
        spans = []
        for token in wrong.tolist():
            start, end = block.local(token)
            fit = "a" if long[token] else "an"
            spans.append(Span(int(block.doc[token]), "text", start, end, fit, 1.0, "wrong article"))
        for token in doubled.tolist():
            start, end = block.local(token)
            if block.documents[doc := int(block.doc[token])].text[start].isalpha():
                spans.append(Span(doc, "text", start, end, None, 1.0, "doubled word"))
        glued = _glued_numbers(block)
        for token in glued.tolist():
            start, end = block.local(token)
            doc = int(block.doc[token])
            digit = _DIGITS.get(folded(unescape(block.documents[doc].text[start:end])))
            spans.append(Span(doc, "text", start, end, digit, 1.0, "glued number word"))
        n_docs = len(block)
        values = np.stack(
            [
                np.bincount(block.doc[wrong], minlength=n_docs)
                / (np.bincount(block.doc[article], minlength=n_docs) + _ARTICLE_DAMPING),
                damped(
                    np.maximum(np.bincount(block.doc[doubled], minlength=n_docs) - 1, 0),
                    block.n_words,
                ),
                np.bincount(block.doc[glued], minlength=n_docs).clip(0, _CAP),
            ],
            axis=1,
        )
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))


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
