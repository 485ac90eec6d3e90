"""``chaffinch train``: a model from the user's own labels."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.options import column_options, load_detector, output_option

if TYPE_CHECKING:
    from chaffinch.datasets.readers.reader import Columns


@click.command()
@click.argument("data", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@output_option(click.Path(file_okay=False, path_type=Path), "Model folder to write.", required=True)
@click.option(
    "--from",
    "base",
    type=click.Path(path_type=Path),
    help="Model folder to start from; the bundled one by default.",
)
@click.option(
    "--prior/--no-prior",
    default=True,
    show_default=True,
    help="Whether its weights are the prior, or only its language model and channel are kept.",
)
@click.option(
    "--from-scratch",
    is_flag=True,
    help="Start from no model: half of the clean texts become the language model.",
)
@click.option(
    "--lexicons",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --from-scratch: folder of synonym resources, as the build command reads it.",
)
@click.option(
    "--pairs",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="pairs.parquet of an audit: replacements that were seen in copies, for the channel.",
)
@click.option(
    "--base-rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.1,
    show_default=True,
    help="Share of republications that probabilities assume.",
)
@column_options
@click.option(
    "--licence", default="not stated", show_default=True, help="Of DATA, for the model card."
)
def train(
    data: Path,
    output: Path,
    base: Path | None,
    prior: bool,
    from_scratch: bool,
    lexicons: Path | None,
    pairs: Path | None,
    base_rate: float,
    licence: str,
    columns: "Columns",
) -> None:
    """Fit a classifier to DATA, and measure it on labels that it was not fitted to.

    DATA is JSON Lines, CSV or Parquet with `text` and `label` ("original", or "spun",
    "scraped", "republication"), - for standard input, or a folder with one sub-folder per
    label. Rows with the same `group`, such as copies of one article, never stand on both sides
    of a split.

    With --pairs the model's channel learns replacements of single words that were seen in two
    or more copies: they become probable originals where these words are read.

    \b
    Example:
      chaffinch train labels.jsonl -o model/
    """
    from chaffinch.detector.evaluation.tables import headline
    from chaffinch.detector.training.fitting import TrainingError
    from chaffinch.detector.training.labelled import LabelError, read_labelled
    from chaffinch.detector.training.resources.pairs import PairsError
    from chaffinch.detector.training.retrain import Recipe, build_from_labels

    if from_scratch and base:
        raise click.UsageError("--from and --from-scratch exclude each other.")
    if lexicons and not from_scratch:
        raise click.UsageError("--lexicons needs --from-scratch.")
    start = None if from_scratch else load_detector(base).model
    recipe = Recipe(base_rate, start, prior, lexicons, pairs, licence)
    try:
        trained = build_from_labels(list(read_labelled(data, columns)), data, output, recipe)
    except (LabelError, PairsError, TrainingError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None
    click.echo(f"{output}: figures on texts that the model in question was not fitted to:")
    for name, (figure, bounds) in headline(trained.evaluation):
        click.echo(f"{name:<56}{figure:>8}  {bounds}".rstrip())
    click.echo(f"More in {output / 'card.md'}.")
