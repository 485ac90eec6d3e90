"""Which documents the second reader is asked about: what each choice costs, and what it finds.

python benchmarks/asking.py DATA [--model MODEL] [--most 800]

Every text is measured by the first reader alone and by both, so that any choice of documents to
read again can be made up from the two. The choice is by the share of replaced words that the first
reader supposes (`features/language/doubts.py`). Texts are of the calibration part, since a choice
is made by them, and a copy of each, spun by a family that training knows; real pages are those of
DATA/html. Costs are processor time of a document of a crawl with 1 or 10 % spun ones.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from real_pages import GENRE, real_pages
from simulated import training_examples
from threadpoolctl import threadpool_limits

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.detector.classifier import log_odds
from chaffinch.detector.detector import Detector
from chaffinch.detector.evaluation.metrics import share_of
from chaffinch.detector.evaluation.tables import percent
from chaffinch.detector.training.labelled import Example
from chaffinch.features.document import Document
from chaffinch.features.extraction import extract
from chaffinch.features.language.doubts import DOUBTS
from chaffinch.features.registry import FEATURE_NAMES
from chaffinch.features.resources import Resources

CHOICES = (
    *((least, DOUBTS.most) for least in (0.0, 0.006, 0.008, 0.01, 0.02, 0.04)),
    (DOUBTS.least, 0.1),
    (DOUBTS.least, 1.0),
)
"""Shares from and to which a document is read again."""

CRAWLS = (0.01, 0.1)
"""Shares of spun pages in the crawls whose cost is calculated."""


class Measured(NamedTuple):
    """Documents as one choice measures them.

    Attributes:
        values: float64 array of shape (n, n_features).
        seconds: Processor time of each, of the mean document.
    """

    values: NDArray[np.float64]
    seconds: float


def measured(documents: Sequence[Document], resources: Resources) -> Measured:
    """Measure documents in this process."""
    start = time.process_time()
    values = np.vstack([found.values for found in extract(documents, resources)])
    return Measured(values, (time.process_time() - start) / len(documents))


class Choice(NamedTuple):
    """What one choice of documents comes to.

    Attributes:
        asked: bool array of shape (n,), the documents that are read again.
        flagged: bool array of shape (n,).
        words: float64 array of shape (n,), words of each that both readers read.
    """

    asked: NDArray[np.bool_]
    flagged: NDArray[np.bool_]
    words: NDArray[np.float64]


def choose(
    bounds: tuple[float, float],
    alone: NDArray[np.float64],
    both: NDArray[np.float64],
    words: NDArray[np.float64],
    detector: Detector,
) -> Choice:
    """Judge documents of which some are read again.

    Args:
        bounds: Shares of replaced words from and to which they are.
        alone: float64 array of shape (n, n_features), by the first reader.
        both: The same by both.
        words: float64 array of shape (n,), words of each document.
        detector: What judges them.
    """
    share = alone[:, FEATURE_NAMES.index("substitutions.share")]
    asked = (share >= bounds[0]) & (share < bounds[1])
    values = np.where(asked[:, None], both, alone)
    classifier = detector.model.classifier
    score = classifier.contributions(values).sum(axis=1) + classifier.intercept
    read = both[:, FEATURE_NAMES.index("substitutions.read_again")] * words
    return Choice(asked, score >= log_odds(classifier.threshold), np.where(asked, read, 0))


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
@click.option("--most", default=800, show_default=True, help="Texts, and as many spun copies.")
def main(data: Path, model: Path | None, most: int) -> None:
    """Print the comparison as a Markdown table."""
    detector = Detector.load(model)
    examples = training_examples(data, read_lexicons(data), "calibration", most, 1)
    for line in table([*examples, *real_pages(data)], detector):
        click.echo(line)


def table(examples: Sequence[Example], detector: Detector) -> list[str]:
    """The comparison as a Markdown table."""
    resources = detector.model.resources
    documents = [example.document for example in examples]
    with threadpool_limits(1):
        alone = measured(documents, replace(resources, second_reader=None))
        both = measured(documents, replace(resources, doubts=DOUBTS._replace(least=0, most=1)))
    words = np.array([len(document.text.split()) for document in documents], np.float64)
    spun = np.array([example.label for example in examples])
    page = np.array([example.genre == GENRE for example in examples])
    all_read = choose((0.0, 1.0), alone.values, both.values, words, detector)
    per_word = (both.seconds - alone.seconds) / max(all_read.words.mean(), 1.0)
    lines = [
        f"{len(documents):,} documents; the first reader takes {1e3 * alone.seconds:.1f} ms for "
        f"each, and the second {1e6 * per_word:.0f} us for each word it reads.\n",
        "| share from | to | asked: honest texts | real pages | spun | spun found | honest flagged "
        + "".join(f"| ms at {100 * rate:g} % spun " for rate in CRAWLS)
        + "|",
        "|---:|---:|---:|---:|---:|---:|---:" + "|---:" * len(CRAWLS) + "|",
    ]
    for bounds in CHOICES:
        chosen = choose(bounds, alone.values, both.values, words, detector)
        cells = [f"{bound:g}" for bound in bounds]
        for which, marked in (
            (~spun & ~page, chosen.asked),
            (page, chosen.asked),
            (spun, chosen.asked),
            (spun, chosen.flagged),
            (~spun, chosen.flagged),
        ):
            share = share_of(int(marked[which].sum()), int(which.sum()))
            cells.append(percent(share)[0])
        for rate in CRAWLS:
            read = rate * chosen.words[spun].mean() + (1 - rate) * chosen.words[~spun].mean()
            cells.append(f"{1e3 * read * per_word:.2f}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    main()
