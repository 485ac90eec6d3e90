"""A spinner that replaces every n-th word it has a synonym for."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.spinners.family import of_one_thesaurus
from chaffinch.datasets.spinners.spinner import Candidate
from chaffinch.datasets.spinners.thesaurus import ThesaurusSpinner


class EveryNthWordSpinner(ThesaurusSpinner):
    """Replaces the n-th, 2n-th ... replaceable word: how often is set by n, not by a rate.

    The test setting of Wahle, Ruas, Foltynek, Meuschke and Gipp, "Identifying machine-
    paraphrased plagiarism" (iConference 2022): SpinnerChief at its default frequency attempts
    every fourth word (SpinnerChief-DF), at its increased frequency every second one
    (SpinnerChief-IF).

    Args:
        n: How many replaceable words there are to one that is replaced.
        synonyms: Words to their synonyms.
    """

    def __init__(self, n: int, synonyms: InflectedSynonyms) -> None:
        super().__init__(f"every-{n}-words", synonyms)
        self._n = n

    def select(
        self, eligible: Sequence[Candidate], wanted: int, rng: np.random.Generator
    ) -> Sequence[int]:
        """Every n-th candidate, from a first one drawn at random; `wanted` is not used."""
        return range(int(rng.integers(self._n)), len(eligible), self._n)


FAMILIES = {
    f"every-{n}-words": of_one_thesaurus("mythes", (0, 1), partial(EveryNthWordSpinner, n))
    for n in (4, 2)
}
