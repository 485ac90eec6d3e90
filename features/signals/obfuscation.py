"""Characters that hide words from programs and not from readers."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.text.characters import LETTER, classify, disguises, folded, one_of
from chaffinch.features.text.patterns import Pattern, find_patterns
from chaffinch.features.text.rates import damped
from chaffinch.features.text.tokens import ENCODED_LETTER, TokenBlock

_LAST_LATIN = 0x17F
"""Last code point of the block "Latin Extended-A"."""

_INVISIBLE = np.array(
    [
        *(0x115F, 0x1160, 0x180E),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x2070),
        *(0x3164, 0xFEFF, 0xFFA0),
        *range(0xE0000, 0xE0080),
    ],
    np.uint32,
)
"""Characters that take no place on the screen: fillers, zero-width marks, marks of writing
direction, tags. Soft hyphens are not among them, for honest publishers set them."""

_ENCODED = {"encoded letter": Pattern(ENCODED_LETTER, ("&#",))}
"""Letters written as character references."""


class Obfuscation(Signal):
    """Words disguised by invisible characters or letters of other scripts.

    What it measures: words in Latin letters that hold an invisible character, words that mix
    Latin letters with letters drawn like them (Cyrillic, Greek, Armenian, Cherokee,
    mathematical), and Latin letters written as character references (``&#105;``), each as a
    share of all words (plus 50). Each span weighs 1; the first two give the plain word.

    Why farms show it: a text whose words no longer match is not found as a copy and not
    seen as spun. Every other signal reads the plain word, so the trick itself speaks.

    When it is wrong: text copied out of word processors holds stray zero-width marks, and
    one honest newspaper of 155 disguises its own advertisement (6 % of the page's words).
    Soft hyphens, which honest publishers set, are passed over and not counted.

    Source: Unicode Technical Standard 39, "Unicode security mechanisms"; Boucher et al.,
    "Bad characters: imperceptible NLP attacks" (2022).
    """

    name = "obfuscation"
    features = (
        Feature("invisible", "share of words", "words with unseen characters", 0, 1, "spun"),
        Feature("mixed_scripts", "share of words", "words with look-alike letters", 0, 1, "spun"),
        Feature("encoded", "per word", "letters as character references", 0, 1, "spun"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        encoded, spans = find_patterns(block, _ENCODED)
        values = np.zeros((len(block), 3))
        values[:, 2] = damped(encoded[:, 0], block.n_words).clip(0, 1)
        far = block.far
        points = block.points.take(far)
        for column, (places, note) in enumerate(
            (
                (far[one_of(points, _INVISIBLE)], "hidden character"),
                (far[disguises(points)], "look-alike letter"),
            )
        ):
            tokens = _latin_tokens(block, places)
            values[:, column] = damped(
                np.bincount(block.doc[tokens], minlength=len(block)), block.n_words
            )
            for token in tokens.tolist():
                start, end = block.local(token)
                doc = int(block.doc[token])
                plain = folded(block.documents[doc].text[start:end])
                spans.append(Span(doc, "text", start, end, plain, 1.0, note))
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))


def _latin_tokens(block: TokenBlock, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tokens with Latin letters that hold at least one of some places in the block's points."""
    if not len(places):
        return places
    touched = np.searchsorted(places, block.start) < np.searchsorted(places, block.end)
    latin = [
        token
        for token in np.flatnonzero(touched).tolist()
        if _holds_latin(block.points[block.start[token] : block.end[token]])
    ]
    return np.array(latin, np.int64)


def _holds_latin(points: NDArray[np.uint32]) -> bool:
    plain = points[points <= _LAST_LATIN]
    return bool((classify(plain)[0] == LETTER).any())
