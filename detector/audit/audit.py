"""An audit from start to finish: score what is new, then write documents, sites, manifest."""

import fcntl
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chaffinch.datasets.file_names import shown_name
from chaffinch.datasets.sources import is_url
from chaffinch.detector.audit.crawl import find_files, listed_files
from chaffinch.detector.audit.documents import Documents, documents
from chaffinch.detector.audit.engines.registry import ENGINES, Engine
from chaffinch.detector.audit.planning import plan
from chaffinch.detector.audit.rows import finished, segments, skipped
from chaffinch.detector.audit.schema import SCHEMA_VERSION
from chaffinch.detector.audit.scoring import Settings, detector_for
from chaffinch.detector.audit.shards import appear
from chaffinch.detector.audit.sites import SiteCounter
from chaffinch.detector.audit.task import Counts, Limits

_SCANNED_ROWS = 2_000


class AuditError(Exception):
    """An audit that cannot go on; the message says why and what to do."""


def run_audit(
    crawl: str | Path,
    output: Path,
    settings: Settings,
    *,
    files_from: bool = False,
    jobs: int = 1,
    engine: str = "local",
    limits: Limits = Limits(),  # noqa: B008
    overwrite: bool = False,
    progress: Callable[[Counts, int], None] = lambda done, size: None,
) -> dict[str, Any]:
    """Judge every record of a crawl; go on where an earlier run stopped.

    The local engine starts processes: a script that calls this needs the usual
    ``if __name__ == "__main__":``.

    Args:
        crawl: A directory, a file, or a URL that fsspec can open.
        output: Folder for ``documents/``, ``sites.parquet`` and ``manifest.json``.
        settings: What to judge with.
        files_from: Whether `crawl` is a list of files, a path or URL a line.
        jobs: Processes.
        engine: Name of the engine.
        limits: What one document may cost.
        overwrite: Forget an earlier audit in `output`.
        progress: Told what each shard came to, and once, first, how many bytes are to do.

    Returns:
        The manifest.

    Raises:
        AuditError: `output` holds an audit of another crawl or with other settings, or
            another process writes to it.
        CrawlError: There is no such crawl.
        EngineError: A process failed for no document's fault.
        MissingLibrary: A library for the crawl's URL is not installed.
        ModelError: The model cannot be used.
    """
    detector = detector_for(settings)
    found = listed_files(Path(crawl)) if files_from else find_files(crawl, besides=output)
    work = output / ".work"
    work.mkdir(parents=True, exist_ok=True)
    with _locked(work):
        if overwrite:
            _forget(output)
        header = {
            "schema_version": SCHEMA_VERSION,
            "crawl": _where(crawl),
            "model": {"name": detector.name, "digest": detector.digest},
            "settings": {"threshold": detector.threshold, "base_rate": settings.base_rate},
        }
        _check_same(output, header)
        _write_json(output / "manifest.json", {**header, "finished": False})
        for draft in work.glob("*.tmp"):
            draft.unlink()
        done = finished(work, found)
        todo = np.flatnonzero(done.unit_of < 0)
        progress(Counts(), int(np.sum(found.files["size"].to_numpy()[todo])))
        run = ENGINES[engine]
        for counts in run(plan(found, todo, work, settings, jobs), jobs, limits):
            progress(counts, 0)
        done = finished(work, found)
        if (done.unit_of < 0).any():
            left = found.file(int(np.argmin(done.unit_of))).path
            raise AuditError(f"{left} could not be read to its end. Run the same command again.")
        _write_documents(output, documents([*segments(done, found)]), run, jobs, limits)
        totals = _write_sites(output)
        manifest = {
            **header,
            "records_read": totals["documents"],
            "skipped": found.skipped + skipped(done, found),
            **totals,
            "finished": True,
            "versions": {
                "chaffinch": version("chaffinch"),
                "python": sys.version.split()[0],
                "pyarrow": pa.__version__,
            },
        }
        _write_json(output / "manifest.json", manifest)
    return manifest


def _where(crawl: str | Path) -> str:
    """A crawl's place, whatever the directory that the command is given in."""
    return str(crawl) if is_url(str(crawl)) else shown_name(str(Path(crawl).absolute()))


@contextmanager
def _locked(work: Path) -> Iterator[None]:
    """Keep other audits out of a folder; the lock goes when its process does."""
    with (work / "lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AuditError(
                f"Another audit is writing to {work.parent}. Wait for it, or choose another folder."
            ) from None
        yield


def _forget(output: Path) -> None:
    """Remove an earlier audit, and nothing else that is in its folder."""
    if (output / "manifest.json").exists():
        shutil.rmtree(output / "documents", ignore_errors=True)
        for leftover in (output / ".work").iterdir():
            if leftover.is_dir():
                shutil.rmtree(leftover)
            elif leftover.name != "lock":
                leftover.unlink()
        (output / "manifest.json").unlink()


def _check_same(output: Path, header: dict[str, Any]) -> None:
    file = output / "manifest.json"
    if not file.exists():
        return
    try:
        earlier = json.loads(file.read_text("utf-8"))
    except ValueError:
        raise AuditError(f"{file} is damaged. Start anew with --overwrite.") from None
    for key, value in header.items():
        if earlier.get(key) != value:
            other = "other" if key == "settings" else "another"
            raise AuditError(
                f"{output} holds an audit with {other} {key.replace('_', ' ')} "
                f"({earlier.get(key)}, now {value}). Choose another folder, or start anew "
                "with --overwrite."
            )


def _write_documents(
    output: Path, planned: Documents, run: Engine, jobs: int, limits: Limits
) -> None:
    """Write ``documents/``, keeping the files that an interrupted run has written already."""
    work = output / ".work"
    draft = work / f"documents-{planned.digest}"
    for other in work.glob("documents-*"):
        if other != draft:
            shutil.rmtree(other)
    draft.mkdir(exist_ok=True)
    for leftover in draft.glob("*.tmp"):
        leftover.unlink()
    parts = (part for part in planned.parts(draft) if not part.path.exists())
    for _ in run(parts, jobs, limits):
        pass
    shutil.rmtree(output / "documents", ignore_errors=True)
    draft.rename(output / "documents")


def _write_sites(output: Path) -> dict[str, int]:
    """Write ``sites.parquet``, and count documents on the way."""
    sites = SiteCounter()
    totals = dict.fromkeys(("documents", "scored", "unscorable", "errors", "flagged", "copied"), 0)
    columns = ["site", "status", "flagged", "kind", "copied"]
    for part in sorted((output / "documents").glob("*.parquet")):
        for batch in pq.ParquetFile(part).iter_batches(_SCANNED_ROWS, columns=columns):
            rows = batch.to_pylist()
            sites.add(rows)
            statuses = Counter(row["status"] for row in rows)
            totals["documents"] += len(rows)
            totals["scored"] += statuses["scored"]
            totals["unscorable"] += statuses["unscorable"]
            totals["errors"] += statuses["error"]
            totals["flagged"] += sum(row["flagged"] for row in rows)
            totals["copied"] += sum(row["copied"] for row in rows)
    draft = output / ".sites.tmp"
    pq.write_table(sites.table(), draft)
    draft.replace(output / "sites.parquet")
    return totals


def _write_json(file: Path, content: dict[str, Any]) -> None:
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(content, indent=1), "utf-8")
    appear(draft, file)
