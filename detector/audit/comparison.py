"""What changed between two audits: documents that became flagged, and that are flagged no more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Change = Literal["flagged", "unflagged", "added", "removed"]

_KEPT = ("flagged", "probability", "kind", "title")


class ComparisonError(Exception):
    """Audits that cannot be compared; the message says why and what to do."""


class VerdictChange(NamedTuple):
    """One document that changed.

    Attributes:
        change: ``flagged`` or ``unflagged`` where the verdict changed; ``added`` or
            ``removed`` for a flagged document that only one audit has.
        id: The document's id.
        title: Its title.
        old_probability: Its probability before, or None.
        new_probability: Its probability now, or None.
        kind: Its kind now, or before where it is gone.
    """

    change: Change
    id: str
    title: str
    old_probability: float | None
    new_probability: float | None
    kind: str


class Comparison(NamedTuple):
    """Two audits side by side.

    Attributes:
        counts: Documents by what became of them: ``flagged``, ``unflagged``, ``still_flagged``,
            ``added``, ``added_flagged``, ``removed``, ``removed_flagged``, ``unchanged``.
        differences: The documents that changed, by kind of change and then by id.
    """

    counts: dict[str, int]
    differences: Iterator[VerdictChange]


def compare(old: Path, new: Path) -> Comparison:
    """Compare two audits document by document, by id.

    Raises:
        ComparisonError: A folder is not that of a finished audit.
    """
    joined = _documents(old).join(
        _documents(new), "id", join_type="full outer", left_suffix="_old", right_suffix="_new"
    )
    was, now = joined["flagged_old"], joined["flagged_new"]
    added, removed = pc.is_null(was), pc.is_null(now)
    was, now = was.fill_null(False), now.fill_null(False)
    both = pc.and_(pc.invert(added), pc.invert(removed))
    changes: dict[Change, Any] = {
        "flagged": pc.and_(both, pc.and_not(now, was)),
        "unflagged": pc.and_(both, pc.and_not(was, now)),
        "added": pc.and_(added, now),
        "removed": pc.and_(removed, was),
    }
    counts = {
        "flagged": _count(changes["flagged"]),
        "unflagged": _count(changes["unflagged"]),
        "still_flagged": _count(pc.and_(was, now)),
        "added": _count(added),
        "added_flagged": _count(changes["added"]),
        "removed": _count(removed),
        "removed_flagged": _count(changes["removed"]),
        "unchanged": _count(pc.and_(both, pc.equal(was, now))),
    }
    return Comparison(counts, _differences(joined, changes))


def _differences(joined: pa.Table, changes: dict[Change, Any]) -> Iterator[VerdictChange]:
    for change, chosen in changes.items():
        side = "old" if change == "removed" else "new"
        for batch in joined.filter(chosen).sort_by("id").to_batches():
            for row in batch.to_pylist():
                yield VerdictChange(
                    change,
                    row["id"],
                    row[f"title_{side}"] or "",
                    row["probability_old"],
                    row["probability_new"],
                    row[f"kind_{side}"] or "",
                )


def _count(chosen: Any) -> int:
    total: int = pc.sum(chosen).as_py()
    return total or 0


def _documents(audit: Path) -> pa.Table:
    try:
        manifest = json.loads((audit / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        raise ComparisonError(
            f"{audit} is not the folder of an audit. Make one: chaffinch audit CRAWL -o {audit}"
        ) from None
    if not manifest.get("finished"):
        raise ComparisonError(f"The audit in {audit} is not finished. Run its command again.")
    parts = sorted((audit / "documents").glob("*.parquet"))
    empty = pa.table(
        {
            "id": pa.array([], pa.string()),
            "flagged": pa.array([], pa.bool_()),
            "probability": pa.array([], pa.float64()),
            "kind": pa.array([], pa.string()),
            "title": pa.array([], pa.string()),
        }
    )
    tables = [
        pq.read_table(part, columns=["id", *_KEPT]).select(empty.column_names) for part in parts
    ]
    return pa.concat_tables([empty, *tables])
