"""``chaffinch signals``: what is measured, and what it weighs."""

import inspect
from pathlib import Path

import click

from chaffinch.cli.options import load_detector


@click.command()
@click.argument("name", required=False)
@click.option(
    "--model", type=click.Path(path_type=Path), help="Model folder; the bundled one by default."
)
def signals(name: str | None, model: Path | None) -> None:
    """List every feature with its unit and weight, or show one signal's manual page.

    \b
    Example:
      chaffinch signals --model model/
    """
    from chaffinch.features.registry import SIGNALS

    known = {signal.name: signal for signal in SIGNALS}
    if name is not None:
        if name not in known:
            raise click.UsageError(f"No signal {name!r}. Known: {', '.join(known)}.")
        click.echo(inspect.getdoc(known[name]))
        click.echo()
    classifier = load_detector(model).model.classifier
    weights = dict(zip(classifier.features, classifier.weight, strict=True))
    click.echo(f"{'weight':>7}  {'feature':<30}{'unit':<22}what it measures")
    for signal in SIGNALS if name is None else (known[name],):
        for feature in signal.features:
            full = f"{signal.name}.{feature.name}"
            click.echo(f"{weights[full]:7.2f}  {full:<30}{feature.unit:<22}{feature.meaning}")
