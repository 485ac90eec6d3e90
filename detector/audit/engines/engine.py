"""What an audit needs of an engine."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from chaffinch.detector.audit.task import Counts, Progress, Task, WholeTask


class Engine(AbstractContextManager["Engine"], Protocol):
    """Processes that do tasks; they end with the context.

    Attributes:
        jobs: Number of processes.
        progress: Told of the stages that run on it.
    """

    jobs: int
    progress: Progress = Progress()

    def run(self, tasks: Iterable[Task]) -> Iterator[Counts]:
        """Do every task once, in any order, as many at a time as there are processes.

        Tasks are pickled, and write their results to disk: a task whose process died may be
        started again.

        Raises:
            EngineError: A task failed, and not because of a document.
            OSError: A process could not write, for instance because the disk is full.
        """
        ...


def write_missing(engine: Engine, stage: str, tasks: Iterable[WholeTask], total: int) -> None:
    """Do the tasks whose target does not exist yet.

    Args:
        engine: What they run on.
        stage: What they do, for `Progress.begin`.
        tasks: The tasks.
        total: The sum of their sizes.
    """
    progress = engine.progress
    progress.begin(stage, total)

    def missing() -> Iterator[WholeTask]:
        for task in tasks:
            if task.target.exists():
                progress.advance(Counts(size=task.size))
            else:
                yield task

    for done in engine.run(missing()):
        progress.advance(done)
