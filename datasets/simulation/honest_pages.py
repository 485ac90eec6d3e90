"""An honest publisher's page of an article.

Shares of pages are our choice: rare enough to be honest, frequent enough that no training takes one
of these things for a farm's mark.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from chaffinch.datasets.simulation.markup import draft, state_addresses
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
from chaffinch.datasets.simulation.residue import add_residue, honest_phrases
from chaffinch.features.text.phrases import Phrase

# Lines that publishers' templates print.
_COUNTS = ("{} comments", "{} min read", "Comments: {}", "Reading time: {} minutes")
_SHARE_LINES = ("Share this: Facebook Twitter Email", "Share on Facebook", "Print this page")

_EXCEPTION = 1 / 40
"""Share of pages that an editor posted for the author, that an archive brought, or that are
somebody else's with a credit."""


def honest_page(
    text: str,
    title: str,
    rng: np.random.Generator,
    phrases: Sequence[Phrase] = (),
    residue_rate: float = 0.0,
) -> Page:
    """An honest publisher's page: everything it states is its own, or credited.

    One in sixteen carries an agency's text under the agency's name, one in forty another
    site's article with its canonical link and a line that says so; a few print ages or view
    counts, are posted by an editor and signed by the author, or come from an archive.

    Args:
        text: The article.
        title: Its headline; "" takes the text's first words.
        rng: Source of chance.
        phrases: Residue phrases that may be drawn.
        residue_rate: Share of pages with one weak piece of residue, such as a count of views.
    """
    publisher = draw_publisher(text, title, rng)
    page = draft(text, title, publisher, rng)
    _sign(page, publisher, rng)
    _date(page, publisher, rng)
    _add_furniture(page, publisher, rng)
    first = publisher
    if rng.random() < _EXCEPTION:
        first = draw_publisher(text, title, rng)
        page.below.append(f"This article originally appeared on {first.site_name}.")
    if rng.random() < residue_rate:
        add_residue(page, rng, honest_phrases(phrases), 1)
    state_addresses(page, rng, canonical=first, data=publisher)
    return page


def _sign(page: Page, publisher: Publisher, rng: np.random.Generator) -> None:
    """State the author in the markup, in a byline, or both, or an agency in their place."""
    if rng.random() < 0.75:
        page.author = publisher.author
    if rng.random() < 1 / 16:
        page.author = add_dateline(page, rng)
    elif rng.random() < 0.5 and page.author:
        page.above.append(f"By {page.author}")
        if rng.random() < _EXCEPTION:
            page.author = str(rng.choice(POSTERS))


def _date(page: Page, publisher: Publisher, rng: np.random.Generator) -> None:
    """State the day in the markup, above the article, or both."""
    # An archive puts old articles on a new site.
    late = int(rng.integers(MOST_DAYS_LATE)) if rng.random() < _EXCEPTION else 0
    published = publisher.day + timedelta(late)
    page.published = published.isoformat() if rng.random() < 0.7 else ""
    draw = rng.random()
    if draw < 0.6:
        page.above.append(written_date(publisher.day, rng))
    elif draw < 0.66:
        page.above.append(str(rng.choice(AGES)))


def _add_furniture(page: Page, publisher: Publisher, rng: np.random.Generator) -> None:
    """Add counts, an end credit and a share bar."""
    if rng.random() < 0.25:
        page.above.append(str(rng.choice(_COUNTS)).format(int(rng.integers(2, 40))))
    if rng.random() < 0.02:
        place = page.above if rng.random() < 0.5 else page.below
        place.append(f"{int(rng.integers(10, 9000))} views")
    if page.author == publisher.author and rng.random() < 0.06:
        page.below.append(end_credit(publisher.author, rng))
    if rng.random() < 0.25:
        page.below.append(str(rng.choice(_SHARE_LINES)))
