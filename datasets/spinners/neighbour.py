"""A spinner that writes words of like contexts, as a language model does."""

from collections.abc import Sequence

from chaffinch.datasets.lexicons.synonyms import Synonyms
from chaffinch.datasets.spinners.family import Family
from chaffinch.datasets.spinners.spinner import LookupSpinner


class NeighbourSpinner(LookupSpinner):
    """Writes a neighbour of a word in a space of contexts, in the form the neighbour has.

    In the manner of the masked language models of Wahle, Ruas, Meuschke and Gipp, "Are neural
    language models good plagiarists?" (JCDL 2021), without their view of the sentence: the
    substitute fits the grammar and often not the sense.

    Args:
        neighbours: Words to their neighbours, made by the caller.
    """

    family = "neighbour"

    def __init__(self, neighbours: Synonyms) -> None:
        self._neighbours = neighbours

    def choices(self, phrase: str) -> Sequence[str]:
        return self._neighbours.get(phrase, ())


FAMILIES = {
    "neighbour": Family(
        ("neighbours",), (0.08, 0.4), lambda lexicons, _: NeighbourSpinner(lexicons.neighbours)
    )
}
