"""Verdicts added to Arrow rows, for engines that hand out batches of them."""

import sys
from typing import Any

import pyarrow as pa
import pytest
from spark_here import needs_spark
from stories import FERRY, FERRY_SPUN

from chaffinch.detector.audit.arrow import COLUMNS, PREFIX, annotated_schema, judge_batches
from chaffinch.detector.detector import Detector

ROWS = pa.table(
    {
        "text": [FERRY, None, FERRY_SPUN, "Too short."] * 40,
        "shelf": [*range(160)],
    }
)


def test_every_row_comes_back_as_it_was_with_its_verdict(detector: Detector) -> None:
    judged = pa.Table.from_batches(judge_batches(ROWS.to_batches()))
    assert judged.schema == annotated_schema(ROWS.schema)
    assert judged.select(ROWS.column_names).equals(ROWS)
    expected = [detector.score(text) if text else None for text in ROWS["text"].to_pylist()[:4]]
    for place, row in enumerate(judged.to_pylist()):
        verdict = expected[place % 4]
        assert row[f"{PREFIX}kind"] == (verdict.kind if verdict else None)
        assert row[f"{PREFIX}probability"] == (verdict.probability if verdict else None)
        assert bool(row[f"{PREFIX}error"]) == (verdict is None)


@pytest.mark.slow
@needs_spark
def test_spark_gives_every_row_the_verdict_that_it_has_in_a_batch() -> None:
    from pyspark.sql import SparkSession
    from pyspark.sql.pandas.types import from_arrow_schema

    session: Any = SparkSession.builder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        settings = {"spark.master": "local[2]", "spark.ui.enabled": "false"}
        spark = session.config(map=settings).getOrCreate()
    try:
        pages = spark.createDataFrame(ROWS).repartition(3)
        schema = from_arrow_schema(annotated_schema(ROWS.schema))
        judged = pages.mapInArrow(judge_batches, schema).toArrow()
    finally:
        spark.stop()
    expected = pa.Table.from_batches(judge_batches(ROWS.to_batches()))
    # An error names the row by its place in its batch.
    error = f"{PREFIX}error"
    found = judged.sort_by("shelf")
    assert found[error].is_null().equals(expected[error].is_null())
    assert found.drop(error).to_pylist() == expected.drop(error).to_pylist()


def test_only_columns_of_an_audit_can_be_added() -> None:
    assert annotated_schema(pa.schema([]), ["kind"]).names == [f"{PREFIX}kind"]
    with pytest.raises(ValueError, match="There is no column 'colour'"):
        annotated_schema(ROWS.schema, ["colour"])
    assert {"kind", "error"} < set(COLUMNS)
