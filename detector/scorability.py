"""Whether a text can be judged at all."""

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.registry import column_of
from chaffinch.features.wording import counted

MIN_WORDS = 40
"""Words below which no probability is given."""

MIN_FUNCTION_WORDS = 0.15
"""Share of function words below which a text is not English prose; see the model card for the
shares of honest and of spun texts."""

_WORDS, _RUNNING = column_of("words"), column_of("running words")
_FUNCTION_WORDS = column_of("function words")


def why_unscorable(values: NDArray[np.float64], text: str) -> str | None:
    """The reason in a sentence, or None where the text can be judged.

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


# Rarer languages are what a detector says of word lists, so they are not named.
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


def _language(text: str) -> str:
    from resiliparse.parse.lang import detect_fast

    language: str = detect_fast(text[:5000], cutoff=10_000)[0]
    return language
