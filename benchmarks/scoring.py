"""What scoring a page costs beside extracting its main content.

python benchmarks/scoring.py DATA [--model MODEL]

Pages are those of DATA/html. Features, verdict and evidence are timed on their texts, many at
once and one at a time, and on the same texts with a quarter of all words replaced; extraction is
resiliparse's, decoding and parsing included. All take turns, and every figure is processor time
and a median of the rounds, ratios too.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from extraction import chaffinch, resiliparse
from real_pages import archived_pages
from tqdm import trange

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.detector import Detector

# How the spun texts are spun: as a real farm does.
FAMILY = "dictionary-blind"
RATE = 0.25

EXTRACTION = "extraction (resiliparse, main content)"
"""Name of the step that the others are compared with."""

ROUNDS = 9
"""Turns that all steps take; the median counts. Our choice."""


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="A model folder.")
@click.option("--fast", is_flag=True, help="Leave the second reader out.")
def main(data: Path, model: Path | None, fast: bool) -> None:
    """Print the comparison as a Markdown table."""
    detector = Detector.load(model, fast=fast)
    pages = [page for _, page in archived_pages(data)]
    texts = [chaffinch(page) for page in pages]
    spinner = FAMILIES[FAMILY].make(read_lexicons(data), 1)
    rng = np.random.default_rng(0)
    spun = [spinner.spin(text, rng, RATE).text for text in texts]
    steps: dict[str, Callable[[], object]] = {
        EXTRACTION: lambda: [resiliparse(page) for page in pages],
        "scoring": lambda: list(detector.score_many(texts)),
        "scoring, spun": lambda: list(detector.score_many(spun)),
        "scoring, one at a time": lambda: [detector.score(text) for text in texts],
        "scoring, spun, one at a time": lambda: [detector.score(text) for text in spun],
    }
    took: dict[str, list[float]] = {title: [] for title in steps}
    for _ in trange(ROUNDS, unit="round", leave=False):
        for title, step in steps.items():
            start = time.process_time()
            step()
            took[title].append(1e6 * (time.process_time() - start) / len(pages))
    words = sum(len(text.split()) for text in texts) / len(texts)
    click.echo(f"{len(pages)} pages, {words:.0f} words each\n")
    click.echo("| step | us per page | over extraction |\n|---|---:|---:|")
    for title, times in took.items():
        ratios = [one / other for one, other in zip(times, took[EXTRACTION], strict=True)]
        click.echo(
            f"| {title} | {statistics.median(times):.0f} | {statistics.median(ratios):.2f} |"
        )


if __name__ == "__main__":
    main()
