"""Tasks of an audit, and what becomes of one when its process dies."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple, Protocol


class Counts(NamedTuple):
    """What a part of a task came to.

    Attributes:
        documents: Rows written.
        flagged: Flagged ones among them.
        size: What it adds to its stage: bytes of the crawl that were judged, or tasks or rows of
            a later stage.
        kind: While judging, what kind of files it was: one of those that `Progress.expect` names.
        seconds: While judging, what it took on the clock of the process that did it.
    """

    documents: int = 0
    flagged: int = 0
    size: int = 0
    kind: str = ""
    seconds: float = 0.0


class Progress:
    """Told how far an audit has come; this one tells nobody."""

    def begin(self, stage: str, total: int) -> None:
        """A stage begins.

        Args:
            stage: What it does, in a word or two: ``comparing texts``.
            total: What the sizes of all its `Counts` add up to.
        """

    def expect(self, sizes: Mapping[str, int], jobs: int) -> None:
        """What judging, which has just begun, will read.

        Args:
            sizes: Bytes of the crawl by kind of file.
            jobs: Number of processes that share them.
        """

    def advance(self, done: Counts) -> None:
        """A part of the stage is done."""


class Stage(IntEnum):
    """What a process is doing; the first two have a time limit."""

    READING = 1
    JUDGING = 2
    WRITING = 3


class Place(NamedTuple):
    """Where a process is in its task.

    Attributes:
        stage: What it is doing.
        first: Number of the first record concerned, counted from 0 over the task's files.
        last: One past the last record; while reading, the number of the file.
    """

    stage: Stage
    first: int
    last: int


class Fault(NamedTuple):
    """Why a process ended.

    Attributes:
        place: Where the process was.
        reason: What happened, to go into a sentence: ``took longer than 60 s``.
        stalled: Whether it took too long; otherwise it died.
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
    """Work that is sent to a process."""

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        """Do it, telling `at` of every step before it begins."""
        ...

    def spared(self, fault: Fault) -> "Task":
        """The task to do instead after a fault: slower, or without the record at fault.

        Raises:
            EngineError: Nothing can be left out.
        """
        ...


@dataclass(frozen=True)
class WholeTask(ABC):
    """A task that writes one file or folder, and cannot leave anything out.

    Attributes:
        target: What it writes; the task is done when that exists.
    """

    target: Path

    @property
    def size(self) -> int:
        """Its share of its stage."""
        return 1

    @abstractmethod
    def write(self) -> None:
        """Write the target, which must appear whole or not at all."""

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        """Do it."""
        at(Place(Stage.WRITING, 0, 0))
        self.write()
        yield Counts(size=self.size)

    def spared(self, fault: Fault) -> "WholeTask":
        """Raise: there is nothing to leave out."""
        raise while_writing(fault, self.target.parent)


class EngineError(Exception):
    """Processes that cannot go on; the message says why and what to do."""


def while_writing(fault: Fault, folder: Path) -> EngineError:
    """The error for a process that ended while it wrote to a folder."""
    return EngineError(
        f"A process {fault.reason} while it wrote {folder}. Make room there, or use fewer "
        "--jobs, and run the same command again to go on."
    )
