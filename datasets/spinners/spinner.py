"""What every simulated spinner does: replace words or phrases and remember which."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import ClassVar, NamedTuple

import numpy as np

WORD = r"[A-Za-z]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][A-Za-z]+)?"
"""Expression of a word: letters of ASCII, with an apostrophe inside or not."""


class Replacement(NamedTuple):
    """One replaced span of a spun text: where it stands there, and what stood there before.

    Attributes:
        start: First code point in the spun text.
        end: One past the last one.
        original: The clean text's words.
        substitute: The spun text's.
    """

    start: int
    end: int
    original: str
    substitute: str


@dataclass(frozen=True, slots=True)
class SpunText:
    """A spun text and the truth about it.

    Attributes:
        text: The spun text.
        replacements: Its replaced words and phrases, in order.
        added_spaces: Start and end of each run of spaces that was added after one of them.
        rate: Share of the clean text's words that were replaced, 0 to 1.
    """

    text: str
    replacements: tuple[Replacement, ...]
    added_spaces: tuple[tuple[int, int], ...] = ()
    rate: float = 0.0

    def clean(self) -> str:
        """The text before it was spun, character for character."""
        edits = [(start, end, original) for start, end, original, _ in self.replacements]
        edits += [(start, end, "") for start, end in self.added_spaces]
        pieces, done = [], 0
        for start, end, original in sorted(edits):
            pieces += [self.text[done:start], original]
            done = end
        return "".join([*pieces, self.text[done:]])


@dataclass(frozen=True, slots=True)
class Style:
    """How a spinner writes, whatever its words come from.

    Attributes:
        keep_capitals: A substitute begins with a capital where the original did.
        every_occurrence: A word that is replaced is replaced wherever it stands.
        between_spaces: Only lower-case words with a space on both sides are replaced, as by a
            search for " word ": sentence starts and words before a comma stay.
        doubled_spaces: Share of lines in which more spaces follow each substitute.
    """

    keep_capitals: bool = True
    every_occurrence: bool = False
    between_spaces: bool = False
    doubled_spaces: float = 0.0


class Candidate(NamedTuple):
    """A span of clean text that could be replaced.

    Attributes:
        start: First code point in the clean text.
        end: One past the last one.
        n_words: Its number of words.
        phrase: Its words as they are looked up.
        options: What may be written for it.
    """

    start: int
    end: int
    n_words: int
    phrase: str
    options: Sequence[str]


def keyed_draw(seed: int, key: str) -> int:
    """A 64-bit number that a seed and a key always give, whatever was drawn before.

    Raises:
        OverflowError: The seed is negative, or has over 64 bits.
    """
    digest = blake2b(key.encode(), digest_size=8, key=seed.to_bytes(8, "big")).digest()
    return int.from_bytes(digest, "big")


class Spinner(ABC):
    """Makes a spun text of a clean one; a family is a subclass in a file of its own.

    Attributes:
        family: Name of the family.
    """

    family: str

    @abstractmethod
    def spin(self, text: str, rng: np.random.Generator, rate: float) -> SpunText:
        """Replace at most `rate` of all words, and about that where enough words are known.

        Args:
            text: Clean text.
            rng: Source of chance.
            rate: Share of words to replace, 0 to 1.
        """


class LookupSpinner(Spinner):
    """Looks words and phrases up, and replaces some of those it finds.

    A family says what can be written for a phrase. The longest phrase goes first. An article
    before a substitute is left as it was, as real spinners leave it. Words inside a name
    (capitalised in mid-sentence) are left alone unless a family has choices for them.

    Attributes:
        style: How it writes.
        word_pattern: What counts as a word.
    """

    style: Style = Style()
    word_pattern: ClassVar[re.Pattern[str]] = re.compile(WORD)

    @abstractmethod
    def choices(self, phrase: str) -> Sequence[str]:
        """What may be written for a phrase in lower case; empty where it is left alone."""

    def name_choices(self, name: str) -> Sequence[str]:
        """What may be written for a word of a name; empty where it is left alone."""
        return ()

    def longest(self, first: str) -> int:
        """Number of words of the longest known phrase that begins with a word; at least 1."""
        return 1

    def spin(self, text: str, rng: np.random.Generator, rate: float) -> SpunText:
        words = list(self.word_pattern.finditer(text))
        eligible = self._candidates(text, words)
        chosen = self.select(eligible, round(rate * len(words)), rng)
        return self._write(text, [eligible[index] for index in sorted(chosen)], len(words), rng)

    def select(
        self, eligible: Sequence[Candidate], wanted: int, rng: np.random.Generator
    ) -> Sequence[int]:
        """Indices of the candidates to replace; a family may choose otherwise.

        Args:
            eligible: Everything that could be replaced, in the text's order.
            wanted: Most words to replace.
            rng: Source of chance.
        """
        groups: dict[str | int, list[int]] = {}
        for index, candidate in enumerate(eligible):
            key = candidate.phrase if self.style.every_occurrence else index
            groups.setdefault(key, []).append(index)
        members = list(groups.values())
        chosen: list[int] = []
        for number in rng.permutation(len(members)).tolist():
            if wanted <= 0:
                break
            group = members[number]
            n_words = len(group) * eligible[group[0]].n_words
            if n_words <= wanted:
                chosen += group
                wanted -= n_words
        return chosen

    def pick(self, candidate: Candidate, rng: np.random.Generator) -> str:
        """Choose among the options; drawn anew each time unless a family says otherwise."""
        return candidate.options[int(rng.integers(len(candidate.options)))]

    def cased(self, original: str, substitute: str) -> str:
        """A substitute with the original's capital, where the spinner keeps capitals."""
        if self.style.keep_capitals and original[0].isupper():
            return substitute[:1].upper() + substitute[1:]
        return substitute

    def _candidates(self, text: str, words: Sequence[re.Match[str]]) -> list[Candidate]:
        eligible: list[Candidate] = []
        index = 0
        while index < len(words):
            candidate = self._candidate(text, words, index)
            if candidate:
                eligible.append(candidate)
            index += candidate.n_words if candidate else 1
        return eligible

    def _candidate(self, text: str, words: Sequence[re.Match[str]], index: int) -> Candidate | None:
        start, end = words[index].span()
        if _is_name(text, start):
            name = text[start:end]
            options = self.name_choices(name)
            return Candidate(start, end, 1, name, options) if options else None
        first = text[start:end].lower()
        for n_words in range(min(self.longest(first), len(words) - index), 0, -1):
            end = words[index + n_words - 1].end()
            written = text[start:end]
            phrase = written.lower()
            if n_words > 1 and written[1:] != phrase[1:]:
                continue
            if self.style.between_spaces and not (
                written == phrase and text[start - 1 : start] == " " and text[end : end + 1] == " "
            ):
                continue
            options = self.choices(phrase)
            if options:
                return Candidate(start, end, n_words, phrase, options)
        return None

    def _write(
        self, text: str, chosen: Sequence[Candidate], n_words: int, rng: np.random.Generator
    ) -> SpunText:
        pieces: list[str] = []
        replacements: list[Replacement] = []
        added: list[tuple[int, int]] = []
        done = length = replaced = 0
        line_end = -1
        doubled = False
        for candidate in chosen:
            start, end = candidate.start, candidate.end
            original = text[start:end]
            new = self.cased(original, self.pick(candidate, rng))
            if new == original:
                continue
            pieces += [text[done:start], new]
            length += start - done + len(new)
            done = end
            replaced += candidate.n_words
            replacements.append(Replacement(length - len(new), length, original, new))
            if self.style.doubled_spaces and start > line_end:
                line_end = text.find("\n", start)
                line_end = len(text) if line_end < 0 else line_end
                doubled = bool(rng.random() < self.style.doubled_spaces)
            if doubled and text[end : end + 1] == " ":
                spaces = 1 + int(rng.integers(8) == 0)
                pieces.append(" " * spaces)
                added.append((length, length + spaces))
                length += spaces
        spun = "".join([*pieces, text[done:]])
        return SpunText(spun, tuple(replacements), tuple(added), replaced / max(n_words, 1))


def _is_name(text: str, start: int) -> bool:
    if not text[start].isupper():
        return False
    before = text[max(0, start - 8) : start].rstrip(" \"'\N{LEFT DOUBLE QUOTATION MARK}")
    return bool(before) and before[-1] not in ".!?\n"
