"""The arrays that signals measure with, from the model in use."""

from dataclasses import dataclass

from chaffinch.features.language.channel import Channel
from chaffinch.features.language.context_model import ContextModel
from chaffinch.features.language.doubts import DOUBTS, Doubts
from chaffinch.features.language.language_model import LanguageModel
from chaffinch.features.language.phrase_channel import PhraseChannel
from chaffinch.features.language.replacement_odds import ReplacementOdds
from chaffinch.features.language.tortured_phrases import TorturedPhrases
from chaffinch.features.second_reader.network import SecondReader
from chaffinch.features.text.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Resources:
    """What a model holds besides its classifier.

    Attributes:
        vocabulary: The words that have ids.
        language_model: Counts of word pairs in clean English.
        channel: Probable originals of each written word.
        phrase_channel: Probable originals of written phrases, and the phrases that written words
            stand for.
        tortured_phrases: Listed distortions of set terms.
        context_model: How well words fit their wider context.
        replacement_odds: Odds that a word was replaced, from the evidence on it.
        slips: Words that an author may have meant by each written word.
        second_reader: A transformer that reads the words of doubtful documents again; None where
            the model has none, or where it is left out.
        doubts: Which words and documents are looked at how closely.
    """

    vocabulary: Vocabulary
    language_model: LanguageModel
    channel: Channel
    phrase_channel: PhraseChannel
    tortured_phrases: TorturedPhrases
    context_model: ContextModel
    replacement_odds: ReplacementOdds
    slips: Channel
    second_reader: SecondReader | None = None
    doubts: Doubts = DOUBTS
