"""Whole sites: farms with one spinner and one template each, and honest sites of several kinds.

What all pages of a site have in common is drawn once: template, author, forms of dates and of
counters, lines that stand on every page. Shares are our choice, wide enough that none of these is
a label: honest sites have house lines, agencies' texts and permitted copies, and farms may lack all
residue.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from chaffinch.datasets.simulation.markup import draft, slug, state_addresses
from chaffinch.datasets.simulation.pages import TEMPLATES, Page
from chaffinch.datasets.simulation.publishers import (
    MOST_DAYS_LATE,
    POSTERS,
    Publisher,
    add_dateline,
    draw_publisher,
    end_credit,
    written_date,
)
from chaffinch.datasets.simulation.residue import written_phrase
from chaffinch.datasets.spinners.spinner import Spinner, SpunText
from chaffinch.features.text.phrases import Phrase

_COUNTERS: tuple[Callable[[int, int], str], ...] = (
    lambda age, count: f"{count:,} views",
    lambda age, count: f"{age} days ago | {count} views",
    lambda age, count: f"Post Views: {count:,}",
    lambda age, count: f"{age} months ago {count}",
)
"""Forms of counters; a site has one of them, an honest one of the first two."""

_SHARE_LINES = ("Share this: Facebook Twitter Email", "Print this page", "Leave a comment")
"""Lines that honest sites have on every page."""


_LIGHTEST, _HEAVIEST = 0.012, 0.15
"""Least and greatest share of words that a farm replaces: real farms replace more, and are found
page by page. Our choice."""


class Article(NamedTuple):
    """A text to publish.

    Attributes:
        text: The text.
        title: Its headline, or "".
    """

    text: str
    title: str


class Published(NamedTuple):
    """A page that others may copy.

    Attributes:
        article: What it holds.
        publisher: Whose it is, who wrote it, and when.
    """

    article: Article
    publisher: Publisher


class SitePage(NamedTuple):
    """A page of a simulated site.

    Attributes:
        page: The page.
        template: The site's template.
        published: What others may copy of it, or None for a copy.
    """

    page: Page
    template: str
    published: Published | None


@dataclass(frozen=True)
class House:
    """What the pages of one site have in common.

    Attributes:
        host: The site's host.
        name: Its name.
        template: Its page template.
        authors: Who signs its pages.
        byline: Share of pages that print the author's name.
        dated: Share of pages that print a date.
        line: A line on every page, or "".
        counter: Form of the view counter on every page, or None.
    """

    host: str
    name: str
    template: str
    authors: tuple[str, ...]
    byline: float
    dated: float
    line: str
    counter: Callable[[int, int], str] | None


@dataclass(frozen=True)
class Habits:
    """How a farm treats what it copies.

    Attributes:
        rate: Share of words that its spinner replaces; 0 for a farm that copies as it is.
        spun: Share of its pages that are spun.
        residue: Lines that its scraper leaves.
        marked: Share of pages with such a line.
        byline: Share of pages that keep the source's byline.
        old_date: Share of pages that keep the source's date.
        linked: Share of pages whose canonical link is the source's.
    """

    rate: float
    spun: float
    residue: tuple[Phrase, ...]
    marked: float
    byline: float
    old_date: float
    linked: float


def draw_house(host: str, rng: np.random.Generator, phrases: Sequence[Phrase]) -> House:
    """An honest site's habits: one in ten has a template's line on every page, one in ten counters.

    Args:
        host: The site's host.
        rng: Source of chance.
        phrases: Template lines that may be drawn.
    """
    first = draw_publisher("", "", rng)
    n_authors = int(rng.choice([1, 1, 2, 5]))
    draw = rng.random()
    line = str(rng.choice(_SHARE_LINES)) if draw < 0.3 else ""
    if draw > 0.9 and phrases:
        line = written_phrase(phrases[int(rng.integers(len(phrases)))], rng)
    return House(
        host,
        first.site_name,
        TEMPLATES[int(rng.integers(len(TEMPLATES)))],
        tuple(draw_publisher("", "", rng).author for _ in range(n_authors)),
        byline=float(rng.choice([0, 0.5, 1])),
        dated=float(rng.choice([0, 0.5, 1])),
        line=line,
        counter=_COUNTERS[int(rng.integers(2))] if 0.8 < draw <= 0.9 else None,
    )


def draw_habits(rng: np.random.Generator, phrases: Sequence[Phrase], spins: bool) -> Habits:
    """A farm's habits; half of all farms leave no residue, and half of them no credits.

    Args:
        rng: Source of chance.
        phrases: Residue phrases that may be drawn.
        spins: Whether it has a spinner.
    """
    own = [phrases[int(place)] for place in rng.integers(len(phrases), size=2)] if phrases else []
    leaves = rng.random() < 0.5
    credits = float(rng.random() * 0.6) if rng.random() < 0.5 else 0.0
    return Habits(
        rate=_LIGHTEST * math.pow(_HEAVIEST / _LIGHTEST, rng.random()) if spins else 0.0,
        spun=float(rng.uniform(0.3, 1)) if spins else 0.0,
        residue=tuple(own),
        marked=float(rng.uniform(0.2, 1)) if leaves else 0.0,
        byline=credits,
        old_date=credits * float(rng.random()),
        linked=float(rng.random() * 0.3) if rng.random() < 0.3 else 0.0,
    )


def own_page(house: House, article: Article, rng: np.random.Generator) -> SitePage:
    """A page that an honest site wrote itself."""
    publisher = replace(
        draw_publisher(article.text, article.title, rng),
        site_name=house.name,
        host=house.host,
        author=house.authors[int(rng.integers(len(house.authors)))],
    )
    page = _page(house, article, publisher, rng)
    page.author = publisher.author
    if rng.random() < house.byline:
        page.above.append(f"By {publisher.author}")
    if rng.random() < house.byline / 10:
        page.below.append(end_credit(publisher.author, rng))
    _finish(page, house, rng)
    state_addresses(page, rng, canonical=publisher, data=publisher)
    return SitePage(page, house.template, Published(article, publisher))


def agency_page(house: House, article: Article, rng: np.random.Generator) -> SitePage:
    """An agency's text on a client's site, under the agency's name."""
    site_page = own_page(house, article, rng)
    page = site_page.page
    page.above = [line for line in page.above if not line.startswith("By ")]
    page.author = add_dateline(page, rng)
    return site_page._replace(published=None)


def permitted_page(house: House, source: Published, rng: np.random.Generator) -> SitePage:
    """Another site's page with its author, its canonical link and a line that says so."""
    publisher = replace(source.publisher, site_name=house.name, host=house.host)
    page = _page(house, source.article, publisher, rng)
    page.author = source.publisher.author
    if rng.random() < house.byline:
        page.above.append(f"By {page.author}")
    page.below.append(f"This article originally appeared on {source.publisher.site_name}.")
    _finish(page, house, rng)
    state_addresses(page, rng, canonical=source.publisher, data=publisher)
    return SitePage(page, house.template, None)


def copied_page(
    house: House,
    habits: Habits,
    source: Published,
    spinner: Spinner | None,
    rng: np.random.Generator,
) -> SitePage:
    """A farm's copy of a page.

    Args:
        house: The farm's site; its first author posts everything.
        habits: What it does to copies.
        source: The page that is copied.
        spinner: The farm's spinner, or None.
        rng: Source of chance.
    """
    spun = SpunText(source.article.text, ())
    if spinner is not None and rng.random() < habits.spun:
        spun = spinner.spin(source.article.text, rng, habits.rate)
    farm = replace(source.publisher, site_name=house.name, host=house.host)
    page = draft(spun.text, source.article.title, farm, rng, spun.replacements)
    page.url = f"https://{house.host}/{slug(farm.title, rng)}-{int(rng.integers(10**6))}"
    late = timedelta(int(rng.integers(MOST_DAYS_LATE)) * int(rng.random() < 0.7))
    page.published = (source.publisher.day + late).isoformat()
    page.author = house.authors[0]
    if rng.random() < habits.byline:
        page.above.append(f"By {source.publisher.author}")
    if rng.random() < habits.old_date:
        page.above.append(written_date(source.publisher.day, rng))
    _finish(page, house, rng)
    if habits.residue and rng.random() < habits.marked:
        phrase = habits.residue[int(rng.integers(len(habits.residue)))]
        place = page.above if phrase.position == "head" else page.below
        place.append(written_phrase(phrase, rng))
    linked = source.publisher if rng.random() < habits.linked else farm
    state_addresses(page, rng, canonical=linked, data=farm)
    return SitePage(page, house.template, None)


def draw_farm(host: str, rng: np.random.Generator) -> House:
    """A farm's site: one poster, often a counter, no line of its own."""
    house = draw_house(host, rng, ())
    poster = str(rng.choice([*POSTERS, house.authors[0]]))
    counter = _COUNTERS[int(rng.integers(len(_COUNTERS)))] if rng.random() < 0.4 else None
    return replace(house, authors=(poster,), counter=counter)


def unseen_source(article: Article, rng: np.random.Generator) -> Published:
    """An article of a publisher that no crawl holds."""
    return Published(article, draw_publisher(article.text, article.title, rng))


def pages_of(
    house: House, articles: Sequence[Article], rng: np.random.Generator
) -> Iterator[SitePage]:
    """The pages of an honest site that writes all of them."""
    for article in articles:
        yield own_page(house, article, rng)


def _page(house: House, article: Article, publisher: Publisher, rng: np.random.Generator) -> Page:
    page = draft(article.text, article.title, publisher, rng)
    page.url = f"https://{house.host}/{slug(publisher.title, rng)}-{int(rng.integers(10**6))}"
    page.published = publisher.day.isoformat()
    if rng.random() < house.dated:
        page.above.append(written_date(publisher.day, rng))
    return page


def _finish(page: Page, house: House, rng: np.random.Generator) -> None:
    if house.counter:
        page.above.append(house.counter(int(rng.integers(2, 12)), int(rng.integers(3, 9000))))
    if house.line:
        page.below.append(house.line)
