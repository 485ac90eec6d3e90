"""Size of a report, and how soon it can be used in headless Chromium, with where the time goes.

python benchmarks/report.py DATA [--documents 10000] [--flagged 1000] [--runs 5]

DATA is a folder with *.jsonl(.zst) corpora and observed_substitutions.tsv. Articles are taken
from it, some of them once more with words replaced; all are audited with the bundled model in a
temporary folder, and each replaced article is noted as a copy of its source, so that the report
shows both beside each other: the heaviest report there is.
"""

import json
import re
import shutil
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow.parquet as pq
from playwright.sync_api import Browser, sync_playwright

from chaffinch.datasets.lexicons.observed import read_substitutions
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.training.corpora import CleanText, read_corpus
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.listing import Listing
from chaffinch.reports.html.report import page

CORPORA = ("news_guardian", "news_bbc", "news_reuters_c50", "modern_articles")
"""Where the articles come from, in this order."""

_REPLACED = 0.67
"""Share of the words known to the spinner that it replaces; our choice, as a heavy one does."""

_LEAST_WORDS = 150
"""Least words of an article; our choice: short ones make a light report."""

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
"""Chromium's arguments for a container without a display."""

CATEGORIES = [
    "blink.user_timing",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "loading",
    "toplevel",
    "v8",
]
"""What Chromium traces: tasks of the main thread, and marks of the page."""

TASKS = {
    "NavigationBodyLoader::OnReadable": "reading the file",
    "ParseHTML": "parsing",
    "EvaluateScript": "the script, first part",
    "BlinkScheduler_PerformMicrotaskCheckpoint": "the script, tables unpacked and filled",
    "UpdateLayoutTree": "style and layout",
    "ParseAuthorStyleSheet": "style and layout",
    "Layout": "style and layout",
    "PrePaint": "painting",
    "Paint": "painting",
    "Layerize": "painting",
    "Commit": "painting",
    "MinorGC": "garbage collection",
    "MajorGC": "garbage collection",
    "RunTask": "other tasks",
}
"""Chromium's names of tasks, and what a reader calls them."""


def substitutes(data: Path) -> dict[str, str]:
    """What a dictionary-blind spinner was seen to write for single words."""
    return {
        pair.original: pair.substitute
        for pair in read_substitutions(data / "observed_substitutions.tsv")
        if " " not in pair.original + pair.substitute
    }


def spin(text: str, table: Mapping[str, str], rng: np.random.Generator) -> str:
    """A text in which two thirds of the words that the table knows are replaced."""
    return re.sub(
        r"[a-z]+",
        lambda word: table[word[0]] if word[0] in table and rng.random() < _REPLACED else word[0],
        text,
    )


def articles(data: Path) -> Iterator[CleanText]:
    """Articles that are long enough."""
    for corpus in CORPORA:
        for text in read_corpus(data / f"{corpus}.jsonl.zst"):
            if len(text.text.split()) >= _LEAST_WORDS:
                yield text


def write_crawl(file: Path, data: Path, documents: int, flagged: int) -> None:
    """Originals and, on other hosts, spun copies of the first ones."""
    table, rng = substitutes(data), np.random.default_rng(1)
    with file.open("w", encoding="utf-8") as opened:
        for number, one in enumerate(islice(articles(data), documents - flagged)):
            day = f"20{number % 24 + 1:02}-{number % 12 + 1:02}-15"
            row = {"id": f"article-{number}", "title": one.title or one.text[:60], "published": day}
            address = f"https://paper-{number % 150}.example/articles/{number}"
            opened.write(json.dumps({**row, "url": address, "text": one.text}) + "\n")
            if number < flagged:
                copy = {**row, "id": f"copy-{number}", "title": spin(row["title"], table, rng)}
                address = f"https://farm-{number % 40}.example/posts/{number}"
                spun = f"{copy['title']}\n\n2 months ago {number}\n\n{spin(one.text, table, rng)}"
                text = f"{spun}\n\nRead Entire Article"
                opened.write(json.dumps({**copy, "url": address, "text": text}) + "\n")


def note_sources(audit: Path) -> None:
    """Put each copy and its source in one cluster."""
    for file in (audit / "documents").glob("*.parquet"):
        table = pq.read_table(file)
        ids = table["id"].to_pylist()
        copies = [own.startswith("copy-") for own in ids]
        numbers = [own.partition("-")[2] for own in ids]
        known = {number for number, copy in zip(numbers, copies, strict=True) if copy}
        columns: dict[str, list[Any]] = {
            "copied": copies,
            "cluster": [number if number in known else None for number in numbers],
            "source_id": [
                f"article-{number}" if copy else None
                for number, copy in zip(numbers, copies, strict=True)
            ],
            "similarity": [0.8 if copy else None for copy in copies],
        }
        for name, values in columns.items():
            place = table.schema.get_field_index(name)
            table = table.set_column(place, table.schema.field(name), [values])
        pq.write_table(table, file)


def open_once(browser: Browser, report: Path) -> dict[str, float]:
    """Milliseconds from navigation to each milestone, and that a filter and a document take."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(report.as_uri())
    tab.wait_for_function("performance.getEntriesByName('usable').length")
    marks: dict[str, float] = tab.evaluate(
        "({ 'first paint': performance.getEntriesByName('first-contentful-paint')[0].startTime,"
        " parsed: performance.timing.domInteractive - performance.timing.navigationStart,"
        " usable: performance.getEntriesByName('usable')[0].startTime })"
    )
    marks["filter"] = tab.evaluate(
        "(() => { const field = document.querySelector('#documents [name=q]');"
        " const from = performance.now(); field.value = 'the';"
        " field.dispatchEvent(new Event('input', { bubbles: true }));"
        " document.body.offsetHeight; return performance.now() - from; })()"
    )
    marks["open a document"] = tab.evaluate(
        "(async () => { const from = performance.now();"
        " location.hash = document.querySelector('#documents td a').hash;"
        " while (!document.querySelector('#article mark'))"
        "   await new Promise((done) => setTimeout(done, 0));"
        " document.body.offsetHeight; return performance.now() - from; })()"
    )
    tab.close()
    return marks


def trace_once(browser: Browser, report: Path, trace: Path) -> Counter[str]:
    """Where the time goes; tracing itself takes some."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    browser.start_tracing(page=tab, path=trace, categories=CATEGORIES)
    tab.goto(report.as_uri())
    tab.wait_for_function("performance.getEntriesByName('usable').length")
    browser.stop_tracing()
    tab.close()
    return breakdown(json.loads(trace.read_text("utf-8"))["traceEvents"])


def breakdown(events: list[dict[str, Any]]) -> Counter[str]:
    """Milliseconds of the page's main thread until it is usable, by sort of task, each once."""
    (usable,) = [one for one in events if one["name"] == "usable"]
    start = max(
        one["ts"] for one in events if one["name"] == "navigationStart" and one["ts"] < usable["ts"]
    )
    spent: Counter[str] = Counter()
    inside: list[tuple[float, str]] = []
    mine = [
        one
        for one in events
        if one.get("ph") == "X"
        and one["tid"] == usable["tid"]
        and one["pid"] == usable["pid"]
        and one["name"] in TASKS
        and start <= one["ts"] <= usable["ts"]
    ]
    for one in sorted(mine, key=lambda one: (one["ts"], -one.get("dur", 0))):
        duration = min(one.get("dur", 0), usable["ts"] - one["ts"]) / 1000
        while inside and inside[-1][0] <= one["ts"]:
            inside.pop()
        if inside:
            spent[inside[-1][1]] -= duration
        spent[TASKS[one["name"]]] += duration
        inside.append((one["ts"] + one.get("dur", 0), TASKS[one["name"]]))
    whole = (usable["ts"] - start) / 1000
    spent["waiting"] = whole - spent.total()
    spent["all"] = whole
    return spent


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--documents", default=10_000, show_default=True)
@click.option("--flagged", default=1_000, show_default=True)
@click.option("--runs", default=5, show_default=True)
@click.option("--jobs", default=2, show_default=True)
def main(data: Path, documents: int, flagged: int, runs: int, jobs: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_crawl(folder / "crawl.jsonl", data, documents, flagged)
        manifest = run_audit(folder / "crawl.jsonl", folder / "audit", AuditOptions(jobs=jobs))
        note_sources(folder / "audit")
        begun = time.perf_counter()
        audit = AuditData(folder / "audit")
        html = page(audit, Listing(audit))
        took = time.perf_counter() - begun
        report = folder / "report.html"
        report.write_text(html, "utf-8")
        texts = sum(map(len, re.findall(r'id="texts-\d+">([^<]*)<', html)))
        rows = sum(map(len, re.findall(r'id="(?:site-)?rows">([^<]*)<', html)))
        static = len(html[html.index("<noscript>") : html.index("</noscript>")].encode())
        size = report.stat().st_size
        click.echo(
            f"{manifest['documents']:,} documents, {manifest['flagged']:,} flagged; made in "
            f"{took:.1f} s; {size / 1e6:.2f} MB: texts {texts / 1e6:.2f}, tables {rows / 1e6:.2f}, "
            f"without script {static / 1e6:.2f}."
        )
        click.echo(re.findall(r"[\d,]+ documents are in this page[^<]*", html)[0])
        with sync_playwright() as playwright:
            executable = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
            opened = [open_once(browser, report) for _ in range(runs)]
            traced = [trace_once(browser, report, folder / "trace.json") for _ in range(runs)]
            browser.close()
    for title, tables in (("milestone", opened), ("until usable, traced", traced)):
        click.echo(f"\n| {title} | ms, median of {runs} |\n|---|---:|")
        for key in tables[0]:
            click.echo(f"| {key} | {statistics.median(table[key] for table in tables):.0f} |")


if __name__ == "__main__":
    main()
