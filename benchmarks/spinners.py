"""How well the model, and every feature alone, finds spun texts, and how well words are put back.

python benchmarks/spinners.py DATA [--model MODEL] [--families NAMES] [-o FILE.json]

Every family is simulated at 8, 15, 25 and 40 % of words on news of sources that no classifier
saw, in crops of 60, 150 and 400 words and whole articles of 150 words and more. Recall is read at
the false-positive rates of clean news cut to the same length. Figures on families that the model
does not know come from a model built without their thesauri: `python -m chaffinch.detector.training
DATA -o MODEL --hold-out THESAURUS`.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from simulated import NEWS, TEST_SITES, read_part
from tqdm import tqdm

from chaffinch.datasets.lexicons.lexicons import Lexicons, read_lexicons
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import SpunText
from chaffinch.detector.classifier import log_odds
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.corpora import CleanText, spread
from chaffinch.detector.training.simulation import RATES, crop
from chaffinch.detector.verdict import Verdict
from chaffinch.features.document import Document

LENGTHS = (60, 150, 400, None)
"""Words that articles are cut to; None for whole ones."""

PARAGRAPHS = "60 to 150"
"""Words that articles are cut to for families with a rate of their own, and for figures of
paragraphs, as published evaluations have them."""

MODEL = "the model"
"""Name of the whole model's score beside those of the features."""

_MOST_CLEAN = 1400
"""Articles of both sources; one half is measured on, a quarter spun. Our choice."""

_DESPUN_RATE = 0.25
"""Share of words that are replaced where replaced words are put back: that of a real farm."""


class Row(NamedTuple):
    """Figures of one score on one family, rate and length."""

    family: str
    rate: str
    words: str
    score: str
    auroc: float
    recall_half_percent: float
    recall_one_percent: float
    balanced_accuracy: float


def scores(detector: Detector, texts: Sequence[str]) -> NDArray[np.float64]:
    """The model's log-odds and every feature, float64 of shape (n, 1 + n_features)."""
    rows = []
    for verdict in detector.score_many(Document(text) for text in texts):
        log = log_odds(verdict.probability) if verdict.probability is not None else -np.inf
        rows.append([log, *verdict.features.values()])
    return np.array(rows)


def auroc(clean: NDArray[np.float64], spun: NDArray[np.float64]) -> float:
    """Area under the ROC curve; ties count half."""
    ordered = np.sort(clean)
    below, upto = (np.searchsorted(ordered, spun, side) for side in ("left", "right"))
    return float((below + upto).mean() / (2 * len(clean)))


def balanced_accuracy(clean: NDArray[np.float64], spun: NDArray[np.float64], limit: float) -> float:
    """Mean of the shares judged right on either side of a limit."""
    return float(((spun > limit).mean() + (clean <= limit).mean()) / 2)


def figures(
    names: Sequence[str],
    place: tuple[str, str, str],
    clean: NDArray[np.float64],
    tuning: NDArray[np.float64],
    spun: NDArray[np.float64],
) -> Iterator[Row]:
    """One row a score. The limit of balanced accuracy is the 95 % quantile of other clean texts."""
    for column, name in enumerate(names):
        good, bad = clean[:, column], spun[:, column]
        limit = float(np.quantile(tuning[:, column], 0.95))
        yield Row(
            *place,
            name,
            auroc(good, bad),
            float((bad > np.quantile(good, 0.995)).mean()),
            float((bad > np.quantile(good, 0.99)).mean()),
            balanced_accuracy(good, bad, limit),
        )


def put_back(verdicts: Sequence[Verdict], truths: Sequence[SpunText]) -> dict[str, float]:
    """Replaced words found and put right, at precisions of 95 and 85 %.

    A named span counts as replaced where it overlaps a replacement, and as right where its
    original is the replacement's.
    """
    weights, replaced, right = [], [], []
    total = 0
    for verdict, truth in zip(verdicts, truths, strict=True):
        total += len(truth.replacements)
        for item in verdict.evidence:
            if item.signal != "substitutions" or item.start is None or item.end is None:
                continue
            hits = [r for r in truth.replacements if r.start < item.end and r.end > item.start]
            weights.append(item.weight)
            replaced.append(bool(hits))
            right.append(any(hit.original.lower() == item.original for hit in hits))
    order = np.argsort(-np.array(weights), kind="stable")
    hit, correct = np.cumsum(np.array(replaced)[order]), np.cumsum(np.array(right)[order])
    precision = hit / np.arange(1, len(hit) + 1)
    found = {}
    for least in (0.95, 0.85):
        places = np.flatnonzero(precision >= least)
        last = int(places[-1]) if len(places) else 0
        found[f"found at {least:.0%}"] = float(hit[last] / max(total, 1))
        found[f"right of these, {least:.0%}"] = float(correct[last] / max(hit[last], 1))
    return found


def measured(
    detector: Detector, lexicons: Lexicons, articles: Sequence[CleanText], families: Sequence[str]
) -> tuple[list[Row], dict[str, dict[str, float]]]:
    """Everything: rows of figures, and by family how words were put back."""
    rng = np.random.default_rng(0)
    names = (MODEL, *detector.feature_names)
    half = len(articles) // 2
    clean = {
        words: scores(detector, [_cut(text, words, rng) for text in articles])
        for words in (*LENGTHS, PARAGRAPHS)
    }
    rows: list[Row] = []
    words_back = {}
    chosen = articles[: len(articles) // 4]
    for family in tqdm(families, leave=False):
        sites = [FAMILIES[family].make(lexicons, site) for site in TEST_SITES]
        fixed = FAMILIES[family].rates == (0, 1)
        for words in (PARAGRAPHS,) if fixed else LENGTHS:
            for rate in (1.0,) if fixed else RATES:
                spun = [
                    sites[number % len(sites)].spin(_cut(text, words, rng), rng, rate)
                    for number, text in enumerate(chosen)
                ]
                spun = [one for one in spun if one.replacements]
                if not spun:
                    continue
                place = (family, "own" if fixed else f"{rate:.0%}", str(words or "whole"))
                given = scores(detector, [one.text for one in spun])
                rows += figures(names, place, clean[words][half:], clean[words][:half], given)
        spun = [
            sites[number % len(sites)].spin(text.text, rng, _DESPUN_RATE)
            for number, text in enumerate(chosen)
        ]
        words_back[family] = put_back(list(detector.score_many(one.text for one in spun)), spun)
    return rows, words_back


def _cut(text: CleanText, words: int | str | None, rng: np.random.Generator) -> str:
    if words is None:
        return text.text
    return crop(text.text, int(rng.integers(60, 151)) if isinstance(words, str) else words, rng)


def worst_first(rows: Sequence[Row], score: str) -> list[Row]:
    """One score's rows, those that find least first."""
    return sorted((row for row in rows if row.score == score), key=lambda row: row[5:])


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
@click.option("--families", help="Names with commas between; all by default.")
@click.option("--articles", default=_MOST_CLEAN, show_default=True, help="News articles to use.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
def main(
    data: Path, model: Path | None, families: str | None, articles: int, output: Path | None
) -> None:
    """Print tables as Markdown."""
    detector = Detector.load(model)
    test = read_part(data, "test", 10**6)
    news = [text for name in NEWS for text in test[name] if len(text.text.split()) >= 150]
    chosen = spread(news, articles)
    np.random.default_rng(3).shuffle(chosen)
    names = families.split(",") if families else list(FAMILIES)
    rows, words_back = measured(detector, read_lexicons(data), chosen, names)

    click.echo("| family | rate | words | AUROC | at 0.5 % | at 1 % | balanced accuracy |")
    click.echo("|---|---:|---:|---:|---:|---:|---:|")
    for row in worst_first(rows, MODEL):
        cells = (f"{share:.0%}" for share in row[5:])
        click.echo(
            f"| {row.family} | {row.rate} | {row.words} | {row.auroc:.3f} | {' | '.join(cells)} |"
        )
    click.echo(
        "\n| score alone, mean over families, rates and lengths | AUROC | at 0.5 % | at 1 % |"
    )
    click.echo("|---|---:|---:|---:|")
    means: list[tuple[Any, ...]] = []
    for name in dict.fromkeys(row.score for row in rows):
        table = np.array([row[4:7] for row in rows if row.score == name])
        means.append((name, *table.mean(axis=0)))
    for name, area, half_percent, one_percent in sorted(means, key=lambda mean: -mean[2]):
        click.echo(f"| {name} | {area:.3f} | {half_percent:.0%} | {one_percent:.0%} |")
    click.echo(
        f"\n| words put back, {_DESPUN_RATE:.0%} replaced | {' | '.join(words_back[names[0]])} |"
    )
    click.echo("|---|---:|---:|---:|---:|")
    for family, found in words_back.items():
        click.echo(f"| {family} | {' | '.join(f'{share:.0%}' for share in found.values())} |")
    if output:
        content = {"rows": [row._asdict() for row in rows], "words_put_back": words_back}
        output.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
