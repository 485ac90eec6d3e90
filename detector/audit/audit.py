"""An audit from start to finish: score what is new, then write documents, sites, manifest."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from filelock import FileLock, Timeout

from chaffinch.datasets.file_names import shown_name
from chaffinch.datasets.files import is_url
from chaffinch.detector.atomic import discard_drafts, write_text
from chaffinch.detector.audit.copies.copies import Found, find_copies, stage_digest, write_replaced
from chaffinch.detector.audit.copies.originals import load_originals
from chaffinch.detector.audit.crawl import find_files, listed_files
from chaffinch.detector.audit.documents import parts
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.audit.plan import plan
from chaffinch.detector.audit.rows import Segment, finished, segments, skipped
from chaffinch.detector.audit.schema import SCHEMA_VERSION
from chaffinch.detector.audit.scoring import Settings, detector_for
from chaffinch.detector.audit.sites.sites import write_sites
from chaffinch.detector.audit.task import Counts, Limits
from chaffinch.detector.audit.trusted import TrustedSites

_OUTPUTS = ("documents", "sites.parquet", "pairs.parquet")
_MARK = "finished"
"""File in the folder for work: the digest of what the outputs were made from."""


class AuditError(Exception):
    """An audit that cannot go on; the message says why and what to do."""


def run_audit(
    crawl: str | Path,
    output: Path,
    settings: Settings,
    *,
    files_from: bool = False,
    jobs: int | None = 1,
    engine: str = "local",
    limits: Limits = Limits(),  # noqa: B008
    trusted: TrustedSites = TrustedSites(),  # noqa: B008
    overwrite: bool = False,
    originals: Path | None = None,
    progress: Callable[[Counts, int], None] = lambda done, size: None,
) -> dict[str, Any]:
    """Judge every record of a crawl; go on where an earlier run stopped.

    The local engine starts processes: a script that calls this needs the usual
    ``if __name__ == "__main__":``.

    Args:
        crawl: A directory, a file, or a URL that fsspec can open.
        output: Folder for ``documents/``, ``sites.parquet``, ``pairs.parquet`` and
            ``manifest.json``.
        settings: What to judge with.
        files_from: Whether `crawl` is a list of files, a path or URL a line.
        jobs: Processes; as many as the engine has cores where None.
        engine: Name of the engine.
        limits: What one document may cost.
        trusted: Sites that copy nobody.
        overwrite: Forget an earlier audit in `output`.
        originals: Folder of an index of originals that copies are attributed to.
        progress: Told what each shard came to, and once, first, how many bytes are to do.

    Returns:
        The manifest.

    Raises:
        AuditError: `output` holds an audit of another crawl or with other settings, or
            another process writes to it.
        CrawlError: There is no such crawl.
        EngineError: A process failed for no document's fault.
        MissingLibrary: A library for the crawl's URL or for the engine is not installed.
        ModelError: The model cannot be used.
        OriginalsError: The index of originals cannot be used.
    """
    index = load_originals(originals.absolute()) if originals else None
    detector = detector_for(settings)
    # Tasks may be done where the working directory is another.
    output = output.absolute()
    if settings.model is not None:
        settings = settings._replace(model=str(Path(settings.model).absolute()))
    found = listed_files(Path(crawl)) if files_from else find_files(crawl, besides=output)
    work = output / ".work"
    work.mkdir(parents=True, exist_ok=True)
    with _alone(work):
        if overwrite:
            _forget(output)
        header = {
            "schema_version": SCHEMA_VERSION,
            "crawl": _where(crawl),
            "model": {"name": detector.name, "digest": detector.digest},
            "settings": {"threshold": detector.threshold, "base_rate": settings.base_rate},
        }
        earlier = _checked_manifest(output, header)
        discard_drafts(work)
        done = finished(work, found)
        todo = np.flatnonzero(done.unit_of < 0)
        progress(Counts(), int(np.sum(found.files["size"].to_numpy()[todo])))
        if not len(todo):
            n_skipped = found.skipped + skipped(done, found)
            digest = stage_digest([*segments(done, found)], index, trusted)
            if _stands(output, earlier, digest, n_skipped):
                return earlier
        (work / _MARK).unlink(missing_ok=True)
        _write_json(output / "manifest.json", {**header, "finished": False})
        with ENGINES[engine](jobs, limits) as running:
            for counts in running.run(plan(found, todo, work, settings, running.jobs)):
                progress(counts, 0)
            done = finished(work, found)
            if (done.unit_of < 0).any():
                left = found.file(int(np.argmin(done.unit_of))).path
                raise AuditError(
                    f"{left} could not be read to its end. Run the same command again."
                )
            rows = [*segments(done, found)]
            copies = find_copies(rows, work, index, trusted, running)
            _write_documents(output, rows, copies, running)
            write_replaced(copies, output / "pairs.parquet")
            n_rows = len(copies.copies.sources)
            totals = write_sites(output, copies.digest, n_rows, trusted, running)
        manifest = {
            **header,
            "records_read": totals["documents"],
            "skipped": found.skipped + skipped(done, found),
            **totals,
            "trusted": sorted(trusted.hosts),
            "clusters": _clusters(copies),
            "originals": _stated(copies),
            "finished": True,
            "versions": _versions(),
        }
        _write_json(output / "manifest.json", manifest)
        (work / _MARK).write_text(copies.digest, "utf-8")
        shutil.rmtree(copies.folder)
    return manifest


def _where(crawl: str | Path) -> str:
    """A crawl's place, whatever the directory that the command is given in."""
    return str(crawl) if is_url(str(crawl)) else shown_name(str(Path(crawl).absolute()))


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Keep other audits out of a folder."""
    try:
        # The lock goes with its process, however that ends.
        with FileLock(work / "lock", timeout=0):
            yield
    except Timeout:
        raise AuditError(
            f"Another audit is writing to {work.parent}. Wait for it, or choose another folder."
        ) from None


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


def _checked_manifest(output: Path, header: dict[str, Any]) -> dict[str, Any]:
    """The manifest of an earlier run with the same settings; empty where there was none."""
    file = output / "manifest.json"
    if not file.exists():
        return {}
    try:
        earlier: dict[str, Any] = json.loads(file.read_text("utf-8"))
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
    return earlier


def _stands(output: Path, earlier: dict[str, Any], digest: str, n_skipped: int) -> bool:
    """Whether an earlier run was finished, and would be finished the same now."""
    mark = output / ".work" / _MARK
    return (
        bool(earlier.get("finished"))
        and mark.exists()
        and mark.read_text("utf-8") == digest
        and (earlier.get("skipped"), earlier.get("versions")) == (n_skipped, _versions())
        and all((output / name).exists() for name in _OUTPUTS)
    )


def _versions() -> dict[str, str]:
    return {
        "chaffinch": version("chaffinch"),
        "python": sys.version.split()[0],
        "pyarrow": pa.__version__,
    }


def _write_documents(output: Path, rows: Sequence[Segment], found: Found, engine: Engine) -> None:
    """Write ``documents/``, keeping the files that an interrupted run has written already."""
    work = output / ".work"
    draft = work / f"documents-{found.digest}"
    for other in work.glob("documents-*"):
        if other != draft:
            shutil.rmtree(other)
    draft.mkdir(exist_ok=True)
    discard_drafts(draft)
    write_missing(engine, parts(rows, found, draft))
    shutil.rmtree(output / "documents", ignore_errors=True)
    draft.rename(output / "documents")


def _clusters(found: Found) -> dict[str, int]:
    """How many clusters there are, how large they get, and what was too common to tell by."""
    clusters = found.copies.clusters
    _, sizes = np.unique(clusters[clusters != 0], return_counts=True)
    return {
        "clusters": len(sizes),
        "largest": int(sizes.max(initial=0)),
        "common_passages": found.common,
    }


def _stated(found: Found) -> dict[str, Any] | None:
    if found.originals is None:
        return None
    return {"documents": len(found.originals), "digest": found.originals.digest}


def _write_json(file: Path, content: dict[str, Any]) -> None:
    write_text(file, json.dumps(content, indent=1))
