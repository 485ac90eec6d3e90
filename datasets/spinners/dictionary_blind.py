"""A spinner that looks every word up, function words included, and knows no grammar."""

from collections.abc import Iterable, Sequence

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.lexicons.observed import Substitution
from chaffinch.datasets.spinners.family import Family
from chaffinch.datasets.spinners.numbers import DIGITS
from chaffinch.datasets.spinners.spinner import LookupSpinner, Style, keyed_draw
from chaffinch.features.text.function_words import FUNCTION_WORDS

_ONE_HOP_SHARE = 0.4
"""Share of words that get a word one relation away, where there is one. WordNet covers 48 % of the
replacements seen on a farm's page within a synset, and 76 % within one relation."""


class DictionaryBlindSpinner(LookupSpinner):
    """Writes a fixed word for each word: "as" is arsenic, "in" successful, "on" connected.

    What farms of the kind "PR Distribution" publish: any sense and any part of speech of
    WordNet, one relation away, the same substitute wherever the word stands. Function words
    become what WordNet knows of that spelling: symbols of chemical elements, states, letters'
    other meanings. Number words become digits. Only words between two spaces are touched, and
    in some lines the spaces after them are doubled. A site's table is drawn once.

    Args:
        any_sense: WordNet's words that share any synset.
        one_hop: WordNet's words one relation away.
        observed: Replacements seen on real pages; they go before drawn ones.
        seed: Which site's table is drawn.
    """

    family = "dictionary-blind"
    style = Style(every_occurrence=True, between_spaces=True, doubled_spaces=0.05)

    def __init__(
        self,
        any_sense: InflectedSynonyms,
        one_hop: InflectedSynonyms,
        observed: Iterable[Substitution] = (),
        seed: int = 0,
    ) -> None:
        self._any_sense = any_sense
        self._one_hop = one_hop
        self._seed = seed
        self._table: dict[str, list[str]] = {}
        for pair in observed:
            if pair.family == self.family:
                self._table.setdefault(pair.original, [pair.substitute])

    def choices(self, phrase: str) -> Sequence[str]:
        if phrase not in self._table:
            self._table[phrase] = self._entry(phrase)
        return self._table[phrase]

    def _entry(self, word: str) -> list[str]:
        if word in DIGITS:
            return [DIGITS[word]]
        if len(word) == 1:
            return []
        number = keyed_draw(self._seed, word)
        tables = [self._any_sense, self._one_hop]
        if number % 100 < 100 * _ONE_HOP_SHARE:
            tables.reverse()
        for table in tables:
            options, tag = table.entry(word)
            if options:
                # "is" and "has" have bases in the dictionary, but these spinners leave them.
                if tag and word in FUNCTION_WORDS:
                    return []
                chosen = options[number // 100 % len(options)]
                return [table.written(chosen, tag) or chosen]
        return []


def _of_site(lexicons: Lexicons, seed: int) -> DictionaryBlindSpinner:
    observed = lexicons.observed if seed % 2 else ()
    tables = lexicons.inflected
    return DictionaryBlindSpinner(
        tables["wordnet any sense"], tables["wordnet one hop"], observed, seed
    )


FAMILIES = {"dictionary-blind": Family(("wordnet", "observed"), (0.08, 0.4), _of_site)}
