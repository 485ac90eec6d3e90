"""``documents/``: an audit's rows in order, with the columns that need the whole crawl."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.atomic import replacing
from chaffinch.detector.audit.copies.attribution import NO_ROW
from chaffinch.detector.audit.copies.stage import FoundCopies
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.meaning.tasks import sentence_pairs
from chaffinch.detector.audit.rows import ShardRows, places, tables
from chaffinch.detector.audit.schema import COPY_COLUMNS
from chaffinch.detector.audit.storage import ShardWriter
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.texts import without_texts
from chaffinch.features.document import Document

# Our choice: enough files that no process waits long for the last one, none of them tiny.
_MIN_ROWS, _MAX_ROWS = 1_000, 20_000
"""Rows of a file of ``documents/``."""

_FILES = 32
"""Number of files between these bounds."""

_NAMED = pa.schema([("id", pa.string()), ("site", pa.string())])
"""What is said of the source of a copy."""


@dataclass(frozen=True)
class Part(WholeTask):
    """Write one file of ``documents/``.

    Attributes:
        segments: Rows that go into it.
        additions: Table of shape (n_rows, 8): ``repeated`` where the id is another row's
            already, ``copied``, ``cluster``, ``source_id``, ``source_site``, ``similarity``,
            ``copied_by`` and ``same_sentences``.
        with_texts: Whether their texts go into it as well.
    """

    segments: tuple[ShardRows, ...]
    additions: pa.Table
    with_texts: bool

    @property
    def size(self) -> int:
        """Number of its rows."""
        return int(self.additions.num_rows)

    def write(self) -> None:
        writer: ShardWriter | None = None
        row = 0
        for table in tables(self.segments):
            added = self.additions.slice(row, table.num_rows)
            row += table.num_rows
            ids = pc.if_else(added["repeated"], places(table), table["id"])
            for name, column in zip(("id", *COPY_COLUMNS), (ids, *added.columns[1:]), strict=True):
                index = table.schema.get_field_index(name)
                table = table.set_column(index, table.schema.field(index), column)
            if not self.with_texts:
                table = without_texts(table)
            writer = writer or ShardWriter(self.target, table.schema)
            writer.write(table)
        assert writer is not None
        writer.finish()


@dataclass(frozen=True)
class NameSources(WholeTask):
    """Write ids and sites of what others were copied from.

    Attributes:
        segments: Rows that these are among.
        inside: For each segment, int64 array of their places in it, rising.
        repeated: bool array of shape (n_sources,): where the id is another row's already.
    """

    segments: tuple[ShardRows, ...]
    inside: tuple[NDArray[np.int64], ...]
    repeated: NDArray[np.bool_]

    def write(self) -> None:
        held = tables(self.segments, ("id", "site", "path", "offset"))
        picked = pa.concat_tables(
            table.take(pa.array(own)) for table, own in zip(held, self.inside, strict=True)
        )
        ids = pc.if_else(pa.array(self.repeated), places(picked), picked["id"])
        with replacing(self.target) as draft:
            pq.write_table(pa.table([ids, picked["site"]], _NAMED), draft)


class Sources(NamedTuple):
    """What others were copied from.

    Attributes:
        numbers: int64 array of shape (n_sources,), rising: their rows in the audit, and the
            numbers of originals after these.
        named: Table of shape (n_sources, 2): their ``id`` and ``site``.
    """

    numbers: NDArray[np.int64]
    named: pa.Table


def named_sources(rows: Sequence[ShardRows], found: FoundCopies, engine: Engine) -> Sources:
    """Look up what the sources of all copies are called.

    Args:
        rows: All rows, in order.
        found: Which of them are copies.
        engine: What the tasks run on.
    """
    sources = np.unique(found.copies.sources[found.copies.sources != NO_ROW])
    n_rows = len(found.documents)
    tasks = [*_naming(rows, sources[sources < n_rows], found)]
    write_missing(engine, "naming sources", tasks, len(tasks))
    named = [_NAMED.empty_table(), *(pq.read_table(task.target) for task in tasks)]
    if found.originals is not None:
        stated = found.originals.stated(sources[sources >= n_rows] - n_rows)
        sites = [Document("", url=url).site for url in stated["url"].to_pylist()]
        named.append(pa.table([stated["id"], pa.array(sites, pa.string())], _NAMED))
    return Sources(sources, pa.concat_tables(named))


def _naming(
    rows: Sequence[ShardRows], sources: NDArray[np.int64], found: FoundCopies
) -> Iterator[NameSources]:
    """Tasks for the sources among some ten thousand rows each."""
    ends = np.cumsum(found.sizes)
    repeated = found.documents.at(sources)["repeated"]
    owner = np.searchsorted(ends, sources, side="right")
    held, firsts = np.unique(owner, return_index=True)
    part = ends[held] // _MAX_ROWS
    for number in np.unique(part).tolist():
        of_part = np.flatnonzero(part == number)
        limits = [*firsts[of_part].tolist(), len(sources)]
        if of_part[-1] + 1 < len(firsts):
            limits[-1] = int(firsts[of_part[-1] + 1])
        segments = held[of_part].tolist()
        yield NameSources(
            found.folder / f"sources-{number:06d}.parquet",
            tuple(rows[index] for index in segments),
            tuple(
                sources[start:end] - (ends[index] - found.sizes[index])
                for index, (start, end) in zip(segments, pairwise(limits), strict=True)
            ),
            repeated[limits[0] : limits[-1]],
        )


def parts(
    rows: Sequence[ShardRows],
    found: FoundCopies,
    sources: Sources,
    folder: Path,
    with_texts: bool = True,
) -> Iterator[Part]:
    """The tasks that write the files of ``documents/`` into a folder.

    Args:
        rows: All rows, in order.
        found: Which of them are copies.
        sources: What the sources of these are called.
        folder: Where the files go.
        with_texts: Whether they hold the texts of the documents.
    """
    enough = max(_MIN_ROWS, min(len(found.documents) // _FILES, _MAX_ROWS))
    first = start = number = 0
    for index, end in enumerate(np.cumsum(found.sizes).tolist()):
        if end - start >= enough or (index == len(rows) - 1 and end > start):
            path = folder / f"part-{number:05d}.parquet"
            additions = _additions(found, sources, start, end)
            yield Part(path, tuple(rows[first : index + 1]), additions, with_texts)
            first, start, number = index + 1, end, number + 1


def _additions(found: FoundCopies, sources: Sources, start: int, end: int) -> pa.Table:
    held = found.copies.between(start, end)
    clusters = np.zeros(end - start, np.uint64)
    of_row = np.full(end - start, NO_ROW)
    similarity, by_meaning = np.zeros(end - start), np.zeros(end - start, np.bool_)
    inside = held.rows - start
    clusters[inside], of_row[inside], similarity[inside], by_meaning[inside] = held[1:]
    copied = of_row != NO_ROW
    places = pa.array(np.searchsorted(sources.numbers, of_row), mask=~copied)
    source = sources.named.take(places)
    return pa.table(
        {
            "repeated": found.documents.rows(start, end)["repeated"],
            "copied": copied,
            "cluster": pa.array(
                [f"{cluster:016x}" if cluster else None for cluster in clusters.tolist()],
                pa.string(),
            ),
            "source_id": source["id"],
            "source_site": source["site"],
            "similarity": pa.array(similarity, mask=~copied),
            "copied_by": pa.array(
                np.where(by_meaning, "meaning", "words").tolist(), pa.string(), mask=~copied
            ),
            "same_sentences": sentence_pairs(found.by_meaning, start, end),
        }
    )
