"""An engine for tests: what a task raises, a test sees."""

from collections.abc import Iterable, Iterator

from chaffinch.detector.audit.engines.engine import Engine
from chaffinch.detector.audit.task import Counts, EngineError, Task


class InThisProcess(Engine):
    """An engine without processes that may stop after some tasks.

    Attributes:
        done: Kind of each task that was done.
        stop_after: Tasks of a run after which it stops.
    """

    jobs = 1

    def __init__(self) -> None:
        self.done: list[str] = []
        self.stop_after = 1000

    def __exit__(self, *problem: object) -> None:
        pass

    def run(self, tasks: Iterable[Task]) -> Iterator[Counts]:
        for number, task in enumerate(tasks):
            if number == self.stop_after:
                raise EngineError("stopped")
            yield from task.run(lambda place: None)
            self.done.append(type(task).__name__)
