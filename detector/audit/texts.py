"""Texts of a finished audit are in ``documents/`` alone; an audit that goes on takes them back.

The shards of an audit keep their other columns, so that a later run judges only what is new.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chaffinch.detector.atomic import write_text
from chaffinch.detector.audit.storage import Shard, ShardWriter, finished_units

TEXT_COLUMNS = ("text", "metadata")
"""Columns that hold what a page says."""

_PLACE = ("path", "offset", "text_digest")
"""Columns that tell a row, and that its text is the one it was judged by."""


def without_texts(table: pa.Table) -> pa.Table:
    """The same rows, nothing in their `TEXT_COLUMNS`."""
    for name in TEXT_COLUMNS:
        index = table.schema.get_field_index(name)
        table = table.set_column(
            index, table.schema.field(index), pa.nulls(len(table), pa.string())
        )
    return table


def drop_texts(work: Path) -> None:
    """Take the texts out of all shards, once ``documents/`` is written."""
    for shards in finished_units(work):
        for shard in shards:
            if shard.has_texts:
                # First: a shard that is said to have no texts is never read for them.
                _state(shard, has_texts=False)
                _rewrite(shard.path, without_texts(pq.read_table(shard.path)))


def restore_texts(work: Path, documents: Path) -> bool:
    """Put the texts back; a file whose texts ``documents/`` does not have is to be judged again.

    Args:
        work: The audit's folder for work.
        documents: Its ``documents/``, which may be missing.

    Returns:
        Whether there was something to put back.
    """
    restored = False
    for shards in finished_units(work):
        if not all(one.has_texts for one in shards):
            _restore(shards, documents)
            restored = True
    return restored


def _restore(shards: Sequence[Shard], documents: Path) -> None:
    dropped = [shard for shard in shards if not shard.has_texts]
    lost: set[str] = set()
    for shard in dropped:
        rows, found = _rows_and_texts(shard.path, documents)
        missing = [place not in found for place in _places(rows)]
        lost.update(rows.filter(pa.array(missing, pa.bool_()))["path"].to_pylist())
    files = [file for file in shards[-1].files if file[0] not in lost]
    # The last one first: without it, or without a file in it, these files are judged again.
    if not files:
        for shard in reversed(shards):
            shard.path.with_suffix(".json").unlink()
            shard.path.unlink()
        return
    _state(shards[-1], files=files)
    for shard in dropped:
        rows, found = _rows_and_texts(shard.path, documents)
        rows = rows.filter(pc.invert(pc.is_in(rows["path"], pa.array(sorted(lost), pa.string()))))
        texts = [found[place] for place in _places(rows)]
        for name in TEXT_COLUMNS:
            index = rows.schema.get_field_index(name)
            column = pa.array([text[name] for text in texts], pa.string())
            rows = rows.set_column(index, rows.schema.field(index), column)
        _rewrite(shard.path, rows)
        skipped = {path: count for path, count in shard.skipped.items() if path not in lost}
        _state(shard, has_texts=True, rows=len(rows), skipped=skipped)


def _rows_and_texts(
    shard: Path, documents: Path
) -> tuple[pa.Table, dict[tuple[Any, ...], dict[str, Any]]]:
    """A shard's rows, and the texts of ``documents/`` by the place of their rows."""
    rows = pq.read_table(shard)
    if not len(rows) or not documents.is_dir():
        return rows, {}
    # Rows of a shard follow one another there: statistics of row groups leave most unread.
    first, last = rows["path"][0].as_py(), rows["path"][-1].as_py()
    filters = [("path", ">=", min(first, last)), ("path", "<=", max(first, last))]
    if first == last:
        filters += [
            ("offset", ">=", rows["offset"][0].as_py()),
            ("offset", "<=", rows["offset"][-1].as_py()),
        ]
    table = pq.read_table(documents, columns=[*_PLACE, *TEXT_COLUMNS], filters=filters)
    return rows, {
        place: text
        for place, text in zip(_places(table), table.select(TEXT_COLUMNS).to_pylist(), strict=True)
        # An audit without texts has digests of them.
        if text["text"] is not None or not place[-1]
    }


def _places(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in _PLACE), strict=True))


def _rewrite(path: Path, table: pa.Table) -> None:
    writer = ShardWriter(path, table.schema)
    writer.write(table)
    writer.finish()


def _state(shard: Shard, **changes: Any) -> None:
    """Change what is said of a shard."""
    file = shard.path.with_suffix(".json")
    write_text(file, json.dumps({**json.loads(file.read_text("utf-8")), **changes}))
