"""``chaffinch train``: a model from the user's own labels."""

from pathlib import Path

import click

from chaffinch.cli.options import load_detector


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Model folder to write.",
)
@click.option("--model", type=click.Path(path_type=Path), help="Model folder to start from.")
@click.option(
    "--base-rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.1,
    show_default=True,
    help="Share of republications that probabilities assume.",
)
def train(data: Path, output: Path, model: Path | None, base_rate: float) -> None:
    r"""Fit a classifier to DATA, with the language model of an existing model.

    DATA is JSON Lines with `text` and `label` ("original", or "spun", "scraped",
    "republication"), or a folder with one sub-folder a label.

    \b
    Example:
      chaffinch train labels.jsonl -o model/
    """
    from chaffinch.detector.build.labelled import LabelError, read_labelled
    from chaffinch.detector.build.retrain import retrain
    from chaffinch.detector.training import TrainingError

    detector = load_detector(model)
    try:
        examples = list(read_labelled(data))
        trained = retrain(detector.model, examples, output, base_rate)
    except (LabelError, TrainingError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{output}: trained on {len(examples)} texts; flagged from a probability of "
        f"{trained.classifier.threshold:.4f}."
    )
