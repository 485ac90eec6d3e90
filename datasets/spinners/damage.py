"""A spinner that damages names and numbers."""

import re
from collections.abc import Sequence

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.spinners.family import of_one_thesaurus
from chaffinch.datasets.spinners.numbers import DIGITS, WORDS
from chaffinch.datasets.spinners.spinner import WORD
from chaffinch.datasets.spinners.thesaurus import ThesaurusSpinner

_SHORTEST_NAME = 4
"""Letters of the shortest name that is damaged. Our choice: shorter ones are abbreviations."""

_NAME_SYNONYMS = 3
"""Synonyms that a name may get, beside being put in lower case. Our choice."""


class DamageSpinner(ThesaurusSpinner):
    """Replaces words of names, spells decimals out, and some plain words besides.

    As seen on real pages: "Tremendous Tuesday" for "Super Tuesday", "401(ok)" for "401(k)",
    "5.Three billion" for "5.3 billion", "america" for "America"; all of them come from
    looking up every run of letters or digits with no regard for what it is part of.

    Args:
        synonyms: Words to their synonyms.
    """

    word_pattern = re.compile(rf"{WORD}|(?<!\.\d\.)(?<=\d\.)\d(?![\d.])")

    def __init__(self, synonyms: InflectedSynonyms) -> None:
        super().__init__("damage", synonyms)

    def choices(self, phrase: str) -> Sequence[str]:
        if phrase in WORDS:
            return [WORDS[phrase].capitalize()]
        if phrase in DIGITS:
            return [DIGITS[phrase]]
        return ["ok"] if phrase == "k" else super().choices(phrase)

    def name_choices(self, name: str) -> Sequence[str]:
        if len(name) < _SHORTEST_NAME:
            return ()
        return [*super().choices(name.lower())[:_NAME_SYNONYMS], name.lower()]

    def cased(self, original: str, substitute: str) -> str:
        if substitute == original.lower():
            return substitute
        return super().cased(original, substitute)


FAMILIES = {"damage": of_one_thesaurus("wordnet", (0.03, 0.15), DamageSpinner)}
