"""A spinner that is another one for every text, so that no one spinner can be learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms, Tag
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.spinners.family import Family
from chaffinch.datasets.spinners.numbers import DIGITS
from chaffinch.datasets.spinners.spinner import (
    Candidate,
    LookupSpinner,
    Spinner,
    SpunText,
    Style,
    keyed_draw,
)
from chaffinch.features.text.function_words import FUNCTION_WORDS

_SHORTEST_CONTENT = 4
"""Letters of the shortest word that is no function word. Our choice, as for other families."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What one text's spinner knows and how it chooses; `Style` is how it writes.

    Attributes:
        seed: Fixes which part of an entry is known, and which choice is the fixed one.
        known_share: Part of every entry that is known, over 0 to 1.
        function_words: Share of function words that are looked up, 0 to 1.
        fixed: One choice for each word, not a new one each time.
        inflects: Substitutes take the form of the word they replace.
        digits: Number words become digits.
    """

    seed: int
    known_share: float = 1.0
    function_words: float = 0.0
    fixed: bool = False
    inflects: bool = True
    digits: bool = False


class DrawnSpinner(LookupSpinner):
    """The spinner of one text.

    Args:
        words: Tables of single words.
        phrases: Pairs with a phrase on one side or both, where phrases are looked up.
        policy: What it knows and how it chooses.
        style: How it writes.
    """

    family = "randomised"

    def __init__(
        self,
        words: Sequence[InflectedSynonyms],
        phrases: InflectedSynonyms | None,
        policy: Policy,
        style: Style,
    ) -> None:
        self.style = style
        self._phrase_tables = [phrases] if phrases else []
        self._tables = [*words, *self._phrase_tables]
        self._policy = policy
        self._choices: dict[str, Sequence[str]] = {}
        self._forms: dict[str, tuple[InflectedSynonyms, Tag | None]] = {}

    def longest(self, first: str) -> int:
        return self._phrase_tables[0].longest(first) if self._phrase_tables else 1

    def choices(self, phrase: str) -> Sequence[str]:
        if phrase not in self._choices:
            self._choices[phrase] = self._entry(phrase)
        return self._choices[phrase]

    def pick(self, candidate: Candidate, rng: np.random.Generator) -> str:
        option = super().pick(candidate, rng)
        if candidate.phrase not in self._forms or not self._policy.inflects:
            return option
        table, tag = self._forms[candidate.phrase]
        return table.written(option, tag) or option

    def _entry(self, phrase: str) -> Sequence[str]:
        policy = self._policy
        if policy.digits and phrase in DIGITS:
            return (DIGITS[phrase],)
        tables = self._phrase_tables if " " in phrase else self._tables
        known = [(table, entry) for table in tables if (entry := table.entry(phrase))[0]]
        if not known:
            return ()
        number, share = divmod(keyed_draw(policy.seed, phrase), 1000)
        is_function_word = len(phrase) < _SHORTEST_CONTENT or phrase in FUNCTION_WORDS
        if is_function_word and (len(phrase) == 1 or share >= 1000 * policy.function_words):
            return ()
        table, (options, tag) = known[number % len(known)]
        self._forms[phrase] = (table, tag)
        return self._part(options, number // len(known))

    def _part(self, options: Sequence[str], number: int) -> Sequence[str]:
        """The known part of an entry: neighbouring options, from a drawn one on."""
        size = max(1, round(self._policy.known_share * len(options)))
        first = number % len(options)
        if self._policy.fixed:
            return options[first : first + 1]
        return [*options[first : first + size], *options[: max(0, first + size - len(options))]]


class RandomisedSpinner(Spinner):
    """Draws for each text what its spinner knows and how it writes.

    It draws each table of words in or out, one table of phrases or none, and a part of 30 to
    100 % of every entry; one fixed choice for each word or a new one each time; function words
    left alone, looked up, or some of them looked up; inflection kept or forgotten; capitals
    kept or not; a word replaced wherever it stands or here and there, anywhere or between
    spaces only; spaces doubled or not; number words turned into digits or not. The chances are
    our choice.

    Domain randomisation (Tobin et al., IROS 2017) for spinners: a model that has met many
    mixtures has to rely on what they share.

    Args:
        words: Tables of single words.
        phrases: Tables of pairs with a phrase on one side or both.
    """

    family = "randomised"

    def __init__(
        self, words: Sequence[InflectedSynonyms], phrases: Sequence[InflectedSynonyms]
    ) -> None:
        self._words = words
        self._phrases = phrases

    def spin(self, text: str, rng: np.random.Generator, rate: float) -> SpunText:
        return self.drawn(rng).spin(text, rng, rate)

    def drawn(self, rng: np.random.Generator) -> DrawnSpinner:
        """The spinner of one text."""
        tables = [table for table in self._words if rng.random() < 0.5]
        if not tables and self._words:
            tables = [self._words[int(rng.integers(len(self._words)))]]
        phrases = None
        if self._phrases and rng.random() < 0.5:
            phrases = self._phrases[int(rng.integers(len(self._phrases)))]
        policy = Policy(
            seed=int(rng.integers(2**63)),
            known_share=float(rng.uniform(0.3, 1.0)),
            function_words=float(rng.choice([0.0, 1.0, rng.random()])),
            fixed=bool(rng.random() < 0.5),
            inflects=bool(rng.random() < 0.7),
            digits=bool(rng.random() < 0.2),
        )
        style = Style(
            keep_capitals=bool(rng.random() < 0.8),
            every_occurrence=bool(rng.random() < 0.4),
            between_spaces=bool(rng.random() < 0.3),
            doubled_spaces=float(rng.choice([0.0, 0.0, 0.0, rng.uniform(0.05, 0.6)])),
        )
        return DrawnSpinner(tables, phrases, policy, style)


_TABLES = ("wordnet", "wordnet any sense", "wordnet one hop", "moby", "mythes", "neighbours")
"""Tables of single words, by the names of `Lexicons.inflected`."""


def _of_all_tables(lexicons: Lexicons, _: int) -> RandomisedSpinner:
    tables = (lexicons.inflected[name] for name in _TABLES)
    phrases = lexicons.inflected_phrases.values()
    return RandomisedSpinner(
        [table for table in tables if table], [table for table in phrases if table]
    )


FAMILIES = {
    "randomised": Family(("wordnet", "moby", "mythes", "neighbours"), (0.03, 0.4), _of_all_tables)
}
