"""The task that finds copies by meaning among some rows of an audit; any engine can run it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.atomic import replacing
from chaffinch.detector.audit.copies.originals import opened_originals
from chaffinch.detector.audit.copies.workspace import Workspace
from chaffinch.detector.audit.meaning.attribution import find_by_meaning
from chaffinch.detector.audit.meaning.model import meaning_model
from chaffinch.detector.audit.meaning.vectors import installed_encoder
from chaffinch.detector.audit.schema import SENTENCE_PAIRS
from chaffinch.detector.audit.task import WholeTask

_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("original", pa.int64()),
        ("similarity", pa.float64()),
        ("pairs", SENTENCE_PAIRS),
    ]
)
"""Columns of what the task writes: the copy's row, the number of its original in the index, how
alike both are in meaning, and the sentences that show it; sorted by row."""


@dataclass(frozen=True)
class FindByMeaning(WholeTask):
    """Find what says an original again among rows that no words explain.

    Attributes:
        workspace: The stage's.
        rows: int64 array of shape (n_rows,), the rows, rising.
    """

    workspace: Workspace
    rows: NDArray[np.int64]

    def write(self) -> None:
        assert self.workspace.reference is not None
        found = [
            {
                "row": int(self.rows[one.number]),
                "original": one.original,
                "similarity": one.similarity,
                "pairs": [pair._asdict() for pair in one.pairs],
            }
            for one in find_by_meaning(
                (self.workspace.text(row) for row in self.rows.tolist()),
                opened_originals(*self.workspace.reference),
                installed_encoder(),
                meaning_model(),
            )
        ]
        with replacing(self.target) as draft:
            pq.write_table(pa.Table.from_pylist(found, _SCHEMA), draft)


def matches_by_meaning(files: Sequence[Path]) -> pa.Table:
    """The copies that the tasks found: their ``row``, ``original`` and ``similarity``."""
    tables = [pq.read_table(file, columns=_SCHEMA.names[:3]) for file in files]
    return pa.concat_tables([_SCHEMA.empty_table().select(_SCHEMA.names[:3]), *tables])


def sentence_pairs(files: Sequence[Path], start: int, end: int) -> pa.Array:
    """The sentences that show each row to be a copy by meaning; null for any other row.

    Args:
        files: What the tasks wrote.
        start: First row.
        end: One past the last one.
    """
    found: list[list[dict[str, object]] | None] = [None] * (end - start)
    inside = [("row", ">=", start), ("row", "<", end)]
    for file in files:
        table = pq.read_table(file, columns=["row", "pairs"], filters=inside)
        for row, pairs in zip(table["row"].to_pylist(), table["pairs"].to_pylist(), strict=True):
            found[row - start] = pairs
    return pa.array(found, SENTENCE_PAIRS)
