"""``chaffinch evaluate``: a model's figures on labelled texts."""

import json
from collections import defaultdict
from pathlib import Path

import click

from chaffinch.cli.options import load_detector


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="Model folder.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def evaluate(data: Path, model: Path | None, format_: str) -> None:
    r"""Measure a model on DATA: JSON Lines with `text` and `label`, or a folder a label.

    A `family` and a `genre` in the data give a line each, worst first.

    \b
    Example:
      chaffinch evaluate labels.jsonl
    """
    import numpy as np

    from chaffinch.detector.build.labelled import LabelError, read_labelled
    from chaffinch.detector.metrics import Metrics, measure

    detector = load_detector(model)
    try:
        examples = list(read_labelled(data))
    except LabelError as error:
        raise click.ClickException(str(error)) from None
    verdicts = list(detector.score_many(example.document for example in examples))
    scored = [
        (example, verdict.probability)
        for example, verdict in zip(examples, verdicts, strict=True)
        if verdict.probability is not None
    ]
    if not scored:
        raise click.ClickException(f"{data}: none of the {len(examples)} texts can be judged.")
    classifier = detector.model.classifier
    probability = np.array([chance for _, chance in scored])
    label = np.array([example.label for example, _ in scored])

    def figures(rows: list[int]) -> Metrics:
        return measure(probability[rows], label[rows], classifier.threshold, classifier.base_rate)

    tables: dict[str, Metrics] = {"all": figures(list(range(len(scored))))}
    clean = [place for place in range(len(scored)) if not label[place]]
    families: dict[str, list[int]] = defaultdict(list)
    genres: dict[str, list[int]] = defaultdict(list)
    for place, (example, _) in enumerate(scored):
        if example.label and example.family:
            families[example.family].append(place)
        if not example.label and example.genre:
            genres[example.genre].append(place)
    by_family = {f"family {name}": figures(clean + rows) for name, rows in families.items()}
    by_genre = {f"genre {name}": figures(rows) for name, rows in genres.items()}
    tables |= dict(sorted(by_family.items(), key=lambda item: item[1].recall))
    tables |= dict(sorted(by_genre.items(), key=lambda item: -item[1].flagged_clean))
    unscorable = len(examples) - len(scored)
    if format_ == "json":
        rows = {
            name: {key: None if value != value else value for key, value in row._asdict().items()}
            for name, row in tables.items()
        }
        click.echo(json.dumps({"unscorable": unscorable, "figures": rows}, indent=1))
        return
    click.echo(f"{len(scored)} texts scored, {unscorable} unscorable; model {detector.name}.")
    click.echo(
        f"{'':<34}{'clean':>7}{'bad':>7}{'flagged':>9}{'recall':>8}{'AUROC':>8}{'R@0.5%':>8}{'ECE':>7}"
    )
    for name, row in tables.items():
        cells = (row.flagged_clean, row.recall, row.auroc, row.recall_at_half_percent, row.ece)
        shown = [f"{cell:.3f}" if cell == cell else "-" for cell in cells]
        click.echo(
            f"{name[:33]:<34}{row.n_clean:>7}{row.n_republications:>7}"
            f"{shown[0]:>9}{shown[1]:>8}{shown[2]:>8}{shown[3]:>8}{shown[4]:>7}"
        )
