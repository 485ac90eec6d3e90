"""A Ray cluster: one process on every CPU but one, each of which may die.

Each actor does one task at a time in a process of its own, so that a document that kills or
stalls it costs its own row, as on one machine. When an actor is lost with its machine, its task
goes to another. Tasks read their files themselves: there are no readers to starve.
"""

import logging
import os
import pickle
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, NamedTuple

from chaffinch.datasets.files import MissingLibrary
from chaffinch.detector.audit.engines.engine import Engine
from chaffinch.detector.audit.engines.process import Worker, work_off
from chaffinch.detector.audit.task import Counts, EngineError, Limits, Task

_ATTEMPTS = 3
"""Actors that may be lost over one task before the audit stops (our choice)."""

_STORE_BYTES = 200_000_000
"""Bytes that Ray shares between processes of one machine: tasks and counts are small."""


class RayEngine(Engine):
    """Actors on the cluster that ``RAY_ADDRESS`` names, or on one that is started here.

    A cluster that the program is connected to already is used as it is, and left running.

    Args:
        jobs: Number of actors; at most, and by default, one fewer than the cluster has CPUs, so
            that the cluster stays responsive.
        limits: What one document may cost.

    Raises:
        EngineError: The cluster cannot be reached.
        MissingLibrary: Ray is not installed.
    """

    def __init__(self, jobs: int | None, limits: Limits) -> None:
        # Ray reports its use to its makers unless told not to.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
        except ImportError:
            raise MissingLibrary(
                "The engine ray needs Ray. Install it: pip install 'chaffinch[ray]'."
            ) from None
        self._ray: Any = ray
        self._ours = not ray.is_initialized()
        if self._ours:
            self._connect(jobs)
        cpus = int(self._ray.cluster_resources().get("CPU", 1))
        self.jobs = max(1, min(jobs or cpus, cpus - 1))
        self._actor: Any = ray.remote(num_cpus=1)(_Actor)
        self._limits = limits
        self._actors: set[Any] = set()
        self._starting: dict[Any, Any] = {}
        self._idle: list[Any] = []
        for _ in range(self.jobs):
            self._start()

    def _connect(self, jobs: int | None) -> None:
        from joblib import cpu_count

        address = os.environ.get("RAY_ADDRESS", "local")
        settings: dict[str, Any] = {}
        if address == "local":
            settings = {
                "num_cpus": (jobs or cpu_count()) + 1,
                "include_dashboard": False,
                "object_store_memory": _STORE_BYTES,
            }
        try:
            self._ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **settings)
        # Ray raises no class of its own when a cluster does not start in time.
        except Exception as error:
            raise EngineError(
                f"The Ray cluster at {address} cannot be used ({_first_line(error)}). Check "
                "RAY_ADDRESS, or unset it to use this machine alone."
            ) from None

    def __exit__(self, *problem: object) -> None:
        for actor in self._actors:
            self._ray.kill(actor)
        if self._ours:
            self._ray.shutdown()

    def run(self, tasks: Iterable[Task]) -> Iterator[Counts]:
        fresh = (_Attempt(pickle.dumps(task)) for task in tasks)
        again: list[_Attempt] = []
        running: dict[Any, tuple[Any, _Attempt]] = {}
        while True:
            while self._idle:
                attempt = again.pop() if again else next(fresh, None)
                if attempt is None:
                    break
                actor = self._idle.pop()
                begun = actor.run.options(num_returns="streaming").remote(attempt.pickled)
                running[begun] = actor, attempt
            if self._idle and not running:
                return
            # Actors without a CPU are waited for, and get work once they have one.
            ready, _ = self._ray.wait([*running, *self._starting], fetch_local=False)
            for reference in ready:
                if reference in self._starting:
                    self._started(reference)
                    continue
                try:
                    yield self._ray.get(next(reference))
                except StopIteration:
                    self._idle.append(running.pop(reference)[0])
                except self._ray.exceptions.RayActorError as error:
                    actor, attempt = running.pop(reference)
                    self._actors.remove(actor)
                    again.append(attempt.after(error))
                    self._start()
                except self._ray.exceptions.RayTaskError as error:
                    if isinstance(error.cause, OSError | EngineError):
                        raise error.cause from None
                    raise EngineError(f"The Ray cluster failed ({_first_line(error)}).") from None

    def _start(self) -> None:
        actor = self._actor.remote(self._limits)
        self._actors.add(actor)
        self._starting[actor.version.remote()] = actor

    def _started(self, reference: Any) -> None:
        actor = self._starting.pop(reference)
        ours = version("chaffinch")
        try:
            theirs = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            raise EngineError(
                f"A process on the Ray cluster does not start ({_first_line(error)}). Install "
                f"chaffinch[ray] {ours} and the same Python on all of its machines."
            ) from None
        if theirs != ours:
            raise EngineError(
                f"A machine of the Ray cluster has chaffinch {theirs}, this one {ours}. Install "
                "the same version on all of them."
            )
        self._idle.append(actor)


class _Attempt(NamedTuple):
    """A task, and how often its actor was lost."""

    # Pickled here: Ray's own way with Arrow tables needs further libraries.
    pickled: bytes
    losses: int = 0

    def after(self, error: Exception) -> "_Attempt":
        """The next attempt, after an actor was lost."""
        if self.losses + 1 >= _ATTEMPTS:
            raise EngineError(
                f"The Ray cluster lost a process {_ATTEMPTS} times over one task "
                f"({_first_line(error)}). Look at its memory, and run the same command again to "
                "go on."
            )
        return self._replace(losses=self.losses + 1)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".:")


class _Actor:
    """One CPU of the cluster."""

    def __init__(self, limits: Limits) -> None:
        # Otherwise every process runs Ray's program as its main module first: half a second.
        vars(sys.modules["__main__"]).pop("__file__", None)
        self._workers = [Worker(limits)]

    def version(self) -> str:
        """Of Chaffinch, on the actor's machine."""
        return version("chaffinch")

    def run(self, pickled: bytes) -> Iterator[Counts]:
        """Do one task."""
        task: Task = pickle.loads(pickled)
        yield from work_off([task], self._workers)
