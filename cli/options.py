"""Options that several commands share."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from chaffinch.cli.messages import FAIL_ON, complain
from chaffinch.datasets.readers.reader import DOCUMENT, EVERY, Columns

if TYPE_CHECKING:
    from chaffinch.detector.detector import Detector

Function = Callable[..., Any]

FILE = click.Path(readable=False, allow_dash=True)
"""A file to read, or anything else that names one: shells complete it, the reader checks it."""

_COLUMN_HELP = {
    "text": "Column of a table, or key of JSON, that holds the texts; a.b leads into a struct.",
    "html": "The one that holds markup; read where there is no text.",
    "id": "The one that holds ids.",
    "url": "The one that holds addresses.",
}
"""Help of each option, by the fields of `Columns` that make the document, in their order."""


class ModelChoice(NamedTuple):
    """What the options of `model_options` say; None for the model's own."""

    model: Path | None = None
    threshold: float | None = None
    base_rate: float | None = None
    max_fpr: float | None = None
    fast: bool = False


def gathered(kind: type[Any], name: str, function: Function) -> Function:
    """A command that takes the options which are named as the fields of `kind` as one argument."""

    @wraps(function)
    def decorated(**options: Any) -> Any:
        chosen = kind(**{field: options.pop(field) for field in kind._fields})
        return function(**{name: chosen}, **options)

    return decorated


def model_options(function: Function) -> Function:
    """``--model``, ``--threshold``, ``--max-fpr``, ``--base-rate``, ``--fast``: one ``choice``."""

    @wraps(function)
    def checked(choice: ModelChoice, **options: Any) -> Any:
        if choice.threshold is not None and choice.max_fpr is not None:
            raise click.UsageError("Give either --threshold or --max-fpr.")
        return function(choice=choice, **options)

    decorated = gathered(ModelChoice, "choice", checked)
    rate = click.FloatRange(0, 1, min_open=True, max_open=True)
    for option in (
        click.option(
            "--fast",
            is_flag=True,
            help="Do not read doubtful documents again; light spinning is missed more often.",
        ),
        click.option(
            "--base-rate",
            type=rate,
            help="Share of republications to assume; the model's by default.",
        ),
        click.option(
            "--max-fpr",
            type=rate,
            help="Share of the honest texts that the model was calibrated to that may be flagged, "
            "such as 0.001; it sets the threshold.",
        ),
        click.option(
            "--threshold", type=rate, help="Probability from which to flag; the model's by default."
        ),
        click.option(
            "--model",
            type=click.Path(path_type=Path),
            help="Model folder; the bundled one by default.",
        ),
    ):
        decorated = option(decorated)
    return decorated


def column_options(function: Function) -> Function:
    """``--text-column`` and its like, as one argument ``columns``."""

    @wraps(function)
    def gathered(**options: Any) -> Any:
        names = {name: options.pop(f"{name}_column") for name in _COLUMN_HELP}
        return function(columns=Columns(**names, keep=options.pop("keep", ())), **options)

    decorated: Function = gathered
    for name, default in reversed(list(zip(_COLUMN_HELP, DOCUMENT.paths, strict=True))):
        option = click.option(
            f"--{name}-column",
            default=default,
            show_default=True,
            metavar="NAME",
            help=_COLUMN_HELP[name],
        )
        decorated = option(decorated)
    return decorated


def keep_option(function: Function) -> Function:
    """``--keep``, part of the argument ``columns`` of `column_options`, which stands above it."""
    return click.option(
        "--keep",
        multiple=True,
        metavar="COLUMN",
        help="Carry a column of your own through to the results; give it again for more, or "
        f"`{EVERY}` for all.",
    )(function)


def fail_on_option(choices: Sequence[str], text: str) -> Callable[[Function], Function]:
    """``--fail-on``: end with status 1 where something is found, and with no other error."""

    def noted(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
        context.meta[FAIL_ON] = given is not None
        return given

    # Eager, so that errors in other options are told apart as well.
    return click.option(
        "--fail-on", type=click.Choice(choices), callback=noted, is_eager=True, help=text
    )


def output_option(
    kind: click.Path, text: str, *, required: bool = False
) -> Callable[[Function], Function]:
    """``-o``, ``--output``: where to write; given twice it is refused, and not half obeyed."""

    def only_one(context: click.Context, option: click.Parameter, given: Sequence[Path]) -> Any:
        if len(given) > 1:
            raise click.BadParameter("given more than once. Give one place to write to.")
        return given[0] if given else None

    return click.option(
        "-o",
        "--output",
        type=kind,
        multiple=True,
        callback=only_one,
        required=required,
        help=text,
    )


def reads_once() -> bool:
    """Whether the second reader cannot be asked; then it is said."""
    from chaffinch.detector.detector import READS_ONCE
    from chaffinch.features.second_reader.network import can_be_run

    if can_be_run():
        return False
    complain(READS_ONCE)
    return True


def load_detector(
    model: Path | None,
    threshold: float | None = None,
    base_rate: float | None = None,
    max_fpr: float | None = None,
    fast: bool = False,
) -> "Detector":
    """The detector that the options name.

    Raises:
        click.ClickException: The model cannot be used.
    """
    from chaffinch.detector.detector import Detector
    from chaffinch.detector.model_folder import ModelError

    try:
        fast = fast or reads_once()
        return Detector.load(
            model, threshold=threshold, base_rate=base_rate, max_fpr=max_fpr, fast=fast
        )
    except ModelError as error:
        raise click.ClickException(str(error)) from None
