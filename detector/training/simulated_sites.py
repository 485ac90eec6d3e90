"""A crawl of simulated sites, farms and honest ones, whose truth is known."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.simulation.pages import render
from chaffinch.datasets.simulation.residue import split_phrases
from chaffinch.datasets.simulation.sites import (
    Article,
    House,
    Published,
    SitePage,
    agency_page,
    copied_page,
    draw_farm,
    draw_habits,
    draw_house,
    own_page,
    permitted_page,
    unseen_source,
)
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.atomic import write_lines
from chaffinch.detector.training.bundle import PHRASE_SEED
from chaffinch.detector.training.corpora import (
    CleanText,
    Part,
    corpus_files,
    corpus_name,
    honest_files,
    read_corpus,
)
from chaffinch.detector.training.simulation import crop

_MOST_WORDS = 600
"""Words that an article is cut to; our choice: longer ones cost time and tell no more."""

_LEAST_WORDS = 80
"""Words of an article at least; our choice: shorter ones are often not judged."""

_FARMED = (
    *("news_mixed_web", "news_reuters_c50", "news_guardian", "news_bbc", "modern_articles"),
    *("press_releases", "howto_and_seo", "nonnews_gov_digital", "nonnews_wikipedia"),
)
"""Corpora that farms copy from, as far as the part of the split has them."""

_PUBLISHED = (*_FARMED, "nonnews_reviews", "nonnews_recipes", "nonnews_speeches")
"""Corpora that honest publishers write."""

_AGENCY = ("news_reuters21578", "news_reuters_c50")
"""Corpora that agencies write."""

_AGENCY_TEXTS = 300
"""Texts of the agency, which its clients share; our choice."""

# Kinds of honest sites, and how many there are of each; our choice.
_HONEST_KINDS = ("publisher", "agency client", "aggregator", "blog", "kind")
_SHARES = (0.4, 0.12, 0.08, 0.1, 0.3)


class SiteTruth(NamedTuple):
    """What a simulated site is.

    Attributes:
        host: Its host.
        farm: Whether it is a farm.
        kind: What kind of farm, or of honest site.
        pages: Number of its pages.
    """

    host: str
    farm: bool
    kind: str
    pages: int


class CrawlPlan(NamedTuple):
    """Which sites to simulate.

    Attributes:
        parts: Parts of the split that the articles are from.
        second_half: Whether to take the second half of the spinner families, of the kinds of
            honest English and of the residue phrases, or the first.
        farms: Number of farms.
        honest: Number of honest sites.
        pages: Fewest and most pages of a site; sizes between them are log-uniform.
        seed: Seed of all draws.
    """

    parts: tuple[Part, ...]
    second_half: bool
    farms: int
    honest: int
    pages: tuple[int, int]
    seed: int = 0


def simulate_crawl(
    data: Path, lexicons: Lexicons, folder: Path, plan: CrawlPlan
) -> list[SiteTruth]:
    """Write a crawl of simulated sites, one file of JSON Lines for each.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora, and more of them in ``honest``.
        lexicons: What the spinners are made from.
        folder: Where the files go; made where it does not exist.
        plan: Which sites.

    Raises:
        CorpusError: A corpus cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    crawl = _Crawl(data, lexicons, plan)
    truth = []
    for site, pages in crawl.sites():
        if pages:
            rows = (
                json.dumps({"url": one.page.url, "html": render(one.page, one.template)}) + "\n"
                for one in pages
            )
            write_lines(folder / f"{site.host}.jsonl", rows)
            truth.append(site._replace(pages=len(pages)))
    return truth


class _Crawl:
    """The sites of a plan, drawn one after the other."""

    def __init__(self, data: Path, lexicons: Lexicons, plan: CrawlPlan) -> None:
        self.plan = plan
        self.rng = np.random.default_rng(plan.seed)
        self.pools = _pools(data, plan, self.rng)
        half = int(plan.second_half)
        others = [one for one in self.pools if one not in (*_PUBLISHED, *_AGENCY)]
        self.kinds = sorted(others)[half::2]
        self.families = sorted(FAMILIES)[half::2]
        self.phrases = split_phrases(PHRASE_SEED)[half]
        self.lexicons = lexicons
        self.published: list[Published] = []
        self.agency = self._take(_AGENCY, _AGENCY_TEXTS)

    def sites(self) -> Iterator[tuple[SiteTruth, list[SitePage]]]:
        kinds = self.rng.choice(_HONEST_KINDS, size=self.plan.honest, p=_SHARES).tolist()
        # Aggregators copy what others published before.
        for number, kind in enumerate(sorted(kinds, key="aggregator".__eq__)):
            yield self._honest(f"site{number:04d}.example", kind)
        for number in range(self.plan.farms):
            yield self._farm(f"site{self.plan.honest + number:04d}.example", number)

    def _size(self) -> int:
        low, high = self.plan.pages
        return round(low * math.pow(high / low, self.rng.random()))

    def _honest(self, host: str, kind: str) -> tuple[SiteTruth, list[SitePage]]:
        rng = self.rng
        templates = [one for one in self.phrases if one.kind == "template" and not one.home]
        house = draw_house(host, rng, templates)
        size = self._size()
        if kind == "aggregator" and self.published:
            owners = rng.choice(sorted({one.publisher.host for one in self.published}), size=8)
            offered = [one for one in self.published if one.publisher.host in owners]
            chosen = rng.permutation(len(offered))[:size].tolist()
            pages = [permitted_page(house, offered[place], rng) for place in chosen]
            return SiteTruth(host, False, kind, 0), pages
        if kind == "kind":
            corpus = self.kinds[int(rng.integers(len(self.kinds)))]
            return self._written(house, f"kind: {corpus}", [corpus], size)
        if kind == "blog":
            corpus = str(rng.choice([one for one in _PUBLISHED if one in self.pools]))
            return self._written(replace(house, authors=house.authors[:1]), kind, [corpus], size)
        n_corpora = int(rng.integers(1, 4))
        corpora = rng.choice(_PUBLISHED, size=n_corpora, replace=False).tolist()
        share = float(rng.uniform(0.3, 0.8)) if kind == "agency client" else 0.0
        from_agency = round(share * size) if self.agency else 0
        site, pages = self._written(house, kind, corpora, size - from_agency)
        for place in rng.permutation(len(self.agency))[:from_agency].tolist():
            pages.append(agency_page(house, self.agency[place], rng))
        return site, pages

    def _written(
        self, house: House, kind: str, corpora: Sequence[str], size: int
    ) -> tuple[SiteTruth, list[SitePage]]:
        pages = [own_page(house, article, self.rng) for article in self._take(corpora, size)]
        self.published += [one.published for one in pages if one.published]
        return SiteTruth(house.host, False, kind, 0), pages

    def _farm(self, host: str, number: int) -> tuple[SiteTruth, list[SitePage]]:
        rng = self.rng
        # Every fourth farm copies as it is.
        family = self.families[number % len(self.families)] if number % 4 else ""
        habits = draw_habits(rng, self.phrases, bool(family))
        seed = 10_000 * (1 + self.plan.second_half) + number
        spinner = FAMILIES[family].make(self.lexicons, seed) if family else None
        size = self._size()
        inside = float(rng.uniform(0, 0.5)) if rng.random() < 0.5 else 0.0
        within = round(size * inside) if self.published else 0
        chosen = rng.permutation(len(self.published))[:within].tolist()
        sources = [self.published[place] for place in chosen]
        corpora = rng.choice(_FARMED, size=int(rng.integers(1, 5)), replace=False).tolist()
        articles = self._take(corpora, size - within)
        articles += self._take(_FARMED, size - within - len(articles))
        sources += [unseen_source(article, rng) for article in articles]
        house = draw_farm(host, rng)
        pages = [copied_page(house, habits, source, spinner, rng) for source in sources]
        return SiteTruth(host, True, family or "copies", 0), pages

    def _take(self, corpora: Sequence[str], size: int) -> list[Article]:
        """Unused articles of some corpora, as many as there are."""
        held = [name for name in corpora if self.pools.get(name)]
        taken: list[Article] = []
        while len(taken) < size and held:
            name = held[int(self.rng.integers(len(held)))]
            taken.append(self.pools[name].pop())
            held = [name for name in held if self.pools[name]]
        return taken


def _pools(data: Path, plan: CrawlPlan, rng: np.random.Generator) -> Mapping[str, list[Article]]:
    """Articles of the plan's part by corpus, in random order; each is used once."""
    pools: dict[str, list[Article]] = {}
    for file in [*corpus_files(data), *honest_files(data)]:
        texts = [text for text in read_corpus(file) if text.part in plan.parts]
        articles = [_article(text, rng) for text in texts if _is_long(text)]
        pools[corpus_name(file)] = [
            articles[place] for place in rng.permutation(len(articles)).tolist()
        ]
    return pools


def _is_long(text: CleanText) -> bool:
    return len(text.text.split()) >= _LEAST_WORDS


def _article(text: CleanText, rng: np.random.Generator) -> Article:
    return Article(crop(text.text, _MOST_WORDS, rng), text.title)
