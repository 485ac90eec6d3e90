"""A spinner that keeps inflection and draws from one thesaurus."""

from chaffinch.datasets.inflection import Inflection
from chaffinch.datasets.lexicons import Synonyms
from chaffinch.datasets.spinners.spinner import Spinner


class ThesaurusSpinner(Spinner):
    """Writes any listed synonym in the inflection of the word it replaces.

    The simulation of Foltynek et al., "Detecting machine-obfuscated plagiarism" (2020):
    tools such as SpinBot replace content words by dictionary synonyms and leave function
    words alone.

    Args:
        family: Name of the family, after its thesaurus.
        synonyms: Words to their synonyms.
        inflection: Forms of base words.
    """

    family = "thesaurus"

    def __init__(self, family: str, synonyms: Synonyms, inflection: Inflection) -> None:
        self.family = family  # type: ignore[misc]
        self._synonyms = {
            word: others for word, others in synonyms.items() if len(word) > 3 and others
        }
        self._inflection = inflection
        self._cache: dict[str, list[str]] = {}

    def choices(self, word: str) -> list[str]:
        if word not in self._cache:
            self._cache[word] = self._synonyms.get(word) or [
                form
                for base, tag in self._inflection.analyses(word, self._synonyms)
                for other in self._synonyms[base]
                if (form := self._inflection.inflect(other, tag)) and form != word
            ]
        return self._cache[word]
