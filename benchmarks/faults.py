"""What happens to the installed command when the machine or the input lets it down: a table.

python benchmarks/faults.py [--gigabytes 10] [--only NAME]

Each fault is set up in a temporary folder, and `chaffinch` runs into it. Rows are those of the
audit, or of score; "whole" says whether an audit, run again after the fault has gone, ends as one
that nothing disturbed. Megabytes are the most that the command's own process held. A full disk and
a read-only folder need root, and are left out without.
"""

import contextlib
import gzip
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from watching import CHAFFINCH

MEGABYTE = 1_000_000
"""Bytes."""

N_NOTES = 8
"""Readable files in crawls with files that are not; our choice, most of them."""

PIECE = 10 * MEGABYTE
"""Bytes that large files are written in at once; our choice."""

PROSE = (
    "The council voted on Tuesday to bring back the harbour ferry. It will run four times a day, "
    "and the first crossing is planned for May. The mayor said that the town had asked for it. "
)
"""What files hold that can be read."""


class Ended(NamedTuple):
    """How a command ended.

    Attributes:
        status: Exit status, negative for a signal.
        said: What it said last, on standard error or else on standard output.
        output: Standard output.
        megabytes: Most memory of its own process.
    """

    status: int
    said: str
    output: str
    megabytes: int


class Outcome(NamedTuple):
    """What became of a fault: how the command ended, its rows, and whether nothing was lost."""

    ended: Ended
    rows: str
    whole: str = ""


Fault = Callable[[Path, int], Outcome]


def run(*arguments: object, before: Sequence[str] = ()) -> Ended:
    """Run the command to its end."""
    return ended(start(*arguments, before=before))


def start(*arguments: object, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start the command, behind the words of another one that starts it."""
    return subprocess.Popen(
        [*before, CHAFFINCH, *(os.fsencode(str(one)) for one in arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a command; its outputs are short enough for a pipe."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.stdout and process.stderr
    output, errors = process.stdout.read(), process.stderr.read()
    lines = (errors or output).strip().splitlines() or [""]
    problem = next((line for line in lines if "Traceback" in line), lines[-1])
    return Ended(process.returncode, problem, output, used.ru_maxrss * 1024 // MEGABYTE)


def scored(*files: Path) -> Outcome:
    """Score files; a row says its verdict or its error."""
    done = run("score", "--format", "jsonl", *files)
    rows = [json.loads(line) for line in done.output.splitlines()]
    reasons = [row["error"] for row in rows if row["error"]] + [row["unscorable"] for row in rows]
    said = reasons[0] if reasons else done.said
    return Outcome(done._replace(said=said), str(len(rows)))


def rows_of(audit: Path) -> list[dict[str, object]]:
    """Rows of an audit without where it was run."""
    found: list[dict[str, object]] = pq.read_table(audit / "documents").to_pylist()
    return found


def audited(crawl: Path, output: Path, whole: str = "") -> Outcome:
    """Audit a crawl; what is said is its first error row's sentence, if there is one."""
    done = run("audit", crawl, "-o", output, "--jobs", 2)
    if done.status:
        return Outcome(done, "", whole)
    rows = rows_of(output)
    errors = [str(row["error"]) for row in rows if row["error"]]
    return Outcome(done._replace(said=errors[0] if errors else done.output.splitlines()[0]),
                   f"{len(rows)}, {len(errors)} with errors", whole)  # fmt: skip


def resumed(crawl: Path, output: Path, disturbed: Ended) -> Outcome:
    """Run a disturbed audit again, and compare with one that nothing disturbed."""
    again = run("audit", crawl, "-o", output, "--jobs", 2)
    calm = output.with_name("calm")
    run("audit", crawl, "-o", calm, "--jobs", 2)
    same = again.status == 0 and rows_of(output) == rows_of(calm)
    return Outcome(disturbed, str(len(rows_of(calm))), "yes" if same else "NO")


def large_crawl(folder: Path, rows: int = 6_000) -> Path:
    """A crawl of one large file, which takes some seconds."""
    crawl = folder / "crawl"
    crawl.mkdir()
    with (crawl / "rows.jsonl").open("w") as opened:
        for number in range(rows):
            opened.write(json.dumps({"id": str(number), "text": f"{PROSE * 4} {number}"}) + "\n")
    (crawl / "note.txt").write_text(PROSE * 2)
    return crawl


def write_notes(crawl: Path) -> None:
    """Readable files beside those that are not: a crawl of which half cannot be read has failed."""
    for number in range(N_NOTES):
        (crawl / f"note{number}.txt").write_text(PROSE)


def begun(output: Path, process: subprocess.Popen[str]) -> None:
    """Wait until an audit has written its first shard."""
    while process.poll() is None and not list(output.glob(".work/*.json")):
        time.sleep(0.02)


def packed(file: Path, pieces: Iterator[bytes], compress: Callable[[bytes], bytes]) -> Path:
    """Write a file of members, each one's data compressed once if it is like the one before."""
    before, member = b"", b""
    with file.open("wb") as opened:
        for piece in pieces:
            if piece is not before:
                before, member = piece, compress(piece)
            opened.write(member)
    return file


def pieces(gigabytes: int, fill: bytes, head: bytes = b"", tail: bytes = b"") -> Iterator[bytes]:
    """A head, as many gigabytes of one byte, and a tail."""
    yield head
    whole = fill * PIECE
    for _ in range(gigabytes * 1000 * MEGABYTE // PIECE):
        yield whole
    yield tail


def text_bomb(folder: Path, gigabytes: int) -> Outcome:
    """Little that unpacks to much, in gzip."""
    return scored(packed(folder / "a.txt.gz", pieces(gigabytes, b"a"), gzip.compress))


def zstandard_bomb(folder: Path, gigabytes: int) -> Outcome:
    """The same in Zstandard."""
    return scored(packed(folder / "a.txt.zst", pieces(gigabytes, b"a"), zstandard.compress))


def long_line(folder: Path, gigabytes: int) -> Outcome:
    """A line that no memory holds, and one behind it."""
    content = pieces(gigabytes, b"a", b'{"text": "', b'"}\n{"text": "The next."}\n')
    return scored(packed(folder / "a.jsonl.gz", content, gzip.compress))


def long_cell(folder: Path, gigabytes: int) -> Outcome:
    """A cell that no memory holds."""
    content = pieces(gigabytes, b"a", b"text,id\nfirst,0\n", b",1\n")
    return scored(packed(folder / "a.csv.gz", content, gzip.compress))


def long_record(folder: Path, gigabytes: int) -> Outcome:
    """A record that no memory holds, and that ends too early."""
    size = gigabytes * 1000 * MEGABYTE
    head = (
        "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {size}\r\n\r\n"
    )
    with (folder / "a.warc").open("wb") as opened:
        opened.write(head.encode() + b"a" * 1000)
        opened.truncate(size)
    return scored(folder / "a.warc")


def page_bomb(folder: Path, gigabytes: int) -> Outcome:
    """A page whose transfer encoding unpacks to much."""
    packer = zlib.compressobj(wbits=31)
    body = b"".join(packer.compress(piece) for piece in pieces(gigabytes, b"a"))
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    http += body + packer.flush()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; "
        f"msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    (folder / "a.warc").write_bytes(head.encode() + http + b"\r\n\r\n")
    return scored(folder / "a.warc")


def sparse_text(folder: Path, gigabytes: int) -> Outcome:
    """Files that are much longer than what is in them."""
    for name in ("a.txt", "b.jsonl"):
        with (folder / name).open("wb") as opened:
            opened.write(b"{" if name == "b.jsonl" else PROSE.encode() * 99)
            opened.truncate(gigabytes * 1000 * MEGABYTE)
    return scored(folder / "a.txt", folder / "b.jsonl")


def repeated_value(folder: Path, _: int) -> Outcome:
    """A Parquet file of 60 MB of which 64 rows take 4 GB."""
    crawl = folder / "crawl"
    crawl.mkdir()

    def write() -> None:
        values = pa.array(["a" * 60 * MEGABYTE])
        rows = pa.DictionaryArray.from_arrays(pa.array([0] * 1000), values)
        pq.write_table(pa.table({"text": rows}), crawl / "a.parquet", compression="zstd")

    # The memory that starts a command counts as the command's own.
    writer = multiprocessing.get_context("fork").Process(target=write)
    writer.start()
    writer.join()
    write_notes(crawl)
    return audited(crawl, folder / "out")


def link_loop(folder: Path, _: int) -> Outcome:
    """Links that lead to themselves."""
    crawl = folder / "crawl"
    (crawl / "sub").mkdir(parents=True)
    (crawl / "sub" / "up").symlink_to(crawl)
    (crawl / "self.txt").symlink_to("self.txt")
    write_notes(crawl)
    return audited(crawl, folder / "out")


def unreadable(folder: Path, _: int) -> Outcome:
    """A file and a folder without permission."""
    crawl, output = folder / "crawl", folder / "out"
    (crawl / "closed").mkdir(parents=True)
    (crawl / "closed.txt").write_text(PROSE)
    write_notes(crawl)
    for path in (crawl / "closed", crawl / "closed.txt"):
        path.chmod(0)
    # Root is let in everywhere unless it gives that up.
    before = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    done = run("audit", crawl, "-o", output, before=[] if os.geteuid() else before)
    if done.status:
        return Outcome(done, "")
    errors = [str(row["error"]) for row in rows_of(output) if row["error"]]
    return Outcome(
        done._replace(said=" ".join(errors)), f"{N_NOTES + 2}, {len(errors)} with errors"
    )


def changed(change: Callable[[Path], object]) -> Fault:
    """A fault of a file that is not what it was when the audit found it."""

    def fault(folder: Path, _: int) -> Outcome:
        crawl, output = large_crawl(folder), folder / "out"
        process = start("audit", crawl, "-o", output, "--jobs", 2)
        begun(output, process)
        change(crawl / "rows.jsonl")
        return resumed(crawl, output, ended(process))

    return fault


def odd_names(folder: Path, _: int) -> Outcome:
    """Names that a table, a terminal or JSON cannot hold as they are."""
    crawl = folder / "crawl"
    crawl.mkdir()
    for name in (b"line\nfeed.txt", b"caf\xe9.txt", b"caf\xe8.txt", b"\x1b[31m.txt", b"a" * 250):
        (crawl / os.fsdecode(name)).write_text(PROSE * 3)
    return audited(crawl, folder / "out")


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own in memory, mounted while it is needed."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def full_disk(folder: Path, _: int) -> Outcome:
    """A disk that is full, and then has room."""
    crawl = large_crawl(folder)
    with small_disk(folder / "out", "400k") as output:
        stopped = run("audit", crawl, "-o", output, "--jobs", 2)
        subprocess.run(["mount", "-o", "remount,size=100m", output], check=True)
        return resumed(crawl, output, stopped)


def full_disk_for_report(folder: Path, _: int) -> Outcome:
    """A disk without room for a report."""
    crawl = large_crawl(folder, 100)
    run("audit", crawl, "-o", folder / "out")
    with small_disk(folder / "small", "8k") as disk:
        done = run("report", folder / "out", "-o", disk / "report.html")
    return Outcome(done, "")


def read_only(folder: Path, _: int) -> Outcome:
    """A folder that cannot be written to, and then can."""
    crawl = large_crawl(folder, 100)
    with small_disk(folder / "out", "10m") as output:
        subprocess.run(["mount", "-o", "remount,ro", output], check=True)
        stopped = run("audit", crawl, "-o", output)
        subprocess.run(["mount", "-o", "remount,rw", output], check=True)
        return resumed(crawl, output, stopped)


def two_audits(folder: Path, _: int) -> Outcome:
    """An audit while another one writes to its folder."""
    crawl, output = large_crawl(folder), folder / "out"
    first = start("audit", crawl, "-o", output, "--jobs", 2)
    begun(output, first)
    second = run("audit", crawl, "-o", output, "--jobs", 2)
    ended(first)
    return resumed(crawl, output, second)


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and those that these started, the youngest last."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += sorted(child for child, parent in parents.items() if parent == one)
    return found[1:]


def killed(which: slice) -> Fault:
    """A fault of processes that the kernel ends."""

    def fault(folder: Path, _: int) -> Outcome:
        crawl, output = large_crawl(folder), folder / "out"
        process = start("audit", crawl, "-o", output, "--jobs", 2)
        begun(output, process)
        for pid in descendants(process.pid)[which]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return resumed(crawl, output, ended(process))

    return fault


def killed_audit(folder: Path, _: int) -> Outcome:
    """The audit ended by the kernel."""
    crawl, output = large_crawl(folder), folder / "out"
    process = start("audit", crawl, "-o", output, "--jobs", 2)
    begun(output, process)
    process.kill()
    return resumed(crawl, output, ended(process))


def _cut(file: Path) -> None:
    os.truncate(file, 10_000)


def _grow(file: Path) -> None:
    with file.open("a") as opened:
        opened.write(json.dumps({"id": "new", "text": PROSE * 4}) + "\n")


def _replace(file: Path) -> None:
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"id": "other", "text": PROSE * 4}) + "\n")
    new.replace(file)


FAULTS: dict[str, Fault] = {
    "gzip that unpacks to gigabytes": text_bomb,
    "Zstandard that does": zstandard_bomb,
    "JSON Lines, a line of gigabytes": long_line,
    "CSV, a cell of gigabytes": long_cell,
    "WARC, a record of gigabytes": long_record,
    "WARC, a page that unpacks to gigabytes": page_bomb,
    "gigabytes of zeros in a sparse file": sparse_text,
    "Parquet, rows that unpack to 60 GB": repeated_value,
    "links in a loop": link_loop,
    "files and folders that may not be read": unreadable,
    "a file cut off while it is read": changed(_cut),
    "a file that grows while it is read": changed(_grow),
    "a file replaced while it is read": changed(_replace),
    "a file that vanishes while it is read": changed(Path.unlink),
    "names with line feeds, escapes and no UTF-8": odd_names,
    "a full disk": full_disk,
    "a full disk for the report": full_disk_for_report,
    "a read-only folder": read_only,
    "two audits into one folder": two_audits,
    "a worker killed": killed(slice(-1, None)),
    "all processes but the first killed": killed(slice(None)),
    "the audit killed": killed_audit,
}
"""Faults by name, in the order of the table."""

NEED_ROOT = {full_disk, full_disk_for_report, read_only}
"""Those that mount a disk."""


@click.command()
@click.option("--gigabytes", default=10, show_default=True, help="Size of what is too large.")
@click.option("--only", multiple=True, help="Faults of this name alone.")
def main(gigabytes: int, only: tuple[str, ...]) -> None:
    """Print the table."""
    click.echo(
        "| fault | it says | status | rows | whole | MB | s |\n|---|---|---:|---|---|---:|---:|"
    )
    for name, fault in FAULTS.items():
        if (only and name not in only) or (fault in NEED_ROOT and os.geteuid()):
            continue
        folder = Path(tempfile.mkdtemp(prefix="fault"))
        began = time.monotonic()
        try:
            outcome = fault(folder, gigabytes)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        said = outcome.ended.said.replace(str(folder), "...").replace("|", "/")[:220]
        status, megabytes = outcome.ended.status, outcome.ended.megabytes
        seconds = time.monotonic() - began
        click.echo(
            f"| {name} | {said} | {status} | {outcome.rows} | {outcome.whole} | {megabytes} | "
            f"{seconds:.0f} |"
        )


if __name__ == "__main__":
    main()
