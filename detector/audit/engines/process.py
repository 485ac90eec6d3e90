"""Processes that may die or stall while they do tasks, without taking others along.

joblib and concurrent.futures end a whole run when one worker is killed, and cannot tell which
document did it. Here each process states in shared memory where it is, so that a document that
kills or stalls it costs its own row.
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
_NEWS, _STAGE, _FIRST, _LAST = range(4)


def work_off(tasks: Iterable[Task], workers: Sequence["Worker"]) -> Iterator[Counts]:
    """Do tasks, as many at a time as there are workers.

    Raises:
        EngineError: A task failed in a way that no document is to blame for.
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


_DONE = "done"


def start_server() -> None:
    """Start the server that processes are forked from: it imports while the caller goes on.

    It imports once and has no threads and none of the caller's open files.
    """
    # Arrow's own pools keep what was freed: a sixth more memory, and growing.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    forkserver.set_forkserver_preload(["chaffinch.detector.audit.audit"])
    # It would be interrupted while it imports, where Python says so at length. Starting the
    # tracker unblocks interrupts.
    resource_tracker.ensure_running()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


class Worker:
    """A process, started when it is first needed.

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
            # Only now: an interrupted start leaves nothing that could be ended.
            self._process = process
            theirs.close()
        self._place[_STAGE] = Stage.WRITING
        # Where the process is already gone, receiving will say so.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(task)
        return True

    def receive(self) -> object:
        """What the process sends; None after it died and was replaced."""
        try:
            return self.connection.recv()
        except (EOFError, ConnectionResetError):
            assert self._process is not None
            self._process.join(1)
            self._restart("ended its process", stalled=False)
            return None

    def check_time(self) -> None:
        """Replace the process where a step with a time limit has taken too long."""
        news = self._place[_NEWS]
        if news != self._seen[0] or self._place[_STAGE] == Stage.WRITING:
            self._seen = (news, time.monotonic())
        if time.monotonic() - self._seen[1] > self._limits.seconds:
            reason = f"took longer than {self._limits.seconds:g} s (see --timeout)"
            self._restart(reason, stalled=True)

    def _restart(self, reason: str, *, stalled: bool) -> None:
        """Go on with the task in a new process, sparing it what ended this one."""
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
    """Do the tasks that come, until the other side is gone."""
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Every core has a process already: threads of numpy's would wait for it, and spin meanwhile.
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
    """Refuse the process more memory than it has and a number of megabytes."""
    with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123
        data_pages = int(stream.read().split()[5])
    limit = data_pages * os.sysconf("SC_PAGE_SIZE") + megabytes * 1_000_000
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, most))
