"""When an article was first published: lines beside its text, its address, what its page states."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from in_this_process import InThisProcess

from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.features.document import Document
from chaffinch.features.publication import address_day, dateline, earlier_day, order

TITLE = "Council brings back the harbour ferry"
PARAGRAPHS = [
    f"The council voted on Tuesday to bring back the harbour ferry, {number} years after the last "
    "boat left the quay, and the owner of a cafe there had waited for it every day since then."
    for number in range(2, 8)
]

DATELINES = """\
2 May 2024
May 2, 2024
Thursday, 2 May 2024
Published 2 May 2024
Published: May 2nd, 2024 10:30 AM EDT
Published on Thursday, May 2, 2024, 3:00 p.m.
First published on 2 May 2024 at 08.30 BST
This article was originally published on 2 May 2024.
Posted on May 2, 2024 by Ada Brook
Posted in News on May 2, 2024
By Ada Brook | 2 May 2024 | 5 min read
By Ada Brook, Harbour Reporter, May 2, 2024
By ADA BROOK - May 2, 2024
Ada Brook, 2 May 2024
2 May 2024 · Updated 30 September 2026
Updated: 30 September 2026 / Published: 2 May 2024
Published 2 May 2024 Updated 30 September 2026
2024-05-02
""".splitlines()

OTHER_LINES = """\
Last updated 2 May 2024
Updated by Ada Brook, 2 May 2024
Today is Thursday, 2 May 2024
Copyright 2 May 2024 The Paper
Reviewed on 2 May 2024 by Dr Pell
The ferry closed on 2 May 2024
Minutes of the meeting of 2 May 2024
It was 2 May 2024 when the last boat left.
Deadline: 2 May 2024
Next sailing: 2 May 2024
Retrieved 2 May 2024
5 months ago
02/05/2024
May 2024
""".splitlines()


def text(*lines: str) -> str:
    return "\n".join((TITLE, *lines, *PARAGRAPHS))


@pytest.mark.parametrize("line", DATELINES)
def test_a_line_that_is_a_date_dates_the_article(line: str) -> None:
    assert str(dateline(text(line), TITLE)) == "2024-05-02"


@pytest.mark.parametrize("line", OTHER_LINES)
def test_a_line_about_another_day_does_not(line: str) -> None:
    assert dateline(text(line), TITLE) is None


PLACES = {
    "above the title": (f"2 May 2024\n{text()}", "2024-05-02"),
    "a clock above the title": (f"Wednesday, 30 September 2026\n{text()}", None),
    "a clock above the title, a date below": (
        f"Wednesday, 30 September 2026\n{text('2 May 2024')}",
        "2024-05-02",
    ),
    "a clock below the title": (text("30 September 2026", "2 May 2024"), "2024-05-02"),
    "a label on the line before": (text("Last updated:", "2 May 2024"), None),
    "the title": ("\n".join(("Notes, 2 May 2024", *PARAGRAPHS)), None),
    "below a summary": (text(PARAGRAPHS[0], "2 May 2024"), "2024-05-02"),
    "a heading in the text": (text(*PARAGRAPHS, "2 May 2024", PARAGRAPHS[0]), None),
    "below the text": (text() + "\nFirst published in The Paper on 2 May 2024", "2024-05-02"),
    "teasers below the text": (
        text() + "\nMill burns\nPublished 2 May 2024\nWeir opens\nPublished 3 June 2023",
        None,
    ),
    "comments below the text": (text() + "\nTom, 2 May 2024\nNice ferry.", None),
    "a press release": (
        text(f"FARROW HEAD, May 2, 2024 /Presswire/ -- {PARAGRAPHS[0]}"),
        "2024-05-02",
    ),
    "prose": (text(f"It was on 2 May 2024 that it left. {PARAGRAPHS[0]}"), None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("content", "day"), PLACES.values(), ids=PLACES)
def test_a_line_counts_by_where_it_stands(content: str, day: str | None) -> None:
    title = content.split("\n")[0] if content.startswith("Notes") else TITLE
    found = dateline(content, title)
    assert (found and found.isoformat()) == day


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://paper.example/2024/05/02/ferry", "2024-05-02"),
        ("https://paper.example/news/2024/may/02/ferry", "2024-05-02"),
        ("https://paper.example/2024-05-02-ferry.html", "2024-05-02"),
        ("https://paper.example/20240502/ferry", "2024-05-02"),
        (
            "https://web.archive.org/web/20260930/https://paper.example/2024/05/02/ferry",
            "2024-05-02",
        ),
        ("https://web.archive.org/web/20240502080000/https://paper.example/ferry", None),
        ("https://paper.example/2024/05/ferry", None),
        ("https://paper.example/2024/13/02/ferry", None),
        ("https://paper.example/events/2024/05/02/ferry", None),
        ("https://paper.example/item/120240502", None),
        ("https://paper.example/?on=/2024/05/02/", None),
        ("", None),
    ],
)
def test_an_address_may_have_a_day(url: str, day: str | None) -> None:
    found = address_day(url)
    assert (found and found.isoformat()) == day


@pytest.mark.parametrize(
    ("stated", "url", "line", "found"),
    [
        ("2024-05-02T08:00:00Z", "", "", None),
        ("2024-05-02T08:00:00Z", "", "2 May 2024", None),
        ("2026-09-30", "", "2 May 2024", "2024-05-02"),
        ("2026-09-30", "//p.example/2024/05/02/a", "", "2024-05-02"),
        ("2024-05-02", "", "30 September 2026", None),
        (None, "", "2 May 2024", "2024-05-02"),
        (None, "//p.example/2024/05/03/a", "2 May 2024", "2024-05-02"),
        ("soon", "", "2 May 2024", "2024-05-02"),
        ("soon", "", "", None),
        (None, "", "", None),
    ],
)
def test_an_earlier_day_stands_beside_what_is_stated(
    stated: str | None, url: str, line: str, found: str | None
) -> None:
    day = earlier_day(Document(text(line), url=url, title=TITLE, published=stated))
    assert (day and day.isoformat()) == found


def test_publications_sort_by_day_then_by_what_is_stated() -> None:
    in_order: list[tuple[str | None, str | None]] = [
        ("1851-09-18", None),
        ("2024-05-02T05:00:00Z", None),
        ("2024-05-02", None),
        ("2024-05-02T22:00:00Z", None),
        # Its line is its source's:
        ("2024-05-20", "2024-05-02"),
        # In UTC it is the day after.
        ("2024-05-02T22:00:00-07:00", None),
        ("May 5, 2024", None),
        (None, None),
    ]
    assert sorted(in_order, key=lambda dates: order(*dates)) == in_order
    assert order("soon", None) == order(None, None)


def markup(head: str = "", above: str = "", article: str = "", below: str = "") -> str:
    story = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html lang=en><head><title>{TITLE}</title>{head}</head><body>{above}"
        f"<article><h1>{TITLE}</h1>{article}{story}</article>{below}</body></html>"
    )


def stated(day: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{day}">'


LATER = markup(stated("2024-05-20T08:00:00Z"))
CLOCK = '<time datetime="2026-09-30">Wednesday, 30 September 2026</time>'
# The original's page and its copy's.
PAIRS = {
    "both stated": (markup(stated("2024-05-02")), LATER),
    "stated in other zones": (
        markup(stated("2024-05-20T01:30:00+09:00")),
        markup(stated("2024-05-19T23:30:00-07:00")),
    ),
    "stated in words": (markup(stated("May 2, 2024")), LATER),
    "stated in seconds": (markup(stated("1714636800")), LATER),
    "changed since": (
        markup(stated("2024-05-02") + stated("2026-09-30", "article:modified_time")),
        LATER,
    ),
    "broken data": (
        markup(
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": '
            '"2024-05-02", "description": "One.\nTwo.",}</script>'
        ),
        LATER,
    ),
    "a clock in the header": (
        markup(
            above=f"<header>{CLOCK}</header>", article='<time datetime="2024-05-02">2 May</time>'
        ),
        LATER,
    ),
    "a clock in a bar": (
        markup(above=f"<div>{CLOCK}</div>", article="<p>Published 2 May 2024</p>"),
        LATER,
    ),
    "comments": (
        markup(
            article='<time datetime="2024-05-02">2 May</time>',
            below=f'<div id="comments"><p>{CLOCK} Nice.</p></div>',
        ),
        markup(stated("2024-05-20"), below='<div id="comments"><time>2 January 2024</time></div>'),
    ),
    "an older teaser on the copy": (
        markup(stated("2024-05-02")),
        markup(
            stated("2024-05-20"),
            above='<aside class="related"><time datetime="2023-01-01"></time></aside>',
        ),
    ),
    "a line above the text": (markup(article="<p>2 May 2024</p>"), LATER),
    "a line, and made anew": (markup(stated("2026-09-30"), article="<p>2 May 2024</p>"), LATER),
    "a line that the copy keeps": (
        markup(stated("2024-05-02T15:00:00Z"), article="<p>2 May 2024</p>"),
        markup(stated("2024-05-20"), article="<p>2 May 2024</p>"),
    ),
    "a line alone, which the copy keeps": (
        markup(article="<p>2 May 2024</p>"),
        markup(stated("2024-05-20"), article="<p>2 May 2024</p>"),
    ),
    "a date in doubt on the copy": (
        markup(stated("2024-05-02")),
        markup(stated("01/02/2024") + stated("2024-05-20", "dc.date")),
    ),
    "no date on the copy": (markup(stated("2024-05-02")), markup()),
    "zero on the copy": (markup(stated("2024-05-02")), markup(stated("1970-01-01"))),
}


@pytest.mark.parametrize("names", [("aa", "zz"), ("zz", "aa")], ids=["first", "last"])
@pytest.mark.parametrize("pages", PAIRS.values(), ids=PAIRS)
def test_the_earlier_article_is_the_source(
    pages: Sequence[str], names: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENGINES, "local", lambda jobs, limits: InThisProcess())
    for name, page in zip(names, pages, strict=True):
        folder = tmp_path / "crawl" / f"{name}.example"
        folder.mkdir(parents=True)
        (folder / "ferry.html").write_text(page)
    run_audit(tmp_path / "crawl", tmp_path / "out")
    columns = ["id", "copied", "source_id"]
    rows: list[dict[str, Any]] = pq.read_table(
        tmp_path / "out" / "documents", columns=columns
    ).to_pylist()
    original, copy = (f"{name}.example/ferry.html#0" for name in names)
    assert {row["id"]: row["source_id"] for row in rows} == {original: None, copy: original}
