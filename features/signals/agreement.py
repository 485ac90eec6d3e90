"""Small words left as they were when their neighbours were replaced."""

import re
from functools import lru_cache
from html import unescape

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.characters import folded
from chaffinch.features.rates import damped
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import GAP_HYPHEN, GAP_NONE, GAP_QUOTE, LOWER, TokenBlock
from chaffinch.features.vocabulary import WordSet

_ARTICLES = WordSet(["a", "an"])
_VOWEL_LETTER = re.compile(r"[aeiou]")
_CONSONANT_SOUND = re.compile(
    r"uni(?!n|m)|u[bfkst][aeiou]|usu|eu|ewe|one\b|once|ouija|u\b|ufo|uv\b"
)
_VOWEL_SOUND = re.compile(r"hour|heir|hono|honest")
_EITHER_SOUND = re.compile(r"hist|hotel|hab|herb|hyp|hys|hum|hal|her|hor|un[ai]|u[a-z]?$")
_MAY_DOUBLE = WordSet(
    "had that very so bye no ha is really far many much more long again blah yes do well now "
    "never in on to out up it you her".split()
)
_ARTICLE_DAMPING = 10.0
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
    """Articles that do not fit the next word's sound, and words written twice.

    What it measures: wrong a/an as a share of all articles before lower-case words (plus
    10), and doubled words as a share of all words (plus 50).

    Why farms show it: spinners replace "show" by "amusement" and leave "a" standing; two
    neighbours with one substitute become "telephone telephone".

    When it is wrong: learner English, dialect, typing errors; h-words and others where
    speakers differ are left out.

    Source: 7 of 24 articles were wrong on the first farm page studied, 0.4 % in news.
    """

    name = "agreement"
    features = (
        Feature("wrong_articles", "share of articles", "a/an against the sound", 0, 1, "spun"),
        Feature("doubled_words", "share of words", "the same word twice running", 0, 1, "spun"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        n_tokens = len(block.word)
        plain = block.case == LOWER
        long = block.end - block.start > 1
        before = np.zeros(n_tokens, np.bool_)
        before[:-1] = (block.gap[1:] <= GAP_QUOTE) & (block.gap[1:] != GAP_HYPHEN)
        before[:-1] &= plain[1:] & long[1:]
        article = np.flatnonzero(before & _ARTICLES.holds(block.word_hash))
        sound = _sounds(block, article + 1)
        judged = sound >= 0
        article, sound = article[judged], sound[judged] == 1
        wrong = article[sound != long[article]]
        again = np.zeros(n_tokens, np.bool_)
        again[1:] = (block.word_hash[1:] == block.word_hash[:-1]) & (block.gap[1:] == GAP_NONE)
        again[1:] &= plain[1:] & plain[:-1] & long[1:]
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
        n_docs = len(block)
        values = np.stack(
            [
                np.bincount(block.doc[wrong], minlength=n_docs)
                / (np.bincount(block.doc[article], minlength=n_docs) + _ARTICLE_DAMPING),
                damped(np.bincount(block.doc[doubled], minlength=n_docs), block.n_words),
            ],
            axis=1,
        )
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))


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
