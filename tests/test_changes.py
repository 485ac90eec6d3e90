"""What is new: an audit that is run every day, and two audits of different folders."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command import run

from chaffinch.datasets.file_names import without_day
from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.comparison import compare, site_changes
from chaffinch.detector.audit.page_states import described, last_states, matched
from chaffinch.reports.html.report import render

SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
CLEAN = "harbour-gazette.example/barn-owls-breed-in-bell-tower.html"
SOUP = "larkfield-kitchen.example/leek-and-barley-soup.txt"


def rows(folder: Path) -> list[tuple[str, str]]:
    listed = pq.read_table(folder / "changes.parquet").to_pylist()
    return [(row["change"], row["url"] or row["id"]) for row in listed]


def news(manifest: dict[str, Any]) -> dict[str, int]:
    """What a manifest counts as changed, without what is 0 or never changes."""
    quiet = ("since", "unchanged")
    return {name: n for name, n in manifest["changes"].items() if n and name not in quiet}


def test_the_first_run_has_no_news(examples: Path, tmp_path: Path) -> None:
    manifest = run_audit(examples, tmp_path)
    assert manifest["changes"] is None
    assert not (tmp_path / "changes.parquet").exists()
    assert run("changes", tmp_path).stdout.startswith("The audit has run once.")


def test_a_day_is_compared_with_the_day_before(examples: Path, tmp_path: Path) -> None:
    crawl, out = tmp_path / "crawl", tmp_path / "out"
    for file in (CLEAN, SOUP):
        (crawl / "2026-11-26" / file).parent.mkdir(parents=True)
        shutil.copy(examples / file, crawl / "2026-11-26" / file)
    run_audit(crawl, out)
    today = crawl / "2026-11-27"
    for file, place in ((SPUN, SPUN), (SPUN, CLEAN), (SOUP, SOUP)):
        (today / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(examples / file, today / place)
    manifest = run_audit(crawl, out)
    assert news(manifest) == {"flagged": 1, "added": 1, "added_flagged": 1}
    assert rows(out) == [("flagged", f"https://{CLEAN}"), ("added", f"https://{SPUN}")]
    (sites,) = [pq.read_table(out / "sites.parquet").to_pylist()]
    assert {site["site"]: site["documents"] for site in sites} == {
        place.partition("/")[0]: 1 for place in (CLEAN, SOUP, SPUN)
    }
    said = run("changes", out).stdout
    assert "New pages: 1 (1 flagged). Newly flagged: 1; no longer flagged: 0" in said
    assert run("changes", out, "--fail-on", "flagged").returncode == 1
    again = run("audit", crawl, "-o", out).stdout
    assert "Nothing new since the last run." in again
    render(out, tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "What is new" in html and "new and flagged" in html


def test_ten_days_one_after_the_other(examples: Path, tmp_path: Path) -> None:
    text = (examples / SPUN).read_text("utf-8")
    clean = (examples / SOUP).read_text("utf-8")
    crawl, out = tmp_path / "crawl", tmp_path / "out"
    for day in range(10):
        folder = crawl / f"2026-11-{day + 10}"
        folder.mkdir(parents=True)
        pages = [
            {"url": f"https://a.example/{day}", "text": f"{text}\n\nNumber {day}."},
            {"url": f"https://b.example/{day}", "text": f"{clean}\n\nNumber {day}."},
            {"url": "https://b.example/front", "text": f"{clean}\n\nToday is day {day}."},
        ]
        lines = "".join(f"{json.dumps(page)}\n" for page in pages)
        (folder / "pages.jsonl").write_text(lines)
        manifest = run_audit(crawl, out)
        if day:
            found = news(manifest)
            found.pop("sites", None)
            assert found == {"added": 2, "added_flagged": 1, "still_flagged": day}
            assert ("added", f"https://a.example/{day}") in rows(out)
    changed = [one for one in rows(out) if one[0] == "site"]
    assert changed in ([], [("site", "a.example")], [("site", "b.example")])


def test_an_interrupted_run_loses_no_news(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl, out = tmp_path / "crawl", tmp_path / "out"
    crawl.mkdir()
    shutil.copy(examples / SOUP, crawl / "a.txt")
    run_audit(crawl, out)
    shutil.copy(examples / SPUN, crawl / "b.txt")
    with monkeypatch.context() as broken:

        def full(*_: Any) -> None:
            raise OSError("no space left")

        broken.setattr("chaffinch.detector.audit.audit.write_sites", full)
        with pytest.raises(OSError, match="no space left"):
            run_audit(crawl, out)
    shutil.copy(examples / CLEAN, crawl / "c.html")
    assert news(run_audit(crawl, out)) == {"added": 2, "added_flagged": 1}
    assert not [*(out / ".work").glob("before*")]


def test_two_crawls_in_different_folders_are_compared_by_address(
    examples: Path, tmp_path: Path
) -> None:
    spun, clean = ((examples / name).read_text("utf-8") for name in (SPUN, SOUP))
    days = {
        "monday": {"https://www.a.example/1": clean, "https://a.example/2": spun},
        "tuesday": {"http://a.example/1?utm_source=x": spun, "https://a.example/3": spun},
    }
    for day, pages in days.items():
        (tmp_path / day).mkdir()
        lines = [json.dumps({"url": url, "text": text}) for url, text in pages.items()]
        (tmp_path / day / f"of-{day}.jsonl").write_text("\n".join(lines))
        run_audit(tmp_path / day, tmp_path / f"{day}-audit")
    found = compare(tmp_path / "monday-audit", tmp_path / "tuesday-audit")
    assert [(one.change, one.url) for one in found.differences] == [
        ("flagged", "http://a.example/1?utm_source=x"),
        ("added", "https://a.example/3"),
        ("removed", "https://a.example/2"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ({"a": "mixed"}, {"a": "farm"}, [("a", "mixed", "farm")]),
        ({"a": "farm"}, {"a": "farm"}, []),
        ({"a": "farm"}, {"a": "clean"}, [("a", "farm", "clean")]),
        ({}, {"a": "farm", "b": "mixed"}, [("a", None, "farm")]),
        ({"a": "clean"}, {}, []),
        ({"": "mixed"}, {"": "farm"}, []),
    ],
)
def test_sites_that_changed_are_named(
    old: dict[str, str], new: dict[str, str], changed: list[tuple[str, str | None, str]]
) -> None:
    as_rows = [
        [{"site": site, "verdict": verdict} for site, verdict in sites.items()]
        for sites in (old, new)
    ]
    found = site_changes(*as_rows)
    assert [(one.site, one.old_kind, one.kind) for one in found] == changed


def page(url: str = "", id: str = "", path: str = "a.txt", **stated: Any) -> dict[str, Any]:
    row = {"url": url, "id": id or f"{path}#0", "path": path, "offset": 0, "captured": ""}
    return {**row, "status": "scored", "flagged": False, "probability": 0.1, **stated}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (page("https://a.example/x/"), page("http://www.a.example/x#top"), True),
        (page("https://a.example/x"), page("https://b.example/x"), False),
        (page(id="n1", path="a.txt"), page(id="n1", path="b.txt"), True),
        (page(path="2026-11-26/a.txt"), page(path="2026-11-27/a.txt"), True),
        (page(path="2026/11/26/a.txt"), page(path="2026/11/27/a.txt"), True),
        (page(path="day=20261126/a.txt"), page(path="day=20261127/a.txt"), True),
        (page(path="blog/2026-11-26/a.txt"), page(path="blog/2026-11-27/a.txt"), False),
        (page(path="a.txt"), page(path="b.txt"), False),
    ],
)
def test_what_is_one_page(
    one: dict[str, Any], other: dict[str, Any], same: bool, tmp_path: Path
) -> None:
    states = []
    for number, row in enumerate((one, other)):
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / f"{number}.parquet")
        states.append(last_states([described(tmp_path / f"{number}.parquet")]))
    assert len(matched(*states).new) == same


def test_a_page_is_as_its_last_scored_capture(tmp_path: Path) -> None:
    url = "https://a.example/x"
    captures = [
        page(url, captured="2026-11-02", flagged=True, probability=0.9),
        page(url, captured="2026-11-01"),
        page(url, captured="2026-11-03", status="unscorable", probability=None),
    ]
    pq.write_table(pa.Table.from_pylist(captures), tmp_path / "a.parquet")
    (state,) = last_states([described(tmp_path / "a.parquet")])
    assert (state["row"], state["flagged"], state["probability"]) == (0, True, 0.9)


def test_a_day_of_no_calendar_is_no_day() -> None:
    assert without_day("2026-13-01/a.txt") == "2026-13-01/a.txt"
    assert without_day("2026-11.27/a.txt") == "2026-11.27/a.txt"
