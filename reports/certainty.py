"""How sure a verdict is, for people."""

from chaffinch.features.wording import percent

_ALMOST_CERTAIN = 0.99
"""Probability from which a flagged document is almost certainly a republication; our choice."""

_VERY_LIKELY = 0.9
"""Probability from which a flagged document is very likely a republication; our choice."""

_IN_DOUBT = 0.05
"""Probability from which a document is not called original although it is not flagged; our
choice: the odds are then no longer better than 19 to 1."""

LEVELS = ("almost certain", "very likely", "likely")
"""Names for the probabilities of flagged documents: from 99 %, from 90 %, from the threshold."""

NOT_FLAGGED = "not flagged"
"""Label of a document that is not flagged, and that something speaks against."""

UNREADABLE = "unreadable"
"""Label of a record that could not be read."""


def level(probability: float) -> str:
    """Which of `LEVELS` a flagged document's probability is.

    >>> level(0.995), level(0.8)
    ('almost certain', 'likely')
    """
    if probability >= _ALMOST_CERTAIN:
        return LEVELS[0]
    return LEVELS[1] if probability >= _VERY_LIKELY else LEVELS[2]


def is_near_miss(probability: float | None, threshold: float) -> bool:
    """Whether a document's probability is under the threshold and at least half of it."""
    return probability is not None and threshold / 2 <= probability < threshold


def label(kind: str | None, probability: float | None) -> str:
    """The verdict's kind as people should read it: ``original`` only without serious doubt.

    >>> label("original", 0.002), label("original", 0.416), label("spun", 0.9), label(None, None)
    ('original', 'not flagged', 'spun', 'unreadable')
    """
    if kind == "original" and probability is not None and probability >= _IN_DOUBT:
        return NOT_FLAGGED
    return kind or UNREADABLE


def likelihood(flagged: bool, probability: float | None) -> str:
    """How likely a document is a republication; it cannot be read as how original it is.

    >>> likelihood(True, 0.9), likelihood(False, 0.416), likelihood(False, None)
    ('90.0 %', '41.6 % likely spun or scraped', '')
    """
    if flagged or probability is None:
        return percent(probability)
    return f"{percent(probability)} likely spun or scraped"


def in_words(kind: str | None, flagged: bool, probability: float | None) -> str:
    """What a verdict means, in a sentence without its full stop.

    >>> in_words("spun", True, 0.95)
    'very likely a low-quality republication'
    """
    if kind is None:
        return "could not be read"
    if probability is None:
        return "not judged"
    if flagged:
        sure = "almost certainly" if probability >= _ALMOST_CERTAIN else level(probability)
        return f"{sure} a low-quality republication"
    if label(kind, probability) == NOT_FLAGGED:
        return "something speaks against it, but not enough to flag it"
    return "nothing serious speaks against it"
