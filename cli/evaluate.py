"""``chaffinch evaluate``: a model's figures on labelled texts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.options import column_options, load_detector, output_option

if TYPE_CHECKING:
    from chaffinch.datasets.readers.reader import Columns


@click.command()
@click.argument("data", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Model folder; the bundled one by default.",
)
@output_option(
    click.Path(file_okay=False, path_type=Path),
    "Folder for evaluation.json and evaluation.html, a page with plots.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print the figures.",
)
@click.option(
    "--resamples",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    help="Resamples behind each interval; 0 leaves intervals out.",
)
@column_options
def evaluate(
    data: Path,
    model: Path | None,
    output: Path | None,
    format_: str,
    resamples: int,
    columns: "Columns",
) -> None:
    """Measure a model on DATA: rows with `text` and `label`, or a folder of one folder per label.

    Figures are broken down by the data's `family`, `rate` (share of words replaced) and
    `genre`, and by length, worst first. Rows with the same `group`, such as copies of one
    article, are resampled together.

    \b
    Example:
      chaffinch evaluate labels.jsonl -o evaluation/
    """
    from chaffinch.detector.atomic import write_text
    from chaffinch.detector.evaluation.evaluation import evaluate as evaluate_texts
    from chaffinch.detector.evaluation.tables import markdown
    from chaffinch.detector.training.labelled import LabelError, read_labelled, score_examples
    from chaffinch.reports.evaluation.report import render_html, render_text

    detector = load_detector(model)
    try:
        examples = list(read_labelled(data, columns))
    except LabelError as error:
        raise click.ClickException(str(error)) from None
    texts = score_examples(detector, examples)
    if not len(texts) or (texts.score != texts.score).all():
        raise click.ClickException(f"{data}: none of the {len(texts)} texts can be judged.")
    classifier = detector.model.classifier
    evaluation = evaluate_texts(
        texts, detector.name, detector.digest, classifier.threshold, classifier.base_rate, resamples
    )
    as_json = json.dumps(evaluation.as_dict(), indent=1)
    if output:
        try:
            output.mkdir(parents=True, exist_ok=True)
            write_text(output / "evaluation.json", as_json + "\n")
            render_html(evaluation, output / "evaluation.html")
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written ({error.strerror}).") from None
    if format_ == "json":
        click.echo(as_json)
    else:
        render = markdown if format_ == "markdown" else render_text
        for line in render(evaluation):
            click.echo(line)
