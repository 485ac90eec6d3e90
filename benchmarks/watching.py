"""The installed command, run and watched: its memory and processor time, all processes together."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHAFFINCH = str(Path(sys.executable).with_name("chaffinch"))
"""The command that is installed beside the interpreter."""

POLL_SECONDS = 0.1
"""Time between two looks at the processes; our choice: reading their memory takes milliseconds."""


def command(crawl: Path, output: Path, jobs: int) -> list[str]:
    """The audit's command line."""
    return [CHAFFINCH, "audit", str(crawl), "-o", str(output), "--jobs", str(jobs)]


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


class Usage(NamedTuple):
    """What a process has used so far.

    Attributes:
        seconds: Processor time, that of children that ended included.
        peak: Most bytes of memory held at one time, shared pages included.
    """

    seconds: float
    peak: int


def usage(process: int) -> Usage:
    """What a process has used; nothing where it is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        highest = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return Usage(0.0, 0)
    seconds = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return Usage(seconds, int(highest[1]) * 1024 if highest else 0)


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
