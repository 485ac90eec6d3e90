"""The detector's verdicts for batches of Arrow rows, as Spark's ``mapInArrow`` hands them out.

    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
    from chaffinch.detector.audit.arrow import annotated_schema, judge_batches

    schema = from_arrow_schema(annotated_schema(to_arrow_schema(pages.schema)))
    judged = pages.mapInArrow(judge_batches, schema)

What needs the whole crawl (copies, sites) is left to `chaffinch audit`.
"""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from chaffinch.datasets.intake import item_of
from chaffinch.datasets.readers.tables import record_of_row
from chaffinch.detector.audit.schema import require_columns, row_schema, rows_table
from chaffinch.detector.audit.scoring import BATCH_DOCUMENTS, Settings, detector_for, judged_rows
from chaffinch.features.registry import FEATURE_NAMES

COLUMNS = ("status", "kind", "flagged", "probability", "reasons", "evidence", "unscorable", "error")
"""Columns of an audit's rows that are added by default."""

PREFIX = "chaffinch_"
"""What the names of added columns begin with."""

_USUAL = Settings()


def annotated_schema(schema: pa.Schema, columns: Sequence[str] = COLUMNS) -> pa.Schema:
    """The columns of rows, and behind them those that `judge_batches` adds.

    Args:
        schema: The rows' own columns.
        columns: Which columns of an audit's rows are added.

    Raises:
        ValueError: An audit's rows have no such column.
    """
    require_columns(columns)
    known = row_schema(FEATURE_NAMES)
    for column in columns:
        schema = schema.append(known.field(column).with_name(PREFIX + column))
    return schema


def judge_batches(
    batches: Iterable[pa.RecordBatch],
    columns: Sequence[str] = COLUMNS,
    settings: Settings = _USUAL,
) -> Iterator[pa.RecordBatch]:
    """Add the verdict on each row's document; no row is dropped or changed.

    Args:
        batches: Rows with the columns that tables of documents have, such as ``text`` or ``html``.
        columns: Which columns of an audit's rows to add; in ``error`` is why a row has no verdict.
        settings: What to judge with.

    Raises:
        ValueError: An audit's rows have no such column.
    """
    detector = detector_for(settings)
    for whole in batches:
        for first in range(0, whole.num_rows, BATCH_DOCUMENTS):
            batch = whole.slice(first, BATCH_DOCUMENTS)
            records = [
                record_of_row(row, "", first + number, f"row {first + number}", settings.columns)
                for number, row in enumerate(batch.to_pylist())
            ]
            rows = judged_rows(detector, [*map(item_of, records)])
            table = rows_table(rows, row_schema(FEATURE_NAMES)).combine_chunks()
            added = [table[column].combine_chunks() for column in columns]
            yield pa.RecordBatch.from_arrays(
                [*batch.columns, *added], schema=annotated_schema(batch.schema, columns)
            )
