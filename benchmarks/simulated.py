"""The labelled test set of the benchmarks: held-back clean texts, and copies simulated from them.

Only texts of the test part are used: no model built by `python -m chaffinch.detector.training` has
seen them. Spinners with a table of their own draw it by seeds that no training uses. The same
folder gives the same set on every run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from real_pages import real_pages

from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.lexicons.tortured_phrases import split_terms
from chaffinch.datasets.simulation.residue import ResidueLines
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.detector.training.corpora import (
    HELD_OUT,
    CleanText,
    corpus_files,
    corpus_name,
    read_corpus,
    spread,
)
from chaffinch.detector.training.labelled import Example
from chaffinch.detector.training.simulation import RATES, crop
from chaffinch.features.document import Document
from chaffinch.features.text.phrases import load_phrases

NEWS = ("news_bbc", "news_guardian")
"""Sources that no classifier saw: every family, rate and length is simulated on them."""

CROPS = (60, 150, None)
"""Words that a spun text is cut to; None for the whole article."""

TRAINING_CROPS = (60, 150, 400, None)
"""The same for texts to train a comparison on."""

SCRAPED = "scraped"
"""How the names of the families of word-for-word copies begin; their kind of residue follows."""

FARM = "https://farm.example/news"
"""Address of these copies, where no publisher's line is at home."""

TEST_SITES = range(1000, 1004)
"""Seeds of the sites whose spinners make test texts; no training has them."""

TRAINING_SITES = range(8)
"""Seeds of the sites that a comparison is trained on, as the bundled model is."""

_MIN_WORDS = 150
"""Least words of a text that is spun, so that there is something to cut; our choice."""

_OTHER_GENRES = 4
"""How many times fewer texts of any other corpus are spun than of news; our choice."""


class SimulatedFamily(NamedTuple):
    """A family of spinners as the test set has it.

    Attributes:
        spinners: One for each of several sites.
        rates: Shares of words to replace; one that is NaN where the family sets it itself.
    """

    spinners: list[Spinner]
    rates: tuple[float, ...]


def simulated_families(lexicons: Lexicons) -> dict[str, SimulatedFamily]:
    """Every registered family with sites and rates of its own.

    Of the tortured phrases it has the half that ``--hold-out half-of-tortured`` keeps from a model.
    """
    lexicons = replace(lexicons, tortured=split_terms(lexicons.tortured)[1])
    return {
        name: SimulatedFamily(
            [family.make(lexicons, site) for site in TEST_SITES],
            (float("nan"),)
            if family.rates == (0, 1)
            else tuple(rate for rate in RATES if family.rates[0] <= rate <= family.rates[1]),
        )
        for name, family in FAMILIES.items()
    }


def read_part(data: Path, part: str, most: int) -> dict[str, list[CleanText]]:
    """By corpus, up to `most` texts of one part of the split, evenly over the file."""
    chosen = {}
    for file in corpus_files(data):
        texts = [text for text in read_corpus(file) if text.part == part]
        chosen[corpus_name(file)] = spread(texts, most)
    return chosen


def simulated_examples(
    data: Path, families: Mapping[str, SimulatedFamily], most_clean: int, most_spun: int
) -> list[Example]:
    """Clean texts, real pages, spun copies of news and of other genres, and scraped copies.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora.
        families: The spinners to simulate.
        most_clean: Clean texts of one corpus.
        most_spun: News articles that every family, rate and length is simulated on; a
            quarter as many texts of every other corpus are spun once.
    """
    test = read_part(data, "test", most_clean)
    examples = [example_of(text, text.text) for texts in test.values() for text in texts]
    examples += real_pages(data)
    articles = [text for name in NEWS for text in test.get(name, []) if is_long(text)]
    articles = spread(articles, most_spun)
    examples += _grid(articles, families)
    others = [
        text
        for name, texts in test.items()
        if name not in NEWS
        for text in spread([one for one in texts if is_long(one)], most_spun // _OTHER_GENRES)
    ]
    examples += _one_each(others, families)
    examples += _scraped(articles)
    return examples


def training_examples(
    data: Path, lexicons: Lexicons, part: str, n_sources: int, seed: int
) -> list[Example]:
    """For each source a clean text and one copy, spun by a family drawn.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora.
        lexicons: What the families are made from, with sites that no test uses.
        part: Part of the split that the sources are from.
        n_sources: How many, evenly over the corpora that a classifier may see.
        seed: Seed of all draws.
    """
    corpora = read_part(data, part, n_sources)
    seen = {name: texts for name, texts in corpora.items() if name not in HELD_OUT}
    most = -(-n_sources // max(len(seen), 1))
    sources = [text for texts in seen.values() for text in spread(texts, most)]
    families = {
        name: [family.make(lexicons, site) for site in TRAINING_SITES]
        for name, family in FAMILIES.items()
    }
    names = list(families)
    rng = np.random.default_rng(seed)
    examples = []
    for source in sources:
        words = TRAINING_CROPS[int(rng.integers(len(TRAINING_CROPS)))]
        text = crop(source.text, words, rng) if words else source.text
        examples.append(example_of(source, text))
        name = names[int(rng.integers(len(names)))]
        spinner = families[name][int(rng.integers(len(TRAINING_SITES)))]
        low, high = (min(max(rate, RATES[0] / 2), RATES[-1]) for rate in FAMILIES[name].rates)
        rate = float(low * (high / low) ** rng.random())
        examples += _spun(source, text, name, spinner, rate, rng)
    return examples


def _grid(
    articles: Sequence[CleanText], families: Mapping[str, SimulatedFamily]
) -> Iterator[Example]:
    for name, (spinners, rates) in families.items():
        for words in CROPS:
            for rate in rates:
                rng = np.random.default_rng(1)
                for number, source in enumerate(articles):
                    text = crop(source.text, words, rng) if words else source.text
                    yield from _spun(
                        source, text, name, spinners[number % len(spinners)], rate, rng
                    )


def _one_each(
    texts: Sequence[CleanText], families: Mapping[str, SimulatedFamily]
) -> Iterator[Example]:
    rng = np.random.default_rng(2)
    names = sorted(families)
    for text in texts:
        name = names[int(rng.integers(len(names)))]
        spinners, rates = families[name]
        spinner = spinners[int(rng.integers(len(spinners)))]
        yield from _spun(text, text.text, name, spinner, float(rng.choice(rates)), rng)


def _scraped(articles: Sequence[CleanText]) -> Iterator[Example]:
    """Word-for-word copies with one unmistakable line of each kind, phrase after phrase."""
    sure = [phrase for phrase in load_phrases() if phrase.is_sure]
    for kind in dict.fromkeys(phrase.kind for phrase in sure):
        phrases = [phrase for phrase in sure if phrase.kind == kind]
        rng = np.random.default_rng(3)
        for number, source in enumerate(articles):
            left = ResidueLines()
            left.add(phrases[number % len(phrases)], rng)
            body = left.into(source.text.split("\n"), rng)
            text = "\n".join([*left.head, *body, *left.tail])
            made = example_of(source, text, f"{SCRAPED}, {kind}")
            yield replace(made, document=replace(made.document, url=FARM))


def _spun(
    source: CleanText,
    text: str,
    family: str,
    spinner: Spinner,
    rate: float,
    rng: np.random.Generator,
) -> Iterator[Example]:
    """The spun copy, or nothing where the spinner knows none of the words."""
    spun = spinner.spin(text, rng, float(np.nan_to_num(rate))).text
    if spun != text:
        yield example_of(source, spun, family, rate)


def example_of(
    source: CleanText, text: str, family: str = "", rate: float = float("nan")
) -> Example:
    """A text made from a clean one, labelled; a clean text where no family made it."""
    return Example(
        Document(text, title=source.title),
        label=bool(family),
        group=f"{source.corpus} {source.id}",
        family=family,
        genre=source.corpus,
        rate=rate,
    )


def is_long(text: CleanText) -> bool:
    """Whether a text has enough words to be cut."""
    return len(text.text.split()) >= _MIN_WORDS
