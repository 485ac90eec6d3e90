"""Whole pages made of a text: an honest publisher's, or a scraper's copy, in one of many templates.

Both kinds of page use the same templates, and both have bylines, dates, credits and comment
counts, so that none of these is a label. What differs is what farms do: residue, and authors,
dates, addresses and images that are the source's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from chaffinch.datasets.extraction.html import document_from_html
from chaffinch.datasets.records import Record
from chaffinch.datasets.simulation.residue import draw_residue
from chaffinch.datasets.spinners.spinner import Replacement
from chaffinch.features.document import Document, Image, Link
from chaffinch.features.text.phrases import Phrase

TEMPLATES = (
    "cards",
    "generated_site",
    "magazine",
    "mobile",
    "newspaper",
    "release",
    "table_layout",
    "weblog",
)
"""Families of page templates, each a file in ``templates``."""

_SITES = (
    *("Harbour Gazette", "Larkfield Times", "Northgate Post", "Tidewater Weekly", "Quarry Review"),
    *("Millbrook Herald", "Eastfen Courier", "Copper Hill News", "The Saltmarsh", "Open Orchard"),
    *("Daily Spin", "RepostHub", "Newswire Today", "Trend Basket", "Story Barn", "Buzz Larder"),
    *("Info Kettle", "The Daily Loop", "World Report Now", "Top Clip"),
)
_FIRST = "Ada Tom Mara Ines Joel Petra Sam Nora Luis Wanda Omar Edith Kofi Leila Hugo Ruth".split()
_LAST = (
    "Brook Larch Finch Moreno Okafor Lind Hale Castell Novak Reed Amari Stone Weir Pryce".split()
)
_CITIES = "Paris Rome Nairobi Lima Oslo Boston Delhi Cairo Ottawa Geneva".split()
_AGENCIES = (("Reuters", "Reuters"), ("AP", "The Associated Press"), ("AFP", "AFP"))
_POSTERS = ("admin", "Newsroom Staff", "Wire Desk", "PR Desk", "News Team", "Content Manager")
_MONTHS = "January February March April May June July August September October November December"
_AGES = ("2 hours ago", "3 days ago", "1 week ago", "5 months ago", "a day ago", "2 years ago")
_HONEST_LINES = ("{} comments", "{} min read", "Comments: {}", "Reading time: {} minutes")
_SHARE_LINES = ("Share this: Facebook Twitter Email", "Share on Facebook", "Print this page")
_FIRST_DAY, _N_DAYS, _MOST_DAYS_LATE = date(2012, 1, 1), 4_500, 900
_SLUG_WORDS = 12
_EDITED = 1 / 6
_EXCEPTION = 1 / 40
_MOST_LINKS, _SAME_WORDS = 7, 0.3
_LINK_WORDS = (3, 9)
_MOST_TAGS = 6
_TOKEN = re.compile(r"\S+")
_TWO_WORDS = re.compile(r"\b[a-z]{4,} [a-z]{4,}\b")
_HEADLINE_WORDS = (
    "after again analysis before best biggest call change days deal face first former good group "
    "have here home latest leader live local long look make more need never news next officials "
    "people plan read report review right says share show star start story take talk their time "
    "today update video watch week what when will with work world year years you your"
).split()
_REWORDED: dict[str, str] = dict(
    str(pair).split("/")
    for pair in (
        "within/in upon/on amid/in during/in towards/to about/on over/on children/kids "
        "mortality/death physicians/doctors physician/doctor surveillance/security vehicles/cars "
        "automobile/car residence/home purchase/buy assistance/help employment/work wages/pay "
        "salary/pay attorney/lawyer infants/babies residents/people individuals/people "
        "educators/teachers pupils/students monetary/money firms/companies enterprise/business "
        "corporations/companies conflict/war combat/war elderly/old urban/city municipal/city "
        "coastal/beach maritime/sea cuisine/food culinary/food illness/health disease/health "
        "medication/drugs legislation/law regulations/rules tribunal/court judicial/court "
        "jail/prison homicide/murder tournament/game athletes/players squad/team film/movie "
        "footage/video online/web songs/music novel/book painting/art excerpt/book "
        "reveals/shows begins/starts seeks/wants aids/helps raises/lifts ends/stops "
        "purchased/bought constructed/built additional/more numerous/many large/big wealthy/rich "
        "initial/first final/last rapid/fast located/found obtain/get select/choose require/need"
    ).split()
)
"""What an honest editor writes for a word when a tag, headline or address is worded anew."""


@dataclass(slots=True)
class Page:
    """What a template shows and states.

    Attributes:
        title: Headline.
        site_name: The site's name.
        host: The site's host.
        url: The page's address.
        paragraphs: Paragraphs of the article.
        above: Lines between headline and article.
        below: Lines after the article.
        others: Headlines of other pages.
        author: Author as the markup states it, or "".
        published: Date as the markup states it, or "".
        canonical: Canonical link, or "".
        og_title: ``og:title``, or "".
        og_url: ``og:url``, or "".
        description: Description, or "".
        image: The article's image, or None.
        links: Links on words of the paragraphs.
        tags: What the markup says that the article is about.
        structured_data: JSON-LD of the article, or None.
    """

    title: str
    site_name: str
    host: str
    url: str
    paragraphs: list[str]
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    author: str = ""
    published: str = ""
    canonical: str = ""
    og_title: str = ""
    og_url: str = ""
    description: str = ""
    image: Image | None = None
    links: list[Link] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    structured_data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Origin:
    """Who published an article first."""

    site_name: str
    host: str
    author: str
    day: date
    title: str
    first_sentence: str


def split_templates() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two halves of the templates, so that a test can use families that no training saw."""
    return TEMPLATES[::2], TEMPLATES[1::2]


def render(page: Page, template: str) -> str:
    """The markup of a page in one of the `TEMPLATES`."""
    return _environment().get_template(f"{template}.html.j2").render(page=page)


def as_document(page: Page, template: str | None) -> Document:
    """A page as the HTML reader sees it, or its lines as text where `template` is None."""
    if template is None:
        lines = [page.title, *page.above, *page.paragraphs, *page.below]
        return Document("\n".join(filter(None, lines)), url=page.url, title=page.title)
    return document_from_html(Record("", 0, render(page, template), "text/html", url=page.url))


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
        residue_rate: Share of pages with one piece of residue, from a template or a plugin.
    """
    origin = _origin(text, title, rng)
    page = _page(text, title, origin, rng)
    if rng.random() < 0.75:
        page.author = origin.author
    if rng.random() < 1 / 16:
        tag, page.author = _AGENCIES[int(rng.integers(len(_AGENCIES)))]
        page.paragraphs[0] = f"{rng.choice(_CITIES).upper()} ({tag}) - {page.paragraphs[0]}"
    elif rng.random() < 0.5 and page.author:
        page.above.append(f"By {page.author}")
        if rng.random() < _EXCEPTION:
            page.author = str(rng.choice(_POSTERS))
    # An archive puts old articles on a new site.
    late = int(rng.integers(_MOST_DAYS_LATE)) if rng.random() < _EXCEPTION else 0
    published = origin.day + timedelta(late)
    page.published = published.isoformat() if rng.random() < 0.7 else ""
    draw = rng.random()
    if draw < 0.6:
        page.above.append(_written_date(origin.day, rng))
    elif draw < 0.66:
        page.above.append(str(rng.choice(_AGES)))
    if rng.random() < 0.25:
        page.above.append(str(rng.choice(_HONEST_LINES)).format(int(rng.integers(2, 40))))
    if rng.random() < 0.02:
        place = page.above if rng.random() < 0.5 else page.below
        place.append(f"{int(rng.integers(10, 9000))} views")
    if page.author == origin.author and rng.random() < 0.06:
        page.below.append(f"{origin.author} reported from {rng.choice(_CITIES)}.")
    if rng.random() < 0.25:
        page.below.append(str(rng.choice(_SHARE_LINES)))
    first = origin
    if rng.random() < 1 / 40:
        first = _origin(text, title, rng)
        page.below.append(f"This article originally appeared on {first.site_name}.")
    if rng.random() < residue_rate:
        _add_residue(page, rng, phrases, 1)
    _state_addresses(page, rng, canonical=first, data=origin)
    return page


def scraped_page(
    text: str,
    title: str,
    rng: np.random.Generator,
    phrases: Sequence[Phrase],
    pieces: int,
    original_title: str = "",
    replacements: Sequence[Replacement] = (),
) -> Page:
    """A farm's copy of an article, with what its source and its tools left in.

    Bylines, datelines, dates and end credits of the source stay in the text, and addresses,
    descriptions, images, tags, link targets and structured data of the source in the markup,
    each in a part of the pages and never in all.

    Args:
        text: The article as the farm shows it, copied or spun.
        title: The headline as the farm shows it.
        rng: Source of chance.
        phrases: Residue phrases that may be drawn.
        pieces: Kinds of residue, as `draw_residue` counts them.
        original_title: The headline before it was spun, where that differs: addresses and
            images keep it.
        replacements: What a spinner replaced in the text: link targets and tags keep the
            originals.
    """
    origin = _origin(text, original_title or title, rng)
    farm = _origin(text, title, rng)
    page = _page(text, title, farm, rng, replacements)
    page.url = f"https://{farm.host}/{_slug(origin.title, rng)}"
    day = origin.day + timedelta(int(rng.integers(_MOST_DAYS_LATE)) * int(rng.random() < 0.7))
    page.published = day.isoformat() if rng.random() < 0.7 else ""
    draw = rng.random()
    if draw < 0.7:
        page.author = str(rng.choice([*_POSTERS, farm.author, farm.site_name]))
    elif draw < 0.85:
        page.author = origin.author
    if rng.random() < 0.3 and page.author:
        page.above.append(f"By {page.author}" if rng.random() < 0.5 else page.author)
    if rng.random() < 0.4:
        page.above.append(_written_date(day, rng) if rng.random() < 0.5 else rng.choice(_AGES))
    own_lines = len(page.above)
    _add_residue(page, rng, phrases, pieces)
    if rng.random() < 0.45:
        page.above.append(f"By {origin.author}")
    if rng.random() < 0.4:
        page.above.append(_written_date(origin.day, rng))
    if rng.random() < 0.15:
        tag, _ = _AGENCIES[int(rng.integers(len(_AGENCIES)))]
        page.paragraphs[0] = f"{rng.choice(_CITIES).upper()} ({tag}) - {page.paragraphs[0]}"
    if rng.random() < 0.15:
        page.below.insert(0, f"{origin.author} reported from {rng.choice(_CITIES)}.")
    if rng.random() < 0.5:
        # Lines of the farm's template come before those of the copied text.
        page.above = page.above[own_lines:] + page.above[:own_lines]
    if rng.random() < 0.6 and page.og_title:
        page.og_title = origin.title
    if page.image:
        page.image = _image(origin, rng)
    _state_addresses(
        page,
        rng,
        canonical=origin if rng.random() < 0.3 else farm,
        data=origin if rng.random() < 0.3 else farm,
    )
    return page


def _origin(text: str, title: str, rng: np.random.Generator) -> _Origin:
    name = str(rng.choice(_SITES))
    words = text.split()
    return _Origin(
        site_name=name,
        host=f"{name.lower().replace(' ', '-').removeprefix('the-')}.example",
        author=f"{rng.choice(_FIRST)} {rng.choice(_LAST)}",
        day=_FIRST_DAY + timedelta(int(rng.integers(_N_DAYS))),
        title=title or " ".join(words[:9]),
        first_sentence=" ".join(words[:25]),
    )


def _page(
    text: str,
    title: str,
    origin: _Origin,
    rng: np.random.Generator,
    replacements: Sequence[Replacement] = (),
) -> Page:
    paragraphs = [line for line in text.split("\n") if line.strip()] or [""]
    page = Page(
        title or origin.title,
        origin.site_name,
        origin.host,
        f"https://{origin.host}/{_slug(origin.title, rng)}",
        paragraphs,
        others=[f"{rng.choice(_CITIES)} {word}" for word in ("festival opens", "vote is counted")],
    )
    if rng.random() < 0.8:
        page.og_title = page.title if rng.random() < 0.8 else f"{page.title} | {page.site_name}"
        if page.title and rng.random() < _EDITED / 2:
            page.og_title = " ".join(_edited(page.title.split(), rng))
    if rng.random() < 0.6:
        words = origin.first_sentence.split()
        page.description = " ".join(
            _edited(words, rng) if words and rng.random() < _EDITED else words
        )
    if rng.random() < 0.6:
        page.image = _image(origin, rng)
    page.links = _links(text, replacements, rng)
    page.tags = _tags(text, replacements, rng)
    return page


def _links(text: str, replacements: Sequence[Replacement], rng: np.random.Generator) -> list[Link]:
    """Links on a few running words: three in ten to a page with these words for its headline."""
    words = list(_TOKEN.finditer(text))
    links = []
    for _ in range(int(rng.integers(_MOST_LINKS)) if len(words) > _LINK_WORDS[1] else 0):
        anchor, other = (_running_words(words, rng) for _ in range(2))
        start, end = anchor if rng.random() < _SAME_WORDS else other
        slug = _slug(_restored(text, start, end, replacements), rng)
        shown = text[slice(*anchor)]
        if "\n" not in shown:
            links.append(Link(f"/{int(rng.integers(2012, 2024))}/{slug}", shown))
    return links


def _running_words(words: Sequence[re.Match[str]], rng: np.random.Generator) -> tuple[int, int]:
    length = int(rng.integers(*_LINK_WORDS))
    first = int(rng.integers(len(words) - length))
    return words[first].start(), words[first + length - 1].end()


def _tags(text: str, replacements: Sequence[Replacement], rng: np.random.Generator) -> list[str]:
    """Pairs of the text's words before it was spun, some in an editor's wording, and a topic."""
    pairs = _TWO_WORDS.findall(_restored(text, 0, len(text), replacements))
    if not pairs or rng.random() < 1 / 2:
        return []
    tags = [str(rng.choice(pairs)) for _ in range(int(rng.integers(1, _MOST_TAGS)))]
    if rng.random() < _EDITED:
        reworded = [pair for pair in pairs if not _REWORDED.keys().isdisjoint(pair.split())]
        tags[0] = " ".join(_edited(str(rng.choice(reworded or pairs)).split(), rng))
    return [*tags, str(rng.choice(_CITIES))]


def _restored(text: str, start: int, end: int, replacements: Sequence[Replacement]) -> str:
    """A part of a spun text with the originals of all words that were replaced in it."""
    pieces = []
    for one in replacements:
        if start <= one.start and one.end <= end:
            pieces += [text[start : one.start], one.original]
            start = one.end
    return "".join([*pieces, text[start:end]])


def _linked(paragraph: str, links: Sequence[Link]) -> Markup:
    """A paragraph's markup, with those links that are on words of it."""
    for number, link in enumerate(links):
        before, anchor, after = paragraph.partition(link.text)
        if anchor:
            others = links[number + 1 :]
            marked = Markup('<a href="{}">{}</a>').format(link.url, anchor)
            return _linked(before, others) + marked + _linked(after, others)
    return escape(paragraph)


def _slug(title: str, rng: np.random.Generator) -> str:
    """Most addresses are the headline's words; some lost a few of them, some are numbers.

    One in six was made of another headline, before an editor changed a few of its words.
    """
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    words = words[:_SLUG_WORDS]
    draw = rng.random()
    if draw < 0.15 or not words:
        return f"node/{int(rng.integers(10_000, 99_999))}"
    if draw < 0.4:
        words = [word for word in words if len(word) > 3] or words
    elif draw < 0.5:
        words = [word for word in words if rng.random() < 0.7] or words
    if rng.random() < _EDITED:
        words = _edited(words, rng)
    return "-".join(words)


def _edited(words: list[str], rng: np.random.Generator) -> list[str]:
    """Words of a headline with one to four of them exchanged for others that headlines have.

    Half of these editors begin with words that they have plainer ones for.
    """
    edited = list(words)
    if rng.random() < 1 / 2 and not _REWORDED.keys().isdisjoint(words):
        return [_REWORDED.get(word, word) for word in words]
    for _ in range(int(rng.integers(1, 5))):
        edited[int(rng.integers(len(edited)))] = str(rng.choice(_HEADLINE_WORDS))
    return edited


def _image(origin: _Origin, rng: np.random.Generator) -> Image:
    name = _slug(origin.title, rng).rsplit("/", 1)[-1]
    alt = origin.title if rng.random() < 0.6 else ""
    return Image(f"/images/{name}.jpg" if rng.random() < 0.6 else "/images/1024.jpg", alt)


def _written_date(day: date, rng: np.random.Generator) -> str:
    month = _MONTHS.split()[day.month - 1]
    forms = (
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{month[:3]}. {day.day}, {day.year}, {int(rng.integers(1, 12))}:15 p.m. ET",
        f"Published {month} {day.day}, {day.year}",
        day.isoformat(),
    )
    return forms[int(rng.integers(len(forms)))]


def _add_residue(
    page: Page, rng: np.random.Generator, phrases: Sequence[Phrase], pieces: int
) -> None:
    drawn = draw_residue(rng, phrases, pieces)
    page.above += drawn.head
    page.paragraphs = drawn.into(page.paragraphs, rng)
    page.below += drawn.tail


def _state_addresses(
    page: Page, rng: np.random.Generator, canonical: _Origin, data: _Origin
) -> None:
    """Fill in the canonical link, og:url and structured data, each of them in most pages."""

    def address(origin: _Origin) -> str:
        return page.url.replace(page.host, origin.host)

    page.canonical = address(canonical) if rng.random() < 0.7 else ""
    page.og_url = address(data) if rng.random() < 0.5 else ""
    if rng.random() < 0.6:
        page.structured_data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": page.og_title or page.title,
            "url": address(data),
            "publisher": {"@type": "Organization", "name": data.site_name},
            **({"author": {"@type": "Person", "name": page.author}} if page.author else {}),
            **({"datePublished": page.published} if page.published else {}),
            **({"keywords": ", ".join(page.tags)} if page.tags else {}),
        }


@cache
def _environment() -> Environment:
    folder = Path(__file__).with_name("templates")
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True)
    made.filters["linked"] = _linked
    return made
