"""Labelled crops for the second reader: honest prose, human errors, and replaced words."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.datasets.spinners.numbers import DIGITS, WORDS
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import Replacement, Spinner
from chaffinch.detector.training.resources.slips import Author
from chaffinch.features.document import Document
from chaffinch.features.second_reader.network import LONGEST
from chaffinch.features.second_reader.pieces import Pieces, pieces_of
from chaffinch.features.second_reader.word_pieces import WordPieces
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

BATCH = 24
"""Crops of one step; our choice."""

AT_ONCE = 20 * BATCH
"""Crops that are made in one go, and among which those of like length share a batch; our choice."""

_WORDS = (60, 120)
"""Fewest and most words of a crop: with more, many would not fit in `LONGEST`."""

_LINE_STARTS = 0.5
"""Share of the crops that begin where a line does; the others begin anywhere, as a window into a
long document does. Our choice."""

_CORPUS_POWER = 0.3
"""Corpora are drawn in proportion to their size to this power; our choice: the largest one
has five hundred times the text of the smallest, and counts for six times as much."""

_HONEST = 0.4
"""Share of the crops from the honest kinds that read like spun text; our choice: the second reader
is asked about such texts above all."""

_SPUN = 0.55
"""Share of the crops with replaced words; our choice."""

_RATES = (0.02, 0.4)
"""Least and greatest share of replaced words, where the family's own greatest is not less. Our
choice: one word of a short crop, and what the heaviest tools do."""

_OFTEN_DRAWN = {"randomised": 4, "phrase-table": 2}
"""Families drawn more often than others, and how many times: nobody knows the next tool's words,
and a phrase table's are the hardest to see. Our choice."""

_ERRONEOUS = 0.5
"""Share of the crops, spun or not, whose author errs; our choice: errors must say nothing about
spinning."""

_OFTEN = (0.3, 8.0)
"""How many times as often as learners these authors err, from careful ones to those for whom the
slips' table is too mild; our choice."""

_MISTYPED = (0.002, 0.05)
"""Share of the words that they mistype, from a proofread page to a careless one; our choice."""

_LOST_ARTICLES = 0.5
"""Greatest share of articles that they leave out; our choice: learners whose language has none."""

_HABITS = 0.15
"""Share of the crops with another country's spelling, and of those with number words for digits or
the reverse: tools do so, and so do editors. Our choice."""

_WORD = re.compile(r"[A-Za-z]{4,}")
"""A word that is long enough to be mistyped and still be told from another."""

_ARTICLE = re.compile(r"\b(?:the|an?) (?=[a-z])")
_RUN = re.compile(r"\S+")
_NUMBER = re.compile(r"(?<![\w.,])(?:" + "|".join([*WORDS, *DIGITS]) + r")(?![\w,]|\.\d)")

_SPELLINGS = [
    tuple(pair.split())
    for pair in (
        "colour color,favour favor,honour honor,labour labor,harbour harbor,humour humor,"
        "neighbour neighbor,behaviour behavior,rumour rumor,flavour flavor,centre center,"
        "theatre theater,metre meter,litre liter,fibre fiber,defence defense,offence offense,"
        "licence license,organis organiz,realis realiz,recognis recogniz,apologis apologiz,"
        "criticis criticiz,emphasis emphasiz,analys analyz,travell travel,cancell cancel,"
        "modell model,catalogue catalog,dialogue dialog,programme program,grey gray,tyre tire,"
        "cheque check,jewellery jewelry,ageing aging,judgement judgment,aluminium aluminum"
    ).split(",")
]
"""Beginnings of words as Britain and as America spells them."""


class Crop(NamedTuple):
    """A crop as the network reads it.

    Attributes:
        ids: int32 array of shape (n_pieces,), its pieces, the first and the last included.
        first: int32 array of shape (n_tokens,), where each token begins in `ids`.
        replaced: bool array of shape (n_tokens,), which tokens a spinner wrote.
        family: The spinner's family; "" for a crop without a replaced word.
    """

    ids: NDArray[np.int32]
    first: NDArray[np.int32]
    replaced: NDArray[np.bool_]
    family: str


class Written(NamedTuple):
    """A crop as text.

    Attributes:
        text: The text.
        replacements: Where a spinner replaced words.
        family: The spinner's family, or "".
    """

    text: str
    replacements: Sequence[Replacement]
    family: str


class Texts:
    """Texts drawn evenly from corpora.

    Args:
        corpora: Texts by corpus.
        honest: Names of the corpora that are honest kinds.
    """

    def __init__(self, corpora: Mapping[str, Sequence[str]], honest: Collection[str]) -> None:
        self._corpora = list(corpora.values())
        is_honest = np.array([name in honest for name in corpora])
        weight = np.array([sum(map(len, texts)) for texts in self._corpora]) ** _CORPUS_POWER
        for members, share in ((is_honest, _HONEST), (~is_honest, 1 - _HONEST)):
            if members.any() and not members.all():
                weight[members] *= share / weight[members].sum()
        self._share = weight / weight.sum()

    def draw(self, rng: np.random.Generator) -> str:
        """Some running words of one text, with its line breaks."""
        texts = self._corpora[int(rng.choice(len(self._corpora), p=self._share))]
        text = texts[int(rng.integers(len(texts)))]
        words = [match.span() for match in _RUN.finditer(text)]
        n_words = int(rng.integers(_WORDS[0], _WORDS[1] + 1))
        starts = np.arange(max(len(words) - n_words, 0) + 1)
        if rng.random() < _LINE_STARTS:
            at_line = [
                n
                for n in starts.tolist()[: len(words)]
                if n == 0 or "\n" in text[words[n - 1][1] : words[n][0]]
            ]
            starts = np.array(at_line or [0])
        first = int(rng.choice(starts))
        own = words[first : first + n_words]
        return text[own[0][0] : own[-1][1]] if own else ""


class CropMaker:
    """Makes crops; each depends on the seed and its own number alone.

    Args:
        texts: What they are cut from.
        spinners: Family to the spinners that may be drawn for it.
        author: Who makes slips.
        vocabulary: The words that documents are tokenised with.
        word_pieces: The pieces that words are cut into.
        seed: Seed of every draw.
    """

    def __init__(
        self,
        texts: Texts,
        spinners: Mapping[str, Sequence[Spinner]],
        author: Author,
        vocabulary: Vocabulary,
        word_pieces: WordPieces,
        seed: int,
    ) -> None:
        self._texts = texts
        self._spinners = spinners
        self._families = [
            name for name in sorted(spinners) for _ in range(_OFTEN_DRAWN.get(name, 1))
        ]
        self._author = author
        self._vocabulary = vocabulary
        self._word_pieces = word_pieces
        self._seed = seed

    def crops(self, numbers: Sequence[int]) -> list[Crop]:
        """The crops of some numbers."""
        written = [self._written(np.random.default_rng([self._seed, n])) for n in numbers]
        documents = [Document(item.text) for item in written]
        block = TokenBlock.from_documents(documents, self._vocabulary)
        ends = (self._word_pieces.first, self._word_pieces.last)
        crops = []
        for doc, item in enumerate(written):
            pieces = pieces_of(block, doc, self._vocabulary, self._word_pieces)
            low, high = np.searchsorted(block.doc, [doc, doc + 1]).tolist()
            start, end = (
                place[low:high] - block.doc_start[doc] for place in (block.start, block.end)
            )
            replaced = np.zeros(high - low, np.bool_)
            for one in item.replacements:
                replaced |= (start < one.end) & (end > one.start)
            crops.append(_framed(pieces, replaced, item.family, ends))
        return crops

    def _written(self, rng: np.random.Generator) -> Written:
        text = self._texts.draw(rng)
        if rng.random() < _ERRONEOUS:
            text = self._author.write(text, rng, _between(_OFTEN, rng))
            text = _mistyped(text, rng, _between(_MISTYPED, rng))
            lost = rng.random() * _LOST_ARTICLES
            text = _ARTICLE.sub(lambda found: "" if rng.random() < lost else found[0], text)
        if rng.random() < _HABITS:
            text = _respelt(text, to_american=rng.random() < 0.5)
        if rng.random() < _HABITS:
            text = _NUMBER.sub(lambda found: {**WORDS, **DIGITS}[found[0]], text)
        if rng.random() >= _SPUN:
            return Written(text, (), "")
        family = self._families[int(rng.integers(len(self._families)))]
        sites = self._spinners[family]
        spinner = sites[int(rng.integers(len(sites)))]
        rate = _between((_RATES[0], min(FAMILIES[family].rates[1], _RATES[1])), rng)
        spun = spinner.spin(text, rng, rate)
        replaced = [one for one in spun.replacements if not _is_number(one)]
        return Written(spun.text, replaced, family if replaced else "")


def make_crops(maker: CropMaker, numbers: Sequence[int], jobs: int) -> Iterator[list[Crop]]:
    """Make crops in several processes.

    Args:
        maker: Makes them.
        numbers: The numbers of the crops.
        jobs: Processes.

    Yields:
        The crops, `AT_ONCE` at a time.
    """
    parts = [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]
    if jobs == 1:
        yield from map(maker.crops, parts)
        return
    with ProcessPoolExecutor(jobs, initializer=_remember, initargs=(maker,)) as pool:
        yield from pool.map(_make, parts)


_MAKER: list[CropMaker] = []
"""What makes crops in a process of its own: sent there once, and not with every part."""


def _remember(maker: CropMaker) -> None:
    _MAKER[:] = [maker]


def _make(numbers: Sequence[int]) -> list[Crop]:
    return _MAKER[0].crops(numbers)


def _framed(
    pieces: Pieces, replaced: NDArray[np.bool_], family: str, ends: tuple[int, int]
) -> Crop:
    """The pieces between the first and the last one, as many as the network reads."""
    ids = pieces.ids[: LONGEST - 2]
    first = pieces.first[pieces.first < len(ids)] + 1
    framed = np.r_[ends[0], ids, ends[1]].astype(np.int32)
    return Crop(framed, first.astype(np.int32), replaced[: len(first)], family)


def _between(limits: tuple[float, float], rng: np.random.Generator) -> float:
    """A number between two limits, its logarithm drawn evenly."""
    low, high = limits
    return float(low * (high / low) ** rng.random())


def _mistyped(text: str, rng: np.random.Generator, share: float) -> str:
    """A text with letters dropped, doubled, exchanged or hit beside, never the first of a word."""

    def mistype(found: re.Match[str]) -> str:
        word = found[0]
        if rng.random() >= share:
            return word
        place = 1 + int(rng.integers(len(word) - 1))
        before, here, after = word[:place], word[place], word[place + 1 :]
        wrong = chr(ord("a") + int(rng.integers(26)))
        options = (after, here + here + after, after[:1] + here + after[1:], wrong + after)
        return before + options[int(rng.integers(len(options)))]

    return _WORD.sub(mistype, text)


def _respelt(text: str, to_american: bool) -> str:
    """A text in the other country's spelling."""
    for british, american in _SPELLINGS:
        old, new = (british, american) if to_american else (american, british)
        for written, instead in ((old, new), (old.capitalize(), new.capitalize())):
            text = re.sub(rf"\b{written}", instead, text)
    return text


def _is_number(replacement: Replacement) -> bool:
    """Whether a number changed its writing only, which editors do as well."""
    original, substitute = replacement.original.lower(), replacement.substitute.lower()
    return substitute in (DIGITS.get(original), WORDS.get(original))
