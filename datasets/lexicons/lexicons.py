"""Synonym resources, read from the files their authors publish."""

import csv
import hashlib
import io
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import zstandard

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms, Inflection

Synonyms = dict[str, list[str]]
"""Words or phrases to what a spinner could write for them, in lower case and a fixed order."""

_KNOWN_WORDS = 150_000
_LONGEST_PHRASE = 4
_NO_SYNONYM = ("(antonym)", "(generic term)")

_PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv", "s": "adj"}
_NEAR = {"@", "@i", "~", "~i", "&", "+", "^", "$", "\\"}


@dataclass(frozen=True, slots=True)
class WordNet:
    """Synonyms of WordNet 3.0 (Fellbaum 1998; files as in its ``wndb(5WN)``).

    All tables but `phrases` are of single words.

    Attributes:
        same_sense: Words that share a word's most frequent sense.
        any_sense: Words that share any synset with a word, any part of speech.
        one_hop: Words of the synsets one relation away (hypernyms, hyponyms, similar,
            derived), without those of `any_sense`.
        phrases: Pairs that share a synset and of which at least one is several words.
        irregular: Irregular forms to base words by part of speech.
    """

    same_sense: Synonyms
    any_sense: Synonyms
    one_hop: Synonyms
    phrases: Synonyms
    irregular: dict[str, dict[str, str]]


@dataclass(slots=True)
class _Synset:
    words: list[str]
    near: list[tuple[str, str]] = field(default_factory=list)


def read_text(file: Path) -> str:
    """A text file, unpacked where its name ends in ``.zst``."""
    data = file.read_bytes()
    if file.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    return data.decode("utf-8", "replace")


def _members(archive: Path) -> dict[str, str]:
    data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(archive.read_bytes())).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        files = {}
        for member in tar.getmembers():
            stream = tar.extractfile(member) if member.isfile() else None
            if stream:
                files[Path(member.name).name] = stream.read().decode("latin-1")
        return files


def _single(word: str) -> bool:
    return word.isascii() and word.isalpha()


def _plain(phrase: str) -> bool:
    """Whether a phrase is a few words of plain letters."""
    return _single(phrase) or (
        phrase.count(" ") < _LONGEST_PHRASE and _single(phrase.replace(" ", ""))
    )


def single_words(synonyms: Synonyms) -> Synonyms:
    """The pairs of one word and one word."""
    return {
        word: [other for other in others if " " not in other]
        for word, others in synonyms.items()
        if " " not in word
    }


def phrase_pairs(synonyms: Synonyms) -> Synonyms:
    """The pairs of which at least one is several words."""
    pairs = {
        word: others if " " in word else [other for other in others if " " in other]
        for word, others in synonyms.items()
    }
    return {word: others for word, others in pairs.items() if others}


def _synset_lines(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line and line[0] != " ":
            yield line.split(" | ")[0].split()


def read_wordnet(archive: Path) -> WordNet:
    """Read WordNet's database files from a ``.tar.zst`` archive."""
    files = _members(archive)
    synsets: dict[tuple[str, str], _Synset] = {}
    senses: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for part in ("noun", "verb", "adj", "adv"):
        for fields in _synset_lines(files[f"data.{part}"]):
            n_words = int(fields[3], 16)
            lemmas = fields[4 : 4 + 2 * n_words : 2]
            words = [lemma.split("(")[0].lower().replace("_", " ") for lemma in lemmas]
            rest = fields[4 + 2 * n_words :]
            pointers = [rest[1 + 4 * index : 5 + 4 * index] for index in range(int(rest[0]))]
            hops = [(_PARTS[to], offset) for kind, offset, to, _ in pointers if kind in _NEAR]
            synsets[part, fields[0]] = _Synset([word for word in words if _plain(word)], hops)
        for fields in _synset_lines(files[f"index.{part}"]):
            n_senses = int(fields[2])
            senses[fields[0].replace("_", " ")].extend(
                (part, offset) for offset in fields[-n_senses:]
            )

    same_sense: Synonyms = {}
    any_sense: Synonyms = {}
    one_hop: Synonyms = {}
    for word, keys in sorted(senses.items()):
        if not _plain(word):
            continue
        own = dict.fromkeys(other for key in keys for other in synsets[key].words)
        any_sense[word] = [other for other in own if other != word]
        if not _single(word):
            continue
        near = dict.fromkeys(
            other
            for key in keys
            for hop in synsets[key].near
            if hop in synsets
            for other in synsets[hop].words
        )
        first = dict.fromkeys(synsets[keys[0]].words)
        same_sense[word] = [other for other in first if other != word]
        one_hop[word] = [other for other in near if other != word and other not in own]
    return WordNet(
        single_words(same_sense),
        single_words(any_sense),
        single_words(one_hop),
        phrase_pairs(any_sense),
        {part: _exceptions(files[f"{part}.exc"]) for part in ("noun", "verb", "adj")},
    )


def _exceptions(text: str) -> dict[str, str]:
    rows = (line.split() for line in text.splitlines())
    return {row[0]: row[1] for row in rows if len(row) >= 2 and _single(row[0])}


def read_moby(file: Path) -> Synonyms:
    """Read the Moby thesaurus (Ward 1996): a line is an entry and its loose synonyms."""
    synonyms: Synonyms = {}
    for line in read_text(file).splitlines():
        word, *others = line.strip().lower().split(",")
        if _plain(word):
            synonyms[word] = [other for other in others if _plain(other) and other != word]
    return synonyms


def read_mythes(file: Path) -> Synonyms:
    """Read a thesaurus in the format of MyThes, LibreOffice's thesaurus library.

    After a line with the encoding, an entry is ``word|n`` and n lines
    ``(part of speech)|synonym|synonym (related term)|...``. Terms marked as antonyms or as
    generic (words for a wider class) are left out.
    """
    synonyms: Synonyms = {}
    lines = iter(read_text(file).lower().splitlines()[1:])
    for line in lines:
        word, _, n_meanings = line.partition("|")
        terms = [
            term.partition(" (")[0]
            for _ in range(int(n_meanings) if n_meanings.isdecimal() else 0)
            for term in next(lines, "").split("|")[1:]
            if not term.endswith(_NO_SYNONYM)
        ]
        others = [other for other in dict.fromkeys(terms) if _plain(other) and other != word]
        if _plain(word) and others:
            synonyms[word] = others
    return synonyms


def read_tortured_phrases(file: Path) -> Synonyms:
    """Read tab-separated ``tortured`` and ``expected``: each expected phrase to its distortions.

    Single words are left out: what a tool wrote for "and" says nothing of terms.

    The columns are those of the Problematic Paper Screener's list (Cabanac, Labbé and
    Magazinov, "Tortured phrases", 2021).
    """
    synonyms: Synonyms = defaultdict(list)
    rows = csv.DictReader(io.StringIO(read_text(file)), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        expected, tortured = row["expected"].lower(), row["tortured"].lower()
        if " " in expected and _plain(expected) and _plain(tortured) and expected != tortured:
            synonyms[expected].append(tortured)
    return dict(synonyms)


@dataclass(frozen=True, slots=True)
class Substitution:
    """A replacement seen on a real page.

    Attributes:
        family: Kind of spinner that made it.
        original: What the source wrote, in lower case.
        substitute: What the spinner wrote for it, in lower case.
    """

    family: str
    original: str
    substitute: str


def read_substitutions(file: Path) -> list[Substitution]:
    """Read replacements from tab-separated ``family``, ``original`` and ``substitute``."""
    rows = csv.DictReader(io.StringIO(read_text(file)), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        Substitution(row["family"], row["original"].lower(), row["substitute"].lower())
        for row in rows
    ]


def read_word_counts(file: Path) -> dict[str, int]:
    """Read words and their counts, separated by a tab or a space, most frequent first."""
    rows = (line.rsplit(None, 1) for line in read_text(file).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


THESAURI = ("wordnet", "moby", "mythes", "observed", "tortured", "neighbours")
"""Names of the resources that a spinner family may draw on, and that can be held out.

LibreOffice's MyThes thesaurus is made from WordNet: what knows the one half knows the other.
"""

HALF_OF_TORTURED = "half-of-tortured"
"""Holds out the second half of `split_terms`, which the benchmarks' tortured texts are made of."""

HOLD_OUTS = (*THESAURI, HALF_OF_TORTURED)
"""What `Lexicons.without` takes."""


def split_terms(tortured: Synonyms) -> tuple[Synonyms, Synonyms]:
    """Two halves of the terms, so that a test can use some that no model knows.

    Each term's half follows from the term alone.
    """
    halves: tuple[Synonyms, Synonyms] = ({}, {})
    for term, phrases in tortured.items():
        digest = hashlib.blake2b(term.encode(), digest_size=1).digest()
        halves[digest[0] & 1][term] = phrases
    return halves


@dataclass(frozen=True)
class Lexicons:
    """Synonym resources that the channel and the simulated spinners are made from.

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
    """Read ``lexicons/`` and ``observed_substitutions.tsv`` below a data folder."""
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
    )
