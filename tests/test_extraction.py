"""Extraction: what a page's bytes say, whatever their encoding and however deep they nest."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.records import MediaType, Record
from chaffinch.features.document import Document, Image, Link, PageMetadata

PARAGRAPH = (
    "The council voted on Tuesday to bring back the harbour ferry, two years after the last boat "
    "left the quay. The caf\u00e9\u2019s owner said she had waited for it every day since."
)
BROKEN = (
    "{broken",
    "[" * 100_000,
    '{"author": {"name": [1]}}',
    '{"@type": [1, "Article"], "url": {"@id": [2]}}',
    "7",
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
    assert page(data, media_type).text == f"A br\xffoken w\xfeord. {PARAGRAPH}"


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


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:title" content="Open"><title>Title</title>', "Open"),
        ("<title>\n Of two\n lines </title>", "Of two lines"),
        ("", "Heading one"),
        ("<title> </title>", "Heading one"),
    ],
)
def test_a_title_comes_from_the_first_that_states_one(head: str, title: str) -> None:
    assert page(f"<head>{head}</head><body><h1>Heading <i>one</i></h1>{ARTICLE}").title == title


@pytest.mark.parametrize(
    "article",
    [
        """<header class="entry-header"><h1>Ferry returns</h1><div class="entry-meta">
        <span class="posted-on">5 months ago</span> <span class="post-views">98</span>
        <span class="byline">PR Distribution</span></div></header><p>[ad_1]</p>{article}
        <p><a href="/x">Source link</a></p>
        <a class="read-more" href="/x">Read Entire Article</a>""",
        """<h1>Ferry returns</h1><div class="post-info">5 months ago 98</div><div class="author">PR
        Distribution</div><p>[ad_1]</p><div class="post-body">{article}</div><p>Source link</p>
        <div class="post-footer"><a href="/x">Read Entire Article</a></div>""",
    ],
    ids=["blog", "divisions"],
)
@pytest.mark.parametrize("classes", ["post", "post tag-newsletter category-promo"])
def test_lines_that_scrapers_leave_beside_an_article_are_kept(article: str, classes: str) -> None:
    read = page(f'<div class="{classes}">{article.format(article=ARTICLE)}</div>')
    lines = read.text.split("\n")
    assert PARAGRAPH in lines and "[ad_1]" in lines and "Source link" in lines
    assert lines[-1] == "Read Entire Article"
    head = " ".join(lines[: lines.index("[ad_1]")])
    assert "5 months ago 98" in head and "PR Distribution" in head


@pytest.mark.parametrize(
    "block",
    [
        "<nav><a href='/'>{words}</a></nav>",
        "<footer>{words}</footer>",
        "<aside class='sidebar'><p>{words}</p></aside>",
        "<div class='cookie-banner'><p>{words}</p></div>",
        "<div id='comments' class='comments'><p>{words}</p></div>",
        "<div class='c-related-stories'><h3>{words}</h3></div>",
        "<div class='newsletter-signup'><p>{words}</p></div>",
    ],
)
def test_blocks_beside_the_article_are_dropped(block: str) -> None:
    words = "Ten ways to cook a leek."
    read = page(f"<body><article>{ARTICLE}{block.format(words=words)}</article></body>")
    assert PARAGRAPH in read.text and words not in read.text


def test_a_page_that_says_nothing_of_itself_has_empty_metadata() -> None:
    assert page(ARTICLE).metadata == PageMetadata()
    assert page(ARTICLE, "text/plain").metadata is None


@pytest.mark.parametrize(
    "json_ld",
    [
        '{"author": "Marta", "publisher": {"name": "Gazette"}, "datePublished": "2024-03-12"}',
        '[{"author": [{"name": "Marta"}], "publisher": "Gazette", "datePublished": "2024-03-12"}]',
        '{"@graph": [{"@type": "WebSite"}, {"author": {"name": "Marta"}}, '
        '{"publisher": {"name": "Gazette"}, "datePublished": "2024-03-12"}]}',
    ],
)
def test_structured_data_names_author_publisher_and_date(json_ld: str) -> None:
    script = f'<script type="application/ld+json">{json_ld}</script>'
    metadata = page(f"<html lang='en'><head>{script}</head><body>{ARTICLE}").metadata
    assert metadata == PageMetadata(
        author="Marta", publisher="Gazette", published="2024-03-12", language="en"
    )


def test_addresses_and_images_of_the_article_are_read() -> None:
    markup = """<head><meta property="og:url" content="https://farm.example/b">
    <meta property="og:description" content="A ferry."><script type="application/ld+json">
    {"@type": ["NewsArticle"], "url": "https://paper.example/a", "mainEntityOfPage":
    {"@id": "https://paper.example/b"}}</script><script type="application/ld+json">
    {"@type": "Organization", "url": "https://owner.example/"}</script></head><body>
    <img src="/logo.png" alt="Logo"><article><img src="/i/ferry.jpg" alt="The
    ferry"><img></article>"""
    metadata = page(markup).metadata
    assert metadata == PageMetadata(
        description="A ferry.",
        stated_urls=(
            "https://farm.example/b",
            "https://paper.example/a",
            "https://paper.example/b",
        ),
        images=(Image("/i/ferry.jpg", "The ferry"),),
    )


def test_links_made_of_words_and_tags_are_read() -> None:
    markup = """<head><meta property="article:tag" content="Harbour ferry"><meta name="keywords"
    content="quay, harbour  ferry,,"><script type="application/ld+json">{"@type": "NewsArticle",
    "keywords": ["owls", 7, "bell tower, quay"]}</script></head><body><nav>
    <a href="/all-the-news-here">All the news</a></nav><article>
    <p>The <a href="/owls-in-the-tower">owls in the <b>bell</b> tower</a> sleep.</p>
    <p><a href="/owls-in-the-tower">owls in the bell tower</a>
    <a href="/owls-in-the-tower">read more</a> <a href="/p/12">owls in the tower</a></p>
    <h3><a href="/the-old-quay">The old quay</a></h3><a rel="nofollow tag" href="/t">Night birds</a>
    </article>"""
    metadata = page(markup).metadata
    assert metadata is not None
    assert metadata.links == (
        Link("/owls-in-the-tower", "owls in the bell tower"),
        Link("/the-old-quay", "The old quay"),
    )
    tags = ("Harbour ferry", "quay", "harbour ferry", "Night birds", "owls", "bell tower")
    assert metadata.tags == tags


@pytest.mark.parametrize("tag", ["a", "img", "meta"])
def test_of_many_links_images_and_tags_the_first_are_read(tag: str) -> None:
    each = {
        "a": '<a href="/a-b-c-{0}">a b c {0}</a>',
        "img": '<img src="/{0}.jpg">',
        "meta": '<meta property="article:tag" content="tag {0}">',
    }[tag]
    many = "".join(each.format(number) for number in range(300))
    metadata = page(f"<article><p>{many}</p></article>").metadata
    assert metadata is not None
    counts = [len(part) for part in (metadata.links, metadata.images, metadata.tags)]
    assert counts == [40 * (tag == "a"), 10 * (tag == "img"), 30 * (tag == "meta")]


@pytest.mark.parametrize("json_ld", BROKEN)
def test_structured_data_that_is_broken_is_passed_over(json_ld: str) -> None:
    script = f'<script type="application/ld+json">{json_ld}</script>'
    assert page(f"<head>{script}</head><body>{ARTICLE}").metadata == PageMetadata()


@given(
    st.sampled_from(get_args(MediaType)),
    st.one_of(
        st.binary(max_size=200),
        st.text(st.characters(exclude_categories=()), max_size=200),
        st.lists(
            st.sampled_from(
                "<p> </p> <a <!-- ]]> <svg> <title> &#0; \ud800 \0 # - *a* [x](".split()
            )
        ).map(" ".join),
    ),
)
def test_any_content_becomes_a_document_or_a_sentence(
    media_type: MediaType, content: str | bytes
) -> None:
    try:
        assert isinstance(page(content, media_type).text, str)
    except UnreadableRecord as error:
        assert str(error).startswith("a: not text")


@pytest.mark.parametrize(
    "opening",
    [
        '<div class="has-footer">',
        '<div id="related-wrapper">',
        '<div class="comment subscribe promo">',
        "<aside><main>",
        "<nav>",
    ],
)
def test_an_article_stays_whatever_its_wrapper_is_called(opening: str) -> None:
    paragraphs = [
        f"The council of Larkfield voted on day {day} to keep the old ferry at the harbour, and "
        "the people on the quay were glad of it."
        for day in range(12)
    ]
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    page = f"<html><body>{opening}{markup}</body></html>"
    text = document_from_record(Record("page", 0, page, "text/html")).text
    assert all(paragraph in text for paragraph in paragraphs)
