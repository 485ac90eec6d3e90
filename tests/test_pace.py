"""How long an audit still takes: its estimate on simulated crawls, by a clock that is simulated."""

import heapq
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from chaffinch.cli.stage_bars import StageBars
from chaffinch.detector.audit.crawl import Crawl, CrawlFile, CrawlFiles
from chaffinch.detector.audit.pace import LATER_SHARE, Pace
from chaffinch.detector.audit.plan import plan, sizes_by_kind
from chaffinch.detector.audit.scoring import Settings, Unit
from chaffinch.detector.audit.task import Counts

MARKUP, TEXT, PACKED_MARKUP, PACKED_TEXT = 1.5e-6, 10e-6, 4.5e-6, 33e-6
"""Seconds per byte as they were measured on one busy core."""

REPORT = 15e6
"""Bytes after which a process reports on a large file: 500 records of 30 kB, packed."""


class Part(NamedTuple):
    """Files of a crawl: their folder, number, bytes each, ending, seconds per byte."""

    folder: str
    files: int
    size: int
    ending: str
    cost: float


CRAWLS = {
    "pages": [Part("a", 5_000, 60_000, ".html", MARKUP)],
    "one archive": [Part("a", 1, 1_000_000_000, ".warc.gz", PACKED_MARKUP)],
    "one archive beside small pages": [
        Part("a", 1, 1_000_000_000, ".warc.gz", PACKED_MARKUP),
        Part("b", 10_000, 60_000, ".html", MARKUP),
    ],
    "one archive beside small texts": [
        Part("a", 1, 300_000_000, ".warc.gz", PACKED_MARKUP),
        Part("b", 40_000, 3_000, ".txt", TEXT),
    ],
    "folders of pages before folders of texts": [
        Part("a", 6_000, 60_000, ".html", MARKUP),
        Part("b", 20_000, 3_000, ".txt", TEXT),
    ],
    "folders of texts before folders of pages": [
        Part("a", 20_000, 3_000, ".txt", TEXT),
        Part("b", 6_000, 60_000, ".html", MARKUP),
    ],
    "archives and tables": [
        Part("a", 10, 200_000_000, ".warc.gz", PACKED_MARKUP),
        Part("b", 20, 10_000_000, ".parquet", PACKED_TEXT),
    ],
    "many archives and a table": [
        Part("a", 100, 20_000_000, ".warc.gz", PACKED_MARKUP),
        Part("b", 1, 5_000_000, ".parquet", PACKED_TEXT),
    ],
}


def crawl_of(parts: list[Part]) -> Crawl:
    files = [
        CrawlFile(f"{part.folder}/{number:06}{part.ending}", part.size, 0)
        for part in parts
        for number in range(part.files)
    ]
    return Crawl("/crawl", CrawlFiles(files), 0)


def reports(unit: Unit, costs: dict[str, float]) -> Iterator[Counts]:
    """What a process tells of a unit: all at once, or bit by bit where the file is large."""
    size = sum(file.size for file in unit.files) // unit.lanes
    seconds = sum(file.size * costs[file.path[0]] for file in unit.files) / unit.lanes
    pieces = max(1, round(size / REPORT))
    for _ in range(pieces):
        yield Counts(100, 0, size // pieces, unit.kind, seconds / pieces)


def told(parts: list[Part], jobs: int) -> tuple[list[tuple[float, float]], float]:
    """When an estimate was made and the end it gave, in seconds; and the true end of judging."""
    crawl = crawl_of(parts)
    todo = np.arange(len(crawl.files))
    costs = {part.folder: part.cost for part in parts}
    units = plan(crawl, todo, Path("work"), Settings(), jobs)
    pace = Pace(sizes_by_kind(crawl, todo), jobs)
    estimates = []
    # Processes by the time of their next report, with that report and those behind it.
    waiting: list[tuple[float, int, Counts, Iterator[Counts]]] = []

    def go_on(process: int, now: float, behind: Iterator[Counts]) -> None:
        report = next(behind, None)
        if report is None:
            unit = next(units, None)
            if unit is None:
                return
            behind = reports(unit, costs)
            report = next(behind)
        heapq.heappush(waiting, (now + report.seconds, process, report, behind))

    now = 0.0
    for process in range(jobs):
        go_on(process, now, iter(()))
    while waiting:
        now, process, report, behind = heapq.heappop(waiting)
        pace.add(report)
        left = pace.seconds_left()
        if left is not None:
            estimates.append((now, now + left))
        go_on(process, now, behind)
    return estimates, now


@pytest.mark.parametrize("jobs", [1, 2, 8])
@pytest.mark.parametrize("parts", CRAWLS.values(), ids=CRAWLS)
def test_after_a_fifth_the_end_is_told_to_within_a_third(parts: list[Part], jobs: int) -> None:
    estimates, judged = told(parts, jobs)
    for later in (0.05, LATER_SHARE, 0.33):
        end = (1 + later) * judged
        ratios = [estimate / end for at, estimate in estimates if at > 0.2 * end]
        assert estimates[0][0] < 0.3 * end
        assert 2 / 3 < min(ratios) <= max(ratios) < 4 / 3


def test_before_the_first_part_nothing_is_told() -> None:
    pace = Pace({"small": 100}, 1)
    assert pace.seconds_left() is None
    pace.add(Counts(0, 0, 50, "small", 0.001))
    assert pace.seconds_left() is None


def test_nothing_is_told_before_the_kinds_of_most_bytes_have_begun() -> None:
    pace = Pace({"small": 100, ".warc": 800, ".csv": 100}, 1)
    pace.add(Counts(1, 0, 100, "small", 1.0))
    assert pace.seconds_left() is None
    pace.add(Counts(1, 0, 400, ".warc", 40.0))
    assert pace.seconds_left() == pytest.approx(48.2 + LATER_SHARE * 89.2)


def test_what_an_earlier_run_has_judged_is_left_out() -> None:
    pace = Pace({".warc": 1000}, 2)
    pace.add(Counts(0, 0, 500, ".warc", 0.1))
    pace.add(Counts(10, 0, 100, ".warc", 8.0))
    assert pace.seconds_left() == pytest.approx((32 + LATER_SHARE * 40) / 2)


def test_the_plan_holds_every_file_once_and_in_no_unit_too_many() -> None:
    crawl = crawl_of(CRAWLS["one archive beside small pages"])
    todo = np.arange(len(crawl.files))
    units = [*plan(crawl, todo, Path("work"), Settings(), 2)]
    paths = [file.path for unit in units for file in unit.files if not unit.lane]
    assert sorted(paths) == [file.path for file in crawl.files]
    assert max(len(unit.files) for unit in units) == 128
    kinds = [unit.kind for unit in units]
    assert kinds[:10] == ["small"] * 8 + [".warc.gz"] * 2
    assert set(kinds[10:]) == {"small"}


@pytest.mark.parametrize(
    ("size", "path", "kind"),
    [
        (10, "a.html", "small"),
        (10**7, "part-00001.c000.snappy.parquet", ".parquet"),
        (10**7, "CC-MAIN-2026.01.warc.GZ", ".warc.gz"),
        (10**7, "dump.jsonl.zst", ".jsonl.zst"),
        (10**7, "dump", ""),
    ],
)
def test_files_have_a_kind(size: int, path: str, kind: str) -> None:
    crawl = Crawl("/", CrawlFiles([CrawlFile(path, size, 0)]), 0)
    assert sizes_by_kind(crawl, np.arange(1)) == {kind: size}
    (unit,) = plan(crawl, np.arange(1), Path("work"), Settings(), 1)
    assert unit.kind == kind


def test_a_bar_says_documents_a_second_and_what_is_left() -> None:
    now = [100.0]
    with StageBars(clock=lambda: now[0]) as bars:
        bars.begin("judging", 4_000)
        bars.expect({"small": 4_000}, 1)
        now[0] = 110.0
        bars.advance(Counts(1_500, 3, 1_000, "small", 10.0))
        assert bars.standing() == "about 00:36 left, 1,500 documents, 150/s, 3 flagged"
        bars.begin("comparing texts", 7)
        now[0] = 120.0
        bars.advance(Counts(size=7))
        assert (bars.documents, bars.rate) == (1_500, 75.0)
