"""Tasks that try their process, for processes to import."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from threadpoolctl import threadpool_info

from chaffinch.detector.audit.task import Counts, Fault, Place, Stage

RECORDS = 5


class Faulty(NamedTuple):
    """A task of five records, of which some are handled badly.

    Attributes:
        deadly: Records that kill the process.
        endless: Records that stall it.
        spare: Records that are left out, with the reasons.
        full: Whether the disk is full.
    """

    deadly: tuple[int, ...] = ()
    endless: tuple[int, ...] = ()
    spare: tuple[tuple[int, str], ...] = ()
    full: bool = False

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        left_out = dict(self.spare)
        for number in range(RECORDS):
            at(Place(Stage.JUDGING, number, number + 1))
            if number in left_out:
                continue
            if number in self.deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            if number in self.endless:
                time.sleep(600)
            if self.full:
                raise OSError(28, "No space left on device", "shard")
        yield Counts(RECORDS, len(left_out))

    def spared(self, fault: Fault) -> "Faulty":
        return self._replace(spare=(*self.spare, (fault.place.first, fault.reason)))


class Threads(NamedTuple):
    """A task that counts as documents the most threads that a numeric library would use."""

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        yield Counts(max(library["num_threads"] for library in threadpool_info()))

    def spared(self, fault: Fault) -> "Threads":
        return self


class Lost(NamedTuple):
    """A task whose machine, with all processes on it, is lost while it runs.

    Attributes:
        traces: File that grows by a byte with each attempt.
        times: How many attempts are lost.
    """

    traces: Path
    times: int

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        at(Place(Stage.WRITING, 0, 0))
        with self.traces.open("ab") as stream:
            stream.write(b".")
        if self.traces.stat().st_size <= self.times:
            # The process was forked by a server, which the engine's own process started.
            os.kill(_parent(os.getppid()), signal.SIGKILL)
            time.sleep(600)
        yield Counts(RECORDS)

    def spared(self, fault: Fault) -> "Lost":
        return self


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
