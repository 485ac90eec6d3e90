"""All lists of words that the channel and the simulated spinners are made from."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from chaffinch.datasets.lexicons.errors import Errors, read_errors
from chaffinch.datasets.lexicons.inflection import InflectedSynonyms, Inflection
from chaffinch.datasets.lexicons.observed import Substitution, read_substitutions
from chaffinch.datasets.lexicons.synonyms import Synonyms, phrase_pairs, single_words
from chaffinch.datasets.lexicons.thesauri import read_moby, read_mythes
from chaffinch.datasets.lexicons.tortured_phrases import read_tortured_phrases, split_terms
from chaffinch.datasets.lexicons.word_counts import read_word_counts
from chaffinch.datasets.lexicons.wordnet import WordNet, read_wordnet

_KNOWN_WORDS = 150_000
"""Words, of 333,333 counted ones, that count as rightly spelled. Our choice: a form that is
rarer is as likely a misspelling."""

THESAURI = ("wordnet", "moby", "mythes", "observed", "tortured", "neighbours")
"""Names of the resources that a spinner family may draw on, and that can be held out.

LibreOffice's MyThes thesaurus is made from WordNet: what knows the one half knows the other.
"""

HALF_OF_TORTURED = "half-of-tortured"
"""Holds out the second half of `split_terms`, which the benchmarks' tortured texts are made of."""

HOLD_OUTS = (*THESAURI, HALF_OF_TORTURED)
"""What `Lexicons.without` takes."""


@dataclass(frozen=True)
class Lexicons:
    """Synonym resources that the channel and the simulated spinners are made from, and errors.

    Attributes:
        wordnet: WordNet.
        moby: Single words of the Moby thesaurus.
        mythes: Single words of a MyThes thesaurus.
        phrases: By name of thesaurus, its pairs of which one or both are several words.
        tortured: Terms of science to the phrases that paraphrasing tools wrote for them.
        neighbours: Words to words of like contexts; made by the caller, none are read.
        observed: Replacements seen on real pages.
        inflection: Forms of base words.
        word_rank: Words to their place by frequency, the commonest 0.
        errors: What people get wrong when they write.
    """

    wordnet: WordNet
    moby: Synonyms
    mythes: Synonyms
    phrases: dict[str, Synonyms]
    tortured: Synonyms
    neighbours: Synonyms
    observed: list[Substitution]
    inflection: Inflection
    word_rank: dict[str, int]
    errors: Errors = field(default_factory=Errors)

    def without(self, thesaurus: str) -> "Lexicons":
        """A copy in which one of `HOLD_OUTS` is empty: no spinner or channel knows it.

        Raises:
            ValueError: There is no resource of that name.
        """
        if thesaurus not in HOLD_OUTS:
            raise ValueError(f"thesaurus must be one of {', '.join(HOLD_OUTS)}. Got {thesaurus!r}.")
        if thesaurus == HALF_OF_TORTURED:
            return replace(self, tortured=split_terms(self.tortured)[0])
        phrases = {name: pairs for name, pairs in self.phrases.items() if name != thesaurus}
        if thesaurus == "wordnet":
            wordnet = WordNet({}, {}, {}, {}, self.wordnet.irregular)
            return replace(self, wordnet=wordnet, phrases=phrases)
        if thesaurus == "observed":
            return replace(self, observed=[])
        emptied: dict[str, Synonyms] = {thesaurus: {}}
        return replace(self, phrases=phrases, **emptied)  # type: ignore[arg-type]

    @cached_property
    def inflected(self) -> dict[str, InflectedSynonyms]:
        """Tables by name, shared by all spinners so that forms are found once.

        All are of single words, but for "tortured".
        """
        tables = {
            "wordnet": self.wordnet.same_sense,
            "wordnet any sense": self.wordnet.any_sense,
            "wordnet one hop": self.wordnet.one_hop,
            "moby": self.moby,
            "mythes": self.mythes,
            "neighbours": self.neighbours,
            "tortured": self.tortured,
        }
        return {name: InflectedSynonyms(table, self.inflection) for name, table in tables.items()}

    @cached_property
    def inflected_phrases(self) -> dict[str, InflectedSynonyms]:
        """Phrase tables by name of thesaurus, shared in the same way."""
        return {
            name: InflectedSynonyms(pairs, self.inflection) for name, pairs in self.phrases.items()
        }


def read_lexicons(data: Path) -> Lexicons:
    """Read ``lexicons/``, ``observed_substitutions.tsv`` and ``errors/`` below a data folder.

    Raises:
        OSError: One of the files cannot be read.
    """
    folder = data / "lexicons"
    wordnet = read_wordnet(folder / "wordnet-3.0.tar.zst")
    moby = read_moby(folder / "thesaurus_moby_mthesaur.txt.zst")
    mythes = read_mythes(folder / "thesaurus_mythes_en_US_v2.dat.zst")
    counts = read_word_counts(folder / "unigrams_google1t_norvig.tsv.zst")
    known = set(list(counts)[:_KNOWN_WORDS])
    return Lexicons(
        wordnet=wordnet,
        moby=single_words(moby),
        mythes=single_words(mythes),
        phrases={
            "wordnet": wordnet.phrases,
            "moby": phrase_pairs(moby),
            "mythes": phrase_pairs(mythes),
        },
        tortured=read_tortured_phrases(folder / "tortured_phrases.tsv.zst"),
        neighbours={},
        observed=read_substitutions(data / "observed_substitutions.tsv"),
        inflection=Inflection(known, wordnet.irregular),
        word_rank={word: rank for rank, word in enumerate(counts)},
        errors=read_errors(data),
    )
