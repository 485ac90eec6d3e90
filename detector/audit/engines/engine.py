"""What an audit needs of an engine."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from chaffinch.detector.audit.task import Counts, Task, WholeTask


class Engine(AbstractContextManager["Engine"], Protocol):
    """Processes that do tasks; they end with the context.

    Attributes:
        jobs: Number of processes.
    """

    jobs: int

    def run(self, tasks: Iterable[Task]) -> Iterator[Counts]:
        """Do every task once, in any order, as many at a time as there are processes.

        Tasks are pickled, and write their results to disk: a task whose process died may be
        started again.

        Raises:
            EngineError: A task failed, and not because of a document.
            OSError: A process could not write, for instance because the disk is full.
        """
        ...


def write_missing(engine: Engine, tasks: Iterable[WholeTask]) -> None:
    """Do the tasks whose target does not exist yet."""
    for _ in engine.run(task for task in tasks if not task.target.exists()):
        pass
