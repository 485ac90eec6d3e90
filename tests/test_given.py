"""What programs hand to the detector: texts, markup, documents, rows, and mistakes."""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from chaffinch import Detector, Document, scan
from chaffinch.datasets.intake import read_items
from chaffinch.reports.results import Result

SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
PAGE = "reposthub.example/barn-owls-breed-in-bell-tower.html"
ADDRESS = "https://reposthub.example/owls"

Score = Callable[..., Any]


@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-16", "cp1252"])
def test_markup_is_judged_as_a_file_of_it_is(
    detector: Detector, examples: Path, tmp_path: Path, encoding: str | None
) -> None:
    markup = (examples / PAGE).read_text("utf-8")
    html = markup.encode(encoding, "xmlcharrefreplace") if encoding else markup
    file = tmp_path / "page.html"
    file.write_bytes(html if isinstance(html, bytes) else html.encode())
    (item,) = read_items(file, url=ADDRESS)
    assert item.document is not None
    verdict = detector.score(html=html, url=ADDRESS)
    assert verdict == detector.score(replace(item.document, id="page#0"))
    assert (verdict.kind, verdict.document.url) == ("scraped", ADDRESS)


def test_a_text_may_have_an_address(detector: Detector, examples: Path) -> None:
    text = (examples / SPUN).read_text("utf-8")
    expected = detector.score(Document(text, url=ADDRESS))
    assert detector.score(text, url=ADDRESS) == expected


@pytest.mark.parametrize("kind", [dict, OrderedDict, MappingProxyType])
def test_a_mapping_is_judged_as_a_row_is(
    detector: Detector, examples: Path, tmp_path: Path, kind: Any
) -> None:
    rows = [
        {"id": "a", "text": (examples / SPUN).read_text("utf-8"), "published": "2024-05-01"},
        {"html": (examples / PAGE).read_text("utf-8"), "url": ADDRESS, "likes": 7},
        {"text": "Short."},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    read = [item.document for item in read_items(tmp_path / "rows.jsonl", "rows")]
    assert None not in read
    assert [*detector.score_many(map(kind, rows))] == [*detector.score_many(filter(None, read))]
    assert detector.score(kind(rows[0])) == detector.score(read[0])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "without a `text` or `html` string. Give one of the two."),
        ({"text": None, "likes": 7}, "without a `text` or `html` string (it has: likes)."),
        ({"text": 7}, "`text` is not a text, but int."),
        ({"html": b"\x89PNG\r\n\x1a\n\0\0\0\0"}, "not text"),
    ],
)
def test_a_row_without_a_text_says_so_and_costs_no_other_its_verdict(
    detector: Detector, row: dict[str, object], reason: str
) -> None:
    first, wrong, last = detector.score_many(["Short.", row, "Short."])
    assert (wrong.kind, wrong.probability, wrong.document.id) == ("unscorable", None, "rows#1")
    assert reason in (wrong.unscorable or "")
    assert first.document.text == last.document.text == "Short."


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda score: score(), "score takes a page or html=. Got None instead."),
        (lambda score: score(None), "score takes a page or html=. Got None instead."),
        (lambda score: score("a", html="b"), "score takes either a page or html=. Got both."),
        (lambda score: score(b"a"), "Got bytes instead (page 0). Decode them, or give a page's"),
        (lambda score: score(5), "must be a string, a Document or a mapping. Got int instead"),
        (lambda score: score(html=5), "html must be a string or bytes. Got int instead."),
        (lambda score: score({"text": "a"}, url="b"), "A Document or a mapping has its own."),
        (lambda score: score(Document("a"), url="b"), "A Document or a mapping has its own."),
    ],
)
def test_what_is_no_page_is_refused(detector: Detector, call: Score, message: str) -> None:
    with pytest.raises(TypeError) as raised:
        call(detector.score)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("pages", "kind"),
    [("a", "str"), (b"a", "bytes"), (None, "None"), ({"text": "a"}, "dict"), (Document(""), "Doc")],
)
def test_one_page_is_not_many_and_is_refused_at_once(
    detector: Detector, pages: Any, kind: str
) -> None:
    with pytest.raises(TypeError, match=f"an iterable of strings.* Got {kind}.* instead; score"):
        detector.score_many(pages)


@pytest.mark.parametrize(("page", "kind"), [(None, "None"), (b"a", "bytes"), (0.5, "float")])
def test_a_page_of_another_type_is_named_by_its_place(
    detector: Detector, page: Any, kind: str
) -> None:
    with pytest.raises(TypeError, match=rf"Got {kind} instead \(page 2\)"):
        list(detector.score_many(["a", "b", page]))


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (
            Document("Short.", id="note\x1b[1m"),
            "<Verdict note?[1m: unscorable, The text has 1 word",
        ),
        (SPUN, "<Verdict: spun, >99.9 %, flagged>"),
    ],
)
def test_a_verdict_is_shown_in_a_line(
    detector: Detector, examples: Path, page: str | Document, shown: str
) -> None:
    given = (examples / page).read_text("utf-8") if isinstance(page, str) else page
    assert repr(detector.score(given)).startswith(shown)


def test_a_verdict_as_a_mapping_is_what_score_prints(detector: Detector, examples: Path) -> None:
    for page in ((examples / SPUN).read_text("utf-8"), "Short."):
        verdict = detector.score(Document(page, id="a"))
        result = Result("file", "a", verdict.threshold, verdict, None)
        shown = verdict.as_dict()
        assert json.loads(json.dumps(shown)) == shown
        assert {"path": "file", **shown, "error": None} == result.as_dict()


def test_a_scan_has_the_rows_of_an_audit(
    detector: Detector, examples: Path, audited: list[dict[str, Any]]
) -> None:
    rows = [*scan(examples, detector)]
    missing = {"copied", "cluster", "source_id", "source_site", "similarity", "minhash"}
    missing |= {"copied_by", "same_sentences"}
    assert [set(row) for row in rows] == [set(audited[0]) - missing] * len(audited)
    assert rows == [
        {name: value for name, value in row.items() if name not in missing} for row in audited
    ]


@pytest.fixture(scope="module")
def audited(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    from chaffinch.detector.audit.audit import run_audit

    output = tmp_path_factory.mktemp("audited")
    run_audit(examples, output)
    rows: list[dict[str, Any]] = pq.read_table(output / "documents").to_pylist()
    return rows


def test_ids_of_a_scan_are_unique(detector: Detector, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.jsonl").write_text('{"id": "x", "text": "one"}\n' * 2)
    found = [row["id"] for row in scan(tmp_path, detector)]
    assert found == ["x", "a.jsonl#1", "b.jsonl#0", "b.jsonl#1"]


def test_a_scan_of_nothing_is_refused_at_once(tmp_path: Path) -> None:
    from chaffinch.detector.audit.crawl import CrawlError

    with pytest.raises(CrawlError, match="does not exist"):
        scan(tmp_path / "missing")
