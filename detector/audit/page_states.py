"""The state of every page of an audit, small enough to hold, to tell later what changed.

A page is what one address shows, however often it was captured; of records without an address it
is what one id stands for, or one file of a crawl, whichever day's folder that lies in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.datasets.file_names import without_day
from chaffinch.detector.audit.copies.hashes import text_hash
from chaffinch.detector.audit.copies.workspace import save_array
from chaffinch.detector.audit.task import WholeTask
from chaffinch.features.addresses import page_key

_TIME_CHARACTERS = 19
"""Characters of an ISO time down to the second; ISO times sort as text."""

STATE = np.dtype(
    [
        ("page", np.uint64),
        ("scored", np.bool_),
        ("captured", f"S{_TIME_CHARACTERS}"),
        ("row", np.int64),
        ("flagged", np.bool_),
        ("probability", np.float64),
    ]
)
"""A page's state in 45 bytes; ``page`` is a hash, ``row`` the number of its row in the audit."""

_COLUMNS = ("url", "id", "path", "offset", "captured", "status", "flagged", "probability")

_BATCH_ROWS = 4_096
"""Rows in memory at a time; our choice: a megabyte."""


class Matched(NamedTuple):
    """Two audits side by side, page by page.

    Attributes:
        old: `STATE` array of the pages that both have, as they were.
        new: The same pages, as they are.
        added: `STATE` array of the pages that only the new audit has.
        removed: The same of the old one.
    """

    old: NDArray[np.void]
    new: NDArray[np.void]
    added: NDArray[np.void]
    removed: NDArray[np.void]


@dataclass(frozen=True)
class DescribePages(WholeTask):
    """Write the states of one file of ``documents/``, row by row.

    Attributes:
        part: The file.
    """

    part: Path

    def write(self) -> None:
        save_array(described(self.part), self.target)


def described(part: Path) -> NDArray[np.void]:
    """`STATE` array of shape (n_rows,) of one file of ``documents/``; rows are counted from 0."""
    found = [np.empty(0, STATE)]
    for batch in pq.ParquetFile(part).iter_batches(_BATCH_ROWS, columns=list(_COLUMNS)):
        states = np.zeros(batch.num_rows, STATE)
        states["page"] = _pages(batch)
        states["scored"] = [status == "scored" for status in batch["status"].to_pylist()]
        states["captured"] = [
            (time or "").encode("ascii", "replace")[:_TIME_CHARACTERS]
            for time in batch["captured"].to_pylist()
        ]
        states["flagged"] = batch["flagged"].to_pylist()
        states["probability"] = [
            np.nan if value is None else value for value in batch["probability"].to_pylist()
        ]
        found.append(states)
    states = np.concatenate(found)
    states["row"] = np.arange(len(states))
    return states


def last_states(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """Each page as it last was, sorted by page: its last scored capture, or the last one.

    Args:
        parts: What `described` gives of each file of ``documents/``, in their order.
    """
    first = 0
    for part in parts:
        part["row"] += first
        first += len(part)
    states = np.concatenate([np.empty(0, STATE), *parts])
    states = states[np.lexsort([states[key] for key in ("captured", "scored", "page")])]
    last = np.append(states["page"][1:] != states["page"][:-1], True)[: len(states)]
    kept: NDArray[np.void] = states[last]
    return kept


def matched(old: NDArray[np.void], new: NDArray[np.void]) -> Matched:
    """Match what `last_states` gives of two audits."""
    _, in_old, in_new = np.intersect1d(
        old["page"], new["page"], assume_unique=True, return_indices=True
    )
    added, removed = np.ones(len(new), np.bool_), np.ones(len(old), np.bool_)
    added[in_new] = removed[in_old] = False
    return Matched(old[in_old], new[in_new], new[added], old[removed])


def _pages(batch: pa.RecordBatch) -> list[int]:
    columns = (batch[name].to_pylist() for name in ("url", "id", "path", "offset"))
    return [text_hash(_page(*row)) for row in zip(*columns, strict=True)]


def _page(url: str | None, id: str, path: str, offset: int) -> str:
    """What all captures of a page have in common."""
    if url:
        return f"url {page_key(url)}"
    place = f"{path}#{offset}"
    return f"path {without_day(place)}" if id == place else f"id {id}"
