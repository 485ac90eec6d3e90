"""A farm's page: an article of somebody else's, copied or spun.

What differs from honest pages is what farms do: residue, and authors, dates, addresses and images
that are the source's. Shares of pages are our choice, so that each of these is in a part of the
pages and none in all.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from chaffinch.datasets.simulation.markup import draft, draw_image, slug, state_addresses
from chaffinch.datasets.simulation.pages import Page
from chaffinch.datasets.simulation.publishers import (
    AGES,
    MOST_DAYS_LATE,
    POSTERS,
    Publisher,
    add_dateline,
    draw_publisher,
    end_credit,
    written_date,
)
from chaffinch.datasets.simulation.residue import add_residue
from chaffinch.datasets.spinners.spinner import Replacement
from chaffinch.features.text.phrases import Phrase


class CopiedArticle(NamedTuple):
    """An article as a farm shows it, copied or spun.

    Attributes:
        text: The text.
        title: The headline.
        original_title: The headline before it was spun, where that differs: addresses and
            images keep it.
        replacements: What a spinner replaced in the text: link targets and tags keep the
            originals.
    """

    text: str
    title: str
    original_title: str = ""
    replacements: Sequence[Replacement] = ()


def scraped_page(
    article: CopiedArticle, rng: np.random.Generator, phrases: Sequence[Phrase], pieces: int
) -> Page:
    """A farm's copy of an article, with what its source and its tools left in.

    Bylines, datelines, dates and end credits of the source stay in the text, and addresses,
    descriptions, images, tags, link targets and structured data of the source in the markup,
    each in a part of the pages and never in all.

    Args:
        article: The article.
        rng: Source of chance.
        phrases: Residue phrases that may be drawn.
        pieces: Kinds of residue, as `draw_residue` counts them.
    """
    source = draw_publisher(article.text, article.original_title or article.title, rng)
    farm = draw_publisher(article.text, article.title, rng)
    page = draft(article.text, article.title, farm, rng, article.replacements)
    page.url = f"https://{farm.host}/{slug(source.title, rng)}"
    _post(page, source, farm, rng)
    own_lines = len(page.above)
    add_residue(page, rng, phrases, pieces)
    _leave_in(page, source, rng)
    if rng.random() < 0.5:
        # Lines of the farm's template come before those of the copied text.
        page.above = page.above[own_lines:] + page.above[:own_lines]
    if rng.random() < 0.6 and page.og_title:
        page.og_title = source.title
    if page.image:
        page.image = draw_image(source, rng)
    state_addresses(
        page,
        rng,
        canonical=source if rng.random() < 0.3 else farm,
        data=source if rng.random() < 0.3 else farm,
    )
    return page


def _post(page: Page, source: Publisher, farm: Publisher, rng: np.random.Generator) -> None:
    """Add what the farm's own template states: the day of posting and who posted."""
    day = source.day + timedelta(int(rng.integers(MOST_DAYS_LATE)) * int(rng.random() < 0.7))
    page.published = day.isoformat() if rng.random() < 0.7 else ""
    draw = rng.random()
    if draw < 0.7:
        page.author = str(rng.choice([*POSTERS, farm.author, farm.site_name]))
    elif draw < 0.85:
        page.author = source.author
    if rng.random() < 0.3 and page.author:
        page.above.append(f"By {page.author}" if rng.random() < 0.5 else page.author)
    if rng.random() < 0.4:
        page.above.append(written_date(day, rng) if rng.random() < 0.5 else rng.choice(AGES))


def _leave_in(page: Page, source: Publisher, rng: np.random.Generator) -> None:
    """Add what was copied along with the text: byline, date, dateline, end credit."""
    if rng.random() < 0.45:
        page.above.append(f"By {source.author}")
    if rng.random() < 0.4:
        page.above.append(written_date(source.day, rng))
    if rng.random() < 0.15:
        add_dateline(page, rng)
    if rng.random() < 0.15:
        page.below.insert(0, end_credit(source.author, rng))
