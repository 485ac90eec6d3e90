"""Synonym resources, read from the files their authors publish."""

import csv
import io
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import zstandard

Synonyms = dict[str, list[str]]
"""Words to the words a spinner could write for them, in a fixed order."""

_PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv", "s": "adj"}
_NEAR = {"@", "@i", "~", "~i", "&", "+", "^", "$", "\\"}


@dataclass(frozen=True, slots=True)
class WordNet:
    """Single-word synonyms of WordNet 3.0 (Fellbaum 1998; files as in its ``wndb(5WN)``).

    Attributes:
        same_sense: Words that share a word's most frequent sense.
        any_sense: Words that share any synset with a word, any part of speech.
        one_hop: Words of the synsets one relation away (hypernyms, hyponyms, similar,
            derived), without those of `any_sense`.
        irregular: Irregular forms to base words by part of speech.
    """

    same_sense: Synonyms
    any_sense: Synonyms
    one_hop: Synonyms
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
            words = [word.split("(")[0].lower() for word in fields[4 : 4 + 2 * n_words : 2]]
            rest = fields[4 + 2 * n_words :]
            pointers = [rest[1 + 4 * index : 5 + 4 * index] for index in range(int(rest[0]))]
            hops = [(_PARTS[to], offset) for kind, offset, to, _ in pointers if kind in _NEAR]
            synsets[part, fields[0]] = _Synset([word for word in words if _single(word)], hops)
        for fields in _synset_lines(files[f"index.{part}"]):
            n_senses = int(fields[2])
            senses[fields[0]].extend((part, offset) for offset in fields[-n_senses:])

    same_sense: Synonyms = {}
    any_sense: Synonyms = {}
    one_hop: Synonyms = {}
    for word, keys in sorted(senses.items()):
        if not _single(word):
            continue
        own = dict.fromkeys(other for key in keys for other in synsets[key].words)
        near = dict.fromkeys(
            other
            for key in keys
            for hop in synsets[key].near
            if hop in synsets
            for other in synsets[hop].words
        )
        first = dict.fromkeys(synsets[keys[0]].words)
        same_sense[word] = [other for other in first if other != word]
        any_sense[word] = [other for other in own if other != word]
        one_hop[word] = [other for other in near if other != word and other not in own]
    irregular = {part: _exceptions(files[f"{part}.exc"]) for part in ("noun", "verb", "adj")}
    return WordNet(same_sense, any_sense, one_hop, irregular)


def _exceptions(text: str) -> dict[str, str]:
    rows = (line.split() for line in text.splitlines())
    return {row[0]: row[1] for row in rows if len(row) >= 2 and _single(row[0])}


def read_moby(file: Path) -> Synonyms:
    """Read the Moby thesaurus (Ward 1996): a line is a word and its loose synonyms."""
    synonyms: Synonyms = {}
    for line in read_text(file).splitlines():
        word, *others = line.strip().lower().split(",")
        if _single(word):
            synonyms[word] = [other for other in others if _single(other) and other != word]
    return synonyms


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
