"""The last stage of an audit: its rows in order, with what only the whole crawl can tell."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chaffinch.detector.audit.copies import Found
from chaffinch.detector.audit.republication import NO_ROW
from chaffinch.detector.audit.rows import Segment, tables
from chaffinch.detector.audit.shards import ShardWriter
from chaffinch.detector.audit.task import Counts, Fault, Place, Stage, while_writing

_PART_ROWS = 20_000
_COLUMNS = ("id", "copied", "cluster", "source_id", "similarity")


class Part(NamedTuple):
    """One file of ``documents/``, to be written.

    Attributes:
        path: The file.
        segments: Rows that go into it.
        additions: Table of shape (n_rows, 5): ``repeated`` where the id is another row's
            already, ``copied``, ``cluster``, ``source_id`` and ``similarity``.
    """

    path: Path
    segments: tuple[Segment, ...]
    additions: pa.Table

    def run(self, at: Callable[[Place], None]) -> Iterator[Counts]:
        """Write the file."""
        at(Place(Stage.WRITING, 0, 0))
        writer: ShardWriter | None = None
        row = 0
        for table in tables(self.segments):
            added = self.additions.slice(row, table.num_rows)
            row += table.num_rows
            ids = pc.if_else(added["repeated"], _places(table), table["id"])
            for name, column in zip(_COLUMNS, (ids, *added.columns[1:]), strict=True):
                index = table.schema.get_field_index(name)
                table = table.set_column(index, table.schema.field(index), column)
            writer = writer or ShardWriter(self.path, table.schema)
            writer.write(table)
        assert writer is not None
        writer.finish()
        yield Counts()

    def spared(self, fault: Fault) -> "Part":
        """Nothing can be left out here."""
        raise while_writing(fault, self.path.parent)


def parts(rows: Sequence[Segment], found: Found, folder: Path) -> Iterator[Part]:
    """The tasks that write the files of ``documents/`` into a folder.

    Args:
        rows: All rows, in order.
        found: Which of them are copies.
        folder: Where the files go.
    """
    ends = np.cumsum(found.sizes)
    ids = _source_ids(rows, ends, found)
    first = start = number = 0
    for index, end in enumerate(ends.tolist()):
        if end - start >= _PART_ROWS or (index == len(rows) - 1 and end > start):
            path = folder / f"part-{number:05d}.parquet"
            yield Part(path, tuple(rows[first : index + 1]), _additions(found, ids, start, end))
            first, start, number = index + 1, end, number + 1


def _source_ids(
    rows: Sequence[Segment], ends: NDArray[np.int64], found: Found
) -> tuple[NDArray[np.int64], pa.Array]:
    """The numbers of sources, ascending, and their ids."""
    copies = found.copies
    n_rows = len(copies.sources)
    sources = np.unique(copies.sources[copies.sources != NO_ROW])
    in_crawl = sources[sources < n_rows]
    owner = np.searchsorted(ends, in_crawl, side="right")
    ids = [pa.array([], pa.string())]
    held, starts = np.unique(owner, return_index=True)
    chosen = [rows[index] for index in held.tolist()]
    limits = [*starts.tolist(), len(in_crawl)][1:]
    columns = ("id", "path", "offset")
    for index, start, end, table in zip(
        held.tolist(), starts.tolist(), limits, tables(chosen, columns), strict=True
    ):
        of_segment = in_crawl[start:end]
        inside = of_segment - (ends[index] - table.num_rows)
        picked = table.take(pa.array(inside))
        repeated = pa.array(found.documents.repeated[of_segment])
        ids += pc.if_else(repeated, _places(picked), picked["id"]).chunks
    if found.originals is not None:
        originals = sources[sources >= n_rows] - n_rows
        ids.append(pa.array(found.originals.ids(originals), pa.string()))
    return sources, pa.chunked_array(ids, pa.string()).combine_chunks()


def _additions(
    found: Found, ids: tuple[NDArray[np.int64], pa.Array], start: int, end: int
) -> pa.Table:
    copies = found.copies
    clusters, sources = copies.clusters[start:end], copies.sources[start:end]
    copied = sources != NO_ROW
    places = pa.array(np.searchsorted(ids[0], sources), mask=~copied)
    return pa.table(
        {
            "repeated": found.documents.repeated[start:end],
            "copied": copied,
            "cluster": pa.array(
                [f"{cluster:016x}" if cluster else None for cluster in clusters.tolist()],
                pa.string(),
            ),
            "source_id": ids[1].take(places),
            "similarity": pa.array(copies.similarity[start:end], mask=~copied),
        }
    )


def _places(table: pa.Table) -> pa.ChunkedArray:
    """``path#offset`` of each row."""
    offsets = table["offset"].cast(pa.string())
    return pc.binary_join_element_wise(table["path"], offsets, "#")
