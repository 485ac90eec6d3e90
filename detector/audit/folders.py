"""The stage of an audit that asks whose pages lie in the folders that are called like hosts."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chaffinch.detector.atomic import write_text
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.misnamed import NAMED_COLUMNS, folder_host, says_whose
from chaffinch.detector.audit.rows import ShardRows, tables
from chaffinch.detector.audit.task import WholeTask

_TASK_ROWS = 20_000
"""Rows that a task asks (our choice: a second's work)."""


@dataclass(frozen=True)
class AskWhose(WholeTask):
    """Count the pages under each host's folder that say that they are its own, and that do not.

    Attributes:
        segments: The rows.
    """

    segments: tuple[ShardRows, ...]

    def write(self) -> None:
        said: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        for table in tables(self.segments, NAMED_COLUMNS):
            for row in table.to_pylist():
                folder = folder_host(row)
                answer = says_whose(row, folder) if folder else None
                if answer is not None:
                    said[answer][folder] += 1
        write_text(self.target, json.dumps([said[True], said[False]]))


def with_misnamed(
    segments: Sequence[ShardRows], work: Path, digest: str, engine: Engine
) -> list[ShardRows]:
    """The rows, knowing which folders hold the pages of other owners than they are called like.

    What an earlier run was told is not asked again.

    Args:
        segments: All rows.
        work: The audit's folder for work; ``folders-*`` in it is the stage's.
        digest: The same for the same rows.
        engine: What the tasks run on.
    """
    folder = work / f"folders-{digest}"
    for other in work.glob("folders-*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(exist_ok=True)
    tasks = [
        AskWhose(folder / f"{number:07d}.json", part)
        for number, part in enumerate(_parts(segments))
    ]
    write_missing(engine, "asking whose folders are", tasks, len(tasks))
    own: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for task in tasks:
        for total, counted in zip((own, others), json.loads(task.target.read_text()), strict=True):
            total.update(counted)
    misnamed = frozenset(name for name, count in others.items() if count > own[name])
    return [segment._replace(misnamed=misnamed) for segment in segments]


def _parts(segments: Sequence[ShardRows]) -> Iterator[tuple[ShardRows, ...]]:
    part: list[ShardRows] = []
    for segment in segments:
        part.append(segment)
        if sum(one.about for one in part) >= _TASK_ROWS:
            yield tuple(part)
            part = []
    if part:
        yield tuple(part)
