"""Verdicts added to Arrow rows, for engines that hand out batches of them."""

import pyarrow as pa
import pytest
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


def test_only_columns_of_an_audit_can_be_added() -> None:
    assert annotated_schema(pa.schema([]), ["kind"]).names == [f"{PREFIX}kind"]
    with pytest.raises(ValueError, match="There is no column 'colour'"):
        annotated_schema(ROWS.schema, ["colour"])
    assert {"kind", "error"} < set(COLUMNS)
