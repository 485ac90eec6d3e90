"""Work that a process can do for an audit, and what becomes of it when the process dies."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple, Protocol


class Counts(NamedTuple):
    """What a piece of work came to.

    Attributes:
        documents: Rows written.
        flagged: Flagged ones among them.
        size: Bytes of the crawl that were read for them.
    """

    documents: int = 0
    flagged: int = 0
    size: int = 0


class Stage(IntEnum):
    """What a process is at; the first two have a time limit."""

    READING = 1
    JUDGING = 2
    WRITING = 3


class Place(NamedTuple):
    """Where in its task a process is.

    Attributes:
        stage: What it is at.
        first: Number of the first record it is at, counted from 0 over the task's files.
        last: One past the last record; while reading, the number of the file.
    """

    stage: Stage
    first: int
    last: int


class Fault(NamedTuple):
    """What went wrong where.

    Attributes:
        place: Where the process was.
        reason: What happened, to go into a sentence: ``took longer than 60 s``.
        stalled: Whether it took too long; else it died.
    """

    place: Place
    reason: str
    stalled: bool


class Limits(NamedTuple):
    """What one document may cost.

    Attributes:
        seconds: Time for one step with a document, or with a batch of them.
        megabytes: Memory that a process may take beyond what it starts with.
    """

    seconds: float = 60.0
    megabytes: int = 2_000


class Task(Protocol):
    """A piece of work that is sent to a process."""

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        """Do it, telling `at` of every step before it is taken."""
        ...

    def spared(self, fault: Fault) -> "Task":
        """The task to do instead after a fault: slower, or without the record at fault.

        Raises:
            EngineError: Nothing can be left out.
        """
        ...


@dataclass(frozen=True)
class WholeTask(ABC):
    """A task that writes one file or folder, of which nothing can be left out.

    Attributes:
        target: What it writes; it is done where that is there.
    """

    target: Path

    @abstractmethod
    def write(self) -> None:
        """Write the target so that it appears whole."""

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        """Do it."""
        at(Place(Stage.WRITING, 0, 0))
        self.write()
        yield Counts()

    def spared(self, fault: Fault) -> "WholeTask":
        """Nothing can be left out here."""
        raise while_writing(fault, self.target.parent)


class EngineError(Exception):
    """Processes that cannot go on; the message says why and what to do."""


def while_writing(fault: Fault, folder: Path) -> EngineError:
    """What to say of a process that came to an end while it wrote to a folder."""
    return EngineError(
        f"A process {fault.reason} while it wrote {folder}. Make room there, or use fewer "
        "--jobs, and run the same command again to go on."
    )
