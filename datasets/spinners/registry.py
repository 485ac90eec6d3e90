"""The simulated spinner families: a new one is a file of its own and one line here."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.spinners.damage import DamageSpinner
from chaffinch.datasets.spinners.dictionary_blind import DictionaryBlindSpinner
from chaffinch.datasets.spinners.every_nth_word import EveryNthWordSpinner
from chaffinch.datasets.spinners.neighbour import NeighbourSpinner
from chaffinch.datasets.spinners.phrase_table import PhraseTableSpinner
from chaffinch.datasets.spinners.randomised import RandomisedSpinner
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.datasets.spinners.spintax import SpintaxSpinner
from chaffinch.datasets.spinners.thesaurus import ThesaurusSpinner
from chaffinch.datasets.spinners.tortured import TorturedSpinner

_RANDOMISED = ("wordnet", "wordnet any sense", "wordnet one hop", "moby", "mythes", "neighbours")


class Family(NamedTuple):
    """A family of spinners.

    Attributes:
        thesauri: The resources its words come from, by the names of `Lexicons.without`.
        rates: Least and greatest share of words that such spinners replace; 0 and 1 where that
            follows from the text alone.
        make: Makes the spinner of one site from lexicons, which may lack some of the thesauri,
            and the site's seed; families with no fixed table make the same one for every seed.
            Replacements seen on real pages are known to odd seeds only, so that half of the
            sites have none of them.
    """

    thesauri: tuple[str, ...]
    rates: tuple[float, float]
    make: Callable[[Lexicons, int], Spinner]


def _dictionary_blind(lexicons: Lexicons, seed: int) -> Spinner:
    observed = lexicons.observed if seed % 2 else ()
    tables = lexicons.inflected
    return DictionaryBlindSpinner(
        tables["wordnet any sense"], tables["wordnet one hop"], observed, seed
    )


def _phrase_table(lexicons: Lexicons, seed: int) -> Spinner:
    observed = lexicons.observed if seed % 2 else ()
    words = [lexicons.inflected[name] for name in ("wordnet any sense", "mythes", "moby")]
    phrases = list(lexicons.inflected_phrases.values())
    return PhraseTableSpinner(words, phrases, lexicons.word_rank, observed, seed)


def _randomised(lexicons: Lexicons, _: int) -> Spinner:
    tables = (lexicons.inflected[name] for name in _RANDOMISED)
    phrases = lexicons.inflected_phrases.values()
    return RandomisedSpinner(
        [table for table in tables if table], [table for table in phrases if table]
    )


def _one_thesaurus(
    name: str, rates: tuple[float, float], make: Callable[[InflectedSynonyms], Spinner]
) -> Family:
    return Family((name,), rates, lambda lexicons, _: make(lexicons.inflected[name]))


FAMILIES: Mapping[str, Family] = {
    "dictionary-blind": Family(("wordnet", "observed"), (0.08, 0.4), _dictionary_blind),
    "wordnet": _one_thesaurus("wordnet", (0.08, 0.4), partial(ThesaurusSpinner, "wordnet")),
    "moby": _one_thesaurus("moby", (0.08, 0.4), partial(ThesaurusSpinner, "moby")),
    "mythes": _one_thesaurus("mythes", (0.08, 0.4), partial(ThesaurusSpinner, "mythes")),
    "phrase-table": Family(("wordnet", "moby", "mythes", "observed"), (0.03, 0.15), _phrase_table),
    "every-4-words": _one_thesaurus("mythes", (0, 1), partial(EveryNthWordSpinner, 4)),
    "every-2-words": _one_thesaurus("mythes", (0, 1), partial(EveryNthWordSpinner, 2)),
    "spintax": _one_thesaurus("moby", (0.08, 0.4), SpintaxSpinner),
    "damage": _one_thesaurus("wordnet", (0.03, 0.15), DamageSpinner),
    "tortured": Family(
        ("tortured",),
        (0.01, 0.15),
        lambda lexicons, seed: TorturedSpinner(lexicons.inflected["tortured"], seed),
    ),
    "neighbour": Family(
        ("neighbours",), (0.08, 0.4), lambda lexicons, _: NeighbourSpinner(lexicons.neighbours)
    ),
    "randomised": Family(("wordnet", "moby", "mythes", "neighbours"), (0.03, 0.4), _randomised),
}
"""Families by name."""
