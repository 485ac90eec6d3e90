"""What every simulated spinner does: replace single words and remember which."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

_WORD = re.compile(r"[A-Za-z]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][A-Za-z]+)?")


class Replacement(NamedTuple):
    """One replaced word of a spun text: where it stands there, and what stood there before."""

    start: int
    end: int
    original: str
    substitute: str


@dataclass(frozen=True, slots=True)
class SpunText:
    """A spun text and the truth about it."""

    text: str
    replacements: tuple[Replacement, ...]


class Spinner(ABC):
    """Replaces words one by one; a family is a subclass in a file of its own.

    Capitals are kept on a word's first letter; a/an before it is left as it was, as real
    spinners leave it. Words inside a name (capitalised in mid-sentence) are left alone.
    """

    family: ClassVar[str]

    @abstractmethod
    def choices(self, word: str) -> list[str]:
        """What may be written for a word in lower case; empty where it is left alone."""

    def spin(self, text: str, rng: np.random.Generator, rate: float) -> SpunText:
        """Replace about `rate` of all words.

        Args:
            text: Clean text.
            rng: Source of chance.
            rate: Share of words to replace, 0 to 1; less where the thesaurus knows too few.
        """
        words = list(_WORD.finditer(text))
        able = [
            (match, options)
            for match in words
            if (options := self.choices(match[0].lower())) and not _is_name(text, match)
        ]
        wanted = min(len(able), round(rate * len(words)))
        chosen = sorted(rng.choice(len(able), size=wanted, replace=False)) if wanted else []
        pieces: list[str] = []
        replacements: list[Replacement] = []
        done = length = 0
        for index in chosen:
            match, options = able[index]
            new = self.pick(match[0].lower(), options, rng)
            if match[0][0].isupper():
                new = new[0].upper() + new[1:]
            pieces += [text[done : match.start()], new]
            start = length + match.start() - done
            length, done = start + len(new), match.end()
            replacements.append(Replacement(start, length, match[0], new))
        return SpunText("".join([*pieces, text[done:]]), tuple(replacements))

    def pick(self, word: str, options: list[str], rng: np.random.Generator) -> str:
        """Choose among the options; drawn anew each time unless a family says otherwise."""
        return options[int(rng.integers(len(options)))]


def _is_name(text: str, match: re.Match[str]) -> bool:
    if not match[0][0].isupper():
        return False
    before = text[: match.start()].rstrip(" \"'\N{LEFT DOUBLE QUOTATION MARK}")
    return bool(before) and before[-1] not in ".!?\n"
