"""``chaffinch signals``: what is measured, and what it weighs."""

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaffinch.cli.options import load_detector

if TYPE_CHECKING:
    from chaffinch.detector.classifier import Classifier


@click.command()
@click.argument("name", required=False)
@click.option(
    "--model", type=click.Path(path_type=Path), help="Model folder; the bundled one by default."
)
def signals(name: str | None, model: Path | None) -> None:
    """List every feature with its unit and weight, or show one signal's manual page.

    A feature that the model was not trained with is marked "new" and counts 0.

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
    click.echo(f"{'weight':>7}  {'feature':<30}{'unit':<22}what it measures")
    for signal in SIGNALS if name is None else (known[name],):
        for full, feature in zip(signal.feature_names(), signal.features, strict=True):
            term = classifier.terms.get(full)
            weight = "new" if term is None else f"{term.weight:.2f}"
            click.echo(f"{weight:>7}  {full:<30}{feature.unit:<22}{feature.meaning}")
    if name is None:
        _explain(classifier)


def _explain(classifier: "Classifier") -> None:
    """Say how the model's features differ from this version's."""
    if classifier.new_features:
        click.echo("\nnew: the model does not know this feature, so it counts 0. Train it anew.")
    if classifier.gone_features:
        gone = ", ".join(classifier.gone_features)
        click.echo(f"\nThis version does not measure, and ignores: {gone}.")
