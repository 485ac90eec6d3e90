"""Processes that do tasks and may die or stall without stopping the others.

Each process states in shared memory which record it is at, so that a document that kills or
stalls it costs its own row.

Own code: joblib and concurrent.futures end a whole run when one worker is killed. pebble replaces
such a worker, but its time limit is for a whole task and it cannot tell which record was at
fault; tasks of one record each would cost a round trip between processes for every document.
"""

import contextlib
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any

from chaffinch.detector.audit.task import (
    Counts,
    EngineError,
    Fault,
    Limits,
    Place,
    Stage,
    Task,
)

_POLL_SECONDS = 0.5
"""Seconds between two looks at the clocks of the processes (our choice)."""

_NEWS, _STAGE, _FIRST, _LAST = range(4)
"""Places in the shared memory: a count of reports, and the `Place` that was reported last."""

_DONE = "done"
"""Sent by a process that has finished its task."""


def work_off(tasks: Iterable[Task], workers: Sequence["Worker"]) -> Iterator[Counts]:
    """Do tasks, as many at a time as there are workers.

    Raises:
        EngineError: A task failed, and not because of a document.
        OSError: A process could not write, for instance because the disk is full.
    """
    waiting = iter(tasks)
    busy = [worker for worker in workers if worker.begin(next(waiting, None))]
    while busy:
        ready = wait([worker.connection for worker in busy], _POLL_SECONDS)
        for worker in list(busy):
            message: object = None
            if worker.connection in ready:
                message = worker.receive()
            else:
                worker.check_time()
            if isinstance(message, Counts):
                yield message
            elif isinstance(message, Exception):
                raise message
            elif message == _DONE and not worker.begin(next(waiting, None)):
                busy.remove(worker)


def start_server() -> None:
    """Start the server that processes are forked from; it imports while the caller goes on.

    It imports once, and has no threads and none of the caller's open files.
    """
    # Arrow's own pools keep freed memory: a sixth more is held, and growing.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    forkserver.set_forkserver_preload(["chaffinch.detector.audit.audit"])
    # An interrupt during its imports would print a traceback. The tracker goes first: starting
    # it unblocks interrupts.
    resource_tracker.ensure_running()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class Worker:
    """One process, started when it is first needed.

    Args:
        limits: What one document may cost.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._context = multiprocessing.get_context("forkserver")
        self._place: Any = self._context.RawArray("q", 4)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._task: Task | None = None
        self._seen = (-1, 0.0)
        self.connection: Connection

    def begin(self, task: Task | None) -> bool:
        """Start on a task; False where there is none."""
        self._task = task
        if task is None:
            return False
        if self._process is None:
            start_server()
            self.connection, theirs = self._context.Pipe()
            process = self._context.Process(
                target=_work, args=(theirs, self._place, self._limits.megabytes), daemon=True
            )
            process.start()
            # Only now: a start that was interrupted leaves no process to end.
            self._process = process
            theirs.close()
        self._place[_STAGE] = Stage.WRITING
        # If the process is gone already, receiving will say so.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(task)
        return True

    def receive(self) -> object:
        """What the process sent; None after it died and was replaced."""
        try:
            return self.connection.recv()
        except (EOFError, ConnectionResetError):
            assert self._process is not None
            self._process.join(1)
            self._restart("ended its process", stalled=False)
            return None

    def check_time(self) -> None:
        """Replace the process when a step with a time limit has taken too long."""
        news = self._place[_NEWS]
        if news != self._seen[0] or self._place[_STAGE] == Stage.WRITING:
            self._seen = (news, time.monotonic())
        if time.monotonic() - self._seen[1] > self._limits.seconds:
            reason = f"took longer than {self._limits.seconds:g} s (see --timeout)"
            self._restart(reason, stalled=True)

    def _restart(self, reason: str, *, stalled: bool) -> None:
        """Go on with the task in a new process, without what ended this one."""
        assert self._task is not None
        place = Place(Stage(self._place[_STAGE]), self._place[_FIRST], self._place[_LAST])
        code = self.end()
        if not stalled and code is not None:
            reason += f" (signal {-code})" if code < 0 else f" (status {code})"
        self.begin(self._task.spared(Fault(place, reason, stalled)))

    def end(self) -> int | None:
        """Stop the process; its exit status, negative for a signal."""
        if self._process is None:
            return None
        self._process.kill()
        self._process.join()
        code = self._process.exitcode
        self.connection.close()
        self._process = None
        return code


def _work(connection: Connection, place: Any, megabytes: int) -> None:
    """Do the tasks that arrive, until the other side is gone."""
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Every core has a process already: threads of numpy would spin while they wait for it.
    threadpool_limits(1)
    _limit_memory(megabytes)

    def at(now: Place) -> None:
        place[_STAGE], place[_FIRST], place[_LAST] = now
        place[_NEWS] += 1

    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task: Task = connection.recv()
            try:
                for counts in task.run(at):
                    connection.send(counts)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except OSError as error:
                connection.send(error)
            except Exception as error:
                connection.send(EngineError(f"{type(error).__name__}: {error}"))
            else:
                at(Place(Stage.WRITING, 0, 0))
                connection.send(_DONE)


def _limit_memory(megabytes: int) -> None:
    """Limit the process to the memory that it has now and a number of megabytes more."""
    # Linux alone, as the whole package: psutil would be a dependency for one number.
    with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123
        data_pages = int(stream.read().split()[5])
    limit = data_pages * os.sysconf("SC_PAGE_SIZE") + megabytes * 1_000_000
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
