"""Recall on spun articles, untouched and under every trick a farm might use to evade.

python benchmarks/evasion.py DATA [--model MODEL] [--rate RATE]

DATA is a folder with *.jsonl(.zst) corpora, lexicons/ and observed_substitutions.tsv. Only texts
of the test part are used: no model built by `python -m chaffinch.detector.training` has seen them.
"""

from pathlib import Path

import click
import numpy as np
from simulated import NEWS, TEST_SITES, read_part
from tricks import TRICKS, Target

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import SpunText
from chaffinch.detector.detector import Detector
from chaffinch.features.document import Document

MOST_ARTICLES = 300
"""Articles to spin; our choice: 1 % of them is three."""

SPINNERS = ("dictionary-blind", "wordnet", "moby", "randomised")
"""Families to spin with: they replace any share of words."""

SITES = TEST_SITES[:2]
"""Sites of each family."""

SHORTEST = 150
"""Least words of an article, so that a padded or cut one can still be judged; our choice."""


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
@click.option("--rate", default=0.25, show_default=True, help="Share of words replaced.")
def main(data: Path, model: Path | None, rate: float) -> None:
    """Print one row per trick as Markdown."""
    detector = Detector.load(model)
    test = read_part(data, "test", 10**6)
    articles = [
        text.text for name in NEWS for text in test[name] if len(text.text.split()) >= SHORTEST
    ]
    articles = articles[:: max(1, len(articles) // MOST_ARTICLES)][:MOST_ARTICLES]
    lexicons = read_lexicons(data)
    spinners = [FAMILIES[name].make(lexicons, site) for name in SPINNERS for site in SITES]
    spun: list[SpunText] = []
    for number, text in enumerate(articles):
        rng = np.random.default_rng([1, number])
        spun.append(spinners[number % len(spinners)].spin(text, rng, rate))
    targets = [
        Target(one, articles[(number + 1) % len(articles)]) for number, one in enumerate(spun)
    ]

    def recall(documents: list[Document]) -> tuple[float, int]:
        verdicts = list(detector.score_many(documents))
        unscorable = sum(verdict.kind == "unscorable" for verdict in verdicts)
        return float(np.mean([verdict.flagged for verdict in verdicts])), unscorable

    untouched, _ = recall([Document(one.text) for one in spun])
    click.echo("| trick | found | of the untouched | unscorable |\n|---|---:|---:|---:|")
    click.echo(f"| none ({len(spun)} articles, {rate:.0%} of words) | {untouched:.1%} | 100% | 0 |")
    for name, trick in TRICKS.items():
        documents = [
            trick(target, np.random.default_rng([2, number]))
            for number, target in enumerate(targets)
        ]
        found, unscorable = recall(documents)
        share = found / untouched if untouched else 0.0
        click.echo(f"| {name} | {found:.1%} | {share:.0%} | {unscorable} |")


if __name__ == "__main__":
    main()
