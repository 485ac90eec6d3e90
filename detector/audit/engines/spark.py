"""A Spark cluster: each task is a job of one partition, which Spark repeats where it loses one.

Spark's Python worker hands its task to a process of its own, so that a document that kills or
stalls it costs its own row, as on one machine. Jobs are sent from as many threads as there are
processes: Spark hands out no result of a job before its last task is done, so that one job over
all tasks would be silent until the end, and hold all of them in the driver.
"""

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib.metadata import version
from tempfile import TemporaryFile
from threading import Thread, current_thread, main_thread
from typing import Any
from uuid import uuid4

from chaffinch.datasets.files import MissingLibrary
from chaffinch.detector.audit.engines.engine import Engine
from chaffinch.detector.audit.engines.process import Worker, work_off
from chaffinch.detector.audit.task import Counts, EngineError, Limits, Task

_ATTEMPTS = 3
"""Processes that may be lost over one task before the audit stops, on this machine (our choice);
on a cluster, ``spark.task.maxFailures`` says it."""

_CANCEL_SECONDS = 0.5
"""Seconds between two attempts to cancel what runs; our choice."""

_END_SECONDS = 20.0
"""Seconds that Spark has to stop before its Java is killed; our choice: it needs one or two."""

_MAX_REASON = 300
"""Characters of a reason of Java's in a message, our choice: its class and a sentence."""

_TELLING = ("failed", "Error", "Exception", "JAVA")
"""What the line of Java's has in it that says why it ended."""

_THIS_MACHINE = "local[*]"
"""What ``spark.master`` is where nobody set it."""


class SparkEngine(Engine):
    """Jobs on the cluster that ``spark.master`` names, or on a Spark that is started here.

    Spark reads the name where it always does: in ``PYSPARK_SUBMIT_ARGS``, in
    ``spark-defaults.conf``, or from ``spark-submit``. A context that the program has already is
    used as it is, and left running.

    Args:
        jobs: Number of jobs at a time; by default as many as Spark has cores, and where it is
            started here, as this process may use.
        limits: What one document may cost.

    Raises:
        EngineError: Spark does not start, or cannot reach its cluster.
        MissingLibrary: PySpark is not installed.
    """

    def __init__(self, jobs: int | None, limits: Limits) -> None:
        try:
            import pyspark
        except ImportError:
            raise MissingLibrary(
                "The engine spark needs PySpark and Java. Install them: pip install "
                "'chaffinch[spark]', and Java 17 or newer."
            ) from None
        active: Any = pyspark.SparkContext._active_spark_context
        self._ours = active is None
        self._context: Any = _started(jobs) if self._ours else active
        self.jobs: int = jobs or self._context.defaultParallelism
        self._work = partial(_work, version("chaffinch"), limits)
        self._group = f"chaffinch-{uuid4()}"
        self._running: set[Future[list[Counts]]] = set()
        self._pool = ThreadPoolExecutor(self.jobs, initializer=self._name_jobs)

    def __exit__(self, *problem: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        # By another thread: an interrupt may have left this one's talk with Java half done.
        ending = Thread(target=self._end, daemon=True)
        ending.start()
        ending.join(_END_SECONDS)
        if ending.is_alive() and self._ours:
            self._context._gateway.proc.kill()

    def _end(self) -> None:
        """Cancel what runs, and stop a context that was started here."""
        # A context that has lost its cluster, or Java, has stopped already.
        with suppress(Exception):
            # Again and again: a thread may only now be on its way to send its job.
            while wait(self._running, _CANCEL_SECONDS).not_done:
                self._context.cancelJobGroup(self._group)
        if self._ours:
            self._context.stop()

    def run(self, tasks: Iterable[Task]) -> Iterator[Counts]:
        # Pickled by Python itself, as for the other engines, not by Spark's serialiser.
        pickled = map(pickle.dumps, tasks)
        while True:
            while len(self._running) < self.jobs and (task := next(pickled, None)) is not None:
                self._running.add(self._pool.submit(self._do, task))
            if not self._running:
                return
            done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
            for one in done:
                yield from one.result()

    def _name_jobs(self) -> None:
        """Let the jobs of this thread be cancelled, also while they run."""
        self._context.setJobGroup(self._group, "chaffinch audit", interruptOnCancel=True)

    def _do(self, pickled: bytes) -> list[Counts]:
        """Do one task, and wait for it."""
        try:
            (done,) = self._context.parallelize([pickled], 1).mapPartitions(self._work).collect()
        # Java's errors, those of the connection to it, and those that Spark makes of a worker's.
        except Exception as error:
            raise EngineError(
                f"Spark gave a task up ({_reason(error)}). Look at its memory, and whether "
                f"chaffinch[spark] {version('chaffinch')} and the same Python are on all of its "
                "machines. Run the same command again to go on."
            ) from None
        if isinstance(done, Exception):
            raise done
        counts: list[Counts] = done
        return counts


def _started(jobs: int | None) -> Any:
    """A new context that has reached its cluster."""
    with warnings.catch_warnings():
        # PySpark warns of versions of pandas, which an audit does not use.
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark import SparkConf, SparkContext

        gateway = SparkContext._gateway or _launched()
        conf: Any = SparkConf(_jvm=gateway.jvm)
        _configure(conf, jobs)
        try:
            with _kept_interrupts():
                context: Any = SparkContext(conf=conf, gateway=gateway)
            if not context.master.startswith("local"):
                # A cluster that cannot be reached fails jobs, and not the start.
                context.parallelize([0], 1).count()
            return context
        # Errors of Java's, of PySpark's and of Python's, which have no other class in common.
        except Exception as error:
            problem = _reason(error)
    raise EngineError(
        f"Spark at {conf.get('spark.master')} cannot be used ({problem}). Check spark.master, or "
        "leave it out to use this machine alone."
    )


@contextmanager
def _kept_interrupts() -> Iterator[None]:
    """Keep what an interrupt does: Spark's own handler talks to Java in the middle of a talk."""
    before = signal.getsignal(signal.SIGINT)
    yield
    if current_thread() is main_thread():
        signal.signal(signal.SIGINT, before)


def _launched() -> Any:
    """Java with Spark in it; what it says goes into the error, not to the terminal.

    Raises:
        EngineError: It does not start.
    """
    from pyspark import java_gateway

    launch: Any = java_gateway.launch_gateway
    with TemporaryFile() as said:
        try:
            return launch(popen_kwargs={"stdout": said, "stderr": said})
        except Exception as error:
            said.seek(0)
            words = _reason(said.read().decode("utf-8", "replace")) or _reason(error)
    raise EngineError(
        f"Spark does not start ({words}). Check spark.master, and that JAVA_HOME or PATH leads to "
        "Java 17 or newer."
    )


def _configure(conf: Any, jobs: int | None) -> None:
    """Fill in what the configuration that Spark has read leaves open."""
    from joblib import cpu_count

    conf.setAppName("chaffinch audit")
    conf.setIfMissing("spark.ui.showConsoleProgress", "false")
    if conf.get("spark.master", _THIS_MACHINE) == _THIS_MACHINE:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        conf.setMaster(f"local[{jobs or cpu_count()},{_ATTEMPTS}]")
        conf.setIfMissing("spark.ui.enabled", "false")
        # Nobody else has to reach it.
        conf.setIfMissing("spark.driver.host", "127.0.0.1")
        conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1")


def _reason(said: object) -> str:
    """The line that says what happened, or "" where nothing is said."""
    lines = [line.strip() for line in str(said).splitlines() if line.strip()]
    told = [line for line in lines if any(word in line for word in _TELLING)]
    return (told or lines or [""])[0][:_MAX_REASON].rstrip(".: ")


@cache
def _worker(limits: Limits) -> Worker:
    """The one process of this Python worker of Spark's, which does many tasks."""
    # Otherwise every process runs Spark's program as its main module first.
    main = vars(sys.modules["__main__"])
    main.pop("__file__", None)
    main["__spec__"] = None
    return Worker(limits)


def _work(
    ours: str, limits: Limits, pickled: Iterable[bytes]
) -> Iterator[list[Counts] | Exception]:
    """Do tasks on a machine of the cluster; an error is a result, which Spark does not repeat."""
    theirs = version("chaffinch")
    if theirs != ours:
        yield EngineError(
            f"A machine of the Spark cluster has chaffinch {theirs}, this one {ours}. Install "
            "the same version on all of them."
        )
        return
    for task in pickled:
        try:
            yield [*work_off([pickle.loads(task)], [_worker(limits)])]
        except (OSError, EngineError) as error:
            yield error
