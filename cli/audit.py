"""``chaffinch audit``: judge every document of a crawl."""

import shlex
from collections import Counter
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from chaffinch.cli.messages import Interrupted, complain, stopped
from chaffinch.cli.options import (
    FILE,
    Function,
    ModelChoice,
    column_options,
    gathered,
    keep_option,
    model_options,
    output_option,
    reads_once,
)
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.features.wording import counted, printable
from chaffinch.reports.formats.registry import DOCUMENTS

if TYPE_CHECKING:
    from chaffinch.cli.stage_bars import StageBars
    from chaffinch.datasets.readers.reader import Columns
    from chaffinch.detector.audit.audit import AuditOptions
    from chaffinch.detector.audit.scoring import Settings

_SHOWN_SITES = 10
"""Sites in the summary on the terminal; our choice, what fits a screen."""


class RunChoice(NamedTuple):
    """What the options of `run_options` say."""

    files_from: str | None
    jobs: int | None
    engine: str
    trusted: Path | None
    originals: Path | None
    timeout: float
    memory: int
    no_text: bool
    overwrite: bool


def run_options(function: Function) -> Function:
    """What an audit reads beside the crawl, and how it runs, as one argument ``run``."""
    decorated = gathered(RunChoice, "run", function)
    for option in reversed(_RUN_OPTIONS):
        decorated = option(decorated)
    return decorated


_RUN_OPTIONS = (
    click.option(
        "--files-from",
        type=click.Path(exists=True, dir_okay=False),
        help="Read the files that a list names, a path or URL a line, in place of CRAWL.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        help="Processes; by default as many as this process may use cores, by its affinity and its "
        "container's quota. On a Ray cluster all cores but one, on a Spark cluster all.",
    ),
    click.option(
        "--engine",
        type=click.Choice(list(ENGINES)),
        default="local",
        show_default=True,
        help="Where to run: here, on the Ray cluster that RAY_ADDRESS names, or on the Spark "
        "cluster that spark.master names.",
    ),
    click.option(
        "--trusted",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="List of sites that copy nobody, one host per line, each with its subdomains.",
    ),
    click.option(
        "--originals",
        type=click.Path(path_type=Path),
        help="Index of originals, made by chaffinch index, to attribute copies to.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        help="Seconds that one document may take.",
    ),
    click.option(
        "--memory",
        type=click.IntRange(min=1),
        default=2000,
        show_default=True,
        help="Megabytes that one process may take for its documents.",
    ),
    click.option(
        "--no-text",
        is_flag=True,
        help="Leave the texts out of the results. A later run that adds files judges all anew.",
    ),
    click.option("--overwrite", is_flag=True, help="Start anew in a folder that holds an audit."),
)
"""The options by the fields of `RunChoice`, in their order."""


@click.command()
@click.argument("crawl", required=False, type=FILE)
@output_option(
    click.Path(file_okay=False, path_type=Path), "Folder for the results.", required=True
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(list(DOCUMENTS)),
    multiple=True,
    help="Write OUT/documents.csv or OUT/documents.jsonl as well.",
)
@run_options
@column_options
@keep_option
@model_options
def audit(
    crawl: str | None,
    output: Path,
    formats: tuple[str, ...],
    run: RunChoice,
    columns: "Columns",
    choice: ModelChoice,
) -> None:
    """Judge every document of CRAWL: a folder, a file, or a URL that fsspec can open.

    It reads the formats that `chaffinch score` reads. Run the same command again to go on after an
    interruption or to add new files. Nothing in CRAWL is changed.

    Exit status: 0 finished, also where single records could not be read; 1 not finished, or half
    of the records could not be read for one reason; 2 wrong usage; 130 interrupted.

    \b
    Example:
      chaffinch audit crawl/ -o audit/
    """
    if run.engine == "local":
        from chaffinch.detector.audit.engines.process import start_server

        # Before this process imports what the others do.
        start_server()
    from chaffinch.detector.atomic import write_lines
    from chaffinch.detector.audit.scoring import Settings
    from chaffinch.reports.audit.data import AuditData

    place = run.files_from if crawl is None else crawl
    if place is None or (crawl and run.files_from):
        raise click.UsageError("Give either CRAWL or --files-from.")
    model = str(choice.model) if choice.model else None
    settings = Settings(
        model,
        choice.threshold,
        choice.base_rate,
        columns,
        choice.max_fpr,
        choice.fast or reads_once(),
    )
    finished = output / "manifest.json"
    earlier = finished.stat().st_mtime_ns if finished.exists() else 0
    manifest, bars = _run(place, output, _audit_options(settings, run))
    for name in formats:
        write_lines(output / f"documents.{name}", DOCUMENTS[name](AuditData(output)))
    if not manifest["documents"]:
        complain(f"{place} holds no document. Check the path, and which files are read (--help).")
    _summary(output, manifest, bars)
    _news(output, manifest["changes"], finished.stat().st_mtime_ns == earlier)
    click.echo(f"\nLook at it: chaffinch report {shlex.quote(str(output))} -o report.html")
    if manifest["errors"] * 2 >= manifest["documents"] > 0:
        _fail_on_one_reason(output, manifest["documents"])


def _audit_options(settings: "Settings", run: RunChoice) -> "AuditOptions":
    from chaffinch.detector.audit.audit import AuditOptions
    from chaffinch.detector.audit.task import Limits
    from chaffinch.detector.audit.trusted import TrustedSites, TrustedSitesError, read_trusted

    try:
        trusted = read_trusted(run.trusted) if run.trusted else TrustedSites()
    except TrustedSitesError as error:
        raise click.UsageError(str(error)) from None
    return AuditOptions(
        settings,
        files_from=run.files_from is not None,
        trusted=trusted,
        originals=run.originals,
        jobs=run.jobs,
        engine=run.engine,
        limits=Limits(run.timeout, run.memory),
        with_texts=not run.no_text,
        overwrite=run.overwrite,
    )


def _run(place: str, output: Path, options: "AuditOptions") -> tuple[dict[str, Any], "StageBars"]:
    """Run an audit with bars on the terminal, and return them with the manifest.

    What stops it becomes a sentence.
    """
    from chaffinch.cli.stage_bars import StageBars
    from chaffinch.datasets.files import MissingLibrary
    from chaffinch.detector.audit.audit import AuditError, run_audit
    from chaffinch.detector.audit.copies.originals import OriginalsError
    from chaffinch.detector.audit.crawl import CrawlError
    from chaffinch.detector.audit.task import EngineError
    from chaffinch.detector.model_folder import ModelError

    with StageBars() as bars:
        try:
            return run_audit(place, output, options, bars), bars
        except CrawlError as error:
            raise click.UsageError(str(error)) from None
        except (AuditError, EngineError, MissingLibrary, ModelError, OriginalsError) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise stopped(error) from None
        except KeyboardInterrupt:
            raise Interrupted(resumes=True) from None


def _fail_on_one_reason(output: Path, n_documents: int) -> None:
    """End with status 1 where half of the documents could not be read for one reason."""
    from chaffinch.reports.audit.data import AuditData
    from chaffinch.reports.audit.overview import general_reason

    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for _, batch in AuditData(output).batches(("kind", "path", "error")):
        for row in batch.to_pylist():
            if row["error"] is not None:
                reason = general_reason(row)
                counts[reason] += 1
                first.setdefault(reason, row["error"])
    reason, count = counts.most_common(1)[0]
    if count * 2 >= n_documents:
        raise click.ClickException(
            f"{count:,} of {counted(n_documents, 'record')} could not be read for one reason. The "
            f"first: {first[reason]}"
        )


def _summary(output: Path, manifest: dict[str, int], bars: "StageBars") -> None:
    import pyarrow.parquet as pq

    pace = f" Judged now: {bars.documents:,}, {bars.rate:,.1f} a second." if bars.documents else ""
    click.echo(
        f"{counted(manifest['documents'], 'document')}: {manifest['flagged']:,} flagged, "
        f"{manifest['copied']:,} copied, {manifest['errors']:,} unreadable; "
        f"{counted(manifest['skipped'], 'other record')} skipped.{pace}"
    )
    sites = [
        row
        for row in pq.read_table(output / "sites.parquet").slice(0, _SHOWN_SITES).to_pylist()
        if row["flagged"]
    ]
    if sites:
        click.echo(f"\n{'flagged':>9}  {'verdict':<14}site")
    for row in sites:
        share = f"{row['flagged']}/{row['scored']}"
        click.echo(f"{share:>9}  {row['verdict']:<14}{printable(row['site']) or '(no address)'}")


def _news(output: Path, counts: dict[str, Any] | None, nothing_done: bool) -> None:
    """Say what is new since the run before, the changed sites by name."""
    from chaffinch.detector.audit.news import listed_changes
    from chaffinch.reports.audit.news import changes_in_words, since_in_words
    from chaffinch.reports.formats import text

    if nothing_done:
        click.echo("\nNothing new since the last run.")
    elif counts is not None:
        click.echo(f"\n{since_in_words(counts['since'])}. {changes_in_words(counts)}")
        sites = takewhile(lambda one: one.change == "site", listed_changes(output))
        for line in text.comparison(islice(sites, _SHOWN_SITES)):
            click.echo(line, nl=False)
        if counts["sites"] + counts["flagged"] + counts["unflagged"] + counts["added_flagged"]:
            click.echo(f"All of them: chaffinch changes {shlex.quote(str(output))}")
