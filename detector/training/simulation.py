"""Labelled documents made from clean texts: crops, spun copies, scraped copies, whole pages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chaffinch.datasets.simulation.pages import as_document, honest_page, scraped_page
from chaffinch.datasets.simulation.residue import inject_residue
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import Replacement, Spinner, SpunText
from chaffinch.detector.training.corpora import CleanText
from chaffinch.features.document import Document
from chaffinch.features.text.phrases import Phrase

RATES = (0.08, 0.15, 0.25, 0.4)
_CROP_WORDS = (60, 150, 400)
_WIDEST, _WIDEST_AGAIN = "randomised", 3
_LEAST_RATE = 0.03
_SPUN = 0.75
_WHOLE_PAGES = 0.5
_LOST_MARKUP = 0.3
_PADDED = 0.15
_TITLE_SPUN = 0.5
_TITLE_WORDS = 9


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
    """A family, drawn, and the text as one of its sites spins it."""
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
    """Of every clean text a crop as it is, and the same crop spun, with the truth.

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
    """For every clean text itself, and a spun copy or a scraped copy, often cropped.

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
        honest_residue: Share of clean texts that get one piece of residue: a single piece
            is not enough to tell a scraped copy by.
    """
    for number, source in enumerate(texts):
        rng = np.random.default_rng([seed, number])
        text = source.text
        if rng.random() < 0.6:
            text = crop(text, int(rng.choice(_CROP_WORDS)), rng)
        template = _template(templates, rng)
        if rng.random() < _WHOLE_PAGES:
            page = honest_page(text, source.title, rng, phrases, honest_residue)
            clean = as_document(page, template)
        else:
            few = int(rng.random() < honest_residue)
            clean = Document(inject_residue(text, rng, phrases, few) if few else text)
        yield Simulated(clean, False, "clean", 0.0, source)
        family, rate, pieces = "scraped", 0.0, int(rng.integers(2, 5))
        replacements: list[Replacement] = []
        words = source.title.split() or text.split()[:_TITLE_WORDS]
        first_title = " ".join(words)
        title = source.title
        if rng.random() < _SPUN and spinners:
            cut = len(text)
            if rng.random() < _PADDED:
                cut = max(text.find(" ", int(cut * rng.uniform(0.3, 0.7))), 0) or cut
            drawn, made = _spun(f"{first_title}\n{text[:cut]}", number, spinners, rng)
            spun_title, _, spun = made.text.partition("\n")
            if any(one.start > len(spun_title) for one in made.replacements):
                title = spun_title if rng.random() < _TITLE_SPUN else first_title
                text = spun + text[cut:]
                family, rate = drawn, made.rate
                replacements = _moved(made.replacements, -len(spun_title) - 1)
                pieces = int(rng.integers(1, 4)) if rng.random() < 0.3 else 0
        if rng.random() < _WHOLE_PAGES:
            page = scraped_page(text, title, rng, phrases, pieces, first_title, replacements)
            copy = as_document(page, template)
        else:
            copy = Document(inject_residue(text, rng, phrases, pieces) if pieces else text)
        yield Simulated(copy, True, family, rate, source)


def _moved(replacements: Sequence[Replacement], by: int) -> list[Replacement]:
    """Replacements with other offsets; without those that would begin before the text."""
    return [
        one._replace(start=one.start + by, end=one.end + by)
        for one in replacements
        if one.start + by >= 0
    ]


def _template(templates: Sequence[str], rng: np.random.Generator) -> str | None:
    """A template, or None for a page whose lines have lost their markup."""
    if rng.random() < _LOST_MARKUP:
        return None
    return templates[int(rng.integers(len(templates)))]
