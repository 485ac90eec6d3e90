"""Words that differ between two places of a page, and which of them are replacements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.detector.detector import Detector
from chaffinch.features.document import Document, Image, Link, PageMetadata
from chaffinch.features.signal import Measurement, Span
from chaffinch.features.signals.echo import Echo
from chaffinch.features.text.passages import words_of
from chaffinch.features.text.tokens import TokenBlock

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
        (Document(f"{SPUN}\n{BODY}", url=SLUG), "the address"),
        (Document(f"{SPUN}\n{BODY}", title=CLEAN), "the headline"),
        (page(f"{SPUN}\n{BODY}", og_title=CLEAN), "og:title"),
        (page(f"{SPUN}\n{BODY}", description=f"{CLEAN}."), "the description"),
        (page(f"{SPUN}\n{BODY}", images=(Image("", CLEAN),)), "an image's text"),
        (page(f"{SPUN}\n{BODY}", images=(Image(f"{SLUG}.jpg", ""),)), "an image's name"),
    ],
)
def test_a_known_replacement_is_found_with_its_original(document: Document, place: str) -> None:
    (span,) = measure(document).spans
    assert document.text[span.start : span.end] == "connected"
    assert (span.original, span.weight) == ("on", 1.0)
    assert span.note == f"word other than in {place}"


@pytest.mark.parametrize("lines", [(CLEAN, SPUN), (SPUN, f"Ferry | {CLEAN}", BODY)])
def test_two_lines_that_say_the_same_show_which_was_spun(lines: tuple[str, ...]) -> None:
    document = Document("\n".join(lines))
    (span,) = measure(document).spans
    assert document.text[span.start : span.end] == "connected"
    assert (span.original, span.note) == ("on", "word other than in another line")


def test_lines_that_an_author_worded_otherwise_are_passed_over() -> None:
    deck = "The council decided on Tuesday to bring back the old ferry"
    assert measure(Document(f"{CLEAN}\n{deck}\n{BODY}")).spans == []


def test_a_replacement_in_the_title_is_evidence_there() -> None:
    (span,) = measure(Document(BODY, title=SPUN, url=SLUG)).spans
    assert (span.where, span.original) == ("title", "on")
    assert (
        span.note == "the address says 'voted on tuesday', the headline 'voted connected tuesday'"
    )


@pytest.mark.parametrize(
    "document",
    [
        Document(f"{CLEAN}\n{BODY}", url=SLUG, title=CLEAN),
        Document(f"{CLEAN}\n{BODY}", title="Councillors vote to bring the ferry back to harbour"),
        Document(f"{CLEAN}s\n{BODY}", url=SLUG),
        Document(f"{CLEAN.replace('on Tuesday', 'in Oct')}\n{BODY}", url=SLUG_IN_OCTOBER),
        Document(f"The council votes on Tuesday to bring back the harbour ferry\n{BODY}", url=SLUG),
        Document(f"{SPUN}\n{BODY}", url="https://farm.example/p/1234"),
    ],
)
def test_honest_headlines_are_passed_over(document: Document) -> None:
    assert measure(document).spans == []


def test_other_words_count_apart_from_known_replacements() -> None:
    other = CLEAN.replace("harbour", "quantum")
    values = measure(Document(f"{other}\n{BODY}", url=SLUG)).values[0]
    assert values[:2].tolist() == [0, 1]


def test_a_headline_is_quoted_beside_its_address() -> None:
    title = "Barn owls strain astatine doorbell tower of old harbour church"
    url = "https://farm.example/2022/01/barn-owls-breed-in-bell-tower-of-old-harbour-church/"
    found = measure(page(f"{title}\n{BODY}", title=title, canonical_url=url))
    in_text, in_title = sorted(found.spans, key=lambda span: span.where)
    assert (in_text.where, in_text.original, in_title.where) == ("text", "bell", "title")
    assert in_title.note == (
        "the address says 'owls breed in bell tower', "
        "the headline 'owls strain astatine doorbell tower'"
    )
    assert found.values[0].tolist() == [1, 0, 0, 0, 0]


OWLS = "/2022/01/barn-owls-breed-in-bell-tower"
SPUN_OWLS = "barn owls breed successful bell tower"
SPUN_PERMITS = "They enactment permits for all."


@pytest.mark.parametrize(
    ("url", "text", "pairs"),
    [
        (OWLS, SPUN_OWLS.capitalize(), {"successful": "in"}),
        (
            f"{OWLS}/10469974?page=2#top",
            "barn owls breed successful bell tower",
            {"successful": "in"},
        ),
        ("/owls-work-near-bell-tower", "owls enactment near the bell tower", {"enactment": "work"}),
        (OWLS, "Barn owls breed in bell tower", {}),
        (OWLS, "barn owls that nest in a tower", {}),
        (OWLS, "read more about it", {}),
        ("/eulen-brueten-im-glockenturm", "barn owls breed in bell tower", {}),
        ("/barn-owls-roost-in-bell-tower", "barn owls breed in bell tower", {}),
        ("/barn-owls-seen-in-tower", "barn owls seen within tower by a painter", {"within": "in"}),
    ],
)
def test_links_in_other_words_than_their_address(
    url: str, text: str, pairs: dict[str, str]
) -> None:
    document = page(f"{CLEAN}, where {text}.\n{BODY}", links=(Link(url, text),))
    found = measure(document)
    shown = {document.text[span.start : span.end]: span.original for span in found.spans}
    assert shown == pairs
    assert {span.note for span in found.spans} <= {"word other than in a link's address"}
    assert found.values[0].tolist() == [0, 0, len(pairs), 0, 1]


def test_a_link_that_is_not_in_the_text_is_quoted_beside_its_address() -> None:
    links = (Link(OWLS, SPUN_OWLS.capitalize()),)
    (span,) = measure(page(f"{CLEAN}\n{BODY}", links=links)).spans
    assert (span.where, span.original, span.weight) == ("metadata", "in", 1.0)
    assert span.note == ("a link's address says 'breed in bell', its text 'breed successful bell'")


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("A doorbell tower stood there.", {}),
        ("Owls of the doorbell buzzer and the bell tower.", {}),
        (f"{SPUN_PERMITS} Work is done.", {"enactment": "work"}),
        (
            f"{SPUN_PERMITS} Tags: harbour ferry, work permits",
            {"enactment": "work"},
        ),
        ("They enactment permits, and work permits are rare.", {}),
        ("The work, permits and all.", {}),
        ("They working permits for all.", {}),
        (f"{SPUN_PERMITS} {'Work. ' * 300}", {}),
    ],
)
def test_words_beside_a_part_of_a_tag(text: str, pairs: dict[str, str]) -> None:
    document = page(text, tags=("Work permits", "harbour"))
    found = measure(document)
    assert {document.text[span.start : span.end]: span.original for span in found.spans} == pairs
    assert {span.note for span in found.spans} <= {"word other than in a tag"}
    assert found.values[0].tolist() == [0, 0, 0, len(pairs), 1]


def test_a_tag_says_nothing_of_the_documents_beside_its_own() -> None:
    documents = [page("They enactment", tags=("work permits",)), page("permits"), Document("Work")]
    found = Echo(RESOURCES).measure(TokenBlock.from_documents(documents, RESOURCES.vocabulary))
    assert found.spans == []


def test_a_page_with_nothing_to_compare_says_so() -> None:
    assert measure(Document(BODY)).values[0].tolist() == [0, 0, 0, 0, 1]
    assert measure(Document(f"{CLEAN}\n{BODY}", url=SLUG)).values[0].tolist() == [0, 0, 0, 0, 0]


@given(st.text(st.characters(max_codepoint=127)))
def test_words_are_the_same_whatever_stands_beside_them(text: str) -> None:
    assert [*words_of(text), "\xe9"] == words_of(f"{text} \xc9")


def test_the_summary_says_what_each_place_says() -> None:
    text = "Enactment astatine adjacent enactment"

    def in_text(word: str, original: str, place: str) -> Span:
        note, start = f"word other than in {place}", text.index(word)
        return Span(0, "text", start, start + len(word), original, 1.0, note)

    headline = (
        "the address says 'breed in bell tower', the headline 'strain astatine doorbell tower'"
    )
    titles = [Span(0, "title", -1, -1, "bell", 1.0, headline)] * 2
    spans = [
        in_text("Enactment", "work", "a tag"),
        in_text("astatine", "at", "a link's address"),
        in_text("adjacent", "near", "a link's address"),
        in_text("enactment", "work", "a tag"),
        *titles,
    ]
    assert Echo.summarise(text, spans, [1.0]) == (
        f"{headline}; 2 words other than in a link's address: 'astatine' for 'at', "
        "'adjacent' for 'near'; 1 word other than in a tag: 'enactment' for 'work'"
    )
    assert Echo.summarise(text, [], [1.0]) == Echo.without_evidence
