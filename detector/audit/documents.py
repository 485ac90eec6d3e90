"""``documents/``: an audit's rows in order, with the columns that need the whole crawl."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chaffinch.detector.audit.copies.attribution import NO_ROW
from chaffinch.detector.audit.copies.stage import FoundCopies
from chaffinch.detector.audit.meaning.tasks import sentence_pairs
from chaffinch.detector.audit.rows import ShardRows, places, tables
from chaffinch.detector.audit.storage import ShardWriter
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.texts import without_texts
from chaffinch.features.document import Document

# Our choice: enough files that no process waits long for the last one, none of them tiny.
_MIN_ROWS, _MAX_ROWS = 1_000, 20_000
"""Rows of a file of ``documents/``."""

_FILES = 32
"""Number of files between these bounds."""

_COLUMNS = (
    "id",
    "copied",
    "cluster",
    "source_id",
    "source_site",
    "similarity",
    "copied_by",
    "same_sentences",
)


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
            for name, column in zip(_COLUMNS, (ids, *added.columns[1:]), strict=True):
                index = table.schema.get_field_index(name)
                table = table.set_column(index, table.schema.field(index), column)
            if not self.with_texts:
                table = without_texts(table)
            writer = writer or ShardWriter(self.target, table.schema)
            writer.write(table)
        assert writer is not None
        writer.finish()


def parts(
    rows: Sequence[ShardRows], found: FoundCopies, folder: Path, with_texts: bool = True
) -> Iterator[Part]:
    """The tasks that write the files of ``documents/`` into a folder.

    Args:
        rows: All rows, in order.
        found: Which of them are copies.
        folder: Where the files go.
        with_texts: Whether they hold the texts of the documents.
    """
    ends = np.cumsum(found.sizes)
    sources = _sources(rows, ends, found)
    enough = max(_MIN_ROWS, min(len(found.copies.sources) // _FILES, _MAX_ROWS))
    first = start = number = 0
    for index, end in enumerate(ends.tolist()):
        if end - start >= enough or (index == len(rows) - 1 and end > start):
            path = folder / f"part-{number:05d}.parquet"
            additions = _additions(found, sources, start, end)
            yield Part(path, tuple(rows[first : index + 1]), additions, with_texts)
            first, start, number = index + 1, end, number + 1


class _Sources(NamedTuple):
    """What others were copied from.

    Attributes:
        numbers: Their rows in the audit, and the numbers of originals after these, ascending.
        named: Table of shape (n_sources, 2): their ``id`` and ``site``.
    """

    numbers: NDArray[np.int64]
    named: pa.Table


def _sources(rows: Sequence[ShardRows], ends: NDArray[np.int64], found: FoundCopies) -> _Sources:
    copies = found.copies
    n_rows = len(copies.sources)
    sources = np.unique(copies.sources[copies.sources != NO_ROW])
    in_crawl = sources[sources < n_rows]
    owner = np.searchsorted(ends, in_crawl, side="right")
    schema = pa.schema([("id", pa.string()), ("site", pa.string())])
    named = [schema.empty_table()]
    held, starts = np.unique(owner, return_index=True)
    chosen = [rows[index] for index in held.tolist()]
    limits = [*starts.tolist(), len(in_crawl)][1:]
    columns = ("id", "site", "path", "offset")
    for index, start, end, table in zip(
        held.tolist(), starts.tolist(), limits, tables(chosen, columns), strict=True
    ):
        of_segment = in_crawl[start:end]
        inside = of_segment - (ends[index] - table.num_rows)
        picked = table.take(pa.array(inside))
        repeated = pa.array(found.documents.repeated[of_segment])
        ids = pc.if_else(repeated, places(picked), picked["id"])
        named.append(pa.table([ids, picked["site"]], schema))
    if found.originals is not None:
        stated = found.originals.stated(sources[sources >= n_rows] - n_rows)
        sites = [Document("", url=url).site for url in stated["url"].to_pylist()]
        named.append(pa.table([stated["id"], pa.array(sites, pa.string())], schema))
    return _Sources(sources, pa.concat_tables(named))


def _additions(found: FoundCopies, sources: _Sources, start: int, end: int) -> pa.Table:
    copies = found.copies
    clusters, of_row = copies.clusters[start:end], copies.sources[start:end]
    copied = of_row != NO_ROW
    places = pa.array(np.searchsorted(sources.numbers, of_row), mask=~copied)
    source = sources.named.take(places)
    return pa.table(
        {
            "repeated": found.documents.repeated[start:end],
            "copied": copied,
            "cluster": pa.array(
                [f"{cluster:016x}" if cluster else None for cluster in clusters.tolist()],
                pa.string(),
            ),
            "source_id": source["id"],
            "source_site": source["site"],
            "similarity": pa.array(copies.similarity[start:end], mask=~copied),
            "copied_by": pa.array(
                np.where(copies.by_meaning[start:end], "meaning", "words").tolist(),
                pa.string(),
                mask=~copied,
            ),
            "same_sentences": sentence_pairs(found.by_meaning, start, end),
        }
    )
