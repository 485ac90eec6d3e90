"""WordNet, read from its database files."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from chaffinch.datasets.lexicons.packed_files import read_members
from chaffinch.datasets.lexicons.synonyms import (
    Synonyms,
    is_plain,
    is_word,
    phrase_pairs,
    single_words,
)

_PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv", "s": "adj"}
"""Parts of speech by their letters in pointers, and how files are named after them."""

_NEAR = frozenset(("@", "@i", "~", "~i", "&", "+", "^", "$", "\\"))
"""Pointers (``wninput(5WN)``) that are followed: hypernyms and hyponyms, of instances too,
similar adjectives, derived forms, see-also, verb groups, pertainyms. Antonyms, parts and topics
are not what a spinner writes."""


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


_Key = tuple[str, str]
"""Part of speech and offset, by which WordNet's files name a synset."""


class _Synset(NamedTuple):
    """Words of one sense, and the synsets one relation away."""

    words: list[str]
    near: list[_Key]


def read_wordnet(archive: Path) -> WordNet:
    """Read WordNet's database files from a ``.tar.zst`` archive.

    Raises:
        OSError: The archive cannot be read.
        KeyError: One of the database files is missing.
    """
    files = read_members(archive)
    synsets: dict[_Key, _Synset] = {}
    senses: dict[str, list[_Key]] = defaultdict(list)
    for part in ("noun", "verb", "adj", "adv"):
        synsets |= {(part, offset): synset for offset, synset in _synsets(files[f"data.{part}"])}
        for word, offsets in _senses(files[f"index.{part}"]):
            senses[word] += [(part, offset) for offset in offsets]
    same_sense: Synonyms = {}
    any_sense: Synonyms = {}
    one_hop: Synonyms = {}
    for word, keys in sorted(senses.items()):
        if is_plain(word):
            own = _words_of(synsets, keys)
            any_sense[word] = [other for other in own if other != word]
        if is_word(word):
            first = _words_of(synsets, keys[:1])
            near = _words_of(synsets, (hop for key in keys for hop in synsets[key].near))
            same_sense[word] = [other for other in first if other != word]
            one_hop[word] = [other for other in near if other != word and other not in own]
    return WordNet(
        single_words(same_sense),
        single_words(any_sense),
        single_words(one_hop),
        phrase_pairs(any_sense),
        {part: _exceptions(files[f"{part}.exc"]) for part in ("noun", "verb", "adj")},
    )


def _synsets(text: str) -> Iterator[tuple[str, _Synset]]:
    """Offsets and synsets of a file ``data.*``."""
    for fields in _lines(text):
        n_words = int(fields[3], 16)
        lemmas = fields[4 : 4 + 2 * n_words : 2]
        words = [lemma.split("(")[0].lower().replace("_", " ") for lemma in lemmas]
        rest = fields[4 + 2 * n_words :]
        pointers = [rest[1 + 4 * index : 5 + 4 * index] for index in range(int(rest[0]))]
        near = [(_PARTS[to], offset) for kind, offset, to, _ in pointers if kind in _NEAR]
        yield fields[0], _Synset([word for word in words if is_plain(word)], near)


def _senses(text: str) -> Iterator[tuple[str, list[str]]]:
    """Words of a file ``index.*`` and the offsets of their senses, the most frequent first."""
    for fields in _lines(text):
        yield fields[0].replace("_", " "), fields[-int(fields[2]) :]


def _lines(text: str) -> Iterator[list[str]]:
    """Fields of the lines below the licence, without their definitions."""
    for line in text.splitlines():
        if line and line[0] != " ":
            yield line.split(" | ")[0].split()


def _words_of(synsets: Mapping[_Key, _Synset], keys: Iterable[_Key]) -> dict[str, None]:
    """Words of some synsets, each once, in their order."""
    return dict.fromkeys(word for key in keys if key in synsets for word in synsets[key].words)


def _exceptions(text: str) -> dict[str, str]:
    """Irregular forms and their base words out of a file ``*.exc``."""
    rows = (line.split() for line in text.splitlines())
    return {row[0]: row[1] for row in rows if len(row) >= 2 and is_word(row[0])}
