"""A spinner that looks every word up, function words included, and knows no grammar."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from chaffinch.datasets.inflection import Inflection
from chaffinch.datasets.lexicons import Substitution, WordNet
from chaffinch.datasets.spinners.spinner import Spinner


class DictionaryBlindSpinner(Spinner):
    """Writes a fixed word for each word: "as" is arsenic, "in" successful, "on" connected.

    What farms of the kind "PR Distribution" publish: any sense and any part of speech of
    WordNet, one relation away, the same substitute wherever the word stands, so function
    words become chemical symbols' names and states. A site's table is drawn once.

    Args:
        wordnet: Where the substitutes come from.
        inflection: Forms of base words.
        observed: Replacements seen on real pages; they go before drawn ones.
        seed: Which site's table is drawn; half of the tables use the observed pairs.
    """

    family = "dictionary-blind"

    def __init__(
        self,
        wordnet: WordNet,
        inflection: Inflection,
        observed: Iterable[Substitution] = (),
        seed: int = 0,
    ) -> None:
        self._wordnet = wordnet
        self._inflection = inflection
        self._seed = seed
        self._cache: dict[str, list[str]] = {}
        self._observed: dict[str, list[str]] = defaultdict(list)
        for pair in observed:
            if pair.family == self.family:
                self._observed[pair.original].append(pair.substitute)

    def choices(self, word: str) -> list[str]:
        if word not in self._cache:
            self._cache[word] = self._table_entry(word)
        return self._cache[word]

    def _table_entry(self, word: str) -> list[str]:
        seen = self._observed.get(word)
        if seen:
            return [seen[0]]
        net = self._wordnet
        base, tag = word, None
        if word not in net.any_sense:
            analyses = self._inflection.analyses(word, net.any_sense)
            if not analyses:
                return []
            base, tag = analyses[0]
        options = net.any_sense[base] or net.one_hop[base]
        if not options:
            return []
        digest = hashlib.blake2b(f"{self._seed} {base}".encode(), digest_size=8).digest()
        draw = np.random.default_rng(int.from_bytes(digest, "big"))
        if net.one_hop[base] and draw.random() < 0.4:
            options = net.one_hop[base]
        chosen = options[int(draw.integers(len(options)))]
        inflected = self._inflection.inflect(chosen, tag) if tag else None
        return [inflected or chosen]
