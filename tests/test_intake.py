"""One intake: a page has one verdict, however it comes and whichever command takes it."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from click.testing import CliRunner
from datatrove.data import Document as DatatroveDocument

from chaffinch.cli.main import main
from chaffinch.datasets.intake import read_items
from chaffinch.datasets.readers import registry
from chaffinch.datasets.readers.reader import Columns
from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.copies.originals import load_originals
from chaffinch.detector.audit.datatrove import ChaffinchAnnotator
from chaffinch.detector.training.labelled import read_labelled

URL = "https://paper.example/2024/a.html"
GIVEN = "https://user.example/a"
PAGES = {
    "spun page": "dailyspin.example/council-votes-to-bring-back-harbour-ferry.html",
    "scraped page": "reposthub.example/barn-owls-breed-in-bell-tower.html",
    "page of another's address": "reposthub.example/council-votes-to-bring-back-harbour-ferry.html",
    "clean page": "harbour-gazette.example/barn-owls-breed-in-bell-tower.html",
    "spun text": "newswire-pr.example/barn-owls-breed-in-bell-tower.txt",
    "clean text": "larkfield-kitchen.example/leek-and-barley-soup.txt",
    "unscorable text": "reposthub.example/ponte-velha.txt",
}


def warc(content: bytes, html: bool) -> bytes:
    kind = "text/html" if html else "text/plain"
    http = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + content
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def row(content: bytes, html: bool, url: str) -> dict[str, str]:
    """A row as crawlers write it: the column that is not used is there, and empty."""
    text, markup = ("", content.decode()) if html else (content.decode(), "")
    return {"url": url, "title": "", "text": text, "html": markup, "label": "spun"}


def csv_table(content: bytes, html: bool, url: str) -> bytes:
    found = row(content, html, url)
    stream = io.StringIO()
    csv.writer(stream).writerows([found, found.values()])
    return stream.getvalue().encode()


def parquet(content: bytes, html: bool, url: str) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row(content, html, url)]), stream)
    return stream.getvalue()


def json_line(content: bytes, html: bool, url: str) -> bytes:
    return json.dumps(row(content, html, url)).encode()


WAYS: dict[str, Callable[[bytes, bool, str], bytes]] = {
    "a.jsonl": json_line,
    "a.jsonl.gz": lambda *page: gzip.compress(json_line(*page)),
    "a.csv": csv_table,
    "a.csv.zst": lambda *page: zstandard.compress(csv_table(*page)),
    "a.parquet": parquet,
    "a.warc": lambda content, html, url: warc(content, html),
    "a.warc.gz": lambda content, html, url: gzip.compress(warc(content, html)),
}
"""How a page with an address may come: a file's name, and what is in it."""


def files(page: Path, url: str) -> dict[str, bytes]:
    """The same page in files of every kind, by their names."""
    content, html = page.read_bytes(), page.suffix == ".html"
    found = {
        name: made(content, html, url) for name, made in WAYS.items() if url or "warc" not in name
    }
    if not url:
        found |= {f"a{page.suffix}": content, f"b{page.suffix}.gz": gzip.compress(content)}
        found |= {f"host.example/a{page.suffix}": content}
    return found


def verdict(found: dict[str, Any]) -> dict[str, Any]:
    """What must not differ, out of a row of an audit or an object that `score` prints."""
    reasons = sorted(tuple(reason.values()) for reason in found["reasons"])
    evidence = [{key: item[key] for key in ("start", "end", "signal", "original", "weight")}
                for item in found["evidence"]]  # fmt: skip
    kept = ("kind", "flagged", "probability", "features")
    return {"reasons": reasons, "evidence": evidence, **{key: found[key] for key in kept}}


def score(arguments: Sequence[str], given: bytes = b"") -> list[dict[str, Any]]:
    done = CliRunner().invoke(main, ["score", "--format", "jsonl", *arguments], input=given)
    assert done.exit_code == 0, done.output
    return [verdict(json.loads(line)) for line in done.output.splitlines()]


@pytest.fixture(params=list(PAGES.values()), ids=list(PAGES))
def page(request: pytest.FixtureRequest, examples: Path) -> Path:
    return examples / str(request.param)


@pytest.mark.parametrize("url", ["", URL], ids=["no address", "address"])
def test_a_page_has_one_verdict_by_every_way_in(page: Path, url: str, tmp_path: Path) -> None:
    stated = ["--url", url] if url else []
    (expected,) = score([str(page), *stated])
    crawl = tmp_path / "crawl"
    ways = files(page, url)
    for name, content in ways.items():
        (crawl / name).parent.mkdir(parents=True, exist_ok=True)
        (crawl / name).write_bytes(content)
        assert score(["-"], content) == [expected], f"standard input: {name}"
    found = score([str(crawl / name) for name in ways])
    assert dict(zip(ways, found, strict=True)) == dict.fromkeys(ways, expected)
    run_audit(crawl, tmp_path / "out")
    for row in pq.read_table(tmp_path / "out" / "documents").to_pylist():
        assert verdict(row) == expected, f"audit: {row['path']}"

    text = page.read_text()
    document = DatatroveDocument(text, "a", metadata={"url": url} if url else {})
    columns = ("kind", "flagged", "probability", "features", "reasons", "evidence")
    ChaffinchAnnotator(columns, prefix="").run([document]).__next__()
    assert verdict(document.metadata) == expected, "datatrove"


@pytest.mark.parametrize("url", ["", URL], ids=["no address", "address"])
def test_every_command_takes_the_same_document(page: Path, url: str, tmp_path: Path) -> None:
    (expected,) = (item.document for item in read_items(page, url=url))
    assert expected is not None
    originals = []
    for number, (name, content) in enumerate(files(page, url).items()):
        file = tmp_path / str(number) / name
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
        (read,) = (item.document for item in read_items(file))
        folder = tmp_path / f"folder-{number}" / "spun"
        folder.mkdir(parents=True)
        (folder / file.name).write_bytes(content)
        documents = [read, *(example.document for example in read_labelled(folder.parent))]
        if "label" in content.decode("latin-1") and name.endswith(("jsonl", "csv", "parquet")):
            documents += [example.document for example in read_labelled(file)]
        for found in documents:
            assert found is not None
            for field in ("text", "url", "title", "published", "metadata"):
                assert getattr(found, field) == getattr(expected, field), (name, field)
        index = tmp_path / f"index-{number}"
        assert CliRunner().invoke(main, ["index", str(file), "-o", str(index)]).exit_code == 0
        originals.append(load_originals(index).text(0))
    assert set(originals) == {expected.text}
    read_back = [
        CliRunner().invoke(main, ["despin", "-"], input=content).output
        for content in (page.read_bytes(), files(page, url)["a.jsonl"])
    ]
    assert read_back[0] == read_back[1]


def test_the_address_is_the_records_then_the_users_then_the_folders_then_the_pages(
    tmp_path: Path,
) -> None:
    linked = '<html><link rel="canonical" href="https://canonical.example/a"><p>Some text.'
    plain = "<html><p>Some text."
    cases = [
        ("a.jsonl", json.dumps({"url": URL, "html": linked}), GIVEN, URL, URL),
        ("b.jsonl", json.dumps({"html": linked}), GIVEN, GIVEN, GIVEN),
        ("host.example/c.html", linked, "", "", "https://host.example/c.html"),
        ("notes/d.html", linked, "", "", "https://canonical.example/a"),
        ("notes/e.html", plain, "", "", ""),
    ]  # fmt: skip
    for name, content, given, evidence, address in cases:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
        (item,) = read_items(tmp_path / name, name, url=given)
        assert item.document is not None
        assert (item.document.url, item.address) == (evidence, address), name


@pytest.mark.parametrize(
    ("location", "content", "address"),
    [
        ("https://paper.example/2024/a", b"<html><p>Some text.", URL.removesuffix(".html")),
        ("http://paper.example/a.txt", b"Some text.", "http://paper.example/a.txt"),
        ("https://paper.example/rows.jsonl", b'{"text": "Some text."}', ""),
        ("s3://paper.example/a.html", b"<html><p>Some text.", ""),
        ("zip://a.html::https://paper.example/a.zip", b"<html><p>Some text.", ""),
    ],
)
def test_a_page_fetched_from_the_web_is_the_page_of_that_address(
    location: str, content: bytes, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "open_file", lambda location: io.BytesIO(content))
    (item,) = read_items(location)
    assert item.document is not None
    assert (item.document.url, item.document.text) == (address, "Some text.")
    (item,) = read_items(location, url=GIVEN)
    assert item.document is not None and item.document.url == GIVEN


PAGE = "https://www.paper.example/owls"
WAYS_TO_SEE = (
    f"https://web.archive.org/web/20240502080000id_/{PAGE}",
    f"https://archive.ph/20240502080000/{PAGE}",
    f"https://translate.google.com/translate?sl=auto&tl=en&u={PAGE}",
    "https://www-paper-example.translate.goog/owls?_x_tr_sl=fr",
    "https://www-paper-example.cdn.ampproject.org/c/s/www.paper.example/owls",
    "https://www.google.com/amp/s/www.paper.example/owls",
    "https://amp.paper.example/owls",
    "https://m.paper.example/owls",
    f"{PAGE}/amp",
    f"{PAGE}?amp=1&utm_source=letter",
    "HTTPS://Reader:key@WWW.PAPER.EXAMPLE.:8443/owls",
    "//www.paper.example/owls",
    "www.paper.example/owls",
    "https://web.archive.org/web/2024/https://www.google.com/amp/s/amp.paper.example/owls/amp",
)
"""Addresses of one page."""

SHORT = "https://archive.ph/AbC12"
"""An address of it that names no page: the canonical link tells which it is."""


def test_a_page_seen_through_archives_and_caches_has_one_verdict_and_is_no_copy(
    tmp_path: Path, examples: Path
) -> None:
    html = (examples / "harbour-gazette.example" / "barn-owls-breed-in-bell-tower.html").read_text()
    html = html.replace("<head>", f'<head><link rel="canonical" href="{PAGE}">', 1)
    rows = [json.dumps({"url": address, "html": html}) for address in (PAGE, *WAYS_TO_SEE, SHORT)]
    (tmp_path / "a.jsonl").write_text("\n".join(rows))
    run_audit(tmp_path / "a.jsonl", tmp_path / "out")
    own, *others, short = pq.read_table(tmp_path / "out" / "documents").to_pylist()
    assert not own["features"]["provenance.foreign_canonical"]
    for other in others:
        assert verdict(other) == verdict(own), other["url"]
    assert short["features"]["provenance.no_address"]
    for other in (*others, short):
        assert (other["site"], other["copied"]) == ("paper.example", False), other["url"]


def test_an_address_is_for_one_page(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["score", "a.html", "b.html", "--url", URL])
    assert done.exit_code == 2
    assert "--url is the address of one page. Give one FILE." in done.output


def test_missing_and_repeated_ids_become_path_and_offset(tmp_path: Path) -> None:
    rows = [{"text": "a", **row} for row in ({"id": "x"}, {}, {"id": "x"}, {"id": 7})]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    ids = [item.record.id for item in read_items(tmp_path / "a.jsonl", "a.jsonl")]
    assert ids == ["x", "a.jsonl#1", "a.jsonl#2", "7"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.csv.zst", "a.parquet"])
def test_labels_are_read_from_every_table(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(WAYS[name](b"Some words.", False, URL))
    (example,) = read_labelled(tmp_path / name)
    assert (example.label, example.document.text, example.document.url) == (
        True,
        "Some words.",
        URL,
    )


def test_labels_are_read_from_standard_input() -> None:
    line = json.dumps({"text": "Too short.", "label": "spun"})
    done = CliRunner().invoke(main, ["evaluate", "-"], input=line)
    assert "none of the 1 texts can be judged" in done.output


NAMED = ["--text-column", "doc.body", "--id-column", "key", "--url-column", "link"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet"])
def test_columns_of_other_names_are_named(name: str, tmp_path: Path, examples: Path) -> None:
    text = (examples / PAGES["spun text"]).read_text()
    row = {"key": "k", "link": URL, "doc": {"body": text}, "label": "spun"}
    file = tmp_path / "crawl" / name
    file.parent.mkdir()
    if name == "a.jsonl":
        file.write_text(json.dumps(row))
    else:
        pq.write_table(pa.Table.from_pylist([row]), file)
    (plain,) = score([str(examples / PAGES["spun text"]), "--url", URL])
    assert score([str(file), *NAMED]) == [plain]
    run = CliRunner()
    done = run.invoke(main, ["audit", str(file.parent), "-o", str(tmp_path / "out"), *NAMED])
    assert done.exit_code == 0, done.output
    (found,) = pq.read_table(tmp_path / "out" / "documents").to_pylist()
    assert (found["id"], found["url"], verdict(found)) == ("k", URL, plain)
    again = run.invoke(main, ["audit", str(file.parent), "-o", str(tmp_path / "out")])
    assert "holds an audit with other settings" in again.output
    (example,) = read_labelled(file, Columns("doc.body", url="link"))
    assert (example.document.text, example.document.url) == (text, URL)
    assert run.invoke(main, ["despin", str(file), *NAMED]).output != text
    assert run.invoke(main, ["index", str(file), "-o", str(tmp_path / "i"), *NAMED]).exit_code == 0


def test_a_crawl_that_is_half_unreadable_for_one_reason_fails(tmp_path: Path) -> None:
    crawl = tmp_path / "crawl"
    crawl.mkdir()
    for number in range(3):
        (crawl / f"{number}.txt").write_text("Some words.")
        (crawl / f"{number}.pdf").write_bytes(b"%PDF-1.7")
    done = CliRunner().invoke(main, ["audit", str(crawl), "-o", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "3 of 6 records could not be read for one reason. The first: 0.pdf: not text" in (
        " ".join(done.output.split())
    )
    (crawl / "more.txt").write_text("Some words.")
    assert run_again(crawl, tmp_path / "out").exit_code == 0


def run_again(crawl: Path, output: Path) -> Any:
    return CliRunner().invoke(main, ["audit", str(crawl), "-o", str(output)])


def test_what_is_odd_about_a_page_is_told(tmp_path: Path) -> None:
    page = '<html><meta charset="koi8-r"><p>It wouldn\u2019t be caf\u00e9s, \u201cthey\u201d said.'
    (tmp_path / "a.html").write_bytes(page.encode("cp1252"))
    note = "It is stated to be in koi8-r, and was read as Windows-1252."
    done = CliRunner().invoke(main, ["score", str(tmp_path / "a.html")])
    assert f"a.html, record 0: {note}" in " ".join(done.output.split())
    run_audit(tmp_path, tmp_path.with_name("notes-out"))
    (row,) = pq.read_table(tmp_path.with_name("notes-out") / "documents").to_pylist()
    assert row["notes"] == [note]
