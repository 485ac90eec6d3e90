"""What a file of a spinner family declares."""

from collections.abc import Callable
from typing import NamedTuple

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.spinners.spinner import Spinner


class Family(NamedTuple):
    """A family of spinners.

    Attributes:
        thesauri: The resources its words come from, by the names of `Lexicons.without`.
        rates: Least and greatest share of words that such spinners replace; 0 and 1 where that
            follows from the text alone. Our choice for each family, between what is hardly to be
            seen and what pages of its kind show.
        make: Makes the spinner of one site from lexicons, which may lack some of the thesauri,
            and the site's seed; families with no fixed table make the same one for every seed.
            Replacements seen on real pages are known to odd seeds only, so that half of the
            sites have none of them.
    """

    thesauri: tuple[str, ...]
    rates: tuple[float, float]
    make: Callable[[Lexicons, int], Spinner]


def of_one_thesaurus(
    name: str, rates: tuple[float, float], make: Callable[[InflectedSynonyms], Spinner]
) -> Family:
    """A family that draws on one thesaurus, with the same spinner for every seed.

    Args:
        name: A table of `Lexicons.inflected`.
        rates: As `Family.rates`.
        make: Makes the spinner.
    """
    return Family((name,), rates, lambda lexicons, _: make(lexicons.inflected[name]))
