"""The table of human slips, learned from lists of what people get wrong."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np

from chaffinch.datasets.lexicons.errors import Errors
from chaffinch.datasets.lexicons.inflection import Inflection
from chaffinch.detector.training.resources.channel import Pairs
from chaffinch.features.language.channel import Channel
from chaffinch.features.language.language_model import dequantise
from chaffinch.features.language.slips import SMALL_WORDS, Edit, edit_between, share_a_stem
from chaffinch.features.text.vocabulary import FIRST_WORD, Vocabulary

Words = set[tuple[str, str]]
"""Pairs of words, the one that was meant first."""

Chances = defaultdict[tuple[str, str], float]
"""Chances that a word (first) is written as another."""

_RATES = {"small word": 0.03, "form": 0.02, "sound": 0.003, "spelling": 0.02, "stem": 0.005}
"""Share of the words that could be got wrong in a way which learners got wrong, of which `_KNOWN`
words count as read before any sentences are. Measured on JFLEG, rounded; in this order a pair of
words is of the first kind that it fits."""

_KNOWN = 1_000
"""Words that `_RATES` stand for; our choice: little beside the 91,000 of JFLEG."""

_SEEN = 20
"""Times that a small word stands in corrections without an error, added to all counts; our
choice: chances of words seen once or twice stay low."""

_LETTERS = 26
"""Edits of each letter that are thought possible, each seen half a time (Jeffreys' prior)."""

_MISREAD = 0.001
"""Chance that a scanner takes letters for others that look like them; our choice: 99 % of the words
that it reads are right."""

_LOOK_ALIKE = (
    "rn m,cl d,li h,vv w,ii u,in m,ni m,f s,c e,u n,b h,l i,l t,f t,o e,o c,a e,u v,i j,g q,v y"
)
"""Letters that scanners take for one another, both ways; our choice, after the errors of optical
character recognition in old newspapers."""

_STEM = 4
"""Letters that words of one stem begin with, at the least; our choice."""

_WORD = re.compile(r"(?<![\w'\u2019-])[a-z]+(?![\w'\u2019-])")
"""A word in lower case, and not a part of another."""

_MOST = 0.6
"""Greatest chance that a simulated author gets a word wrong; our choice."""


def near_pairs(words: Sequence[str]) -> Words:
    """All pairs of words of which one edit makes one of the other, in both directions."""
    known = set(words)
    found: Words = set()
    patterns: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in words:
        for place in range(len(word)):
            shorter = word[:place] + word[place + 1 :]
            if shorter in known:
                found |= {(word, shorter), (shorter, word)}
            patterns[shorter, place].append(word)
            exchanged = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
            if exchanged in known:
                found.add((word, exchanged))
    for alike in patterns.values():
        found.update((word, other) for word in alike for other in alike)
    return {(word, other) for word, other in found if word != other}


def form_pairs(words: Sequence[str], inflection: Inflection) -> Words:
    """All pairs of forms of one base word, in both directions."""
    known = set(words)
    forms: dict[str, set[str]] = {}
    for word in words:
        for base, _ in inflection.analyses(word, known):
            forms.setdefault(base, {base}).add(word)
    return {(one, other) for alike in forms.values() for one in alike for other in alike - {one}}


def stem_pairs(words: Sequence[str]) -> Words:
    """All pairs of words that differ by their endings alone, in both directions."""
    beginnings: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) >= _STEM:
            beginnings[word[:_STEM]].append(word)
    return {
        (one, other)
        for alike in beginnings.values()
        for one in alike
        for other in alike
        if one != other and share_a_stem(one, other)
    }


def misread_pairs(words: Iterable[str]) -> Words:
    """All pairs of words that a scanner takes for one another."""
    known = set(words)
    pairs = [pair.split() for pair in _LOOK_ALIKE.split(",")]
    found: Words = set()
    for word in known:
        for one, other in pairs:
            for shown, read in ((one, other), (other, one)):
                for match in re.finditer(shown, word):
                    seen = word[: match.start()] + read + word[match.end() :]
                    if seen in known:
                        found.add((word, seen))
    return found


class Misspelling:
    """The chance of each edit of a word that is misspelt, by the letters involved.

    Source: the channel of Kernighan, Church and Gale, "A spelling correction program based on a
    noisy channel model" (COLING 1990).

    Args:
        pairs: Misspellings, each with the word that was meant.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._edits: Counter[Edit] = Counter()
        self._letters: Counter[str] = Counter()
        for written, meant in pairs:
            edit = edit_between(meant, written)
            if edit:
                self._edits[edit] += 1
                whole = f">{meant}"
                self._letters.update((*whole, *map("".join, pairwise(whole))))

    def chance(self, meant: str, written: str) -> float:
        """The chance of a misspelling that is one edit away from a word; 0 of any other."""
        edit = edit_between(meant, written)
        if not edit:
            return 0.0
        return (self._edits[edit] + 0.5) / (self._letters[edit.meant] + 0.5 * _LETTERS)


def count_slips(
    sentences: Iterable[tuple[list[str], list[str]]],
) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Count the words that differ between sentences and their corrections.

    Args:
        sentences: Tokens as they were written, and as corrected.

    Returns:
        How often each word was meant, and how often another (second) was written for it.
    """
    meant: Counter[str] = Counter()
    instead: Counter[tuple[str, str]] = Counter()
    for written, corrected in sentences:
        meant.update(corrected)
        matcher = SequenceMatcher(None, corrected, written, autojunk=False)
        for change, first, last, other, end in matcher.get_opcodes():
            if change == "replace" and last - first == end - other:
                instead.update(zip(corrected[first:last], written[other:end], strict=True))
    return meant, instead


def slip_pairs(errors: Errors, inflection: Inflection, vocabulary: Vocabulary) -> Pairs:
    """All pairs of vocabulary words that a slip links, with their chances.

    Args:
        errors: What people get wrong.
        inflection: Forms of base words.
        vocabulary: The words of which pairs are made.

    Returns:
        (meant id, written id) to the chance that the word that is meant is written so.
    """
    words = [word for word in vocabulary.words[FIRST_WORD:] if word.isalpha()]
    known = set(words)
    small = known.intersection(SMALL_WORDS)
    meant, instead = count_slips(errors.sentences)
    kinds: dict[str, Words] = {
        "small word": {pair for pair in instead if pair[0] != pair[1] and small.issuperset(pair)},
        "form": form_pairs(words, inflection),
        "sound": {pair for pair in errors.homophones if pair[0] != pair[1]},
        "spelling": near_pairs(words),
        "stem": stem_pairs(words),
    }
    rates = _rates(kinds, meant, instead)
    chances: Chances = defaultdict(float)
    for pair in kinds["small word"]:
        chances[pair] += instead[pair] / (meant[pair[0]] + _SEEN)
    for kind in ("form", "sound", "stem"):
        _share_out(chances, kinds[kind], rates[kind])
    misspelling = Misspelling(errors.typed)
    for pair in kinds["spelling"]:
        chances[pair] += rates["spelling"] * misspelling.chance(*pair)
    listed = {(word, error) for error, word in (*errors.typed, *errors.listed) if word != error}
    _share_out(chances, listed, rates["spelling"])
    for pair in misread_pairs(words):
        chances[pair] += _MISREAD
    ids = {word: number for number, word in enumerate(vocabulary.words)}
    return {
        (ids[one], ids[other]): min(chance, 1.0)
        for (one, other), chance in sorted(chances.items())
        if one in known and other in known
    }


def _rates(
    kinds: Mapping[str, Words], meant: Counter[str], instead: Counter[tuple[str, str]]
) -> dict[str, float]:
    """How often words that could be got wrong in each way are, each error counted once."""
    counted: Words = set()
    rates = {}
    for kind, pairs in kinds.items():
        wrong = sum(instead[pair] for pair in instead.keys() & pairs - counted)
        counted |= pairs
        at_risk = sum(meant[word] for word in {word for word, _ in pairs})
        rates[kind] = (wrong + _RATES[kind] * _KNOWN) / (at_risk + _KNOWN)
    return rates


def _share_out(chances: Chances, pairs: Words, rate: float) -> None:
    """Share a rate of errors out among all that can be written for each word."""
    options = Counter(word for word, _ in pairs)
    for pair in pairs:
        chances[pair] += rate / options[pair[0]]


class Author:
    """Somebody who makes the slips of a table.

    Args:
        slips: The table.
        vocabulary: Its words.
    """

    def __init__(self, slips: Channel, vocabulary: Vocabulary) -> None:
        words = vocabulary.words
        starts = slips.start.astype(np.int64)
        written = np.repeat(np.arange(len(words)), starts[1:] - starts[:-1])
        chances = 10 ** dequantise(slips.weight)
        options: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for word, wrong, chance in zip(
            slips.original.tolist(), written.tolist(), chances.tolist(), strict=True
        ):
            options[words[word]].append((words[wrong], chance))
        self._options = {
            word: ([wrong for wrong, _ in pairs], np.cumsum([chance for _, chance in pairs]))
            for word, pairs in options.items()
        }

    def write(self, text: str, rng: np.random.Generator, often: float) -> str:
        """A text with slips.

        Args:
            text: What the author means.
            rng: Source of the draws.
            often: How many times as often as learners the author errs.
        """

        def slip(match: re.Match[str]) -> str:
            if match[0] not in self._options:
                return match[0]
            wrong, running = self._options[match[0]]
            if rng.random() >= min(often * running[-1], _MOST):
                return match[0]
            return wrong[int(np.searchsorted(running[:-1], rng.random() * running[-1], "right"))]

        return _WORD.sub(slip, text)
