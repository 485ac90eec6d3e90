"""How sure a verdict is, for people."""

_ALMOST_CERTAIN = 0.99
_VERY_LIKELY = 0.9

LEVELS = ("almost certain", "very likely", "likely")
"""Names for the probabilities of flagged documents: from 99 %, from 90 %, from the threshold."""


def level(probability: float) -> str:
    """Which of `LEVELS` a flagged document's probability is.

    >>> level(0.995), level(0.8)
    ('almost certain', 'likely')
    """
    if probability >= _ALMOST_CERTAIN:
        return LEVELS[0]
    return LEVELS[1] if probability >= _VERY_LIKELY else LEVELS[2]


def is_near_miss(probability: float | None, threshold: float) -> bool:
    """Whether a document stays under the threshold but over half of it."""
    return probability is not None and threshold / 2 <= probability < threshold


def in_words(kind: str | None, probability: float | None, threshold: float) -> str:
    """What a verdict means, in a sentence without its full stop.

    >>> in_words("spun", 0.95, 0.7)
    'very likely a low-quality republication'
    """
    if kind is None:
        return "could not be read"
    if probability is None:
        return "not judged"
    if probability >= threshold:
        return f"{level(probability)}{'ly' if probability >= _ALMOST_CERTAIN else ''} " + (
            "a low-quality republication"
        )
    if is_near_miss(probability, threshold):
        return "some things speak against it, not enough to flag it"
    return "nothing much speaks against it"
