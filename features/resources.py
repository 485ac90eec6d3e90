"""The arrays that signals measure with, handed in by whoever holds the model."""

from typing import NamedTuple

from chaffinch.features.language.channel import Channel
from chaffinch.features.language.context_model import ContextModel
from chaffinch.features.language.language_model import LanguageModel
from chaffinch.features.language.phrase_channel import PhraseChannel
from chaffinch.features.language.replacement_odds import ReplacementOdds
from chaffinch.features.language.tortured_phrases import TorturedPhrases
from chaffinch.features.text.vocabulary import Vocabulary


class Resources(NamedTuple):
    """What a model folder holds beside the classifier's weights.

    Attributes:
        vocabulary: Words that have ids.
        language_model: Pairs of words of clean English over these ids.
        channel: Probable originals of each written word.
        phrase_channel: Probable originals of written phrases, and phrases of written words.
        tortured_phrases: Listed distortions of set terms.
        context_model: Which words their wider context speaks against.
        replacement_odds: How the evidence on a word is weighed.
    """

    vocabulary: Vocabulary
    language_model: LanguageModel
    channel: Channel
    phrase_channel: PhraseChannel
    tortured_phrases: TorturedPhrases
    context_model: ContextModel
    replacement_odds: ReplacementOdds
