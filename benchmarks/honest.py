"""How many honest texts of each kind are flagged, beside how many spun ones of each family.

python benchmarks/honest.py DATA [--model MODEL] [--most 300] [--unseen GROUP]

Kinds are the corpora of DATA, the files of DATA/honest and the real pages of DATA/html; families
are simulated on news of sources that no classifier saw. Both are judged at the model's threshold.
Only the test part of the texts is used, which no model built by `python -m
chaffinch.detector.training` has seen. --unseen takes all texts of a group of honest kinds, for a
model that was built with `--hold-out GROUP`: then the figures are of kinds that it never saw.
Intervals of kinds are binomial, as if texts were independent; texts of one author are less than
that.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from simulated import SimulatedFamily, example_of, simulated_examples, simulated_families

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.detector.classifier import log_odds
from chaffinch.detector.detector import Detector
from chaffinch.detector.evaluation.evaluation import ScoredTexts
from chaffinch.detector.evaluation.metrics import Interval, measure, share_of
from chaffinch.detector.evaluation.tables import percent
from chaffinch.detector.training.corpora import corpus_name, honest_files, read_corpus, spread
from chaffinch.detector.training.labelled import Example, score_examples

MOST = 300
"""Texts of one kind; our choice: scored in two minutes, and one flagged is 0.3 %."""

MOST_SPUN = 16
"""Articles that every family, rate and length is simulated on; our choice, as quality_floor.py."""

TARGET = 0.01
"""Share of a kind that may be flagged: the project's target, of the interval's lower bound."""


class Kind(NamedTuple):
    """What became of the honest texts of one kind.

    Attributes:
        name: The kind.
        scored: Texts that could be judged.
        unscorable: Texts that could not.
        flagged: Share of the scored ones that was flagged, with its 95 % interval.
    """

    name: str
    scored: int
    unscorable: int
    flagged: Interval


def honest_examples(data: Path, most: int, unseen: Sequence[str]) -> Iterator[Example]:
    """Up to `most` texts of each honest kind, evenly over its file; none without the folder.

    Args:
        data: The data folder.
        most: Texts of one kind.
        unseen: Groups of which all texts may be taken, and not those of the test part alone.

    Raises:
        CorpusError: A file cannot be read, or there is no such group.
    """
    seen = honest_files(data, unseen)
    for file in honest_files(data):
        texts = [text for text in read_corpus(file) if file not in seen or text.part == "test"]
        for text in spread(texts, most):
            yield example_of(text, text.text)


def kind_of(name: str, texts: ScoredTexts, names: Sequence[str], threshold: float) -> Kind:
    """The clean texts of one or several kinds, flagged from a log-odds on."""
    scores = texts.score[np.isin(texts.genre, names) & ~texts.label]
    scored = int((~np.isnan(scores)).sum())
    flagged = share_of(int((scores >= threshold).sum()), scored)
    return Kind(name, scored, len(scores) - scored, flagged)


def kinds_of(texts: ScoredTexts, honest: Sequence[str], threshold: float) -> list[Kind]:
    """Every kind, the most flagged first, then the honest kinds, the others, and all together."""
    names = np.unique(texts.genre[~texts.label]).tolist()
    others = [name for name in names if name not in honest]
    kinds = [kind_of(name, texts, [name], threshold) for name in names]
    return [
        *sorted(kinds, key=lambda kind: (-np.nan_to_num(kind.flagged.value), kind.name)),
        kind_of("**honest kinds**", texts, honest, threshold),
        kind_of("**corpora and pages**", texts, others, threshold),
        kind_of("**all**", texts, names, threshold),
    ]


class FamilyRecall(NamedTuple):
    """What became of the copies that one family of spinners made.

    Attributes:
        name: The family.
        spun: Copies, the unscorable ones left out.
        found: Share of them that was flagged, with its 95 % interval by articles.
    """

    name: str
    spun: int
    found: Interval


def families_of(texts: ScoredTexts, threshold: float) -> list[FamilyRecall]:
    """Every family, the least found first, then all together."""

    def family(name: str, chosen: NDArray[np.bool_]) -> FamilyRecall:
        # The base rate moves no recall.
        figures = measure(texts.of(chosen & texts.label), threshold, 0.5)
        return FamilyRecall(name, figures.n_republications, figures.recall)

    names = np.unique(texts.family[texts.label]).tolist()
    families = [family(name, texts.family == name) for name in names]
    return [
        *sorted(families, key=lambda one: (np.nan_to_num(one.found.value, nan=1.0), one.name)),
        family("**all**", texts.label),
    ]


def tables(kinds: Sequence[Kind], families: Sequence[FamilyRecall]) -> Iterator[str]:
    """Both tables as Markdown, and which kinds miss the target."""
    yield "| honest texts, most flagged first | scored | unscorable | flagged | 95 % interval |"
    yield "|---|---:|---:|---:|---:|"
    for kind in kinds:
        flagged, bounds = percent(kind.flagged, 2)
        yield f"| {kind.name} | {kind.scored:,} | {kind.unscorable:,} | {flagged} | {bounds} |"
    over = [kind.name for kind in kinds if kind.flagged.low > TARGET]
    yield f"\nOver {100 * TARGET:g} % even at the lower bound: {', '.join(over) or 'none'}."
    yield "\n| family, least found first | spun | found | 95 % interval |\n|---|---:|---:|---:|"
    for family in families:
        found, bounds = percent(family.found)
        yield f"| {family.name} | {family.spun:,} | {found} | {bounds} |"


def examples_of(
    data: Path,
    families: dict[str, SimulatedFamily],
    most: int,
    most_spun: int,
    unseen: Sequence[str],
) -> tuple[list[Example], list[str]]:
    """All texts, and the names of the honest kinds among them."""
    honest = list(honest_examples(data, most, unseen))
    names = [corpus_name(file) for file in honest_files(data)]
    return [*honest, *simulated_examples(data, families, most, most_spun)], names


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
@click.option("--most", default=MOST, show_default=True, help="Texts of one kind.")
@click.option("--most-spun", default=MOST_SPUN, show_default=True, help="Articles to spin.")
@click.option("--fast", is_flag=True, help="Leave the second reader out.")
@click.option("--unseen", multiple=True, help="Group of honest kinds that the model never saw.")
def main(
    data: Path, model: Path | None, most: int, most_spun: int, fast: bool, unseen: tuple[str, ...]
) -> None:
    """Print the tables as Markdown."""
    detector = Detector.load(model, fast=fast)
    simulated = simulated_families(read_lexicons(data))
    examples, honest = examples_of(data, simulated, most, most_spun, unseen)
    texts = score_examples(detector, examples)
    threshold = detector.model.classifier.threshold
    click.echo(f"Model {detector.name} {detector.digest[:8]}, flagged from {threshold:.3f}.\n")
    limit = log_odds(threshold)
    for line in tables(kinds_of(texts, honest, limit), families_of(texts, limit)):
        click.echo(line)


if __name__ == "__main__":
    main()
