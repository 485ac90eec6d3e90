"""An audit from start to finish: score what is new, then write documents, sites, manifest."""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from chaffinch.datasets.file_names import shown_name
from chaffinch.datasets.files import is_url
from chaffinch.detector.atomic import discard_drafts, write_text
from chaffinch.detector.audit.copies.originals import Originals, OriginalsError, load_originals
from chaffinch.detector.audit.copies.stage import (
    FoundCopies,
    find_copies,
    stage_digest,
    write_pairs,
)
from chaffinch.detector.audit.crawl import Crawl, find_files, listed_files
from chaffinch.detector.audit.documents import named_sources, parts
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.audit.folders import with_misnamed
from chaffinch.detector.audit.meaning.vectors import installed_encoder
from chaffinch.detector.audit.news import CHANGES, remember, write_news
from chaffinch.detector.audit.plan import plan, sizes_by_kind
from chaffinch.detector.audit.rows import Finished, ShardRows, finished, segments, skipped
from chaffinch.detector.audit.schema import SCHEMA_VERSION
from chaffinch.detector.audit.scoring import Settings, detector_for
from chaffinch.detector.audit.sites.sites import write_sites
from chaffinch.detector.audit.task import Limits, Progress
from chaffinch.detector.audit.texts import drop_texts, restore_texts
from chaffinch.detector.audit.trusted import TrustedSites
from chaffinch.detector.digests import digest
from chaffinch.features.meaning.encoder import EncoderError

_OUTPUTS = ("documents", "sites.parquet", "pairs.parquet")
_MARK = "finished"
"""File in the folder for work: the digest of what the outputs were made from."""


class AuditError(Exception):
    """An audit that cannot go on; the message says why and what to do."""


class AuditOptions(NamedTuple):
    """How to audit a crawl.

    Attributes:
        settings: What to judge with.
        files_from: Whether the crawl is a list of files, one path or URL per line.
        trusted: Sites that copy nobody.
        originals: Folder of an index of originals that copies are attributed to.
        jobs: Number of processes; as many as the engine has cores where None.
        engine: Name of the engine.
        limits: What one document may cost.
        with_texts: Whether the audit's tables hold the texts of its documents.
        overwrite: Whether to forget an earlier audit in the output folder.
    """

    settings: Settings = Settings()
    files_from: bool = False
    trusted: TrustedSites = TrustedSites()
    originals: Path | None = None
    jobs: int | None = 1
    engine: str = "local"
    limits: Limits = Limits()
    with_texts: bool = True
    overwrite: bool = False


def run_audit(
    crawl: str | Path,
    output: Path,
    options: AuditOptions = AuditOptions(),  # noqa: B008
    progress: Progress = Progress(),  # noqa: B008
) -> dict[str, Any]:
    """Judge every record of a crawl; go on where an earlier run stopped.

    The local engine starts processes: a script that calls this needs the usual
    ``if __name__ == "__main__":``.

    Args:
        crawl: A directory, a file, or a URL that fsspec can open.
        output: Folder for ``documents/``, ``sites.parquet``, ``pairs.parquet``,
            ``changes.parquet`` and ``manifest.json``.
        options: How to do it.
        progress: Told how far it has come; the stage "judging" counts bytes.

    Returns:
        The manifest.

    Raises:
        AuditError: `output` holds an audit of another crawl or with other settings, or
            another process writes to it.
        CrawlError: There is no such crawl, or `output` lies in it.
        EngineError: A process failed for no document's fault.
        MissingLibrary: A library for the crawl's URL or for the engine is not installed.
        ModelError: The model cannot be used.
        OriginalsError: The index of originals cannot be used.
    """
    audit = _Audit(crawl, output, options)
    with _only_writer(audit.work):
        if options.overwrite:
            _forget(audit.output)
        return audit.run(progress)


class _Audit:
    """One run of an audit.

    Args:
        crawl: As `run_audit` has it.
        output: As `run_audit` has it.
        options: As `run_audit` has it.
    """

    def __init__(self, crawl: str | Path, output: Path, options: AuditOptions) -> None:
        model = options.settings.model
        if model is not None:
            # Tasks may be done where the working directory is another.
            settings = options.settings._replace(model=str(Path(model).absolute()))
            options = options._replace(settings=settings)
        originals = options.originals
        self.options = options
        self.output = output.absolute()
        self.work = self.output / ".work"
        self.index: Originals | None = _opened(originals.absolute()) if originals else None
        detector = detector_for(options.settings)
        self.header = {
            "schema_version": SCHEMA_VERSION,
            "crawl": _where(crawl),
            "model": {"name": detector.name, "digest": detector.digest},
            # A version with other signals judges by the same model and writes other columns.
            "set_of_features": digest("\n".join(detector.feature_names).encode()),
            "settings": {
                "threshold": detector.threshold,
                "base_rate": options.settings.base_rate,
                "columns": {
                    **options.settings.columns._asdict(),
                    "keep": list(options.settings.columns.keep),
                },
                "with_texts": options.with_texts,
                "fast": options.settings.fast,
            },
        }
        self.crawl: Crawl = (
            listed_files(Path(crawl)) if options.files_from else find_files(crawl, self.output)
        )
        self.work.mkdir(parents=True, exist_ok=True)

    def run(self, progress: Progress) -> dict[str, Any]:
        """Do what is not done yet, and return the manifest."""
        earlier = _checked_manifest(self.output, self.header)
        discard_drafts(self.work)
        done = finished(self.work, self.crawl)
        todo = np.flatnonzero(done.unit_of < 0)
        if not len(todo) and self._is_up_to_date(done, earlier):
            return earlier
        if restore_texts(self.work, self.output / "documents"):
            done = finished(self.work, self.crawl)
            todo = np.flatnonzero(done.unit_of < 0)
        (self.work / _MARK).unlink(missing_ok=True)
        with ENGINES[self.options.engine](self.options.jobs, self.options.limits) as engine:
            engine.progress = progress
            if earlier.get("finished") and self._has_outputs():
                remember(self.output, self.work, engine)
            _write_json(self.output / "manifest.json", {**self.header, "finished": False})
            done = self._score(todo, engine)
            found, totals = self._write_tables([*segments(done, self.crawl)], engine)
            changes = write_news(self.output, self.work, engine)
        drop_texts(self.work)
        manifest = {
            **self.header,
            "records_read": totals["documents"],
            "skipped": self.crawl.skipped + skipped(done, self.crawl),
            **totals,
            "trusted": sorted(self.options.trusted.hosts),
            "clusters": _cluster_counts(found),
            "originals": _index_facts(self.index),
            "changes": changes,
            "finished": True,
            "versions": _versions(),
        }
        _write_json(self.output / "manifest.json", manifest)
        write_text(self.work / _MARK, found.digest)
        for folder in (found.folder, *self.work.glob("folders-*")):
            shutil.rmtree(folder)
        return manifest

    def _is_up_to_date(self, done: Finished, earlier: dict[str, Any]) -> bool:
        """Whether an earlier run was finished, and would be finished the same now."""
        mark = self.work / _MARK
        n_skipped = self.crawl.skipped + skipped(done, self.crawl)
        return (
            bool(earlier.get("finished"))
            and mark.exists()
            and mark.read_text("utf-8")
            == stage_digest([*segments(done, self.crawl)], self.index, self.options.trusted)
            and (earlier.get("skipped"), earlier.get("versions")) == (n_skipped, _versions())
            and self._has_outputs()
        )

    def _has_outputs(self) -> bool:
        return all((self.output / name).exists() for name in _OUTPUTS)

    def _score(self, todo: NDArray[np.int64], engine: Engine) -> Finished:
        """Judge the files that are still to do; what is on disk then."""
        size = int(np.sum(self.crawl.files.sizes()[todo]))
        engine.progress.begin("judging", size)
        engine.progress.expect(sizes_by_kind(self.crawl, todo), engine.jobs)
        units = plan(self.crawl, todo, self.work, self.options.settings, engine.jobs)
        for counts in engine.run(units):
            engine.progress.advance(counts)
        done = finished(self.work, self.crawl)
        if (done.unit_of < 0).any():
            left = self.crawl.files[int(np.argmin(done.unit_of))].path
            raise AuditError(f"{left} could not be read to its end. Run the same command again.")
        return done

    def _write_tables(
        self, rows: Sequence[ShardRows], engine: Engine
    ) -> tuple[FoundCopies, dict[str, int]]:
        """Find copies, and write the audit's tables; also the number of rows by status."""
        trusted = self.options.trusted
        digest = stage_digest(rows, self.index, trusted)
        rows = with_misnamed(rows, self.work, digest, engine)
        found = find_copies(rows, self.work, self.index, trusted, engine)
        _write_documents(self.output, rows, found, engine, self.options.with_texts)
        write_pairs(found, self.output / "pairs.parquet")
        n_rows = len(found.documents)
        return found, write_sites(self.output, found.digest, n_rows, trusted, engine)


def _where(crawl: str | Path) -> str:
    """A crawl's place, whatever the directory that the command is given in."""
    return str(crawl) if is_url(str(crawl)) else shown_name(str(Path(crawl).absolute()))


@contextmanager
def _only_writer(work: Path) -> Iterator[None]:
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
        (output / CHANGES).unlink(missing_ok=True)
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


def _versions() -> dict[str, str]:
    return {
        "chaffinch": version("chaffinch"),
        "python": sys.version.split()[0],
        "pyarrow": pa.__version__,
    }


def _write_documents(
    output: Path,
    rows: Sequence[ShardRows],
    found: FoundCopies,
    engine: Engine,
    with_texts: bool,
) -> None:
    """Write ``documents/``, keeping the files that an interrupted run has written already."""
    work = output / ".work"
    draft = work / f"documents-{found.digest}"
    for other in work.glob("documents-*"):
        if other != draft:
            shutil.rmtree(other)
    draft.mkdir(exist_ok=True)
    discard_drafts(draft)
    tasks = parts(rows, found, named_sources(rows, found, engine), draft, with_texts)
    write_missing(engine, "writing documents", tasks, int(found.sizes.sum()))
    shutil.rmtree(output / "documents", ignore_errors=True)
    draft.rename(output / "documents")


def _cluster_counts(found: FoundCopies) -> dict[str, int]:
    """How many clusters there are, how large they get, and what was too common to tell by."""
    clusters = found.copies.clusters
    _, sizes = np.unique(clusters[clusters != 0], return_counts=True)
    return {
        "clusters": len(sizes),
        "largest": int(sizes.max(initial=0)),
        "common_passages": found.common,
    }


def _opened(folder: Path) -> Originals:
    """An index of originals that can be used here.

    Raises:
        OriginalsError: It is not sound, or has vectors and there is no encoder to compare them.
    """
    index = load_originals(folder)
    if index.by_meaning:
        try:
            installed_encoder()
        except EncoderError as error:
            raise OriginalsError(f"{folder} was made with --meaning. {error}") from None
    return index


def _index_facts(index: Originals | None) -> dict[str, Any] | None:
    if index is None:
        return None
    return {"documents": len(index), "digest": index.digest, "by_meaning": index.by_meaning}


def _write_json(file: Path, content: dict[str, Any]) -> None:
    write_text(file, json.dumps(content, indent=1))
