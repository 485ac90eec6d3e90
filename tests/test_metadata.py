"""What a page says of itself: the article's date and author, however they are marked up."""

import json

import pytest

from chaffinch.datasets.extraction.documents import document_from_record
from chaffinch.datasets.records import Record
from chaffinch.features.document import Document

STORY = "".join(
    f"<p>The council voted on Tuesday to bring back the harbour ferry, {number} years after the "
    "last boat left the quay, and the owner of a cafe there had waited for it every day.</p>"
    for number in range(2, 8)
)
HEADLINE = "Council brings back the harbour ferry"
LD = json.dumps(
    {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": HEADLINE,
        "url": "https://paper.example/ferry",
        "datePublished": "2024-05-02T08:00:00Z",
        "author": {"@type": "Person", "name": "Ada Brook"},
        "description": "It sails again, in June.",
    }
)
LATER = "2026-09-30T10:00:00Z"
OF_REVIEW = {"@type": "Review", "datePublished": "2020-01-01", "author": {"name": "Tom Pell"}}


def page(head: str = "", above: str = "", article: str = "", below: str = "") -> str:
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{HEADLINE} | Paper</title>{head}</head><body>"
        f"{above}<article><h1>{HEADLINE}</h1>{article}{STORY}</article>{below}</body></html>"
    )


def script(content: object, kind: str = "application/ld+json") -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    return f'<script type="{kind}">{text}</script>'


def read(markup: str, url: str = "https://paper.example/ferry") -> Document:
    return document_from_record(Record("page.html", 0, markup, "text/html", url=url))


BROKEN = {
    "raw line break": LD.replace("again, ", "again,\n"),
    "raw tab": LD.replace("again, ", "again,\t"),
    "HTML comment": f"<!--\n{LD}\n-->",
    "HTML comment behind slashes": f"//<!--\n{LD}\n//-->",
    "CDATA": f"<![CDATA[{LD}]]>",
    "CDATA behind slashes": f"//<![CDATA[\n{LD}\n//]]>",
    "CDATA in comments": f"/* <![CDATA[ */{LD}/* ]]> */",
    "comment of a block": LD.replace('"url"', '/* where */ "url"'),
    "comment to the line's end": LD.replace('"url"', '// where\n"url"'),
    "trailing comma": LD.replace('June."', 'June.",'),
    "comma twice": LD.replace(', "url"', ',, "url"'),
    "missing comma": LD.replace(', "url"', ' "url"'),
    "trailing semicolon": f"{LD};",
    "byte order mark": f"\ufeff{LD}",
    "a brace too many": f"{LD}}}",
    "cut off": LD[:-12],
    "quotes within": LD.replace("sails again", 'so "sails" again'),
    "single quotes": LD.replace('"', "'"),
    "entities": LD.replace('"', "&quot;"),
    "entities in numbers": LD.replace('"', "&#34;"),
    "bad escape": LD.replace("again", r"aga\in"),
    "no value": LD.replace('"It sails again, in June."', ""),
    "undefined": LD.replace('"It sails again, in June."', "undefined"),
    "two things in a row": LD + '{"@type": "BreadcrumbList"}',
    "in an assignment": f"var data = {LD};",
    "in a list": f"[{LD}]",
    "in a graph": f'{{"@graph": [{{"@type": "WebSite"}}, {LD}]}}',
    "as a page's main thing": f'{{"@type": "WebPage", "mainEntity": {LD}}}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_json_ld_is_read_however_it_is_broken(content: str) -> None:
    metadata = read(page(script(content))).metadata
    assert metadata and (metadata.published, metadata.author) == (
        "2024-05-02T08:00:00Z",
        "Ada Brook",
    )


@pytest.mark.parametrize(
    "kind", ["application/LD+JSON", "application/ld+json; charset=utf-8", " application/ld+json "]
)
def test_the_media_type_of_json_ld_is_told_in_any_spelling(kind: str) -> None:
    assert read(page(script(LD, kind))).published == "2024-05-02T08:00:00Z"


DATED = {
    "meta, Open Graph": '<meta property="article:published_time" content="2024-05-02">',
    "meta, Open Graph with its own prefix": (
        '<meta property="og:article:published_time" content="2024-05-02">'
    ),
    "meta, in capitals": '<META NAME="Date" CONTENT="2024-05-02">',
    "meta, Dublin Core": '<meta name="DC.date.issued" content="2024-05-02">',
    "meta, Dublin Core with a colon": '<meta name="dc:date" content="2024-05-02">',
    "meta, Dublin Core terms": '<meta name="DCTERMS.created" content="2024-05-02">',
    "meta, Highwire Press": '<meta name="citation_publication_date" content="2024/05/02">',
    "meta, Parse.ly": '<meta name="parsely-pub-date" content="2024-05-02">',
    "meta, Parse.ly in JSON": (
        """<meta name="parsely-page" content='{"pub_date": "2024-05-02", "author": "Ann"}'>"""
    ),
    "meta, Sailthru": '<meta name="sailthru.date" content="May 2, 2024">',
    "meta, others": '<meta name="pubdate" content="20240502">',
    "meta, microdata": '<meta itemprop="datePublished" content="2024-05-02">',
    "meta, first one empty": (
        '<meta name="date" content=""><meta name="date" content="2 May 2024">'
    ),
    "the earlier of two": (
        f'<meta property="article:published_time" content="{LATER}">'
        '<meta name="dc.date" content="2024-05-02">'
    ),
    "JSON-LD, seconds since 1970": script({"@type": "BlogPosting", "datePublished": 1714636800}),
    "JSON-LD, created": script({"@type": "BlogPosting", "dateCreated": "2024-05-02"}),
    "JSON-LD, typed value": script(
        {"@type": ["BlogPosting"], "datePublished": {"@value": "2024-05-02"}}
    ),
    "JSON-LD, type with its vocabulary": script(
        {"@type": "http://schema.org/BlogPosting", "datePublished": "2024-05-02"}
    ),
    "JSON-LD, article before page": script(
        [
            {"@type": "WebPage", "datePublished": LATER},
            {"@type": "NewsArticle", "datePublished": "2024-05-02"},
        ]
    ),
    "JSON-LD, article before review": script(
        [OF_REVIEW, {"@type": "NewsArticle", "datePublished": "2024-05-02"}]
    ),
    "JSON-LD, article with reviews and comments": script(
        {
            "@type": "NewsArticle",
            "review": [OF_REVIEW],
            "comment": {"@type": "Comment", "dateCreated": "2020-01-01"},
            "datePublished": "2024-05-02",
        }
    ),
    "JSON-LD, article before teaser": script(
        [
            {
                "@type": "NewsArticle",
                "headline": "Mill burns down at night",
                "url": "https://paper.example/mill",
                "datePublished": "2020-01-01",
            },
            json.loads(LD),
        ]
    ),
    "JSON-LD, unreadable date beside a tag": (
        script({"@type": "NewsArticle", "datePublished": "yesterday"})
        + '<meta name="date" content="2024-05-02">'
    ),
}


@pytest.mark.parametrize("head", DATED.values(), ids=DATED)
def test_a_date_in_the_head_is_read(head: str) -> None:
    assert (read(page(head)).published or "")[:10] == "2024-05-02"


CLOCK = f'<time datetime="{LATER}">30 September</time>'
IN_THE_BODY = {
    "time": page(article='<time datetime="2024-05-02">2 May</time>'),
    "time without an attribute": page(article="<time>2 May 2024</time>"),
    "pubdate": page(article='<time datetime="2024-05-02" pubdate>2 May</time>'),
    "microdata": page(article='<span itemprop="datePublished" content="2024-05-02">2 May</span>'),
    "microdata in text": page(article='<span itemprop="datePublished">2 May 2024</span>'),
    "microformats": page(article='<abbr class="published" title="2024-05-02">2 May</abbr>'),
    "microformats 2": page(article='<time class="dt-published" datetime="2024-05-02">2 May</time>'),
    "blog's class in the foot of the entry": page(
        below='<footer class="entry-footer"><time class="entry-date published" '
        f'datetime="2024-05-02">2 May</time> <time class="updated" datetime="{LATER}"></time>'
        "</footer>"
    ),
    "changed date first": page(
        article=f'<p>Updated <time datetime="{LATER}">30 September</time></p>'
        '<p>Published <time datetime="2024-05-02">2 May</time></p>'
    ),
    "clock in the header": page(
        above=f"<header>Today: {CLOCK}</header>",
        article='<time itemprop="datePublished" datetime="2024-05-02">2 May</time>',
    ),
    "clock in a bar, date unmarked": page(
        above=f'<div class="topbar">{CLOCK}</div>', article='<time datetime="2024-05-02"></time>'
    ),
    "clock in a nameless block": page(
        above=f"<div>{CLOCK}</div>", article='<time datetime="2024-05-02"></time>'
    ),
    "clock that says now": page(
        above=f"<div>It is now {CLOCK}</div>", article='<time datetime="2024-05-02"></time>'
    ),
    "teaser first": page(
        above='<aside><ul><li><time datetime="2020-01-01">then</time> Mill burns</li></ul></aside>',
        article='<time datetime="2024-05-02">2 May</time>',
    ),
    "teaser of microdata": page(
        above='<div class="related-posts"><div itemscope itemtype="https://schema.org/Article">'
        '<time itemprop="datePublished" datetime="2020-01-01"></time></div></div>',
        article='<time itemprop="datePublished" datetime="2024-05-02">2 May</time>',
    ),
    "review of microdata first": page(
        above='<div itemprop="review" itemscope itemtype="https://schema.org/Review">'
        '<meta itemprop="datePublished" content="2020-01-01"></div>',
        article='<meta itemprop="datePublished" content="2024-05-02">',
    ),
    "comment below": page(
        article='<time datetime="2024-05-02">2 May</time>',
        below=f'<ol class="comment-list"><li><article class="comment">{CLOCK}</article></ol>',
    ),
    "duration first": page(
        article='<time datetime="PT5M">5 min</time> <time datetime="2024-05-02">2 May</time>'
    ),
    "time in seconds since 1970": page(article='<time datetime="1714636800">2 May</time>'),
    "RDFa": page(article='<span property="schema:datePublished" content="2024-05-02">2 May</span>'),
    "RDFa of Dublin Core": page(
        article='<span property="dc:date dc:created" content="2024-05-02">2 May</span>'
    ),
    "line of a class": page(article='<div class="post-date-line">Posted on May 2, 2024</div>'),
    "line of a class, changed since": page(
        article='<p class="dateline">2 May 2024 | Updated 30 September 2026</p>'
    ),
    "clock before, no article element": (
        f"<html><head><title>{HEADLINE}</title></head><body><div>{CLOCK}</div><div>"
        f'<h1>{HEADLINE}</h1><time datetime="2024-05-02"></time>{STORY}</div></body></html>'
    ),
    "teaser before the article": page(
        above='<ul><li>Mill burns <time datetime="2020-01-01"></time></li></ul>',
        article='<time datetime="2024-05-02"></time>',
    ),
    "article among headings of a menu": page(
        above="<nav><h1>All the sections</h1></nav>", article='<time datetime="2024-05-02"></time>'
    ),
    "wrapper with a misleading name": page(
        article='<time datetime="2024-05-02">2 May</time>'
    ).replace("<article>", '<div class="related comments"><article>'),
}


@pytest.mark.parametrize("markup", IN_THE_BODY.values(), ids=IN_THE_BODY)
def test_a_date_in_the_body_is_the_articles(markup: str) -> None:
    assert (read(markup).published or "")[:10] == "2024-05-02"


UNDATED = {
    "changed only": '<meta property="article:modified_time" content="2024-05-02">',
    "JSON-LD of a review": script(OF_REVIEW),
    "JSON-LD of a comment": script({"@type": "Comment", "datePublished": "2020-01-01"}),
    "JSON-LD of a picture": script({"@type": "ImageObject", "datePublished": "2020-01-01"}),
    "in doubt": '<meta name="date" content="03/12/2024">',
    "zero": '<meta name="date" content="1970-01-01">',
    "relative": '<meta name="date" content="5 months ago">',
}


@pytest.mark.parametrize("head", UNDATED.values(), ids=UNDATED)
def test_no_date_is_better_than_a_wrong_one(head: str) -> None:
    assert read(page(head)).published is None


@pytest.mark.parametrize(
    "beside",
    [
        f'<section id="comments"><div class="comment">{CLOCK} Nice ferry.</div></section>',
        f'<section class="reviews"><p>Reviewed {CLOCK}</p></section>',
        f'<div class="you-may-also-like related">{CLOCK} Mill burns</div>',
        f"<aside>{CLOCK}</aside>",
        f"<footer>{CLOCK}</footer>",
        f'<div class="weather-widget">{CLOCK}</div>',
        f"<div>{CLOCK}</div>",
        f"<h3>Comments</h3><div><b>Tom</b> {CLOCK}<p>Nice ferry.</p></div>",
        f"<div><article><h3>Mill burns</h3>{CLOCK}</article></div>",
        '<div class="date">Wednesday, 30 September 2026</div>',
        '<div itemscope itemtype="https://schema.org/UserComments">'
        f'<time itemprop="commentTime" datetime="{LATER}"></time></div>',
    ],
)
def test_a_date_beside_the_article_is_not_its_own(beside: str) -> None:
    assert read(page(below=beside)).published is None
    assert read(page(above=beside)).published is None


AUTHORS = {
    "JSON-LD": (script(LD), ""),
    "JSON-LD, article before review": (script([OF_REVIEW, json.loads(LD)]), ""),
    "meta": ('<meta name="author" content="Ada Brook">', ""),
    "meta in capitals": ('<META NAME="Author" CONTENT="Ada Brook">', ""),
    "Dublin Core": ('<meta name="DC.creator" content="Ada Brook">', ""),
    "Highwire Press": ('<meta name="citation_author" content="Ada Brook">', ""),
    "Parse.ly": ('<meta name="parsely-author" content="Ada Brook">', ""),
    "microdata in meta": ('<meta itemprop="author" content="Ada Brook">', ""),
    "microdata": (
        "",
        '<p itemprop="author" itemscope itemtype="https://schema.org/Person">By '
        '<span itemprop="name">Ada Brook</span>, harbour reporter</p>',
    ),
    "link": ("", 'By <a rel="author" href="/ada">Ada Brook</a>'),
    "microformats": ("", '<span class="p-author">By Ada Brook</span>'),
}


@pytest.mark.parametrize(("head", "article"), AUTHORS.values(), ids=AUTHORS)
def test_an_author_is_read(head: str, article: str) -> None:
    metadata = read(page(head, article=article)).metadata
    assert metadata and metadata.author == "Ada Brook"


@pytest.mark.parametrize(
    "below",
    [
        '<div class="comments"><a rel="author" href="/t">Tom Pell</a></div>',
        '<div itemscope itemtype="https://schema.org/Review">'
        '<span itemprop="author">Tom Pell</span></div>',
        '<aside class="related"><span class="p-author">Tom Pell</span></aside>',
    ],
)
def test_whoever_comments_or_reviews_is_not_the_author(below: str) -> None:
    metadata = read(page(below=below)).metadata
    assert metadata and metadata.author is None


CANONICAL = {
    '<link rel="canonical" href="https://paper.example/a">': "https://paper.example/a",
    '<link rel="Canonical shortlink" href="https://paper.example/a">': "https://paper.example/a",
    '<link rel="canonical" href="/a">': "https://copy.example/a",
    '<base href="https://paper.example/dir/"><link rel="canonical" href="a">': (
        "https://paper.example/dir/a"
    ),
    '<link rel="canonical" href="">': None,
    '<link rel="canonical" href="http://[broken">': "http://[broken",
}


@pytest.mark.parametrize(("head", "address"), CANONICAL.items())
def test_the_canonical_link_is_a_whole_address(head: str, address: str | None) -> None:
    metadata = read(page(head), "https://copy.example/b/c").metadata
    assert metadata and metadata.canonical_url == address


def test_the_articles_heading_is_the_title_where_no_other_is() -> None:
    body = f"<header><h1>Paper</h1></header><article><h1>{HEADLINE}</h1>{STORY}</article>"
    assert read(f"<html><body>{body}").title == HEADLINE


@pytest.mark.parametrize(
    "content",
    ["[" * 50_000, '{"a":' * 50_000, '"' * 90_000, '{"a":"b" "c" ' * 7_000, "\0", "//" * 9],
)
def test_hostile_data_says_nothing_and_takes_no_time(content: str) -> None:
    assert read(page(script(content) * 20)).published is None
