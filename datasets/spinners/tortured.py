"""A spinner that distorts the set terms of science."""

from collections.abc import Sequence

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.spinners.family import Family
from chaffinch.datasets.spinners.spinner import LookupSpinner, Style, keyed_draw


class TorturedSpinner(LookupSpinner):
    """Writes a tortured phrase for a term: "mean square error" is "mean square goof".

    What paraphrasing tools made of scientific papers: Cabanac, Labbé and Magazinov, "Tortured
    phrases: a dubious writing style emerging in science" (2021), collected since in their
    Problematic Paper Screener. Text without such terms is left as it is.

    Args:
        terms: Terms to the phrases written for them.
        seed: Which tool: each writes one phrase for a term.
    """

    family = "tortured"
    style = Style(every_occurrence=True)

    def __init__(self, terms: InflectedSynonyms, seed: int = 0) -> None:
        self._terms = terms
        self._seed = seed

    def longest(self, first: str) -> int:
        return self._terms.longest(first)

    def choices(self, phrase: str) -> Sequence[str]:
        options = self._terms.options(phrase)
        return [options[keyed_draw(self._seed, phrase) % len(options)]] if options else ()


def _of_tool(lexicons: Lexicons, seed: int) -> TorturedSpinner:
    return TorturedSpinner(lexicons.inflected["tortured"], seed)


FAMILIES = {"tortured": Family(("tortured",), (0.01, 0.15), _of_tool)}
