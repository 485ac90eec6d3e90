"""``python -m chaffinch.detector.training DATA -o MODEL``: build the bundled model."""

import time
from pathlib import Path
from typing import Any

import click
from threadpoolctl import threadpool_limits

from chaffinch.datasets.lexicons.lexicons import HOLD_OUTS
from chaffinch.detector.second_reader_arrays import load_second_reader
from chaffinch.detector.training.bundle import BuildOptions, build_bundle
from chaffinch.detector.training.corpora import CorpusError
from chaffinch.detector.training.fitting import TrainingError
from chaffinch.detector.training.resources.context_model import EPOCHS


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Model folder to write.",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Part of every corpus to use.",
)
@click.option(
    "--hold-out",
    multiple=True,
    metavar="NAME",
    help="What no part of the model may know, for honest figures; repeatable. A thesaurus "
    f"({', '.join(HOLD_OUTS)}) or a group of honest kinds, as the names of its files in "
    "DATA/honest begin (learner, old, spoken ...).",
)
@click.option(
    "--epochs",
    type=click.FloatRange(0, min_open=True),
    default=EPOCHS,
    show_default=True,
    help="Training of the context model.",
)
@click.option(
    "--second-reader",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that `python -m chaffinch.detector.training.second_reader` wrote.",
)
def build(data: Path, output: Path, second_reader: Path | None, **options: Any) -> None:
    """Build a model folder from clean corpora (*.jsonl, *.jsonl.zst) and lexicons in DATA.

    \b
    Example:
      python -m chaffinch.detector.training data/ -o model/
    """
    began = time.monotonic()

    def progress(stage: str) -> None:
        click.echo(f"{time.monotonic() - began:5.0f} s  {stage}", err=True)

    try:
        reader = load_second_reader(second_reader) if second_reader else None
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{second_reader} is no second reader: {error}.") from None
    try:
        # With more threads sums come out in another order, and the model in other bits.
        with threadpool_limits(1):
            model = build_bundle(
                data, output, BuildOptions(**options, second_reader=reader), progress
            )
    except (CorpusError, TrainingError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None
    click.echo(f"{output}: threshold {model.classifier.threshold:.4f}")


if __name__ == "__main__":
    build()
