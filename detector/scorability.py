"""Whether a text can be judged at all."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.registry import column_of
from chaffinch.features.wording import counted

MIN_WORDS = 40
"""Words below which no probability is given. Our choice: a paragraph."""

MIN_FUNCTION_WORDS = 0.15
"""Share of function words below which a text is not English prose. Measured on 1,608 texts of all
kinds, clean and spun: one in Nigerian Pidgin has less, recipes start at 0.17, spun texts at
0.26."""

MAX_VARIETY_WORDS = 0.03
"""Share of small words of other Englishes from which a text is not in standard written English.
Measured: 95 % of news in Nigerian Pidgin have more, and none of 3,000 texts of news, blogs,
learners, speech and recipes."""

_WORDS, _RUNNING = column_of("words"), column_of("running words")
_FUNCTION_WORDS, _VARIETY = column_of("function words"), column_of("variety words")
"""Columns of the features that tell whether a text can be judged."""


def why_unscorable(values: NDArray[np.float64], text: str) -> str | None:
    """Why a text cannot be judged, in a sentence; None where it can.

    Args:
        values: float64 array of shape (n_features,), one document's features.
        text: Its text.
    """
    words = int(values[_WORDS])
    if not words:
        return "There is no text to judge."
    share = values[_FUNCTION_WORDS]
    if share < MIN_FUNCTION_WORDS and words >= MIN_WORDS // 2:
        language = _language(text)
        if language in _NAMES:
            return f"The text is not English (it looks like {_NAMES[language]})."
    if words < MIN_WORDS:
        return (
            f"The text has {counted(words, 'word')}; at least {MIN_WORDS} are needed to judge it."
        )
    if values[_VARIETY] > MAX_VARIETY_WORDS:
        return "This is not the standard written English that can be judged."
    if share < MIN_FUNCTION_WORDS:
        return (
            f"The text is not running prose: {share:.0%} of its words are function words, and "
            f"at least {MIN_FUNCTION_WORDS:.0%} are needed to judge it."
        )
    running = int(values[_RUNNING])
    if running < MIN_WORDS:
        return (
            f"The text is not running prose: {running} of its {words} words stand outside of code, "
            f"tables and lists of words, and at least {MIN_WORDS} are needed to judge it."
        )
    return None


_READ = 5_000
"""Characters of a text whose language is told. Our choice: more do not change the answer."""

_CUTOFF = 10_000
"""Rank up to which resiliparse names a language, for which 0 is the best and 1,200 the default. Our
choice: so high that the nearest language is always named."""

_NAMES = {
    "pt": "Portuguese",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "ru": "Russian",
    "sv": "Swedish",
    "da": "Danish",
    "tr": "Turkish",
    "ja": "Japanese",
    "zh": "Chinese",
    "ar": "Arabic",
    "ko": "Korean",
}
"""Languages that a reason names. A detector calls word lists one of the rarer languages, so these
are left out."""


def _language(text: str) -> str:
    from resiliparse.parse.lang import detect_fast

    language: str = detect_fast(text[:_READ], cutoff=_CUTOFF)[0]
    return language
