"""One unit of an audit's work: files read, judged, and written as shards."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from chaffinch.datasets.intake import Item, item_of, read_records
from chaffinch.datasets.readers.reader import DOCUMENT, Columns
from chaffinch.datasets.records import Record
from chaffinch.detector.audit.crawl import CrawlFile, location
from chaffinch.detector.audit.judging import judge
from chaffinch.detector.audit.schema import error_row, row_schema, rows_table, verdict_row
from chaffinch.detector.audit.storage import ShardWriter, is_finished, shard_path
from chaffinch.detector.audit.task import Counts, EngineError, Fault, Place, Stage
from chaffinch.detector.despinning import despun_text
from chaffinch.detector.detector import Detector
from chaffinch.detector.verdict import Verdict
from chaffinch.features.copies.sketch import sketch, sketch_block
from chaffinch.features.text.tokens import TokenBlock

Thing = TypeVar("Thing")

SHARD_RECORDS = 500
"""Records of a shard, and so the most that are judged again after a stop."""

BATCH_DOCUMENTS = 64
BATCH_CHARACTERS = 1_000_000
"""What is judged at once at most, but for one document that is longer."""

_ATTEMPTS = 3
"""Times that a unit is begun anew for no record's fault; our choice."""


class Settings(NamedTuple):
    """What decides a row, besides the record itself.

    Attributes:
        model: Model folder, or None for the bundled one.
        threshold: Probability from which documents are flagged, or None for the model's.
        base_rate: Share of republications to assume, or None for the model's.
        columns: Which columns of a table hold the document.
        max_fpr: Share of the model's honest calibration texts that may be flagged, in place of
            a threshold; None for no such limit.
        fast: Whether the model's second reader is left out.
    """

    model: str | None = None
    threshold: float | None = None
    base_rate: float | None = None
    columns: Columns = DOCUMENT
    max_fpr: float | None = None
    fast: bool = False


@cache
def detector_for(settings: Settings) -> Detector:
    """The detector of these settings, loaded once a process."""
    return Detector.load(
        settings.model,
        threshold=settings.threshold,
        base_rate=settings.base_rate,
        max_fpr=settings.max_fpr,
        fast=settings.fast,
    )


class Unit(NamedTuple):
    """Files to judge together; what is on disk already is not judged again.

    Attributes:
        root: Folder or URL that the files' paths are relative to.
        files: The files.
        work: Folder for the shards.
        settings: What to judge with.
        lane: Which shards to make: those whose number leaves this rest when divided by `lanes`.
        lanes: Into how many tasks the unit is divided.
        alone: How often each record, by its number, ended a process while judged alone.
        unreadable: As `alone`, by number and file, for records that ended it while read.
        left_out: Why a record is not judged, by number.
        attempts: How often a process ended for no record's fault.
        kind: What its `Counts` are of, for `Progress.expect`.
    """

    root: str
    files: tuple[CrawlFile, ...]
    work: Path
    settings: Settings
    lane: int = 0
    lanes: int = 1
    alone: dict[int, int] = {}  # noqa: RUF012
    unreadable: dict[tuple[int, int], int | str] = {}  # noqa: RUF012
    left_out: dict[int, str] = {}  # noqa: RUF012
    attempts: int = 0
    kind: str = ""

    @property
    def name(self) -> str:
        """The same for the same files."""
        return hashlib.blake2b(json.dumps(self.files).encode(), digest_size=12).hexdigest()

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        """Judge the files and write their shards."""
        return _Run(self, at).shards()

    def spared(self, fault: Fault) -> "Unit":
        """Judge the records at fault one by one; leave out one that ends its process again."""
        stage, first, last = fault.place
        enough = 1 if fault.stalled else 2
        if stage == Stage.READING:
            times = self.unreadable.get((first, last), 0)
            assert isinstance(times, int)
            state: int | str = times + 1 if times + 1 < enough else fault.reason
            return self._replace(unreadable={**self.unreadable, (first, last): state})
        if stage == Stage.JUDGING:
            alone = {number: self.alone.get(number, 0) for number in range(first, last)}
            if last - first == 1:
                alone[first] += 1
                if alone[first] >= enough:
                    return self._replace(left_out={**self.left_out, first: fault.reason})
            return self._replace(alone={**self.alone, **alone})
        if self.attempts + 1 >= _ATTEMPTS:
            raise EngineError(
                f"A process {fault.reason} {_ATTEMPTS} times while it wrote {self.work}. "
                "Make room there, or use fewer --jobs."
            )
        return self._replace(attempts=self.attempts + 1)


class _Run:
    """A unit on its way through a process."""

    def __init__(self, unit: Unit, at: Callable[[Place], None]) -> None:
        self._unit = unit
        self._name = unit.name
        self._at = at
        self._detector = detector_for(unit.settings)
        self._schema = row_schema(self._detector.feature_names)
        self._stream: BinaryIO | None = None
        self._read = 0
        # From here, when the model is loaded: that takes as long for one page as for a million.
        self._reported = time.monotonic()

    def shards(self) -> Iterator[Counts]:
        """Write the shards of the unit's lane that are not there yet."""
        unit = self._unit
        number = -1
        reported = 0
        writer: _Shard | None = None
        for place, record in enumerate(self._records()):
            if place // SHARD_RECORDS != number:
                if writer is not None:
                    yield self._counts(writer.finish([]), reported)
                    reported = self._read
                number = place // SHARD_RECORDS
                writer = self._shard(number)
            if writer is not None:
                writer.add(place, record)
        if number < 0:
            number, writer = 0, self._shard(0)
        if writer is not None:
            done = writer.finish([list(file) for file in unit.files])
            yield self._counts(done, reported)
        else:
            yield self._counts(Counts(), reported)

    def _counts(self, done: Counts, reported: int) -> Counts:
        before, self._reported = self._reported, time.monotonic()
        return done._replace(
            size=(self._read - reported) // self._unit.lanes,
            kind=self._unit.kind,
            seconds=self._reported - before,
        )

    def _shard(self, number: int) -> "_Shard | None":
        path = shard_path(self._unit.work, self._name, number)
        if number % self._unit.lanes != self._unit.lane or is_finished(path):
            return None
        return _Shard(ShardWriter(path, self._schema), self._unit, self._detector, self._at)

    def _records(self) -> Iterator[Record]:
        """Records of all files; numbers over all files are what places and faults name."""
        number = 0
        before = 0
        for index, file in enumerate(self._unit.files):
            place = location(self._unit.root, file.path)
            with closing(
                read_records(  # pyright: ignore[reportArgumentType]
                    place, file.path, columns=self._unit.settings.columns, opened=self._opened
                )
            ) as records:  # type: ignore[type-var]
                offset = 0
                while True:
                    fault = self._unit.unreadable.get((number, index))
                    if isinstance(fault, str):
                        sentence = (
                            f"{file.path}, record {offset}: reading it {fault}. The rest of the "
                            "file was not read; mend or remove it."
                        )
                        yield Record(file.path, offset, error=sentence)
                        number += 1
                        break
                    self._at(Place(Stage.READING, number, index))
                    try:
                        record = next(records, None)
                    except Exception as error:
                        record = _broken_off(file.path, offset, error)
                    if record is None:
                        break
                    if self._stream is not None and not self._stream.closed:
                        self._read = before + self._stream.tell()
                    yield record
                    number += 1
                    offset = record.offset + 1
            before += file.size
            self._read = before

    def _opened(self, stream: BinaryIO) -> None:
        self._stream = stream


class _Shard:
    """A shard on its way: records judged in batches."""

    def __init__(
        self, writer: ShardWriter, unit: Unit, detector: Detector, at: Callable[[Place], None]
    ) -> None:
        self._writer = writer
        self._unit = unit
        self._detector = detector
        self._at = at
        self._schema = row_schema(detector.feature_names)
        self._skipped: Counter[str] = Counter()
        self._flagged = 0
        self._numbers: list[int] = []
        self._batch: list[Item] = []
        self._characters = 0

    def add(self, number: int, record: Record) -> None:
        """Take a record in, and judge those taken in so far when they make a batch."""
        if record.skipped:
            self._skipped[record.path] += 1
            return
        alone = number in self._unit.alone
        if alone:
            self._judge()
        if number in self._unit.left_out:
            reason = self._unit.left_out[number]
            error = f"{record.where}: judging it {reason}."
            item = Item(replace(record, content=""), None, error)
        else:
            self._at(Place(Stage.JUDGING, number, number + 1))
            item = item_of(record)
        self._numbers.append(number)
        self._batch.append(item)
        self._characters += len(item.document.text) if item.document else 0
        full = len(self._batch) >= BATCH_DOCUMENTS or self._characters >= BATCH_CHARACTERS
        if alone or full:
            self._judge()

    def finish(self, files: list[list[Any]]) -> Counts:
        """Write what is left; `files` are the unit's where it is the last shard."""
        self._judge()
        self._writer.finish_shard(skipped=self._skipped, files=files, last=bool(files))
        return Counts(self._writer.rows, self._flagged)

    def _judge(self) -> None:
        if not self._batch:
            return
        self._at(Place(Stage.JUDGING, self._numbers[0], self._numbers[-1] + 1))
        rows = judged_rows(self._detector, self._batch)
        table = rows_table(rows, self._schema)
        self._at(Place(Stage.WRITING, 0, 0))
        self._writer.write(table)
        self._flagged += sum(row["flagged"] for row in rows)
        self._numbers, self._batch, self._characters = [], [], 0


def batches(things: Iterable[Thing], characters: Callable[[Thing], int]) -> Iterator[list[Thing]]:
    """Things in lists that are judged at once.

    Args:
        things: The things.
        characters: How long a thing's text is.
    """
    batch: list[Thing] = []
    total = 0
    for thing in things:
        batch.append(thing)
        total += characters(thing)
        if len(batch) == BATCH_DOCUMENTS or total >= BATCH_CHARACTERS:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def judged_rows(detector: Detector, batch: Sequence[Item]) -> list[dict[str, Any]]:
    """A row for each item, in order."""
    return [
        error_row(item, error or "", detector.threshold)
        if verdict is None
        else {**verdict_row(item, verdict), "minhash": minhash.tolist()}
        for item, verdict, error, minhash in judge(detector, batch, _sketches)
    ]


def _sketches(block: TokenBlock, verdicts: Sequence[Verdict]) -> list[NDArray[np.uint64]]:
    """Sketches to find a document's source by.

    What a spinner replaced is put back, as far as it is known.
    """
    found = sketch_block(block)
    for place, verdict in enumerate(verdicts):
        text = despun_text(verdict)
        if text != verdict.document.text:
            found[place] = sketch([text])[0]
    return found


def _broken_off(path: str, offset: int, error: Exception) -> Record:
    problem = (
        "needs more memory (see --memory)"
        if isinstance(error, MemoryError)
        else f"failed ({type(error).__name__}: {error})"
    )
    sentence = f"{path}, record {offset}: reading it {problem}. The rest of the file was not read."
    return Record(path, offset, error=sentence)
