"""The cores of this machine."""

from collections.abc import Iterable, Iterator

from chaffinch.detector.audit.engines.engine import Engine
from chaffinch.detector.audit.engines.process import Worker, work_off
from chaffinch.detector.audit.task import Counts, Limits, Task


class LocalEngine(Engine):
    """Processes on this machine.

    Args:
        jobs: Number of processes; as many as cores where None.
        limits: What one document may cost.
    """

    def __init__(self, jobs: int | None, limits: Limits) -> None:
        from joblib import cpu_count

        self.jobs: int = jobs or cpu_count()
        self._workers = [Worker(limits) for _ in range(self.jobs)]

    def __exit__(self, *problem: object) -> None:
        for worker in self._workers:
            worker.end()

    def run(self, tasks: Iterable[Task]) -> Iterator[Counts]:
        yield from work_off(tasks, self._workers)
