"""What a page's markup says of its article: address, image, links, tags, structured data.

Shares of pages are our choice, set so that every case occurs and none is a label: they are not
measured.
"""

import re
from collections.abc import Sequence

import numpy as np

from chaffinch.datasets.simulation.pages import Page
from chaffinch.datasets.simulation.publishers import CITIES, Publisher
from chaffinch.datasets.spinners.spinner import Replacement
from chaffinch.features.document import Image, Link

_SLUG_WORDS = 12
"""Words of an address at most."""

_EDITED = 1 / 6
"""Share of addresses, descriptions and tags that an editor worded otherwise."""

_MOST_LINKS = 7
"""One more than the links of an article at most."""

_LINK_WORDS = (3, 9)
"""Words of a link's text: the fewest, and one more than the most."""

_SAME_WORDS = 0.3
"""Share of links whose address is made of the words they are on."""

_MOST_TAGS = 6
"""One more than the tags of an article that are made of its words, at most."""

_TOKEN = re.compile(r"\S+")
# What a tag may be made of.
_TWO_WORDS = re.compile(r"\b[a-z]{4,} [a-z]{4,}\b")
_HEADLINE_WORDS = (
    "after again analysis before best biggest call change days deal face first former good group "
    "have here home latest leader live local long look make more need never news next officials "
    "people plan read report review right says share show star start story take talk their time "
    "today update video watch week what when will with work world year years you your"
).split()
"""Words that any headline may have."""

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


def draft(
    text: str,
    title: str,
    publisher: Publisher,
    rng: np.random.Generator,
    replacements: Sequence[Replacement] = (),
) -> Page:
    """A publisher's page of an article, with what its markup says of the article alone.

    Args:
        text: The article.
        title: Its headline; "" takes the publisher's.
        publisher: Whose page it is.
        rng: Source of chance.
        replacements: What a spinner replaced in the text: link targets and tags keep the
            originals.
    """
    paragraphs = [line for line in text.split("\n") if line.strip()] or [""]
    page = Page(
        title or publisher.title,
        publisher.site_name,
        publisher.host,
        f"https://{publisher.host}/{slug(publisher.title, rng)}",
        paragraphs,
        others=[f"{rng.choice(CITIES)} {word}" for word in ("festival opens", "vote is counted")],
    )
    if rng.random() < 0.8:
        page.og_title = page.title if rng.random() < 0.8 else f"{page.title} | {page.site_name}"
        if page.title and rng.random() < _EDITED / 2:
            page.og_title = " ".join(_edited(page.title.split(), rng))
    if rng.random() < 0.6:
        words = publisher.first_sentence.split()
        page.description = " ".join(
            _edited(words, rng) if words and rng.random() < _EDITED else words
        )
    if rng.random() < 0.6:
        page.image = draw_image(publisher, rng)
    page.links = _links(text, replacements, rng)
    page.tags = _tags(text, replacements, rng)
    return page


def slug(title: str, rng: np.random.Generator) -> str:
    """The last part of an address: the headline's words, all or some of them, or a number.

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


def draw_image(publisher: Publisher, rng: np.random.Generator) -> Image:
    """An article's image, its name and text made of the headline in a part of the pages."""
    name = slug(publisher.title, rng).rsplit("/", 1)[-1]
    alt = publisher.title if rng.random() < 0.6 else ""
    return Image(f"/images/{name}.jpg" if rng.random() < 0.6 else "/images/1024.jpg", alt)


def state_addresses(
    page: Page, rng: np.random.Generator, canonical: Publisher, data: Publisher
) -> None:
    """Fill in the canonical link, og:url and structured data, each of them in most pages."""

    def address(publisher: Publisher) -> str:
        return page.url.replace(page.host, publisher.host)

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


def _links(text: str, replacements: Sequence[Replacement], rng: np.random.Generator) -> list[Link]:
    """Links on a few running words: three in ten to a page with these words for its headline."""
    words = list(_TOKEN.finditer(text))
    links = []
    for _ in range(int(rng.integers(_MOST_LINKS)) if len(words) > _LINK_WORDS[1] else 0):
        anchor, other = (_running_words(words, rng) for _ in range(2))
        start, end = anchor if rng.random() < _SAME_WORDS else other
        address = slug(_restored(text, start, end, replacements), rng)
        shown = text[slice(*anchor)]
        if "\n" not in shown:
            links.append(Link(f"/{int(rng.integers(2012, 2024))}/{address}", shown))
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
    return [*tags, str(rng.choice(CITIES))]


def _restored(text: str, start: int, end: int, replacements: Sequence[Replacement]) -> str:
    """A part of a spun text with the originals of all words that were replaced in it."""
    pieces = []
    for item in replacements:
        if start <= item.start and item.end <= end:
            pieces += [text[start : item.start], item.original]
            start = item.end
    return "".join([*pieces, text[start:end]])


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
