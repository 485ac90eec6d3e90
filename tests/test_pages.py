"""Pages made of a text: what both kinds keep, and what only a scraper's copy states."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.simulation.honest_pages import honest_page
from chaffinch.datasets.simulation.pages import (
    TEMPLATES,
    Page,
    as_document,
    render,
    split_templates,
)
from chaffinch.datasets.simulation.scraped_pages import CopiedArticle, scraped_page
from chaffinch.datasets.spinners.spinner import Replacement
from chaffinch.features.document import Document, Link
from chaffinch.features.resources import Resources
from chaffinch.features.signals.counters import Counters
from chaffinch.features.signals.provenance import Provenance
from chaffinch.features.signals.residue import Residue
from chaffinch.features.text.phrases import load_phrases
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

PHRASES = load_phrases()
TITLE = "Council votes to bring back the harbour ferry"
PARAGRAPHS = [
    f"The council voted on Tuesday to bring back the harbour ferry, {number} years after the last "
    "boat left the quay, and the owner of a cafe there had waited for it every day since then."
    for number in range(2, 8)
]
TEXT = "\n".join(PARAGRAPHS)
ARTICLE = CopiedArticle(TEXT, TITLE)
VOCABULARY = Vocabulary.from_words([])
RESOURCES = Resources(VOCABULARY, *[None] * 7)  # type: ignore[arg-type]
seeds = st.integers(0, 2**32 - 1)
templates = st.sampled_from([*TEMPLATES, None])


def share_with_evidence(documents: list[Document]) -> float:
    """Share of pages that residue, counters or provenance say something against."""
    block = TokenBlock.from_documents(documents, VOCABULARY)
    spoken = [
        signal(RESOURCES).measure(block).values[:, column] > 0
        for signal in (Residue, Counters, Provenance)
        for column, feature in enumerate(signal.features)
        if feature.group == "scraped"
    ]
    return float(np.mean(np.any(spoken, axis=0)))


def test_the_halves_of_the_templates_are_disjoint_and_complete() -> None:
    one, two = split_templates()
    assert len(one) == len(two) == len(TEMPLATES) / 2
    assert set(one) | set(two) == set(TEMPLATES)


@given(seed=seeds, template=templates, scraped=st.booleans())
def test_a_page_keeps_its_text_and_is_the_same_again(
    seed: int, template: str | None, scraped: bool
) -> None:
    def make() -> Page:
        rng = np.random.default_rng(seed)
        if scraped:
            return scraped_page(ARTICLE, rng, PHRASES, 2)
        return honest_page(TEXT, TITLE, rng, PHRASES, 0.1)

    def is_mostly_links(paragraph: str) -> bool:
        linked = (len(link.text) for link in page.links if link.text in paragraph)
        return 2 * sum(linked) > len(paragraph)

    page = make()
    document = as_document(page, template)
    assert document == as_document(make(), template)
    # What is mostly links may be taken for a menu.
    kept = [paragraph for paragraph in PARAGRAPHS if not is_mostly_links(paragraph)]
    assert all(paragraph in document.text for paragraph in kept)
    if PARAGRAPHS[-1] in kept:
        assert document.text.split("\n").count(PARAGRAPHS[-1]) == 1
    assert document.url and document.title
    assert (document.metadata is None) == (template is None)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_shows_every_line_and_escapes_it(template: str) -> None:
    page = Page(
        "Ferry & <b>quay</b>", "Gazette", "g.example", "https://g.example/a", PARAGRAPHS.copy()
    )
    page.above, page.below = ["By Ada <i>Brook</i>", "5 months ago 98"], ["Source link"]
    page.author = 'Ada "Brook"'
    text = as_document(page, template).text
    assert all(line in text for line in [*page.above, *page.below, *PARAGRAPHS])
    assert "<b>quay" not in render(page, template)


@pytest.mark.parametrize("template", [TEMPLATES[0], None])
def test_scraped_pages_are_told_from_honest_ones_by_what_farms_do(template: str | None) -> None:
    honest, scraped = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        honest.append(as_document(honest_page(TEXT, TITLE, rng), template))
        scraped.append(as_document(scraped_page(ARTICLE, rng, PHRASES, 1), template))
    assert share_with_evidence(honest) < 0.15
    assert share_with_evidence(scraped) > 0.9


def test_a_spun_page_keeps_the_originals_words_in_its_address() -> None:
    spun = "Council votes to instrumentality backmost the seaport ferryboat"
    urls = set()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        urls.add(scraped_page(CopiedArticle(TEXT, spun, TITLE), rng, PHRASES, 0).url)
    assert any(url.endswith("/council-votes-to-bring-back-the-harbour-ferry") for url in urls)
    assert not any("seaport" in url for url in urls)


@pytest.mark.parametrize("scraped", [False, True])
def test_links_and_tags_of_either_kind_of_page_have_the_words_before_they_were_spun(
    scraped: bool,
) -> None:
    spun = TEXT.replace("harbour", "seaport")
    replacements = [
        Replacement(place.start(), place.end(), "harbour", "seaport")
        for place in re.finditer("seaport", spun)
    ]
    links: list[Link] = []
    tags: list[str] = []
    linked = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        made = (
            scraped_page(CopiedArticle(spun, TITLE, TITLE, replacements), rng, PHRASES, 0)
            if scraped
            else honest_page(TEXT, TITLE, rng)
        )
        document = as_document(made, TEMPLATES[seed % len(TEMPLATES)])
        assert document.metadata is not None
        links += document.metadata.links
        tags += document.metadata.tags
        linked += bool(document.metadata.links)
    assert 30 <= linked < 60
    assert any("seaport" in link.text for link in links) == scraped
    assert any("harbour" in link.url for link in links)
    assert "harbour ferry" in tags
    assert not any("seaport" in said for said in (*tags, *(link.url for link in links)))


@given(seed=seeds, text=st.text(max_size=80), title=st.text(max_size=20), template=templates)
def test_any_text_becomes_a_page(seed: int, text: str, title: str, template: str | None) -> None:
    rng = np.random.default_rng(seed)
    for page in (
        honest_page(text, title, rng),
        scraped_page(CopiedArticle(text, title), rng, PHRASES, 3),
    ):
        assert isinstance(as_document(page, template).text, str)
