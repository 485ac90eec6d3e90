"""What an audit asks of an engine, whatever machines it has."""

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

        A task travels to its process as a pickle, and what it gives is on disk when it is done:
        it may be begun again after its process is gone.

        Raises:
            EngineError: A task failed in a way that no document is to blame for.
            OSError: A process could not write, for instance because the disk is full.
        """
        ...


def write_missing(engine: Engine, tasks: Iterable[WholeTask]) -> None:
    """Do the tasks whose target is not there yet."""
    for _ in engine.run(task for task in tasks if not task.target.exists()):
        pass
