"""Labelled documents made from clean texts: crops, spun copies, scraped copies, whole pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.simulation.honest_pages import honest_page
from chaffinch.datasets.simulation.pages import as_document
from chaffinch.datasets.simulation.residue import honest_phrases, inject_residue
from chaffinch.datasets.simulation.scraped_pages import CopiedArticle, scraped_page
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import Replacement, Spinner, SpunText
from chaffinch.detector.training.corpora import CleanText
from chaffinch.features.document import Document
from chaffinch.features.text.phrases import Phrase

RATES = (0.08, 0.15, 0.25, 0.4)
"""Shares of words replaced, from light to heavy: the tables' rates; real farms lie between the
second and the last."""

_SITES = 8
"""Sites of each family that training has; our choice."""

_CROP_WORDS = (60, 150, 400)
"""Words that texts are cut to: a paragraph, a short post, an article. Our choice."""

_CROPPED = 0.6
"""Share of the texts that are cut; our choice."""

_WIDEST, _WIDEST_AGAIN = "randomised", 3
"""The family that draws its words from all thesauri at random is drawn as often as four others:
nobody knows what the next spinner is like. Our choice."""

_LEAST_RATE = 0.03
"""Least share of words replaced; with fewer a copy is as good as clean. Our choice."""

_SPUN = 0.75
"""Share of the copies that are spun, the others being scraped as they are; our choice."""

_WHOLE_PAGES = 0.5
"""Share of the documents that are whole pages and not bare texts; our choice."""

_LOST_MARKUP = 0.3
"""Share of the whole pages of which only lines are left, as crawls of text have them; our
choice."""

_PADDED = 0.15
"""Share of the spun copies that end with a clean part; our choice."""

_PADDING = (0.3, 0.7)
"""Least and greatest share of such a copy that is spun; our choice."""

_SPUN_WITH_RESIDUE = 0.3
"""Share of the spun copies with residue, too; our choice."""

_TITLE_SPUN = 0.5
"""Share of the spun copies whose title is spun; our choice."""

_TITLE_WORDS = 9
"""Words that a title is made of where a text has none: the length of a headline."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A document whose making is known.

    Attributes:
        document: The document.
        label: True for a low-quality republication.
        family: ``clean``, ``scraped``, or the spinner's family.
        rate: Share of words the spinner replaced; 0 where there was none.
        source: The clean text it was made from.
    """

    document: Document
    label: bool
    family: str
    rate: float
    source: CleanText


def training_families(held_out: Sequence[str]) -> list[str]:
    """Families whose words do not come from held-out thesauri alone.

    A family that draws on several resources stays, without the held-out ones.
    """
    return [name for name, family in FAMILIES.items() if not set(family.thesauri) <= set(held_out)]


def make_spinners(
    lexicons: Lexicons, families: Sequence[str], first_site: int = 0
) -> dict[str, list[Spinner]]:
    """The families, each with the spinners of several sites."""
    sites = range(first_site, first_site + _SITES)
    return {name: [FAMILIES[name].make(lexicons, site) for site in sites] for name in families}


def crop(text: str, words: int, rng: np.random.Generator) -> str:
    """About `words` running words of a text, from a line's beginning, with its line breaks."""
    lines = text.split("\n")
    lengths = np.array([len(line.split()) for line in lines])
    if lengths.sum() <= words:
        return text
    rest = np.cumsum(lengths[::-1])[::-1]
    starts = np.flatnonzero((rest >= words) & (lengths > 0))
    first = int(starts[rng.integers(len(starts))])
    kept: list[str] = []
    for line in lines[first:]:
        pieces = line.split(" ")
        kept.append(" ".join(pieces[:words]))
        words -= len(pieces)
        if words <= 0:
            break
    return "\n".join(kept)


def _spun(
    text: str,
    number: int,
    spinners: Mapping[str, Sequence[Spinner]],
    rng: np.random.Generator,
) -> tuple[str, SpunText]:
    """Draw a family, and spin a text as one of its sites does."""
    families = [*sorted(spinners), *[_WIDEST] * _WIDEST_AGAIN * (_WIDEST in spinners)]
    family = families[int(rng.integers(len(families)))]
    sites = spinners[family]
    low, high = FAMILIES[family].rates
    low, high = max(low, _LEAST_RATE), min(high, RATES[-1])
    rate = float(low * (high / low) ** rng.random())
    return family, sites[number % len(sites)].spin(text, rng, rate)


def simulate_spinning(
    texts: Sequence[str], spinners: Mapping[str, Sequence[Spinner]], seed: int
) -> Iterator[SpunText]:
    """Yield a crop of every clean text as it is and then the same crop spun.

    Args:
        texts: Clean texts.
        spinners: Family to the spinners that may be drawn for it.
        seed: Seed of every draw.
    """
    for number, whole in enumerate(texts):
        rng = np.random.default_rng([seed, number])
        text = crop(whole, int(rng.choice(_CROP_WORDS)), rng)
        yield SpunText(text, ())
        yield _spun(text, number, spinners, rng)[1]


def simulate(
    texts: Sequence[CleanText],
    spinners: Mapping[str, Sequence[Spinner]],
    phrases: Sequence[Phrase],
    templates: Sequence[str],
    seed: int,
    honest_residue: float,
) -> Iterator[Simulated]:
    """Yield every clean text and a spun or a scraped copy of it, often cropped.

    Half of both are bare texts, the others whole pages in a publisher's or a farm's template.
    Some spun copies end with a clean part; half have a spun title, and the address, og:title and
    images of the first one. One in which the spinner found nothing to replace is a scraped copy
    instead.

    Args:
        texts: Clean texts.
        spinners: Family to the spinners that may be drawn for it.
        phrases: Residue phrases that may be drawn.
        templates: Page templates that may be drawn.
        seed: Seed of every draw; each text's draws depend on its own id and place alone.
        honest_residue: Share of clean texts that get one weak piece of residue, as honest pages
            have it.
    """
    for number, source in enumerate(texts):
        rng = np.random.default_rng([seed, number])
        text = source.text
        if rng.random() < _CROPPED:
            text = crop(text, int(rng.choice(_CROP_WORDS)), rng)
        template = _template(templates, rng)
        if rng.random() < _WHOLE_PAGES:
            page = honest_page(text, source.title, rng, phrases, honest_residue)
            clean = as_document(page, template)
        else:
            few = int(rng.random() < honest_residue)
            weak = honest_phrases(phrases)
            clean = Document(inject_residue(text, rng, weak, few) if few else text)
        yield Simulated(clean, False, "clean", 0.0, source)
        copied = _copied(source, text, number, spinners, rng)
        if rng.random() < _WHOLE_PAGES:
            page = scraped_page(copied.article, rng, phrases, copied.pieces)
            copy = as_document(page, template)
        elif copied.pieces:
            copy = Document(inject_residue(copied.article.text, rng, phrases, copied.pieces))
        else:
            copy = Document(copied.article.text)
        yield Simulated(copy, True, copied.family, copied.rate, source)


class _Copied(NamedTuple):
    """What a farm publishes of a text.

    Attributes:
        article: The article.
        pieces: Kinds of residue.
        family: ``scraped``, or the spinner's family.
        rate: Share of words replaced.
    """

    article: CopiedArticle
    pieces: int
    family: str = "scraped"
    rate: float = 0.0


def _copied(
    source: CleanText,
    text: str,
    number: int,
    spinners: Mapping[str, Sequence[Spinner]],
    rng: np.random.Generator,
) -> _Copied:
    """A text spun by a family that is drawn, or scraped as it is."""
    pieces = int(rng.integers(2, 5))
    first_title = " ".join(source.title.split() or text.split()[:_TITLE_WORDS])
    scraped = _Copied(CopiedArticle(text, source.title, first_title), pieces)
    if rng.random() >= _SPUN or not spinners:
        return scraped
    cut = len(text)
    if rng.random() < _PADDED:
        cut = max(text.find(" ", int(cut * rng.uniform(*_PADDING))), 0) or cut
    family, made = _spun(f"{first_title}\n{text[:cut]}", number, spinners, rng)
    spun_title, _, spun = made.text.partition("\n")
    if not any(item.start > len(spun_title) for item in made.replacements):
        return scraped
    article = CopiedArticle(
        spun + text[cut:],
        spun_title if rng.random() < _TITLE_SPUN else first_title,
        first_title,
        _moved(made.replacements, -len(spun_title) - 1),
    )
    pieces = int(rng.integers(1, 4)) if rng.random() < _SPUN_WITH_RESIDUE else 0
    return _Copied(article, pieces, family, made.rate)


def _moved(replacements: Sequence[Replacement], by: int) -> list[Replacement]:
    """Replacements with other offsets, without those that would begin before the text."""
    return [
        item._replace(start=item.start + by, end=item.end + by)
        for item in replacements
        if item.start + by >= 0
    ]


def _template(templates: Sequence[str], rng: np.random.Generator) -> str | None:
    """A template, or None for a page whose lines have lost their markup."""
    if rng.random() < _LOST_MARKUP:
        return None
    return templates[int(rng.integers(len(templates)))]
