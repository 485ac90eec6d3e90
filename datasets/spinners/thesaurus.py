"""A spinner that keeps inflection and draws from one thesaurus."""

from collections.abc import Sequence
from functools import partial

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.spinners.family import of_one_thesaurus
from chaffinch.datasets.spinners.spinner import LookupSpinner

_SHORTEST = 4
"""Letters of the shortest word that is replaced."""


class ThesaurusSpinner(LookupSpinner):
    """Writes any listed synonym in the inflection of the word it replaces.

    The simulation of Foltynek et al., "Detecting machine-obfuscated plagiarism" (2020):
    tools such as SpinBot replace content words by dictionary synonyms and leave function
    words alone, which here are words of less than four letters.

    Args:
        family: Name of the family, after its thesaurus.
        synonyms: Words to their synonyms.
    """

    def __init__(self, family: str, synonyms: InflectedSynonyms) -> None:
        self.family = family
        self._synonyms = synonyms

    def choices(self, phrase: str) -> Sequence[str]:
        return self._synonyms.options(phrase) if len(phrase) >= _SHORTEST else ()


FAMILIES = {
    name: of_one_thesaurus(name, (0.08, 0.4), partial(ThesaurusSpinner, name))
    for name in ("wordnet", "moby", "mythes")
}
