"""Small words left as they were when their neighbours were replaced."""

import re

import numpy as np

from chaffinch.features.rates import damped
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import GAP_NONE, GAP_QUOTE, LOWER, TokenBlock
from chaffinch.features.vocabulary import hash_words

_ARTICLES = hash_words(["a", "an"])
_VOWEL_LETTER = re.compile(r"[aeiou]")
_CONSONANT_SOUND = re.compile(
    r"uni(?!n|m)|u[bfkst][aeiou]|usu|eu|ewe|one\b|once|ouija|u\b|ufo|uv\b"
)
_VOWEL_SOUND = re.compile(r"hour|heir|hono|honest")
_EITHER_SOUND = re.compile(r"hist|hotel|hab|herb|hyp|hys|hum|hal|her|hor|un[ai]|u[a-z]?$")
_MAY_DOUBLE = hash_words(
    "had that very so bye no ha is really far many much more long again blah yes do well now "
    "never in on to out up it you her".split()
)
_ARTICLE_DAMPING = 10.0


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
        n_docs = len(block)
        articles, wrong = np.zeros(n_docs), np.zeros(n_docs)
        spans = []
        n_tokens = len(block.word)
        joined = np.zeros(n_tokens, np.bool_)
        joined[:-1] = np.isin(block.gap[1:], (GAP_NONE, GAP_QUOTE))
        plain = block.case == LOWER
        article = np.isin(block.word_hash, _ARTICLES) & joined
        for token in np.flatnonzero(article).tolist():
            start, end = block.local(token)
            first, last = block.local(token + 1)
            doc = int(block.doc[token])
            text = block.documents[doc].text
            following = text[first:last]
            if not plain[token + 1] or not following.isalpha() or len(following) < 2:
                continue
            vowel = sounds_like_vowel(following)
            if vowel is None:
                continue
            articles[doc] += 1
            if vowel != (end - start == 2):
                wrong[doc] += 1
                fit = "an" if vowel else "a"
                spans.append(Span(doc, "text", start, end, fit, 1.0, "wrong article"))
        again = np.zeros(n_tokens, np.bool_)
        again[1:] = (
            (block.word_hash[1:] == block.word_hash[:-1])
            & (block.gap[1:] == GAP_NONE)
            & plain[1:]
            & plain[:-1]
            & (block.end[1:] - block.start[1:] > 1)
            & ~np.isin(block.word_hash[1:], _MAY_DOUBLE)
        )
        for token in np.flatnonzero(again).tolist():
            start, end = block.local(token)
            if block.documents[doc := int(block.doc[token])].text[start].isalpha():
                spans.append(Span(doc, "text", start, end, None, 1.0, "doubled word"))
        values = np.stack(
            [
                wrong / (articles + _ARTICLE_DAMPING),
                damped(block.count(again), block.n_words),
            ],
            axis=1,
        )
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))
