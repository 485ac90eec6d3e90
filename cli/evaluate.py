"""``chaffinch evaluate``: a model's figures on labelled texts."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.options import (
    ModelChoice,
    column_options,
    load_detector,
    model_options,
    output_option,
)
from chaffinch.reports.formats.registry import EVALUATIONS

if TYPE_CHECKING:
    from chaffinch.datasets.readers.reader import Columns


@click.command()
@click.argument("data", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@output_option(
    click.Path(file_okay=False, path_type=Path),
    "Folder for evaluation.json and evaluation.html, a page with plots.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(EVALUATIONS)),
    default="text",
    show_default=True,
    help="How to print the figures; csv lists the misjudged texts.",
)
@click.option(
    "--resamples",
    type=click.IntRange(0, 100_000),
    default=1000,
    show_default=True,
    help="Resamples behind each interval; 0 leaves intervals out.",
)
@column_options
@model_options
def evaluate(
    data: Path,
    output: Path | None,
    format_: str,
    resamples: int,
    columns: "Columns",
    choice: ModelChoice,
) -> None:
    """Measure a model on DATA: rows with `text` and `label`, or a folder of one folder per label.

    Figures are broken down by the data's `family`, `rate` (share of words replaced) and
    `genre`, and by length, worst first. Rows with the same `group`, such as copies of one
    article, are resampled together. The thresholds for a wanted share of false positives are
    what --threshold takes. Misjudged texts are listed with the reasons, worst first.

    \b
    Example:
      chaffinch evaluate labels.jsonl -o evaluation/
    """
    from chaffinch.detector.atomic import write_lines
    from chaffinch.detector.evaluation.evaluation import evaluate as evaluate_texts
    from chaffinch.detector.training.labelled import LabelError, judge_examples, read_labelled

    detector = load_detector(*choice)
    try:
        examples = list(read_labelled(data, columns))
    except LabelError as error:
        raise click.ClickException(str(error)) from None
    texts, misjudged = judge_examples(detector, examples)
    if not len(texts) or (texts.score != texts.score).all():
        raise click.ClickException(f"{data}: none of the {len(texts)} texts can be judged.")
    classifier = detector.model.classifier
    evaluation = evaluate_texts(
        texts, detector.name, detector.digest, classifier.threshold, classifier.base_rate, resamples
    ).with_misjudged(misjudged)
    if output:
        try:
            output.mkdir(parents=True, exist_ok=True)
            for name in ("json", "html"):
                write_lines(output / f"evaluation.{name}", EVALUATIONS[name](evaluation))
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written ({error.strerror}).") from None
    for piece in EVALUATIONS[format_](evaluation):
        click.echo(piece, nl=False)
