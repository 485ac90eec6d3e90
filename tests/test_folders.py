"""Folders called like hosts: whose site their pages are counted as."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from in_this_process import InThisProcess

from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.engines.registry import ENGINES


def page(head: str = "", body: str = "", number: int = 0) -> str:
    text = "".join(
        f"<p>Item {number} of the council's minutes, part {part}: the ferry comes back in May, and "
        f"the quay is mended before it, at a cost of {number * 37 + part * 11} pounds.</p>"
        for part in range(6)
    )
    return f"<!DOCTYPE html><html lang=en><head>{head}</head><body>{text}{body}</body></html>"


def canonical(host: str, number: int = 0) -> str:
    return page(f'<link rel="canonical" href="https://{host}/{number}">', number=number)


def og(host: str, number: int = 0) -> str:
    return page(f'<meta property="og:url" content="https://{host}/{number}">', number=number)


def linking(host: str, number: int = 0) -> str:
    link = f'<p>More on <a href="https://{host}/the-old-ferry">the old ferry here</a>.</p>'
    return page(body=link, number=number)


OWN, OTHER = "www.river-news.example", "hill-post.example"
CRAWLS: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "pages that say nothing": (
        {f"{OWN}/{number}.html": page(number=number) for number in range(3)},
        ["river-news.example"] * 3,
    ),
    "pages that say so": (
        {f"{OWN}/{number}.html": canonical(OWN, number) for number in range(3)},
        ["river-news.example"] * 3,
    ),
    "pages of another host of the owner": (
        {f"{OWN}/{number}.html": og("news.river-news.example", number) for number in range(3)},
        ["river-news.example"] * 3,
    ),
    "pages of others": (
        {f"{OWN}/{number}.html": canonical(f"paper{number}.example") for number in range(3)},
        [f"paper{number}.example" for number in range(3)],
    ),
    "pages of others, and some that say nothing": (
        {
            f"{OWN}/0.html": canonical(OTHER),
            f"{OWN}/1.html": canonical(OTHER, 1),
            f"{OWN}/2.html": page(number=2),
        },
        [OTHER, OTHER, ""],
    ),
    "one page that names its source": (
        {
            f"{OWN}/0.html": canonical(OTHER),
            f"{OWN}/1.html": canonical(OWN, 1),
            f"{OWN}/2.html": og(OWN, 2),
        },
        ["river-news.example"] * 3,
    ),
    "pages that link to their own site": (
        {
            f"{OWN}/0.html": canonical(OTHER),
            f"{OWN}/1.html": linking(OWN, 1),
            f"{OWN}/2.html": linking("river-news.example", 2),
        },
        ["river-news.example"] * 3,
    ),
    "two blogs on one blogging host": (
        {
            "ann.github.io/0.html": canonical("ben.github.io"),
            "ann.github.io/1.html": canonical("ben.github.io", 1),
        },
        ["ben.github.io", "ben.github.io"],
    ),
    "folders of days": (
        {f"2026-11-27/{OWN}/{number}.html": canonical(OTHER, number) for number in range(2)},
        [OTHER, OTHER],
    ),
    "each folder by itself": (
        {
            f"{OTHER}/0.html": page(),
            f"{OWN}/1.html": canonical("paper.example", 1),
        },
        [OTHER, "paper.example"],
    ),
    "a folder called like no host": (
        {"my.crawl/0.html": page(), "my.crawl/1.html": canonical(OTHER, 1)},
        ["", OTHER],
    ),
    "an archive's folder": (
        {"web.archive.org/0.html": page(), "web.archive.org/1.html": canonical(OTHER, 1)},
        ["", OTHER],
    ),
    "rows state whose they are": (
        {
            f"{OWN}/rows.jsonl": "\n".join(
                json.dumps({"html": canonical(OTHER, number), "url": f"https://{OWN}/{number}"})
                for number in range(2)
            )
        },
        ["river-news.example"] * 2,
    ),
}


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "local", lambda jobs, limits: InThisProcess())


def audited(files: Mapping[str, str], folder: Path) -> list[dict[str, Any]]:
    for name, content in files.items():
        file = folder / "crawl" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    run_audit(folder / "crawl", folder / "out")
    rows: list[dict[str, Any]] = pq.read_table(folder / "out" / "documents").to_pylist()
    return rows


@pytest.mark.parametrize(("files", "sites"), CRAWLS.values(), ids=CRAWLS)
def test_a_folders_name_is_followed_unless_most_of_its_pages_name_another(
    files: Mapping[str, str], sites: list[str], tmp_path: Path
) -> None:
    rows = audited(files, tmp_path)
    assert [row["site"] for row in rows] == sites
    counted = pq.read_table(tmp_path / "out" / "sites.parquet").to_pylist()
    assert {row["site"]: row["documents"] for row in counted if row["site"]} == {
        site: sites.count(site) for site in sites if site
    }


def test_no_verdict_rests_on_a_folders_name(tmp_path: Path) -> None:
    content = page('<meta property="article:author" content="Ann Pike">')
    verdicts = []
    for number, name in enumerate(("pages", OWN, "my.crawl", "web.archive.org", "bbc.co.uk")):
        (row,) = audited({f"{name}/a.html": content}, tmp_path / str(number))
        verdicts.append((row["probability"], row["features"], row["evidence"], row["stated_url"]))
    assert all(verdict == verdicts[0] for verdict in verdicts)


def test_rows_without_an_address_are_documents_of_their_own(tmp_path: Path) -> None:
    rows = [json.dumps({"html": page(number=1)}) for _ in range(2)]
    one, two = audited({f"{OWN}/rows.jsonl": "\n".join(rows)}, tmp_path)
    assert (one["url"], one["copied"], two["url"], two["copied"]) == ("", False, "", True)
