"""Which addresses, names and dates contradict each other, and which are honest."""

from dataclasses import replace
from typing import cast

import pytest

from chaffinch.features.document import Document, PageMetadata
from chaffinch.features.resources import Resources
from chaffinch.features.signals.provenance import Provenance
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_words([])
# The signal reads lines and metadata, not words: no model is needed.
RESOURCES = cast(Resources, None)
BODY = "\n".join(f"The ferry made crossing number {number} that day." for number in range(40))
SITE = "https://farm.example/a"


def features(document: Document) -> dict[str, float]:
    block = TokenBlock.from_documents([document], VOCABULARY)
    values = Provenance(RESOURCES).measure(block).values[0]
    return dict(zip((feature.name for feature in Provenance.features), values, strict=True))


def notes(document: Document) -> list[str]:
    block = TokenBlock.from_documents([document], VOCABULARY)
    return [span.note for span in Provenance(RESOURCES).measure(block).spans]


def page(text: str = BODY, published: str | None = None, **metadata: object) -> Document:
    stated = PageMetadata(**metadata)  # type: ignore[arg-type]
    return Document(text, url=SITE, published=published, metadata=stated)


def on(url: str, canonical: str) -> Document:
    return replace(page(canonical_url=canonical), url=url)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (page(canonical_url="https://paper.example/a"), ["canonical link: paper.example"]),
        (page(canonical_url="https://www.farm.example/b"), []),
        (page(canonical_url="https://amp.farm.example/b"), []),
        (page(canonical_url="https://farm.co.uk/b"), []),
        (page(canonical_url="/a"), []),
        (page(canonical_url="https://web.archive.org/web/2024/https://farm.example/a"), []),
        (page(canonical_url="https://archive.ph/AbC12"), []),
        (
            page(canonical_url="https://web.archive.org/web/2024/https://paper.example/a"),
            ["canonical link: paper.example"],
        ),
        (
            on("https://ada.github.io/a", "https://tom.github.io/a"),
            ["canonical link: tom.github.io"],
        ),
        (on("https://ada.blogspot.co.uk/a", "https://ada.blogspot.com/a"), []),
        (on("https://paper.co.uk/a", "https://farm.co.uk/a"), ["canonical link: farm.co.uk"]),
        (
            on(
                "https://web.archive.org/web/2024/https://paper.example/a",
                "https://paper.example/a",
            ),
            [],
        ),
        (on("https://archive.ph/AbC12", "https://paper.example/a"), []),
        (on("http://192.0.2.7/a", "https://paper.example/a"), []),
        (page(publisher="www.paper.example"), ["publisher: paper.example"]),
        (page(publisher="The Paper"), []),
        (page(stated_urls=("https://paper.example/x",)), ["structured data: paper.example"]),
        (page(stated_urls=("http://farm.example/x", "/x", "http://[broken")), []),
        (
            page(f"By Ada Brook\n{BODY}", author="Tom Larch"),
            ["signed Ada Brook, posted by another"],
        ),
        (
            page(
                f"{BODY}\nAda Brook reported from Paris, and Tom Larch from Rome.", author="admin"
            ),
            ["signed Ada Brook, posted by another"],
        ),
        (page(f"By Ada Brook\n{BODY}", author="Ada Brook"), []),
        (page(f"By Ada Brook and Tom Larch\n{BODY}", author="tom larch"), []),
        (page(f"By Ada Brook\n{BODY}", author="Farm News", site_name="Farm News"), []),
        (page(f"By Ada Brook\n{BODY}", author="Reuters"), []),
        (page(f"By Ada Brook\n{BODY}"), []),
        (page(f"By the sea stood a house.\n{BODY}", author="Tom Larch"), []),
        (
            page(f"PARIS (Reuters) - The ferry is back.\n{BODY}", author="Tom Larch"),
            ["dateline of Reuters"],
        ),
        (page(f"PARIS (Reuters) - The ferry is back.\n{BODY}", author="Reuters Staff"), []),
        (page(f"PARIS (AP) \u2014 The ferry is back.\n{BODY}", author="Associated Press"), []),
        (
            page(f"{BODY}\nThe rest was said by the agency (Reuters) - later.", author="T. Larch"),
            [],
        ),
        (
            page(f"Jan. 18, 2022, 1:15 p.m. ET\n{BODY}", published="2022-06-20T08:00:00Z"),
            ["dated 2022-01-18, published 2022-06-20"],
        ),
        (page(f"18 January 2022\n{BODY}", published="2022-01-19"), []),
        (page(f"20 June 2023\n{BODY}", published="2022-06-20"), []),
        (page(f"February 31, 2022\n{BODY}", published="2023-06-20"), []),
        (page(f"{BODY}\nJan. 18, 2022", published="2023-06-20"), []),
        (page(f"5 months ago\nJan. 18, 2022\n{BODY}"), ["relative age beside a date"]),
        (page(f"5 months ago, Jan. 18, 2022\n{BODY}"), []),
        (Document(f"5 months ago 98\nJan. 18, 2022\n{BODY}"), ["relative age beside a date"]),
    ],
)
def test_contradictions_are_found(document: Document, expected: list[str]) -> None:
    assert notes(document) == expected


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        (Document(BODY), {"no_markup", "no_address", "no_names", "no_dates"}),
        (page(), {"no_names", "no_dates"}),
        (page(f"By Ada Brook\n{BODY}", author="Tom Larch"), {"no_dates"}),
        (page(f"2022-01-18\n{BODY}", published="2022-01-18"), {"no_names"}),
    ],
)
def test_what_could_not_be_asked_is_told(document: Document, missing: set[str]) -> None:
    asked = features(document).items()
    assert {name for name, value in asked if name.startswith("no_") and value} == missing
