"""Extraction: what a page's bytes say, whatever their encoding and however deep they nest."""

import html
import json
import time
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


PARAGRAPHS = [
    f"The council of Larkfield voted on day {day} to keep the old ferry at the harbour, and the "
    f"people on the quay, {day} of them or more, were glad of it."
    for day in range(12)
]
MARKUP = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def missing(markup: str) -> list[str]:
    """The paragraphs that the text of a page does not have."""
    text = " ".join(page(markup).text.split())
    return [paragraph for paragraph in PARAGRAPHS if paragraph not in text]


@pytest.mark.parametrize("word", ["comment", "footer", "related", "author-bio", "modal", "teaser"])
@pytest.mark.parametrize(
    "pattern",
    [
        "<p class='{}'>{{}}</p>",
        "<div class='{}'>{{}}</div>",
        "<div class='{}'><p>{{}}</p></div>",
        "<section class='x {}-text'><div>{{}}</div></section>",
    ],
)
@pytest.mark.parametrize("number", [1, 4, 12])
def test_no_name_hides_paragraphs(word: str, pattern: str, number: int) -> None:
    named = "".join(pattern.format(word).format(one) for one in PARAGRAPHS[:number])
    plain = "".join(f"<p>{one}</p>" for one in PARAGRAPHS[number:])
    for markup in (named + plain, plain + named):
        assert not missing(f"<nav><a href='/'>Home</a></nav><h1>Ferry</h1>{markup}")


@pytest.mark.parametrize(
    "item",
    [
        "<li>{}</li>",
        "<li><p>{}</p></li>",
        "<li><a href='/x'>The council</a>: {}</li>",
        "<tr><td>{}</td></tr>",
        "<dt>Day</dt><dd>{}</dd>",
        "<h2>{}</h2>",
        "<button>{}</button>",
        "<label>{}</label>",
        "<figure><img src='a.jpg'><figcaption>{}</figcaption></figure>",
        "<blockquote>{}</blockquote>",
        "<a name='x'>{}</a><br>",
        "<font size='2'>{}</font><br><br>",
        "<details><summary>Day</summary>{}</details>",
    ],
)
@pytest.mark.parametrize("around", ["body", "ul", "ol", "table", "dl", "form", "video", "object"])
@pytest.mark.parametrize("number", [6, 12])
def test_no_kind_of_element_hides_text(item: str, around: str, number: int) -> None:
    items = "".join(item.format(paragraph) for paragraph in PARAGRAPHS[:number])
    plain = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[number:])
    assert not missing(f"<body><h1>Ferry</h1><{around}>{items}</{around}>{plain}")


@pytest.mark.parametrize(
    "inline",
    [
        "<time>{}</time>",
        "<label>{}</label>",
        "<button>{}</button>",
        "<span>{}</span>",
        "<abbr title='x'>{}</abbr>",
        "<b><i>{}</i></b>",
        "<a href='/x'>{}</a>",
        "<x-y>{}</x-y>",
        "<!-- a > b -->{}<wbr>",
    ],
)
def test_no_word_is_lost_within_a_sentence(inline: str) -> None:
    split = (paragraph.split() for paragraph in PARAGRAPHS)
    markup = (" ".join((*words[:7], inline.format(words[7]), *words[8:])) for words in split)
    assert not missing("".join(f"<p>{paragraph}</p>" for paragraph in markup))


@pytest.mark.parametrize(
    "broken",
    [
        "<!-- menu start<article>{}</article>",
        "<!-- menu <article>{}</article><!-- end -->",
        "<script>var a='</p>';<article>{}</article>",
        "<script>var a='</p>';<article>{}</article><script src='x.js'></script>",
        "<style>p {{ color: red }<article>{}</article>",
        "<title>Ferry<body><article>{}</article>",
        "<textarea><article>{}</article>",
        "<xmp>{}",
        "<select><option>A<article>{}</article>",
        "<svg><g><title>x<article>{}</article>",
        "<div class='a><article>{}</article>",
        '<a href="/x>Home</a><article>{}</article>',
        "<noscript><article>{}</article></noscript>",
        "<story-text><template shadowrootmode=open>{}</template></story-text>",
        "<script type='text/template'>{}</script>",
        "<frameset><frame src='a.html'><noframes>{}</noframes></frameset>",
    ],
)
def test_text_that_a_parser_does_not_give_is_read(broken: str) -> None:
    markup = broken.replace("{{", "{").replace("{}", MARKUP)
    assert not missing(f"<!DOCTYPE html><html><head>{markup}</html>")


def test_text_in_a_frame_or_in_structured_data_is_read() -> None:
    frame = f'<iframe srcdoc="{html.escape(MARKUP)}"></iframe>'
    body = json.dumps({"@graph": [{"articleBody": "\n".join(PARAGRAPHS)}]})
    data = f'<script type="application/ld+json">{body}</script>'
    for markup in (frame, data):
        read = page(f"<head>{data if markup is data else ''}</head><p>Short lead.</p>{markup}")
        assert read.extraction == "fallback"
        assert all(paragraph in read.text for paragraph in PARAGRAPHS)


@pytest.mark.parametrize(
    ("markup", "extraction"),
    [
        (f"<article>{MARKUP}</article>", "main"),
        (f"<nav>{MARKUP}</nav>", "main"),
        ("".join(f"<div class='comment'>{one}</div>" for one in PARAGRAPHS), "fallback"),
        ("<a href='/a'>One page and another one on the same old ferry</a>", "whole"),
    ],
)
def test_a_document_says_how_its_text_was_found(markup: str, extraction: str) -> None:
    assert page(markup).extraction == extraction


@pytest.mark.parametrize(
    "beside",
    [
        "<ul>{links}</ul>",
        "<div class='comments'><h3>Two thoughts</h3>{comments}</div>",
        "<section><h3>3 comments</h3>{comments}</section>",
        "<div>{teasers}</div>",
        "<div class='newsletter'><h4>Leeks</h4><p>{text} Sign up.</p><form></form></div>",
        "<div class='author-bio'><h4>Ann</h4><p>{text}</p></div>",
    ],
)
def test_what_stands_beside_an_article_is_left_out(beside: str) -> None:
    text = "A leek can be cooked in ten ways, and each of them takes an hour of your evening."
    link = "<a href='/x'>How to cook a leek well</a>"
    markup = beside.format(
        text=text,
        links=f"<li>{link}</li>" * 5,
        comments=f"<div class='c'><b>Ann</b><p>{text}</p></div>" * 3,
        teasers=f"<div class='card'><h3>{link}</h3><p>{text}</p></div>" * 4,
    )
    read = page(f"<body><article><h1>Ferry</h1>{MARKUP}{markup}</article>").text
    assert "leek" not in read and PARAGRAPHS[-1] in read


@pytest.mark.parametrize(
    "hostile",
    [
        "<div class='comment'>{text}" * 4_000,
        "<div class='comment'><p>{text}</p></div>" * 20_000,
        "<!-- " * 200_000,
        "<script type='text/template'>" * 100_000,
        '<iframe srcdoc="' * 100_000,
        "<p title='>" * 100_000,
        "<plaintext>" + '<p "' * 200_000,
        "<title>" + "<title" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_hostile_pages_take_time_in_proportion_to_their_size(hostile: str) -> None:
    start = time.process_time()
    page(hostile.replace("{text}", PARAGRAPHS[0]))
    assert time.process_time() - start < 20


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
    assert not missing(f"<html><body>{opening}{MARKUP}</body></html>")
