"""What an audit must show, measured: nothing lost, memory, processes, and what a page costs.

    python benchmarks/auditing.py kills DATA  killed twenty times, the rows equal one clean run's
    python benchmarks/auditing.py memory DATA  peak memory and pace at 10,000 and 100,000 documents
    python benchmarks/auditing.py scale DATA  the stages after judging, up to a million documents
    python benchmarks/auditing.py processes DATA  two processes over one
    python benchmarks/auditing.py warc DATA  end to end, over FastWARC and the extraction alone
    python benchmarks/auditing.py readers DATA  both readers over --fast, few and many pages spun
    python benchmarks/auditing.py cost DATA  core-hours and price of a million pages

DATA is a folder with *.jsonl.zst corpora, and html/ for `warc` and `cost`. Crawls are made in a
temporary folder. Ratios hold on a busy machine as far as all of their parts were slowed alike:
`processes` and `warc` take turns for that reason.
"""

import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow.parquet as pq
from crawls import (
    GENERATED_WORDS,
    TABLES,
    as_folder,
    as_table,
    make_crawl,
    page,
    texts,
    write_judged_crawl,
    write_warc,
)
from fastwarc.warc import ArchiveIterator, WarcRecordType
from real_pages import archived_pages
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from resiliparse.parse.html import HTMLTree
from watching import Watched, command, family, usage, watch

from chaffinch.datasets.extraction.documents import document_from_record
from chaffinch.datasets.intake import item_of, read_records
from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.datasets.records import Record
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.crawl import find_files
from chaffinch.detector.audit.scoring import (
    BATCH_DOCUMENTS,
    Settings,
    Unit,
    detector_for,
    judged_rows,
)
from chaffinch.detector.audit.task import Counts, Progress
from chaffinch.detector.training.simulation import RATES
from chaffinch.features.document import Document

KILLS = 20
"""Times that `kills` ends an audit; our choice."""

SPUN_SHARES = (0.0, 0.01, 0.1)
"""Shares of spun pages in the crawls of `readers`."""

JUDGED = 640
"""Texts that `scale` judges to know what that costs; our choice."""

COPY_STAGES = (
    "describing documents",
    "collecting texts",
    "finding likely copies",
    "comparing texts",
    "telling sources from copies",
    "naming sources",
)
"""What belongs to the stage of copies."""

ALONE = "FastWARC and resiliparse's main content alone"
"""The step that the others of `warc` are compared with."""


def rows_of(audit: Path) -> Iterator[dict[str, Any]]:
    """All rows of an audit, in order."""
    for part in sorted((audit / "documents").glob("*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(1000):
            yield from batch.to_pylist()


def manifest_of(audit: Path) -> dict[str, Any]:
    """The manifest of an audit."""
    found: dict[str, Any] = json.loads((audit / "manifest.json").read_text("utf-8"))
    return found


@click.group()
def main() -> None:
    """Measure audits."""


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--documents", default=20_000)
@click.option("--jobs", default=2)
@click.option("--seed", default=1)
def kills(data: Path, documents: int, jobs: int, seed: int) -> None:
    """Kill an audit's process group at random moments, and compare rows with a clean run's."""
    with tempfile.TemporaryDirectory() as folder:
        crawl, clean, killed = (Path(folder, name) for name in ("crawl", "clean", "killed"))
        make_crawl(data, crawl, documents)
        start = time.monotonic()
        subprocess.run(command(crawl, clean, 1), check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        found = manifest_of(clean)
        counts = ("records_read", "documents", "scored", "unscorable", "errors", "skipped")
        click.echo(
            f"clean run, 1 process: {seconds:.0f} s, { {key: found[key] for key in counts} }"
        )
        chance = random.Random(seed)
        ended = 0
        for _ in range(KILLS):
            process = subprocess.Popen(
                command(crawl, killed, jobs),
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                process.wait(chance.uniform(0.5, 2 * seconds / jobs / KILLS + 2))
                ended += 1
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        subprocess.run(command(crawl, killed, jobs), check=True, stdout=subprocess.DEVNULL)
        expected, got = rows_of(clean), rows_of(killed)
        different = sum(one != other for one, other in zip(expected, got, strict=True))
        equal = manifest_of(killed) == found
        click.echo(
            f"killed {KILLS - ended} times ({ended} runs ended before), {jobs} processes: "
            f"{different} of {found['documents']} rows differ, manifest "
            f"{'equal' if equal else 'differs'}"
        )


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--jobs", default=2)
@click.option("--sizes", default="10000,100000")
@click.option("--files", is_flag=True, help="A file a document, in place of ten large files.")
@click.option("--characters", default=1500, help="Of each text at most.")
def memory(data: Path, jobs: int, sizes: str, files: bool, characters: int) -> None:
    """Peak memory of all processes together, and time per document."""
    peaks = []
    counts = [int(size) for size in sizes.split(",")]
    for documents in counts:
        with tempfile.TemporaryDirectory() as folder:
            crawl, output = Path(folder, "crawl"), Path(folder, "out")
            made = texts(data, characters)
            for number in range(10):
                rows = list(islice(made, documents // 10))
                if files:
                    as_folder(rows, crawl / str(number), ".txt")
                else:
                    name = TABLES[number % len(TABLES)]
                    as_table(rows, crawl / f"{number}{name[1:]}")
            seen = watch(command(crawl, output, jobs))
            assert manifest_of(output)["documents"] == documents
            peaks.append((seen.peak, seen.first_peak))
            click.echo(
                f"{documents} documents, {jobs} processes: peak {seen.peak / 1e6:.0f} MB, "
                f"{seen.first_peak / 1e6:.0f} MB in the process that starts the others, "
                f"{1e6 * seen.processor / documents:.0f} us of processor time a document, "
                f"{seen.seconds:.0f} s"
            )
    together, alone = (last / first for first, last in zip(peaks[0], peaks[-1], strict=True))
    click.echo(f"peak, last over first: {together:.2f}, of the first process {alone:.2f}")
    if counts[-1] > counts[0]:
        growth = (peaks[-1][0] - peaks[0][0]) / (counts[-1] - counts[0])
        click.echo(f"and {growth:.1f} MB more for each million documents more")


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--jobs", default=2)
@click.option("--sizes", default="10000,100000,1000000")
@click.option("--files", is_flag=True, help="A file a document, in place of rows of large tables.")
def scale(data: Path, jobs: int, sizes: str, files: bool) -> None:
    """Memory and processor time of the stages after judging, a tenth of all texts being copies.

    The crawl is generated and taken for judged; what judging costs is measured on texts of corpora
    as long as those generated. Memory is the most that a process ever held, mapped files included.
    """
    judging = {name: judging_seconds(data, fast) for name, fast in (("both", False), ("one", True))}
    click.echo(
        "judging, us a document: "
        + ", ".join(
            f"{1e6 * seconds:.0f} by {name} reader{'s' * (name == 'both')}"
            for name, seconds in judging.items()
        )
    )
    firsts = []
    for documents in map(int, sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            crawl, output, told = (Path(folder, name) for name in ("crawl", "out", "told.json"))
            write_judged_crawl(data, crawl, output, documents, files=files)
            arguments = [sys.executable, __file__, "stages", *map(str, (crawl, output, told, jobs))]
            subprocess.run(arguments, check=True)
            assert manifest_of(output)["documents"] == documents
            found = json.loads(told.read_text("utf-8"))
        used = {stage: seconds / documents for stage, seconds in found["seconds"].items()}
        copies = sum(seconds for stage, seconds in used.items() if stage in COPY_STAGES)
        later = sum(used.values())
        shares = " and ".join(
            f"{copies / (later + seconds):.0%} ({name})" for name, seconds in judging.items()
        )
        firsts.append(found["first"])
        click.echo(
            f"{documents} documents: the first process {found['first'] / 1e6:.0f} MB, the largest "
            f"other {found['largest'] / 1e6:.0f} MB; all stages after judging "
            f"{1e6 * later:.0f} us a document, of it copies {1e6 * copies:.0f}: {shares} of all"
        )
        for stage, seconds in used.items():
            click.echo(f"    {stage:<30}{1e6 * seconds:8.0f} us")
    click.echo(f"memory of the first process, last over first: {firsts[-1] / firsts[0]:.2f}")


def judging_seconds(data: Path, fast: bool) -> float:
    """Processor time of judging a text of the generated ones' length, on average."""
    detector = detector_for(Settings(fast=fast))
    rows = islice(texts(data, 6 * GENERATED_WORDS), JUDGED)
    items = [item_of(Record("", number, row["text"])) for number, row in enumerate(rows)]
    start = time.process_time()
    for first in range(0, JUDGED, BATCH_DOCUMENTS):
        judged_rows(detector, items[first : first + BATCH_DOCUMENTS])
    return (time.process_time() - start) / JUDGED


class Costs(Progress):
    """Processor time by stage, and memory, of this process and those that it started.

    Attributes:
        seconds: Processor time of all of them by stage.
        first: Most bytes of memory that this process held at a time.
        largest: Most bytes that one of the others held at a time.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.first = self.largest = 0
        self._stage = "planning"
        self._before = 0.0

    def begin(self, stage: str, total: int) -> None:
        self.look()
        self._stage = stage

    def advance(self, done: Counts) -> None:
        self.look()

    def look(self) -> None:
        """Add what was used since the last look to the stage."""
        own, *others = (usage(process) for process in family(os.getpid()))
        used = own.seconds + sum(other.seconds for other in others)
        self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + used - self._before
        self._before = used
        self.first = own.peak
        self.largest = max(self.largest, *(other.peak for other in others), 0)


@main.command(hidden=True)
@click.argument("crawl", type=click.Path(path_type=Path))
@click.argument("output", type=click.Path(path_type=Path))
@click.argument("told", type=click.Path(path_type=Path))
@click.argument("jobs", type=int)
def stages(crawl: Path, output: Path, told: Path, jobs: int) -> None:
    """Do what is left of an audit in this process, and write what it cost."""
    costs = Costs()
    # These stages need no reader: the first one alone is loaded.
    options = AuditOptions(settings=Settings(fast=True), jobs=jobs)
    run_audit(crawl, output, options, costs)
    costs.look()
    found = {"seconds": costs.seconds, "first": costs.first, "largest": costs.largest}
    told.write_text(json.dumps(found), "utf-8")


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--documents", default=10_000)
@click.option("--rounds", default=3)
def processes(data: Path, documents: int, rounds: int) -> None:
    """Time of one process over that of two, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        crawl, output = Path(folder, "crawl"), Path(folder, "out")
        make_crawl(data, crawl, documents)
        took: dict[int, list[Watched]] = {1: [], 2: []}
        for _ in range(rounds):
            for jobs, times in took.items():
                shutil.rmtree(output, ignore_errors=True)
                times.append(watch(command(crawl, output, jobs), memory=False))
        for jobs, times in took.items():
            seconds = statistics.median(one.seconds for one in times)
            used = statistics.median(one.processor for one in times)
            first = statistics.median(one.first for one in times)
            busiest = statistics.median(one.busiest for one in times)
            click.echo(
                f"{jobs} processes: {seconds:.1f} s; processor time {used:.1f} s, of it "
                f"{first:.1f} s in the process that starts them and {busiest:.1f} s in the busiest"
            )
        ratios = [one.seconds / two.seconds for one, two in zip(took[1], took[2], strict=True)]
        click.echo(f"one over two, by turns: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
        # As if nothing that the first process does could be done beside the others' work.
        needed = [[one.first + one.busiest for one in took[jobs]] for jobs in (1, 2)]
        ratios = [one / two for one, two in zip(*needed, strict=True)]
        click.echo(f"on idle cores, at least: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--rounds", default=3)
@click.option("--copies", default=4)
def warc(data: Path, rounds: int, copies: int) -> None:
    """Processor time of an audit of real pages over that of FastWARC and resiliparse alone.

    All steps take the same file from the page cache, in one process that has its libraries and
    model loaded. resiliparse is called as its documentation does: encoding detected, main content
    with the defaults, no title and no metadata. The stages over the whole crawl, which come after
    all rows are on disk, are in `cost`.
    """
    with tempfile.TemporaryDirectory() as folder:
        crawl = Path(folder, "pages.warc.gz")
        pages = [page for _, page in archived_pages(data)] * copies
        write_warc(crawl, pages)
        steps = warc_steps(crawl, Path(folder, "work"))
        took: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(rounds):
            for name, step in steps.items():
                start = time.process_time()
                step()
                took[name].append(1e6 * (time.process_time() - start) / len(pages))
        base = statistics.median(took[ALONE])
        for name, times in took.items():
            middle = statistics.median(times)
            click.echo(f"{name:<50}{middle:8.0f} us per page{middle / base:7.2f}")


def warc_steps(crawl: Path, work: Path) -> dict[str, Callable[[], None]]:
    """What `warc` times, by name; a step uses what those before it have made."""
    detector = detector_for(Settings())
    documents: list[Document] = []

    def alone() -> None:
        with crawl.open("rb") as opened:
            for record in ArchiveIterator(opened, record_types=WarcRecordType.response):
                body = record.reader.read()
                tree = HTMLTree.parse(bytes_to_str(body, detect_encoding(body) or "utf-8"))
                extract_plain_text(tree, main_content=True)

    def extracted() -> None:
        documents[:] = [document_from_record(record) for record in read_records(crawl)]

    def scored() -> None:
        for _ in detector.score_many(documents):
            pass

    def audited() -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        found = find_files(crawl)
        for _ in Unit(found.root, (found.files[0],), work, Settings()).run(lambda place: None):
            pass

    return {
        ALONE: alone,
        "our reading and extraction, metadata included": extracted,
        "scoring alone": scored,
        "reading, extraction, scoring and rows on disk": audited,
    }


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--documents", default=1_500, help="Pages of a crawl.")
@click.option("--rounds", default=3)
def readers(data: Path, documents: int, rounds: int) -> None:
    """Processor time of an audit over that of one with --fast, at several shares of spun pages.

    Pages are texts of all corpora in turns, with little beside the article; spun ones are by
    families and rates in turns. What starting costs is part of both.
    """
    lexicons = read_lexicons(data)
    spinners = [family.make(lexicons, 1) for family in FAMILIES.values()]
    for share in SPUN_SHARES:
        rng = np.random.default_rng(1)
        rows = list(islice(texts(data, 20_000), documents))
        for number in range(int(share * documents)):
            row = rows[int(number / share)]
            spinner = spinners[number % len(spinners)]
            row["text"] = spinner.spin(row["text"], rng, RATES[number % len(RATES)]).text
        with tempfile.TemporaryDirectory() as folder:
            crawl, output = Path(folder, "pages.warc.gz"), Path(folder, "out")
            write_warc(crawl, [page(row).encode() for row in rows])
            took: dict[bool, list[float]] = {False: [], True: []}
            for _ in range(rounds):
                for fast, times in took.items():
                    shutil.rmtree(output, ignore_errors=True)
                    run = command(crawl, output, 1) + ["--fast"] * fast
                    times.append(watch(run, memory=False).processor)
        ratios = [one / other for one, other in zip(*took.values(), strict=True)]
        click.echo(
            f"{100 * share:g} % spun: {statistics.median(took[False]):.1f} s for {documents:,} "
            f"pages, {statistics.median(took[True]):.1f} s with --fast; "
            f"{statistics.median(ratios):.2f} times"
        )


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--price", default=0.04, help="Of a core-hour, in any currency.")
@click.option("--copies", default="4,12", help="How often each page is in the two crawls.")
def cost(data: Path, price: float, copies: str) -> None:
    """What an audit of a million real pages in WARC files costs, all of its stages included.

    Two crawls of different size are audited; their difference leaves out what starting costs.
    """
    pages = [page for _, page in archived_pages(data)]
    measured: list[tuple[int, float]] = []
    for times in map(int, copies.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            crawl = Path(folder, "pages.warc.gz")
            write_warc(crawl, pages * times)
            seen = watch(command(crawl, Path(folder, "out"), 1))
            measured.append((len(pages) * times, seen.processor))
    (few, short), (many, long) = measured
    seconds = (long - short) / (many - few)
    hours = 1e6 * seconds / 3600
    mean = sum(map(len, pages)) / len(pages)
    click.echo(
        f"{1e6 * seconds:.0f} us of processor time a page of {mean / 1000:.0f} KB, "
        f"{1 / seconds:.0f} pages a second and core\n"
        f"1,000,000 pages: {hours:.2f} core-hours; {price * hours:.2f} at {price:g} a core-hour"
    )


if __name__ == "__main__":
    main()
