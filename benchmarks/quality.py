"""Figures of a model on clean corpora and simulated spinners: the README's quality table.

python benchmarks/quality.py DATA [--model MODEL]

DATA is a folder with *.jsonl(.zst) corpora, lexicons/ and observed_substitutions.tsv. Only texts
of the test part are used: no model built by `python -m chaffinch.detector.build` has seen them.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from chaffinch.datasets.lexicons import read_lexicons
from chaffinch.datasets.spinners.residue import inject_residue, split_phrases
from chaffinch.detector.build.bundle import PHRASE_SEED, training_spinners
from chaffinch.detector.build.corpus import CleanText, corpus_files, read_corpus
from chaffinch.detector.build.simulation import RATES, crop
from chaffinch.detector.detector import Detector
from chaffinch.features.document import Document

NEWS = ("news_bbc", "news_guardian")
MOST_CLEAN = 700
MOST_SPUN = 200


def clean_table(detector: Detector, texts: Sequence[CleanText], name: str) -> str:
    """One row: how many texts of a corpus are flagged and how many are unscorable."""
    documents = [Document(text.text, title=text.title) for text in texts[:MOST_CLEAN]]
    verdicts = list(detector.score_many(documents))
    flagged = sum(verdict.flagged for verdict in verdicts)
    unscorable = sum(verdict.kind == "unscorable" for verdict in verdicts)
    return f"| {name} | {len(verdicts)} | {flagged} | {unscorable} |"


def recall(detector: Detector, texts: Sequence[str]) -> str:
    """Share of texts that are flagged, as a percentage."""
    return f"{np.mean([verdict.flagged for verdict in detector.score_many(texts)]):.0%}"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
def main(data: Path, model: Path | None) -> None:
    """Print both tables as Markdown."""
    detector = Detector.load(model)
    test = {
        file.name.split(".")[0]: [text for text in read_corpus(file) if text.part == "test"]
        for file in corpus_files(data)
    }
    click.echo("| clean corpus | texts | flagged | unscorable |\n|---|---:|---:|---:|")
    for name, texts in test.items():
        click.echo(clean_table(detector, texts, name))

    articles = [text.text for name in NEWS for text in test[name]]
    articles = [text for text in articles if len(text.split()) >= 150]
    articles = articles[:: max(1, len(articles) // MOST_SPUN)][:MOST_SPUN]
    rates = " | ".join(f"{rate:.0%}" for rate in RATES)
    click.echo(f"\n| spinner, length | {rates} |\n|---|{'---:|' * len(RATES)}")
    for family, spinners in training_spinners(read_lexicons(data)).items():
        for words in (150, None):
            cells = []
            for rate in RATES:
                rng = np.random.default_rng(1)
                spun = []
                for number, text in enumerate(articles):
                    kept = crop(text, words, rng) if words else text
                    spun.append(spinners[number % len(spinners)].spin(kept, rng, rate).text)
                cells.append(recall(detector, spun))
            length = f"{words} words" if words else "whole article"
            click.echo(f"| {family}, {length} | {' | '.join(cells)} |")

    _, unseen = split_phrases(PHRASE_SEED)
    click.echo("\n| kinds of residue | found |\n|---|---:|")
    for pieces in (1, 2, 3):
        rng = np.random.default_rng(2)
        copies = [inject_residue(text, rng, unseen, pieces) for text in articles]
        click.echo(f"| {pieces} | {recall(detector, copies)} |")


if __name__ == "__main__":
    main()
