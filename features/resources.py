"""The arrays that signals measure with, handed in by whoever holds the model."""

from typing import NamedTuple

from chaffinch.features.channel import Channel
from chaffinch.features.language_model import LanguageModel
from chaffinch.features.vocabulary import Vocabulary


class Resources(NamedTuple):
    """What a model folder holds beside the classifier's weights.

    Attributes:
        vocabulary: Words that have ids.
        language_model: Trigrams of clean English over these ids.
        channel: Probable originals of each written word.
    """

    vocabulary: Vocabulary
    language_model: LanguageModel
    channel: Channel
