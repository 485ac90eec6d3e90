"""A spinner with a table of phrases: "become" is "grow to be", "prepare dinner" is "cook"."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.lexicons.observed import Substitution
from chaffinch.datasets.spinners.family import Family
from chaffinch.datasets.spinners.spinner import LookupSpinner, Style, keyed_draw
from chaffinch.features.text.function_words import FUNCTION_WORDS

T = TypeVar("T")

_COMMON_RANK = 20_000
"""Rank of the rarest word that is written, by frequency. Our choice: such tools write plainly."""

_PHRASE_SHARE = 0.3
"""Share of words that get a phrase, where there is one. Our choice."""

_SHORTEST = 4
"""Letters of the shortest word or phrase that is replaced. Our choice: the others are function
words nearly all."""


class PhraseTableSpinner(LookupSpinner):
    """Writes the same common words for a word or phrase every time, and touches few of them.

    What translation-like blog spinners publish ("changing into" for "becoming", "legal
    professionals" for "lawyers"): one word for several, several for one, several for several,
    in any sense, function words mostly left alone. A site's table is drawn once.

    Args:
        words: Tables of single words.
        phrases: Tables of pairs with a phrase on one side or both; where there are any, 3 of 10
            words get one.
        word_rank: Words to their place by frequency; substitutes are of common words only.
        observed: Replacements seen on real pages of such spinners; they go before drawn ones.
        seed: Which site's table is drawn.
    """

    family = "phrase-table"
    style = Style(every_occurrence=True)

    def __init__(
        self,
        words: Sequence[InflectedSynonyms],
        phrases: Sequence[InflectedSynonyms],
        word_rank: Mapping[str, int],
        observed: Iterable[Substitution] = (),
        seed: int = 0,
    ) -> None:
        self._words = words
        self._phrases = phrases
        self._word_rank = word_rank
        self._seed = seed
        self._table: dict[str, list[str]] = {}
        self._longest: dict[str, int] = {}
        for pair in observed:
            if pair.family == self.family:
                self._table.setdefault(pair.original, [pair.substitute])
                first = pair.original.split(" ")[0]
                n_words = 1 + pair.original.count(" ")
                self._longest[first] = max(self._longest.get(first, 1), n_words)

    def longest(self, first: str) -> int:
        tables = (table.longest(first) for table in self._phrases)
        return max(self._longest.get(first, 1), *tables, 1)

    def choices(self, phrase: str) -> Sequence[str]:
        if phrase in self._table:
            return self._table[phrase]
        entry = list(islice(self._drawn(phrase), 1))
        if entry or " " not in phrase:  # Most runs of words are no phrase: not worth keeping.
            self._table[phrase] = entry
        return entry

    def _drawn(self, phrase: str) -> Iterable[str]:
        """The table's substitutes for a phrase, in an order drawn for the site."""
        if len(phrase) < _SHORTEST or phrase in FUNCTION_WORDS:
            return
        groups = [_known(self._phrases, phrase)]
        if " " not in phrase:
            groups.append(_known(self._words, phrase))
        if not any(groups):
            return
        number, share = divmod(keyed_draw(self._seed, phrase), 100)
        if share >= 100 * _PHRASE_SHARE:
            groups.reverse()
        for group in groups:
            for table in _from(group, number):
                options, tag = table.entry(phrase)
                for option in _from([*filter(self._is_common, options)], number // len(group)):
                    written = table.written(option, tag)
                    if written and written != phrase:
                        yield written

    def _is_common(self, option: str) -> bool:
        rank = self._word_rank
        return all(rank.get(word, _COMMON_RANK) < _COMMON_RANK for word in option.split(" "))


def _known(tables: Sequence[InflectedSynonyms], phrase: str) -> list[InflectedSynonyms]:
    return [table for table in tables if table.entry(phrase)[0]]


def _from(items: Sequence[T], number: int) -> list[T]:
    """All items, from one that a number chooses on."""
    first = number % len(items) if items else 0
    return [*items[first:], *items[:first]]


def _of_site(lexicons: Lexicons, seed: int) -> PhraseTableSpinner:
    observed = lexicons.observed if seed % 2 else ()
    words = [lexicons.inflected[name] for name in ("wordnet any sense", "mythes", "moby")]
    phrases = list(lexicons.inflected_phrases.values())
    return PhraseTableSpinner(words, phrases, lexicons.word_rank, observed, seed)


FAMILIES = {
    "phrase-table": Family(("wordnet", "moby", "mythes", "observed"), (0.03, 0.15), _of_site)
}
