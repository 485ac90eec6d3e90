"""What an audit must show, measured: nothing lost, memory, processes, and what a page costs.

    python benchmarks/auditing.py kills DATA  killed twenty times, the rows equal one clean run's
    python benchmarks/auditing.py memory DATA  peak memory and pace at 10,000 and 100,000 documents
    python benchmarks/auditing.py processes DATA  two processes over one
    python benchmarks/auditing.py warc DATA  end to end, over FastWARC and the extraction alone
    python benchmarks/auditing.py cost DATA  core-hours and price of a million pages

DATA is a folder with *.jsonl.zst corpora, and html/ for `warc` and `cost`. Crawls are made in a
temporary folder. Ratios hold on a busy machine as far as all of their parts were slowed alike:
`processes` and `warc` take turns for that reason.
"""

import contextlib
import csv
import gzip
import io
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

import click
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

CHAFFINCH = str(Path(sys.executable).with_name("chaffinch"))
KILLS = 20
POLL_SECONDS = 0.1


def texts(data: Path, most: int) -> Iterator[dict[str, str]]:
    """Texts of all corpora in turns, forever: from the second round on with words changed."""
    chance = random.Random(1)
    corpora = sorted(data.glob("*.jsonl.zst"))
    for round_ in count():
        streams = [zstandard.open(file, "rt", encoding="utf-8") for file in corpora]
        while streams:
            for stream in list(streams):
                line = stream.readline()
                if not line:
                    streams.remove(stream)
                    continue
                row = json.loads(line)
                words = row["text"][:most].split(" ")
                for _ in range(len(words) // 20 if round_ else 0):
                    words[chance.randrange(len(words))] = chance.choice(words)
                yield {
                    "id": f"{round_}-{row['id']}",
                    "title": row["title"] or "",
                    "text": " ".join(words),
                }


def page(row: dict[str, str]) -> str:
    """A text as a web page of a plain design."""
    paragraphs = "".join(f"<p>{line}</p>" for line in row["text"].split("\n") if line.strip())
    return (
        f"<!DOCTYPE html><html><head><title>{row['title']}</title></head><body><nav>"
        f"<a href='/'>Home</a></nav><article><h1>{row['title']}</h1>{paragraphs}</article>"
        "<footer>Imprint</footer></body></html>"
    )


def warc_record(kind: str, number: int, media_type: str, body: bytes) -> bytes:
    """One WARC record."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012d}>\r\n"
        f"WARC-Target-URI: https://site{number % 97}.example/{number}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def response(number: int, markup: bytes) -> bytes:
    """A page as a WARC response."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + markup
    return warc_record("response", number, "application/http; msgtype=response", http)


def as_folder(rows: list[dict[str, str]], folder: Path, suffix: str) -> None:
    """One file a row."""
    for number, row in enumerate(rows):
        place = folder / f"site{number % 50}.example" / f"{number}{suffix}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page(row) if suffix == ".html" else row["text"], "utf-8")


def as_table(rows: list[dict[str, str]], file: Path) -> None:
    """One file for all rows, by the ending of its name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    name = file.name
    lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    if name.endswith(".jsonl"):
        file.write_bytes(lines)
    elif name.endswith(".jsonl.gz"):
        file.write_bytes(gzip.compress(lines, 1))
    elif name.endswith(".jsonl.zst"):
        file.write_bytes(zstandard.compress(lines, 1))
    elif name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=1000)
    elif name.endswith(".csv"):
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["id", "title", "text"])
            writer.writeheader()
            writer.writerows(rows)
    elif name.endswith(".warc.gz"):
        pages = (response(n, page(row).encode()) for n, row in enumerate(rows))
        file.write_bytes(b"".join(gzip.compress(one, 1) for one in pages))
    elif name.endswith(".warc.wet.zst"):
        conversions = (
            warc_record("conversion", n, "text/plain", row["text"].encode())
            for n, row in enumerate(rows)
        )
        file.write_bytes(b"".join(zstandard.compress(one, 1) for one in conversions))


MIXED = (
    "a.jsonl", "b.jsonl.gz", "c.jsonl.zst", "d.parquet", "e.csv", "f.warc.gz", "g.warc.wet.zst",
    "txt", "md", "html",
)  # fmt: skip


def make_crawl(data: Path, crawl: Path, documents: int, most: int = 3000) -> None:
    """A crawl of mixed formats, a tenth of the documents each."""
    source = texts(data, most)
    for name in MIXED:
        rows = list(islice(source, documents // len(MIXED)))
        if "." in name:
            as_table(rows, crawl / name)
        else:
            as_folder(rows, crawl / name, f".{name}")


def command(crawl: Path, output: Path, jobs: int) -> list[str]:
    """The audit's command line."""
    return [CHAFFINCH, "audit", str(crawl), "-o", str(output), "--jobs", str(jobs)]


def rows_of(audit: Path) -> Iterator[dict[str, Any]]:
    """All rows of an audit, in order."""
    for part in sorted((audit / "documents").glob("*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(1000):
            yield from batch.to_pylist()


def manifest_of(audit: Path) -> dict[str, Any]:
    """The manifest of an audit."""
    found: dict[str, Any] = json.loads((audit / "manifest.json").read_text("utf-8"))
    return found


class Watched(NamedTuple):
    """What a command cost, all of its processes together.

    Attributes:
        peak: Most bytes of memory held at one time, shared pages counted once.
        first_peak: Most bytes held by the first process, shared pages included.
        processor: Seconds of processor time; of a process, what it had used when last seen.
        first: Those of the first process, which starts the others and plans the last stage.
        busiest: Those of the busiest of the others.
        seconds: Seconds on the clock.
    """

    peak: int
    first_peak: int
    processor: float
    first: float
    busiest: float
    seconds: float


def family(process: int) -> Iterator[int]:
    """A process and all that it and they started."""
    yield process
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{process}/task/{process}/children").read_text()
        for child in children.split():
            yield from family(int(child))


def watch(arguments: list[str], *, memory: bool = True) -> Watched:
    """Run a command and watch its processes; to watch memory takes a part of a core."""
    start = time.monotonic()
    process = subprocess.Popen(arguments, start_new_session=True, stdout=subprocess.DEVNULL)
    ticks = os.sysconf("SC_CLK_TCK")
    peak = first_peak = 0
    used: dict[int, float] = {}
    while process.poll() is None:
        held = 0
        for one in family(process.pid):
            with contextlib.suppress(OSError, ValueError):
                fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
                used[one] = (int(fields[11]) + int(fields[12])) / ticks
                if memory:
                    lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
                    held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        peak = max(peak, held * 1024)
        with contextlib.suppress(OSError):
            stated = Path(f"/proc/{process.pid}/status").read_text()
            highest = re.search(r"VmHWM:\s*(\d+)", stated)
            first_peak = max(first_peak, int(highest[1]) * 1024 if highest else 0)
        time.sleep(POLL_SECONDS)
    assert process.returncode == 0
    total = sum(used.values())
    first = used.pop(process.pid, 0.0)
    busiest = max(used.values(), default=0.0)
    return Watched(peak, first_peak, total, first, busiest, time.monotonic() - start)


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
            source = texts(data, characters)
            for number in range(10):
                rows = list(islice(source, documents // 10))
                if files:
                    as_folder(rows, crawl / str(number), ".txt")
                else:
                    name = MIXED[number % 7]
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
    from fastwarc.warc import ArchiveIterator, WarcRecordType
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding
    from resiliparse.parse.html import HTMLTree

    from chaffinch.datasets.extraction.documents import document_from_record
    from chaffinch.datasets.intake import read_records
    from chaffinch.detector.audit.crawl import find_files
    from chaffinch.detector.audit.scoring import Settings, Unit, detector_for
    from chaffinch.features.document import Document

    with tempfile.TemporaryDirectory() as folder:
        crawl = Path(folder, "pages.warc.gz")
        pages = [page for _, page in named_pages(data)] * copies
        members = (gzip.compress(response(n, one), 6) for n, one in enumerate(pages))
        crawl.write_bytes(b"".join(members))
        detector = detector_for(Settings())

        def alone() -> None:
            with crawl.open("rb") as stream:
                for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
                    body = record.reader.read()
                    tree = HTMLTree.parse(bytes_to_str(body, detect_encoding(body) or "utf-8"))
                    extract_plain_text(tree, main_content=True)

        documents: list[Document] = []

        def extracted() -> None:
            documents[:] = [document_from_record(record) for record in read_records(crawl)]

        def scored() -> None:
            for _ in detector.score_many(documents):
                pass

        def audited() -> None:
            work = Path(folder, "work")
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            found = find_files(crawl)
            for _ in Unit(found.root, (found.file(0),), work, Settings()).run(lambda place: None):
                pass

        steps: dict[str, Callable[[], None]] = {
            "FastWARC and resiliparse's main content alone": alone,
            "our reading and extraction, metadata included": extracted,
            "scoring alone": scored,
            "reading, extraction, scoring and rows on disk": audited,
        }
        took: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(rounds):
            for name, step in steps.items():
                start = time.process_time()
                step()
                took[name].append(1e6 * (time.process_time() - start) / len(pages))
        base = statistics.median(took["FastWARC and resiliparse's main content alone"])
        for name, times in took.items():
            middle = statistics.median(times)
            click.echo(f"{name:<50}{middle:8.0f} us a page{middle / base:7.2f}")


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--price", default=0.04, help="Of a core-hour, in any currency.")
@click.option("--copies", default="4,12", help="How often each page is in the two crawls.")
def cost(data: Path, price: float, copies: str) -> None:
    """What an audit of a million real pages in WARC files costs, all of its stages included.

    Two crawls of different size are audited; their difference leaves out what starting costs.
    """
    pages = [page for _, page in named_pages(data)]
    measured: list[tuple[int, float]] = []
    for times in map(int, copies.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            crawl = Path(folder, "pages.warc.gz")
            members = (gzip.compress(response(n, one), 6) for n, one in enumerate(pages * times))
            crawl.write_bytes(b"".join(members))
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


def named_pages(data: Path) -> Iterator[tuple[str, bytes]]:
    """The annotated pages of html/, by the names of their files."""
    packed = (data / "html" / "trafilatura_eval_en.tar.zst").read_bytes()
    unpacked = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read()
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        for member in archive:
            held = archive.extractfile(member) if member.isfile() else None
            if held is not None:
                yield Path(member.name).name, held.read()


if __name__ == "__main__":
    main()
