"""``chaffinch audit``: judge every document of a crawl."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.options import model_options

if TYPE_CHECKING:
    from chaffinch.detector.audit.scoring import Counts

_SHOWN_SITES = 10


@click.command()
@click.argument("crawl", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the results.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; all cores by default.")
@click.option(
    "--engine",
    type=click.Choice(["local"]),
    default="local",
    show_default=True,
    help="Where to run.",
)
@click.option("--overwrite", is_flag=True, help="Start anew in a folder that holds an audit.")
@model_options
def audit(
    crawl: Path,
    output: Path,
    jobs: int | None,
    engine: str,
    overwrite: bool,
    model: Path | None,
    threshold: float | None,
    base_rate: float | None,
) -> None:
    r"""Judge every text, Markdown, HTML and JSON Lines file below CRAWL.

    Run the same command again to go on after an interruption or to add new files. Nothing
    in CRAWL is changed.

    \b
    Example:
      chaffinch audit crawl/ -o audit/
    """
    from joblib import cpu_count
    from tqdm import tqdm

    from chaffinch.detector.audit.audit import AuditError, run_audit
    from chaffinch.detector.audit.scoring import Settings
    from chaffinch.detector.model import ModelError

    settings = Settings(str(model) if model else None, threshold, base_rate)
    flagged = 0
    # disable=None: no bar where standard error is not a terminal.
    with tqdm(unit=" documents", disable=None) as bar:

        def progress(done: "Counts", files: int) -> None:
            nonlocal flagged
            flagged += done.flagged
            bar.update(done.documents)
            bar.set_postfix(flagged=flagged)

        try:
            manifest = run_audit(
                crawl,
                output,
                settings,
                jobs=jobs or cpu_count(),
                engine=engine,
                overwrite=overwrite,
                progress=progress,
            )
        except (AuditError, ModelError) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(
                f"Stopped: {error}. What is done is kept; make room or mend access, and run the "
                "same command again to go on."
            ) from None
        except KeyboardInterrupt:
            raise click.ClickException(
                "Interrupted. What is done is kept; run the same command again to go on."
            ) from None
    _summary(output, manifest)


def _summary(output: Path, manifest: dict[str, int]) -> None:
    import pyarrow.parquet as pq

    click.echo(
        f"{manifest['documents']} documents: {manifest['flagged']} flagged, "
        f"{manifest['copied']} copied, {manifest['errors']} unreadable; "
        f"{manifest['skipped']} other files skipped."
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
        click.echo(f"{share:>9}  {row['verdict']:<14}{row['site'] or '(no address)'}")
    click.echo(f"\nLook at it: chaffinch report {output} -o report.html")
