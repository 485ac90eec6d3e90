"""Labels of a report's documents: they carry all that a verdict rests on."""

import base64
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from command import run
from stories import FERRY, FERRY_SPUN

from chaffinch.datasets.extraction.extracted import extracted_document, metadata_json
from chaffinch.datasets.intake import read_items
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.labelled import read_labelled
from chaffinch.features.document import Document, Image, Link, PageMetadata
from chaffinch.reports.html.report import render

JSON_LD = """<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name":
"Jane Roe"}, "publisher": {"name": "Harbour Gazette \\ud83d"}, "keywords": ["ferry", "harbour"],
"url": "https://harbour-gazette.example/news/the-ferry-is-back"}</script>"""
HEAD = f"""<link rel="canonical" href="https://harbour-gazette.example/news/the-ferry-is-back">
<meta property="og:site_name" content="Daily Copy"><meta name="author" content="admin">{JSON_LD}"""
LINKS = """<p>Read more: <a href="https://harbour-gazette.example/news/the-ferry-is-back-again">the
ferry is back again</a>. The post <a href="https://other.example/a-b-c-d">Ferry back in the
harbour</a> appeared first on <a href="https://other.example/">Other</a>.</p>"""


def page_of(text: str, head: str = "", tail: str = "") -> str:
    body = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    return (
        f"<html lang='en'><head><title>The ferry</title>{head}</head><body><article>"
        f"<h1>The ferry</h1>{body}{tail}</article></body></html>"
    )


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages whose verdicts rest on their markup or address, and texts that look like markup."""
    folder = tmp_path_factory.mktemp("labels")
    site = folder / "crawl" / "copies.example"
    site.mkdir(parents=True)
    (site / "copied.html").write_text(page_of(FERRY, HEAD, LINKS))
    (site / "spun.html").write_text(page_of(FERRY_SPUN, HEAD, LINKS))
    (site / "plain.html").write_text(page_of(FERRY))
    (site / "text.txt").write_text(f"{FERRY}\n\nSource link")
    rows = [
        {"id": "row", "url": "https://b.example/x", "title": "A title", "text": FERRY_SPUN},
        {"id": "dated", "html": page_of(FERRY_SPUN), "published": "2024-05-01", "url": ""},
        {"id": "foreign", "url": "https://c.example/a", "html": page_of(FERRY_SPUN, HEAD, LINKS)},
        {"id": "bare", "text": f"\u201cFerry\u2019s back\u201d\r\n\u00e2\u0080\u0099 {FERRY}"},
        {"id": "long", "text": "\n\n".join(f"{n}. {FERRY_SPUN}" for n in range(400))},
        {"id": "markup", "html": page_of(f"&lt;!doctype html&gt;&lt;html&gt; {FERRY_SPUN}")},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "crawl" / "rows.jsonl").write_text(lines)
    run_audit(folder / "crawl", folder / "audit", AuditOptions())
    return folder / "audit"


def rows_of(audit: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in pq.read_table(audit / "documents").to_pylist()}


def exported(audit: Path, page: Path) -> Iterator[dict[str, Any]]:
    """What the report exports when every verdict is marked right, by its packed documents."""
    render(audit, page)
    html = page.read_text("utf-8")
    rows = rows_of(audit)
    packed = re.findall(r'id="texts-\d+">([^<]+)<', html)
    for chunk in packed:
        for item in json.loads(zlib.decompress(base64.b64decode(chunk), -15)):
            (key,) = re.findall(r'<article class="document" id="doc=([^"]+)"', item["html"])
            label = rows[key]["kind"]
            # A browser test takes the text out of the page's own markup.
            yield {"id": key, **item["page"], "text": rows[key]["text"], "label": label}


def test_labels_give_the_features_and_verdicts_of_the_audit(
    audit: Path, detector: Detector, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.jsonl"
    lines = list(exported(audit, tmp_path / "report.html"))
    labels.write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = rows_of(audit)
    assert len(lines) == len(rows) == 10
    assert len(rows["long"]["text"]) == 400_000
    assert {row["kind"] for row in rows.values()} >= {"original", "spun"}
    examples = list(read_labelled(labels))
    for example, verdict in zip(
        examples, detector.score_many(one.document for one in examples), strict=True
    ):
        row = rows[example.id]
        assert verdict.features == row["features"], example.id
        assert (verdict.kind, verdict.probability) == (row["kind"], row["probability"])
        assert example.family == (row["kind"] if row["flagged"] else "")
    done = run("score", labels, "--format", "jsonl")
    for line in map(json.loads, done.stdout.splitlines()):
        assert line["probability"] == rows[line["id"]]["probability"]


def test_without_what_was_extracted_the_same_labels_give_other_features(
    audit: Path, detector: Detector
) -> None:
    row = rows_of(audit)["foreign"]
    assert json.loads(row["metadata"])["canonical_url"].startswith("https://harbour-gazette")
    bare = detector.score(Document(row["text"], url=row["url"], title=row["title"]))
    assert bare.features != row["features"] and bare.probability != row["probability"]


METADATA = PageMetadata(
    canonical_url="https://a.example/",
    author="",
    description="a \ud83d b",
    stated_urls=("https://b.example/",),
    images=(Image("/i.png", ""), Image("", "an owl")),
    links=(Link("/owls", "all about owls"),),
    tags=("owls",),
)


@pytest.mark.parametrize("metadata", [None, PageMetadata(), METADATA])
def test_metadata_are_the_same_after_they_were_written(metadata: PageMetadata | None) -> None:
    written = metadata_json(metadata)
    stated = {"metadata": None if written is None else json.loads(written)}
    for extracted in (stated, json.dumps(stated)):
        row = {"text": "<html>T", "title": "", "published": "", "extracted": extracted}
        assert extracted_document(row) == Document("<html>T", metadata=metadata)


@pytest.mark.parametrize(
    ("extracted", "message"),
    [
        ({"metadata": 3}, "holds no metadata of a page"),
        ({"metadata": {"author": 3}}, "author is not made of texts"),
        ({"metadata": {"links": "ab"}}, "links is no list"),
        ({"metadata": {"links": [["/a"]]}}, "holds no metadata of a page"),
        ({"metadata": {"links": [3]}}, "holds no metadata of a page"),
        ({"metadata": {"tags": [["a"]]}}, "tags is not made of texts"),
        ({"metadata": {"other": "a"}}, "holds no metadata of a page"),
        ('{"metadata": []}', "holds no metadata of a page"),
    ],
)
def test_what_no_audit_wrote_is_refused_with_the_place(
    extracted: Any, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text(json.dumps({"text": FERRY, "extracted": extracted}))
    (item,) = read_items(file)
    assert item.document is None and "labels.jsonl, line 1: " in (item.error or "")
    assert message in (item.error or "")


@pytest.mark.parametrize("extracted", [None, 7, "yes", [], {"by": "hand"}, '{"a": ' + "[" * 99_999])
def test_another_column_of_that_name_is_passed_over(extracted: Any, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"text": FERRY, "extracted": extracted}))
    (item,) = read_items(file)
    assert item.document and item.document.text == FERRY
