"""Who publishes a simulated article: site, author and day, and the lines that say so.

All names are made up; hosts end in ``.example``.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from chaffinch.datasets.simulation.pages import Page

_SITES = (
    *("Harbour Gazette", "Larkfield Times", "Northgate Post", "Tidewater Weekly", "Quarry Review"),
    *("Millbrook Herald", "Eastfen Courier", "Copper Hill News", "The Saltmarsh", "Open Orchard"),
    *("Daily Spin", "RepostHub", "Newswire Today", "Trend Basket", "Story Barn", "Buzz Larder"),
    *("Info Kettle", "The Daily Loop", "World Report Now", "Top Clip"),
)
"""Names of sites, honest ones and farms, so that no name is a label."""

# First and last names are drawn apart.
_FIRST = "Ada Tom Mara Ines Joel Petra Sam Nora Luis Wanda Omar Edith Kofi Leila Hugo Ruth".split()
_LAST = (
    "Brook Larch Finch Moreno Okafor Lind Hale Castell Novak Reed Amari Stone Weir Pryce".split()
)

CITIES = "Paris Rome Nairobi Lima Oslo Boston Delhi Cairo Ottawa Geneva".split()
"""Where datelines, credits and topics are from."""

_AGENCIES = (("Reuters", "Reuters"), ("AP", "The Associated Press"), ("AFP", "AFP"))
"""Agencies as datelines and as authors' names have them."""

POSTERS = ("admin", "Newsroom Staff", "Wire Desk", "PR Desk", "News Team", "Content Manager")
"""Authors of pages that somebody else wrote."""

AGES = ("2 hours ago", "3 days ago", "1 week ago", "5 months ago", "a day ago", "2 years ago")
"""Dates as pages with relative times print them."""

# As written dates have them.
_MONTHS = "January February March April May June July August September October November December"

_FIRST_DAY, _N_DAYS = date(2012, 1, 1), 4_500
"""First day that an article may be from, and how many days there are: twelve years. Our choice."""

MOST_DAYS_LATE = 900
"""Days after which a copy, or an article moved to a new site, may still appear. Our choice."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """A site with an article of its own.

    Attributes:
        site_name: The site's name.
        host: The site's host.
        author: Who signs the article.
        day: When it appears.
        title: Its headline, or its first words where it has none.
        first_sentence: Its first words, for a description.
    """

    site_name: str
    host: str
    author: str
    day: date
    title: str
    first_sentence: str


def draw_publisher(text: str, title: str, rng: np.random.Generator) -> Publisher:
    """A site, an author and a day for an article."""
    name = str(rng.choice(_SITES))
    words = text.split()
    return Publisher(
        site_name=name,
        host=f"{name.lower().replace(' ', '-').removeprefix('the-')}.example",
        author=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        day=_FIRST_DAY + timedelta(int(rng.integers(_N_DAYS))),
        title=title or " ".join(words[:9]),
        first_sentence=" ".join(words[:25]),
    )


def written_date(day: date, rng: np.random.Generator) -> str:
    """A day in one of the forms that pages print."""
    month = _MONTHS.split()[day.month - 1]
    forms = (
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{month[:3]}. {day.day}, {day.year}, {int(rng.integers(1, 12))}:15 p.m. ET",
        f"Published {month} {day.day}, {day.year}",
        day.isoformat(),
    )
    return forms[int(rng.integers(len(forms)))]


def add_dateline(page: Page, rng: np.random.Generator) -> str:
    """Let the article begin as an agency's; gives the name the agency signs with."""
    tag, name = _AGENCIES[int(rng.integers(len(_AGENCIES)))]
    page.paragraphs[0] = f"{rng.choice(CITIES).upper()} ({tag}) - {page.paragraphs[0]}"
    return name


def end_credit(author: str, rng: np.random.Generator) -> str:
    """The line that newspapers end a reporter's article with."""
    return f"{author} reported from {rng.choice(CITIES)}."
