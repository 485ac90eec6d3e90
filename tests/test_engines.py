"""What every engine must do alike: each task once, the same rows, a death costs one record."""

import gzip
import importlib
import json
import logging
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import ray
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from spark_here import needs_spark

from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.files import MissingLibrary
from chaffinch.datasets.intake import read_records
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.datatrove import COLUMNS, ChaffinchAnnotator
from chaffinch.detector.audit.engines.ray import RayEngine
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.audit.engines.spark import SparkEngine
from chaffinch.detector.audit.task import Counts, EngineError, Limits, Progress
from chaffinch.detector.detector import Detector

COMMAND = str(Path(sys.executable).with_name("chaffinch"))


@pytest.fixture(scope="module")
def tasks() -> Iterator[Any]:
    """The module of tasks that try their process, where processes find it too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        yield importlib.import_module("faulty_tasks")


def start_cluster() -> None:
    """Start Ray, which gives itself 30 s; a busy machine may need longer."""
    for attempts_left in (2, 1, 0):
        try:
            ray.init(
                "local",
                num_cpus=3,
                include_dashboard=False,
                object_store_memory=100_000_000,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except Exception:
            ray.shutdown()
            if not attempts_left:
                raise
        else:
            return


@pytest.fixture(scope="module")
def cluster(tasks: Any) -> Iterator[str]:
    """A Ray cluster of three CPUs on this machine; its address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        start_cluster()
        yield ray.get_runtime_context().gcs_address
        ray.shutdown()


@pytest.fixture(scope="module")
def spark(tasks: Any) -> Iterator[Any]:
    """A context of Spark on three cores of this machine."""
    from pyspark import SparkConf, SparkContext

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        conf = SparkConf().setMaster("local[3,3]").set("spark.ui.enabled", "false")
        with SparkContext(conf=conf.setAppName("tests")) as context:
            yield context


MARKS = {"ray": [pytest.mark.slow], "spark": [pytest.mark.slow, needs_spark]}
"""Engines that take over five seconds to start, and what they need."""

NEEDED = {"ray": "cluster", "spark": "spark"}
"""Fixtures that engines run in."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=MARKS.get(name, ())) for name in sorted(ENGINES)],
)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name in NEEDED:
        request.getfixturevalue(NEEDED[name])
    return name


def run(engine: str, *tasks: Any, jobs: int = 2, seconds: float = 60.0) -> list[Counts]:
    with ENGINES[engine](jobs, Limits(seconds)) as running:
        return sorted(running.run(tasks))


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_task_is_done_once(engine: str, jobs: int, tasks: Any) -> None:
    assert run(engine, *[tasks.Faulty()] * 7, jobs=jobs) == [Counts(5, 0)] * 7


def test_an_engine_does_one_stage_after_another(engine: str, tasks: Any) -> None:
    with ENGINES[engine](2, Limits()) as running:
        assert [*running.run([])] == []
        assert [*running.run([tasks.Faulty()])] == [Counts(5, 0)]
        assert [*running.run([tasks.Faulty()] * 3)] == [Counts(5, 0)] * 3


def test_a_record_that_kills_its_process_costs_itself(engine: str, tasks: Any) -> None:
    faulty = tasks.Faulty
    done = run(engine, faulty(deadly=(1, 3)), faulty(), faulty(deadly=(0,)))
    assert done == [Counts(5, 0), Counts(5, 1), Counts(5, 2)]


def test_a_record_that_stalls_costs_itself(engine: str, tasks: Any) -> None:
    done = run(engine, tasks.Faulty(endless=(2,)), tasks.Faulty(), seconds=1.5)
    assert done == [Counts(5, 0), Counts(5, 1)]


def test_a_full_disk_ends_the_run_and_all_processes(engine: str, tasks: Any) -> None:
    with pytest.raises(OSError, match="No space left") as raised:
        run(engine, tasks.Faulty(), tasks.Faulty(full=True), tasks.Faulty())
    assert "Traceback" not in str(raised.value)
    assert multiprocessing.active_children() == []


def test_processes_do_not_contend_for_cores_with_threads(engine: str, tasks: Any) -> None:
    assert run(engine, *[tasks.Threads()] * 3) == [Counts(1)] * 3


def mixed_crawl(folder: Path, examples: Path) -> Path:
    """The examples as they are, in a damaged WARC, and in Parquet."""
    shutil.copytree(examples, folder / "pages")
    archive = b""
    rows = []
    for number, place in enumerate(sorted(path for path in examples.rglob("*") if path.is_file())):
        body = place.read_bytes()
        head = (
            f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: https://a.example/{number}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        archive += gzip.compress(head.encode() + body + b"\r\n\r\n")
        column = "html" if place.suffix == ".html" else "text"
        text = body.decode("utf-8", "replace")
        rows.append({"url": f"https://b.example/{number}", "text": "", "html": "", column: text})
    (folder / "archive.warc.gz").write_bytes(archive + b"\x1f\x8b damaged")
    pq.write_table(pa.Table.from_pylist(rows), folder / "table.parquet")
    return folder


def rows(output: Path) -> list[dict[str, Any]]:
    parts = sorted((output / "documents").glob("*.parquet"))
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


@pytest.fixture(scope="module")
def crawl(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mixed_crawl(tmp_path_factory.mktemp("mixed") / "crawl", examples)


@pytest.fixture(scope="module")
def expected(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Rows of an audit of the mixed crawl by one process on this machine."""
    output = tmp_path_factory.mktemp("expected")
    run_audit(crawl, output)
    return rows(output)


class Listener(Progress):
    """Keeps what it is told: the stages with their totals, and the parts of each."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []
        self.parts: list[list[Counts]] = []

    def begin(self, stage: str, total: int) -> None:
        self.stages.append((stage, total))
        self.parts.append([])

    def advance(self, done: Counts) -> None:
        self.parts[-1].append(done)


def test_every_engine_gives_the_same_rows_and_tells_how_far_it_has_come(
    engine: str, crawl: Path, expected: list[dict[str, Any]], tmp_path: Path
) -> None:
    listener = Listener()
    manifest = run_audit(crawl, tmp_path, AuditOptions(engine=engine, jobs=2), listener)
    assert rows(tmp_path) == expected
    assert list(dict.fromkeys(stage for stage, _ in listener.stages)) == [
        "judging",
        "asking whose folders are",
        "describing documents",
        "collecting texts",
        "finding likely copies",
        "comparing texts",
        "telling sources from copies",
        "naming sources",
        "writing documents",
        "counting sites",
    ]
    sizes = [sum(done.size for done in parts) for parts in listener.parts]
    assert sizes[1:] == [total for _, total in listener.stages[1:]]
    assert 0 < sizes[0] <= listener.stages[0][1]
    told = [done for parts in listener.parts for done in parts]
    assert sum(done.documents for done in told) == manifest["documents"] == len(expected)
    assert sum(done.flagged for done in told) == manifest["flagged"] > 0


def test_rows_hold_what_the_detector_says(
    detector: Detector, crawl: Path, expected: list[dict[str, Any]]
) -> None:
    verdicts = {}
    for path in {row["path"] for row in expected}:
        for record in read_records(crawl / path, path):
            try:
                verdict = detector.score(document_from_record(record))
            except UnreadableRecord:
                continue
            verdicts[path, record.offset] = verdict.probability
    found = {(row["path"], row["offset"]): row["probability"] for row in expected}
    assert {place: found[place] for place in verdicts} == verdicts


@pytest.fixture
def steps(tasks: Any) -> Any:
    """The module of pipeline steps, where processes find it too."""
    return importlib.import_module("pipeline_steps")


def test_a_datatrove_pipeline_annotates_with_the_same_columns(
    crawl: Path, expected: list[dict[str, Any]], steps: Any, tmp_path: Path
) -> None:
    readable = {
        f"{row['path']}#{row['offset']}": row
        for row in expected
        if row["text"] and not row["path"].endswith(".md")
    }
    columns = (*COLUMNS, "intercept", "features", "text_digest")
    pipeline = [
        partial(steps.read_crawl, crawl),
        ChaffinchAnnotator(columns),
        partial(steps.write_lines, tmp_path),
    ]
    logs = tmp_path / "logs"
    LocalPipelineExecutor(pipeline, tasks=3, workers=2, logging_dir=str(logs)).run()
    written = [json.loads(line) for file in tmp_path.glob("*.jsonl") for line in file.open()]
    found = {
        line["place"]: {name: line[f"chaffinch_{name}"] for name in columns} for line in written
    }
    assert len(found) == len(written) >= len(readable)
    assert {place: found[place] for place in readable} == {
        place: {name: row[name] for name in columns} for place, row in readable.items()
    }


@pytest.mark.parametrize("text", ["", "Too short.", "\ud800", "<html><p>" + "<b>" * 5000])
def test_an_annotator_passes_on_what_it_cannot_judge_with_the_reason(text: str) -> None:
    document = Document(text, "a", metadata={"url": 7, "title": None})
    (passed,) = ChaffinchAnnotator().run([document])
    assert passed is document and document.text == text
    assert document.metadata["chaffinch_status"] == "unscorable"
    assert document.metadata["chaffinch_unscorable"].endswith(".")


def test_an_annotator_takes_a_model_and_settings_of_the_users_own() -> None:
    step = ChaffinchAnnotator(("threshold",), prefix="farm_", threshold=0.25)
    (document,) = step.run([Document("Some text.", "a")])
    assert document.metadata == {"farm_threshold": 0.25}


def test_an_annotator_knows_no_column_that_an_audit_does_not() -> None:
    with pytest.raises(ValueError, match=r"no column 'probabilty'. Choose from id, url"):
        ChaffinchAnnotator(("probabilty",))


LOSES = ("ray", "spark")
"""Engines whose machines may be lost."""

ON_THEM = pytest.mark.parametrize("engine", [*LOSES], indirect=True)


@pytest.mark.slow
@needs_spark
@ON_THEM
def test_a_machine_that_is_lost_costs_nothing(engine: str, tasks: Any, tmp_path: Path) -> None:
    lost = tasks.Lost(tmp_path / "traces", times=2)
    assert run(engine, tasks.Faulty(), lost, tasks.Faulty()) == [Counts(5, 0)] * 3
    assert lost.traces.stat().st_size == 3


@pytest.mark.slow
@needs_spark
@ON_THEM
def test_a_task_whose_machine_is_lost_every_time_ends_the_run(
    engine: str, tasks: Any, tmp_path: Path
) -> None:
    lost = r"(lost a process|failed) 3 times.* [Rr]un the same command again"
    with pytest.raises(EngineError, match=lost):
        run(engine, tasks.Lost(tmp_path / "traces", times=9))


@pytest.mark.slow
@pytest.mark.parametrize(("wanted", "given"), [(None, 2), (1, 1), (2, 2), (3, 2), (50, 2)])
def test_actors_leave_the_cluster_a_cpu(cluster: str, wanted: int | None, given: int) -> None:
    with RayEngine(wanted, Limits()) as engine:
        assert engine.jobs == given
    assert ray.is_initialized(), "a cluster that was there before is left running"


@pytest.mark.slow
@needs_spark
@pytest.mark.parametrize(("wanted", "given"), [(None, 3), (1, 1), (5, 5)])
def test_a_context_of_the_programs_own_is_used_and_left_running(
    spark: Any, wanted: int | None, given: int
) -> None:
    with SparkEngine(wanted, Limits()) as engine:
        assert engine.jobs == given
    assert spark.parallelize([1, 2]).sum() == 3


@pytest.mark.slow
@needs_spark
def test_spark_is_handed_no_more_tasks_than_it_has_cores(spark: Any, tasks: Any) -> None:
    taken = []

    def counted_tasks() -> Iterator[Any]:
        for number in range(9):
            taken.append(number)
            yield tasks.Faulty()

    with SparkEngine(2, Limits()) as engine:
        for place, _ in enumerate(engine.run(counted_tasks())):
            assert len(taken) <= place + 1 + 2


@pytest.mark.slow
@needs_spark
def test_the_command_starts_a_spark_and_keeps_its_log_to_itself(
    examples: Path, tmp_path: Path
) -> None:
    (tmp_path / "crawl").symlink_to(examples)
    done = subprocess.run(
        [COMMAND, "audit", "crawl", "-o", "out", "--engine", "spark", "--jobs", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    run_audit(examples, tmp_path / "local")
    assert rows(tmp_path / "out") == rows(tmp_path / "local")


INTERRUPTED = """
    import sys

    from chaffinch.detector.audit.engines.spark import SparkEngine
    from chaffinch.detector.audit.task import Limits
    from faulty_tasks import Faulty

    def tasks():
        yield Faulty()
        print("begun", flush=True)
        yield Faulty(endless=(0,))

    if __name__ == "__main__":
        with SparkEngine(1, Limits(600)) as engine:
            for counts in engine.run(tasks()):
                pass
"""
"""A program that never ends by itself."""


@pytest.mark.slow
@needs_spark
def test_an_interrupt_ends_the_jobs_of_spark(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(textwrap.dedent(INTERRUPTED))
    process = subprocess.Popen(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert said.endswith("KeyboardInterrupt\n")


@pytest.mark.slow
@needs_spark
def test_a_spark_cluster_of_no_known_kind_is_named(examples: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [COMMAND, "audit", examples, "-o", tmp_path / "out", "--engine", "spark"],
        env={**os.environ, "PYSPARK_SUBMIT_ARGS": "--master spak://head pyspark-shell"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Error: Spark does not start" in done.stderr and "Check spark.master" in done.stderr
    assert "Master must" in done.stderr and "Traceback" not in done.stderr


def test_a_spark_without_java_says_which_java_it_needs(examples: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    done = subprocess.run(
        [COMMAND, "audit", examples, "-o", tmp_path / "out", "--engine", "spark"],
        env={**os.environ, "JAVA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Error: Spark does not start" in done.stderr and "Java 17" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_command_goes_to_the_cluster_that_is_named(
    cluster: str, examples: Path, tmp_path: Path
) -> None:
    (tmp_path / "crawl").symlink_to(examples)
    done = subprocess.run(
        [COMMAND, "audit", "crawl", "-o", "out", "--engine", "ray"],
        env={**os.environ, "RAY_ADDRESS": cluster},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    run_audit(examples, tmp_path / "local")
    assert rows(tmp_path / "out") == rows(tmp_path / "local")


def test_a_cluster_that_is_not_there_is_named(examples: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [COMMAND, "audit", examples, "-o", tmp_path / "out", "--engine", "ray"],
        env={**os.environ, "RAY_ADDRESS": "ray-head.invalid"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Error: The Ray cluster at ray-head.invalid cannot be used" in done.stderr
    assert "Check RAY_ADDRESS" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
@needs_spark
@ON_THEM
def test_other_versions_on_a_machine_of_the_cluster_are_refused(
    engine: str, tasks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"chaffinch.detector.audit.engines.{engine}.version"
    monkeypatch.setattr(place, lambda name: "99.0")
    with pytest.raises(EngineError, match="the same version on all"):
        run(engine, tasks.Faulty())


@pytest.mark.parametrize(
    ("engine", "library"), [(RayEngine, "ray"), (SparkEngine, "pyspark")], ids=["ray", "spark"]
)
def test_an_engine_that_is_not_installed_says_how_to_install_it(
    engine: Any, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingLibrary, match=r"pip install 'chaffinch\[(ray|spark)\]'"):
        engine(1, Limits())
