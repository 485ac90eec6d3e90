"""Words that differ between two places of a page, and which of them are replacements."""

import pytest

from chaffinch.detector.detector import Detector
from chaffinch.features.document import Document, Image, PageMetadata
from chaffinch.features.signal import Measurement
from chaffinch.features.signals.echo import Echo
from chaffinch.features.tokens import TokenBlock

RESOURCES = Detector.load().model.resources
SPUN = "The council voted connected Tuesday to bring back the harbour ferry"
CLEAN = "The council voted on Tuesday to bring back the harbour ferry"
SLUG = "https://farm.example/the-council-voted-on-tuesday-to-bring-back-the-harbour-ferry"
SLUG_IN_OCTOBER = SLUG.replace("on-tuesday", "in-october")
BODY = "It sailed for the last time two years ago.\nNobody had thought of that."


def measure(document: Document) -> Measurement:
    return Echo(RESOURCES).measure(TokenBlock.from_documents([document], RESOURCES.vocabulary))


def page(text: str, title: str = "", url: str = "", **metadata: object) -> Document:
    stated = PageMetadata(**metadata)  # type: ignore[arg-type]
    return Document(text, title=title, url=url, metadata=stated)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (Document(f"{SPUN}\n{BODY}", url=SLUG), "address"),
        (Document(f"{SPUN}\n{BODY}", title=CLEAN), "title"),
        (page(f"{SPUN}\n{BODY}", og_title=CLEAN), "og:title"),
        (page(f"{SPUN}\n{BODY}", description=f"{CLEAN}."), "description"),
        (page(f"{SPUN}\n{BODY}", images=(Image("", CLEAN),)), "image text"),
        (page(f"{SPUN}\n{BODY}", images=(Image(f"{SLUG}.jpg", ""),)), "image name"),
    ],
)
def test_a_known_replacement_is_found_with_its_original(document: Document, place: str) -> None:
    (span,) = measure(document).spans
    assert document.text[span.start : span.end] == "connected"
    assert (span.original, span.weight) == ("on", 1.0)
    assert span.note == f"other word than in the {place}"


@pytest.mark.parametrize("lines", [(CLEAN, SPUN), (SPUN, f"Ferry | {CLEAN}", BODY)])
def test_two_lines_that_say_the_same_show_which_was_spun(lines: tuple[str, ...]) -> None:
    document = Document("\n".join(lines))
    (span,) = measure(document).spans
    assert document.text[span.start : span.end] == "connected"
    assert (span.original, span.note) == ("on", "other word than in another line")


def test_lines_that_an_author_worded_otherwise_are_passed_over() -> None:
    deck = "The council decided on Tuesday to bring back the old ferry"
    assert measure(Document(f"{CLEAN}\n{deck}\n{BODY}")).spans == []


def test_a_replacement_in_the_title_is_evidence_there() -> None:
    (span,) = measure(Document(BODY, title=SPUN, url=SLUG)).spans
    assert (span.where, span.original) == ("title", "on")
    assert span.note == "title says 'connected', address 'on'"


@pytest.mark.parametrize(
    "document",
    [
        Document(f"{CLEAN}\n{BODY}", url=SLUG, title=CLEAN),
        Document(f"{CLEAN}\n{BODY}", title="Councillors vote to bring the ferry back to harbour"),
        Document(f"{CLEAN}s\n{BODY}", url=SLUG),
        Document(f"{CLEAN.replace('on Tuesday', 'in Oct')}\n{BODY}", url=SLUG_IN_OCTOBER),
        Document(f"The council votes on Tuesday to bring back the harbour ferry\n{BODY}", url=SLUG),
        Document(f"{SPUN}\n{BODY}", url="https://farm.example/p/1234"),
        Document(f"{SPUN}\n{BODY}", url="https://[broken/the-council-voted-on-tuesday-to-bring"),
    ],
)
def test_honest_headlines_are_passed_over(document: Document) -> None:
    assert measure(document).spans == []


def test_other_words_count_apart_from_known_replacements() -> None:
    other = CLEAN.replace("harbour", "quantum")
    values = measure(Document(f"{other}\n{BODY}", url=SLUG)).values[0]
    assert values[1:3].tolist() == [0, 1]


def test_a_page_with_nothing_to_compare_says_so() -> None:
    assert measure(Document(BODY)).values[0].tolist() == [0, 0, 0, 1]
    assert measure(Document(f"{CLEAN}\n{BODY}", url=SLUG)).values[0].tolist() == [0, 0, 0, 0]
