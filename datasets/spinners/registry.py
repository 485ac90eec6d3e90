"""The simulated spinner families: a new one is a file of its own and one line here."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from chaffinch.datasets.lexicons import Lexicons
from chaffinch.datasets.spinners.dictionary_blind import DictionaryBlindSpinner
from chaffinch.datasets.spinners.every_nth_word import EveryNthWordSpinner
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.datasets.spinners.thesaurus import ThesaurusSpinner


class Family(NamedTuple):
    """A family of spinners.

    Attributes:
        thesauri: The resources its words come from, by the names of `Lexicons.without`.
        rates: Least and greatest share of words that such spinners replace.
        make: Makes the spinner of one site from lexicons and the site's seed; families with no
            fixed table make the same spinner for every seed.
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


def _thesaurus(name: str) -> Family:
    return Family(
        (name,), (0.08, 0.4), lambda lexicons, _: ThesaurusSpinner(name, lexicons.inflected[name])
    )


def _every_nth_word(n: int, name: str) -> Family:
    return Family(
        (name,), (0, 1), lambda lexicons, _: EveryNthWordSpinner(n, lexicons.inflected[name])
    )


FAMILIES: Mapping[str, Family] = {
    "dictionary-blind": Family(("wordnet", "observed"), (0.08, 0.4), _dictionary_blind),
    "wordnet": _thesaurus("wordnet"),
    "moby": _thesaurus("moby"),
    "mythes": _thesaurus("mythes"),
    "every-4-words": _every_nth_word(4, "mythes"),
    "every-2-words": _every_nth_word(2, "mythes"),
}
