"""Extraction: what a page's bytes say, whatever their encoding and however deep they nest."""

import pytest

from chaffinch.datasets.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.records import MediaType, Record
from chaffinch.features.document import Document

PARAGRAPH = (
    "The council voted on Tuesday to bring back the harbour ferry, two years after the last boat "
    "left the quay. The caf\u00e9\u2019s owner said she had waited for it every day since."
)
ARTICLE = f"<p>{PARAGRAPH}</p>" * 8


def page(content: str | bytes, media_type: MediaType = "text/html") -> Document:
    return document_from_record(Record("a", 0, content, media_type))


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "text/markdown"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_recognised(encoding: str, media_type: MediaType) -> None:
    text = "\n\n".join([PARAGRAPH] * 8)
    assert page(text.encode(encoding), media_type).text.startswith(PARAGRAPH)


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "text/markdown"])
def test_broken_bytes_cost_only_themselves(media_type: MediaType) -> None:
    data = b"A br\xffoken w\xfeord. " + PARAGRAPH.encode()
    assert page(data, media_type).text == f"A br\ufffdoken w\ufffdord. {PARAGRAPH}"


@pytest.mark.parametrize("media_type", ["text/plain", "text/html", "text/markdown"])
@pytest.mark.parametrize(
    "data", [bytes(range(128, 256)) * 50, bytes(range(1, 256)) * 20], ids=["broken", "controls"]
)
def test_bytes_that_are_no_text_are_refused(data: bytes, media_type: MediaType) -> None:
    with pytest.raises(UnreadableRecord, match=r"^a: not text \(.*\)\. Give the text or HTML"):
        page(data, media_type)


def test_a_page_in_another_encoding_states_which() -> None:
    words = "\u0417\u0430\u0441\u0435\u0434\u0430\u043d\u0438\u0435"
    markup = f'<meta http-equiv="x" content="text/html; charset=koi8-r"><p>{words}</p>'
    assert page(markup.encode("koi8-r")).text == words


@pytest.mark.parametrize("stated", ["undefined", "punycode", "hex", "utf-16", "no-such-encoding"])
def test_a_stated_encoding_that_is_none_is_passed_over(stated: str) -> None:
    markup = f'<meta charset="{stated}">{ARTICLE}'.encode("cp1252")
    assert page(markup).text.startswith(PARAGRAPH)


@pytest.mark.parametrize("count", [4_900, 1_000_000])
@pytest.mark.parametrize("tag", ["div", "article", "x-y", "b", "path", "li", "table><tr><td"])
def test_endless_nesting_ends(tag: str, count: int) -> None:
    if tag == "table><tr><td":
        count //= 3
    assert len(page(f"<p>before</p>{f'<{tag}>' * count}deep").text) < 100


def test_nesting_hidden_by_stray_end_tags_ends() -> None:
    assert page("<p>before</p>" + "<article></b>" * 500_000 + "deep").text == "before"


def test_a_long_page_without_end_tags_is_read_to_its_end() -> None:
    paragraphs = "".join(f"<p>{PARAGRAPH}<br>And number {number}." for number in range(3_000))
    assert page(paragraphs).text.endswith("And number 2999.")
