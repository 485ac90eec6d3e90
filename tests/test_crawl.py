"""Crawls: which files belong to one, wherever it lies."""

import os
import sys
from pathlib import Path

import pytest

from chaffinch.datasets.intake import read_records
from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.crawl import CrawlError, find_files, listed_files


def names(crawl: Path) -> list[str]:
    return [file.path for file in find_files(crawl).files]


def test_files_are_sorted_and_what_holds_no_record_is_skipped(tmp_path: Path) -> None:
    for name in ("b/z.txt", "b/a.html", "a.txt", "a-b.txt", ".hidden", ".git/x.txt", "i.PNG"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    os.mkfifo(tmp_path / "pipe")
    found = find_files(tmp_path)
    assert [file.path for file in found.files] == ["a-b.txt", "a.txt", "b/a.html", "b/z.txt"]
    assert found.skipped == 4


def test_loops_of_links_and_links_to_nothing_end(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "broken.txt").symlink_to(tmp_path / "missing")
    (tmp_path / "self.txt").symlink_to("self.txt")
    assert names(tmp_path) == ["broken.txt", "self.txt"]
    (record,) = read_records(tmp_path / "broken.txt")
    assert "does not exist" in (record.error or "")


@pytest.mark.parametrize(
    ("crawl", "output"), [(".", "out"), ("a", "."), ("a", "a"), ("a", "a/b/out"), ("a", "link/out")]
)
def test_results_lie_outside_the_crawl(tmp_path: Path, crawl: str, output: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(CrawlError, match="lie within each other"):
        run_audit(tmp_path / crawl, tmp_path / output)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "link"]


def test_an_audit_never_reads_audits(tmp_path: Path) -> None:
    crawl, out = tmp_path / "crawl", tmp_path / "out"
    crawl.mkdir()
    (crawl / "a.txt").write_text("x")
    (crawl / "manifest.json").write_text('{"schema_version": 3, "text": "no audit"}')
    run_audit(crawl, out)
    out.rename(crawl / "old")
    assert names(crawl) == ["a.txt", "manifest.json"]
    assert find_files(crawl).skipped == 1
    with pytest.raises(CrawlError, match=r"old is an audit. Give the crawl that it was made of."):
        find_files(crawl / "old")


@pytest.mark.parametrize(
    ("name", "is_page"),
    [
        ("style.css?ver=6.4", False),
        ("lightbox.min.js@ver=3.7.1", False),
        ("a.woff2%3Fv=4.7.0", False),
        ("photo.JPG?w=300&h=200", False),
        ("robots.txt", False),
        ("page.php?image=a.jpg", True),
        ("index.html?p=12", True),
        ("mail@paper.example.txt", True),
    ],
)
def test_assets_are_known_with_a_query_behind_the_name(
    tmp_path: Path, name: str, is_page: bool
) -> None:
    (tmp_path / name).write_text("x")
    assert names(tmp_path) == [name] * is_page


def test_a_list_names_files_once_each(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text("\nb.txt \na.txt\nb.txt\n")
    assert [file.path for file in listed_files(listed).files] == ["a.txt", "b.txt"]
    listed.write_text("\n \n")
    with pytest.raises(CrawlError, match="names no file"):
        listed_files(listed)


def test_a_crawl_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(CrawlError, match="does not exist"):
        find_files(tmp_path / "missing")


def test_a_url_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    (record,) = read_records("another-protocol://bucket/page.html")
    assert "pip install 'chaffinch[remote]'" in (record.error or "")
