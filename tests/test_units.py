"""Units of work: what a process was doing when it died is known, and costs one record."""

from collections.abc import Generator
from pathlib import Path

import pytest

from chaffinch.detector.audit.crawl import CrawlFile
from chaffinch.detector.audit.scoring import Settings, Unit
from chaffinch.detector.audit.task import (
    EngineError,
    Fault,
    Place,
    Stage,
)

UNIT = Unit("crawl", (CrawlFile("a.jsonl", 1, 1),), Path("work"), Settings())


def fault(stage: Stage, first: int, last: int, stalled: bool = False) -> Fault:
    return Fault(Place(stage, first, last), "ended its process", stalled)


def test_a_batch_at_fault_is_judged_one_by_one_and_then_the_record_left_out() -> None:
    unit = UNIT.spared(fault(Stage.JUDGING, 10, 13))
    assert (unit.alone, unit.left_out) == ({10: 0, 11: 0, 12: 0}, {})
    unit = unit.spared(fault(Stage.JUDGING, 11, 12))
    assert unit.left_out == {}, "the kernel may have killed it for another's sake"
    unit = unit.spared(fault(Stage.JUDGING, 11, 12))
    assert unit.left_out == {11: "ended its process"}


def test_a_record_that_takes_too_long_alone_is_left_out_at_once() -> None:
    unit = UNIT.spared(fault(Stage.JUDGING, 11, 12, stalled=True))
    assert unit.left_out == {11: "ended its process"}


def test_a_file_that_cannot_be_read_on_is_left_where_it_is() -> None:
    unit = UNIT.spared(fault(Stage.READING, 7, 0))
    assert unit.unreadable == {(7, 0): 1}
    assert unit.spared(fault(Stage.READING, 7, 0)).unreadable == {(7, 0): "ended its process"}


def test_a_process_that_dies_writing_again_and_again_ends_the_audit() -> None:
    unit = UNIT
    with pytest.raises(EngineError, match="Make room there"):
        for _ in range(10):
            unit = unit.spared(fault(Stage.WRITING, 0, 0))
    assert unit.left_out == {} and unit.attempts == 2


def records(folder: Path, count: int) -> Unit:
    file = folder / "a.jsonl"
    lines = (f'{{"text": "Record {number} is short."}}\n' for number in range(count))
    file.write_text("".join(lines))
    work = folder / "work"
    work.mkdir(exist_ok=True)
    return Unit(str(folder), (CrawlFile("a.jsonl", file.stat().st_size, 1),), work, Settings())


def written(unit: Unit) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in unit.work.iterdir() if ".tmp" not in file.name}


@pytest.mark.parametrize("count", [0, 1, 500, 501, 1200])
def test_lanes_together_write_what_one_process_writes(tmp_path: Path, count: int) -> None:
    unit = records(tmp_path, count)
    alone = unit._replace(work=tmp_path / "alone")
    alone.work.mkdir()
    done = [*alone.run(lambda place: None)]
    assert sum(one.documents for one in done) == count
    assert sum(one.size for one in done) == unit.files[0].size
    for lane in range(3):
        list(unit._replace(lane=lane, lanes=3).run(lambda place: None))
    assert written(unit) == written(alone)


def test_an_interrupted_unit_goes_on_inside_its_file(tmp_path: Path) -> None:
    unit = records(tmp_path, 1200)
    running = unit.run(lambda place: None)
    assert isinstance(running, Generator)
    assert next(running).documents == 500
    running.close()
    before = written(unit)
    judged = []
    rest = [
        counts.documents
        for counts in unit.run(
            lambda place: judged.append(place.first) if place.stage == Stage.JUDGING else None
        )
    ]
    assert rest == [500, 200]
    assert min(judged) == 500
    assert before.items() <= written(unit).items()


def test_what_is_left_out_and_what_cannot_be_read_are_rows(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    unit = records(tmp_path, 10)._replace(
        left_out={3: "ended its process"}, unreadable={(7, 0): "took longer than 60 s"}
    )
    list(unit.run(lambda place: None))
    (shard,) = unit.work.glob("*.parquet")
    errors = {row["offset"]: row["error"] for row in pq.read_table(shard).to_pylist()}
    assert errors == {
        **dict.fromkeys([0, 1, 2, 4, 5, 6]),
        3: "a.jsonl, line 4: judging it ended its process.",
        7: "a.jsonl, record 7: reading it took longer than 60 s. The rest of the file was not "
        "read; mend or remove it.",
    }
