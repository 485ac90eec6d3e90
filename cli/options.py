"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from chaffinch.detector.detector import Detector

Function = Callable[..., Any]


def model_options(function: Function) -> Function:
    """``--model``, ``--threshold`` and ``--base-rate``."""
    rate = click.FloatRange(0, 1, min_open=True, max_open=True)
    for option in (
        click.option("--base-rate", type=rate, help="Share of republications to assume."),
        click.option("--threshold", type=rate, help="Probability from which to flag."),
        click.option(
            "--model",
            type=click.Path(path_type=Path),
            help="Model folder; the bundled one by default.",
        ),
    ):
        function = option(function)
    return function


def load_detector(
    model: Path | None, threshold: float | None = None, base_rate: float | None = None
) -> "Detector":
    """The detector that the options name.

    Raises:
        click.ClickException: The model cannot be used.
    """
    from chaffinch.detector.detector import Detector
    from chaffinch.detector.model import ModelError

    try:
        return Detector.load(model, threshold=threshold, base_rate=base_rate)
    except ModelError as error:
        raise click.ClickException(str(error)) from None
