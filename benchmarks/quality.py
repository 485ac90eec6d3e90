"""Figures of a model on clean corpora and simulated spinners: the README's quality tables.

python benchmarks/quality.py DATA [--model MODEL] [-o OUT]

DATA is a folder with *.jsonl(.zst) corpora, lexicons/ and observed_substitutions.tsv. For labelled
texts of your own, `chaffinch evaluate LABELS --format md` prints the same figures.
"""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from simulated import CROPS, simulated_examples, simulated_families

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.detector.atomic import write_lines
from chaffinch.detector.classifier import log_odds
from chaffinch.detector.detector import Detector
from chaffinch.detector.evaluation.evaluation import Evaluation, ScoredTexts, evaluate
from chaffinch.detector.evaluation.tables import headline, percent, summary
from chaffinch.detector.training.labelled import score_examples
from chaffinch.reports.formats.registry import EVALUATIONS

MOST_CLEAN = 700
"""Clean texts of one corpus; our choice: half a percent of them is three."""

MOST_SPUN = 100
"""Articles that every family, rate and length is simulated on; our choice."""


def measured(
    data: Path, model: Path | None, most_clean: int, most_spun: int, n_resamples: int
) -> tuple[Evaluation, ScoredTexts]:
    """Score the simulated test set and evaluate it."""
    detector = Detector.load(model)
    families = simulated_families(read_lexicons(data))
    texts = score_examples(detector, simulated_examples(data, families, most_clean, most_spun))
    classifier = detector.model.classifier
    evaluation = evaluate(
        texts,
        detector.name,
        detector.digest,
        classifier.threshold,
        classifier.base_rate,
        n_resamples,
    )
    return evaluation, texts


def tables(evaluation: Evaluation, texts: ScoredTexts) -> Iterator[str]:
    """The README's tables as Markdown."""
    yield summary(evaluation)
    yield "\n| all texts | | 95 % interval |\n|---|---:|---:|"
    for name, (figure, bounds) in headline(evaluation):
        yield f"| {name} | {figure} | {bounds} |"
    yield "\n| clean corpus, worst first | texts | flagged | 95 % interval | unscorable |"
    yield "|---|---:|---:|---:|---:|"
    for part in evaluation.parts["genre"]:
        flagged, bounds = percent(part.figures.flagged_clean, 2)
        counts = part.figures.n_clean, part.unscorable_clean
        yield f"| {part.name} | {counts[0]} | {flagged} | {bounds} | {counts[1]} |"
    yield from _found_by_length(evaluation, texts)


def _found_by_length(evaluation: Evaluation, texts: ScoredTexts) -> Iterator[str]:
    """Share of republications found: one line per family and rate, one column per length."""
    ends = [words or np.inf for words in CROPS]
    # A crop ends with the line that its last word stands on, so it may be a little longer.
    length = np.searchsorted(np.array(ends[:-1]) * 1.5, texts.words)
    found = texts.score >= log_odds(evaluation.threshold)
    names = [f"about {words} words" if words else "whole articles" for words in CROPS]
    yield f"\n| found, worst family first | rate | {' | '.join(names)} |"
    yield f"|---|---:|{'---:|' * len(names)}"
    for family in (part.name for part in evaluation.parts["family"]):
        chosen = texts.family == family
        for rate in np.unique(texts.rate[chosen]):
            same = np.isnan(texts.rate) if np.isnan(rate) else texts.rate == rate
            rows = [chosen & same & (length == place) for place in range(len(names))]
            cells = [f"{found[row].mean():.0%}" if row.any() else "" for row in rows]
            shown = "" if np.isnan(rate) else f"{rate:.0%}"
            yield f"| {family} | {shown} | {' | '.join(cells)} |"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
@click.option("--most-clean", default=MOST_CLEAN, show_default=True, help="Texts of one corpus.")
@click.option("--most-spun", default=MOST_SPUN, show_default=True, help="Articles to spin.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path))
def main(
    data: Path, model: Path | None, most_clean: int, most_spun: int, output: Path | None
) -> None:
    """Print the tables as Markdown; write evaluation.json and evaluation.html to OUTPUT."""
    evaluation, texts = measured(data, model, most_clean, most_spun, 1000)
    for line in tables(evaluation, texts):
        click.echo(line)
    if output:
        output.mkdir(parents=True, exist_ok=True)
        for name in ("json", "html"):
            write_lines(output / f"evaluation.{name}", EVALUATIONS[name](evaluation))


if __name__ == "__main__":
    main()
