"""Fits the model of sites to a crawl of simulated sites, farms and honest ones.

python -m chaffinch.detector.training.sites DATA

It simulates a crawl from texts of DATA, audits it with the bundled model and writes
``detector/audit/sites/model.json``. Fit it again after the bundled model was built anew: it takes
some minutes. Half of the spinner families, of the kinds of honest English and of the residue
phrases are left for tests (`benchmarks/sites.py`).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.detector.atomic import write_text
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.sites.counting import count_addresses
from chaffinch.detector.audit.sites.evidence import CHANNELS, pooled, site_pages, with_evidence
from chaffinch.detector.audit.sites.model import MODEL, ChannelTerm, SiteModel, deviations
from chaffinch.detector.classifier import log_odds, probability
from chaffinch.detector.training.logistic import fit_logistic
from chaffinch.detector.training.simulated_sites import CrawlPlan, SiteTruth, simulate_crawl
from chaffinch.features.wording import counted

FIT = CrawlPlan(("training", "calibration"), False, 240, 280, (3, 60), 1)
"""The crawl that the model is fitted to; our choice: some 9,000 pages."""

_BASE_RATE = 0.1
"""Share of farms among sites that probabilities assume, as those of pages do."""

_FALSE_POSITIVES = 1 / 2000
"""Share of honest sites that may be over the threshold. Our choice: one in ten crawls with 200
honest sites has one, and whoever acts on a site acts on all that its people wrote."""

_TAIL = 0.04
"""Share of the honest sites whose scores tell how the highest ones fall off. Our choice: ten of
250."""

_LEAST_SPREAD = 0.02
"""Standard deviation among the means of honest sites at least; our choice: some channels are 0 on
all of them, and not on the next ones."""

_PRIOR_WEIGHT, _PRECISION = 0.1, 30.0
"""Mean of the prior of each weight, in log-odds per deviation, and the inverse of its variance; our
choice: what speaks against a page speaks a little against its site, though the flagged pages among
those simulated tell nearly all of it."""

_FOLDS = 10
"""Parts of the sites that are scored by weights fitted to the others; our choice."""


class LabelledSites(NamedTuple):
    """Sites whose truth is known, with the evidence of their pages.

    Attributes:
        values: For each site a float64 array of shape (n_pages, n_channels).
        farms: bool array of shape (n_sites,).
    """

    values: list[NDArray[np.float64]]
    farms: NDArray[np.bool_]


def labelled_sites(audit: Path, truth: Sequence[SiteTruth]) -> LabelledSites:
    """The evidence on the sites of an audited crawl.

    Args:
        audit: Folder of the audit.
        truth: What its sites are.
    """
    table = pa.concat_tables(
        count_addresses(with_evidence(pq.read_table(file)))
        for file in sorted((audit / "documents").glob("*.parquet"))
    )
    table = table.filter(pc.is_valid(table["page"]))
    farm_of = {site.host: site.farm for site in truth}
    values, farms = [], []
    for host in sorted({*table["site"].to_pylist()} & farm_of.keys()):
        values.append(pooled(site_pages(table.filter(pc.equal(table["site"], host)))).values)
        farms.append(farm_of[host])
    return LabelledSites(values, np.array(farms, np.bool_))


def honest_terms(values: Sequence[NDArray[np.float64]]) -> list[ChannelTerm]:
    """Means and spreads of the channels over honest sites, by the method of moments.

    One-way analysis of variance with groups of different sizes (Searle, Casella and McCulloch 1992,
    section 3.6); the weights are 0.

    Args:
        values: For each site a float64 array of shape (n_pages, n_channels).
    """
    sizes = np.array([len(one) for one in values], np.float64)
    means = np.array([one.mean(0) for one in values])
    mean = np.average(means, axis=0, weights=sizes)
    inside = sum(((one - one.mean(0)) ** 2).sum(0) for one in values)
    within = inside / (sizes.sum() - len(sizes))
    among = (sizes[:, None] * (means - mean) ** 2).sum(0) / (len(sizes) - 1)
    typical = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    between = np.maximum((among - within) / typical, _LEAST_SPREAD**2)
    columns = (mean, np.sqrt(within), np.sqrt(between), np.zeros(len(mean)))
    return [ChannelTerm(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def fit_site_model(sites: LabelledSites) -> SiteModel:
    """Fit the model of sites: weights that are not negative, and a threshold.

    The threshold is one that few honest sites would reach when they are scored by weights that were
    fitted to others: few enough that none of those at hand does, so that it is read off the tail of
    their scores, taken for exponential (Pickands, Annals of Statistics 1975, with shape 0).
    """
    honest = [one for one, farm in zip(sites.values, sites.farms, strict=True) if not farm]
    terms = tuple(honest_terms(honest))
    scaled = np.array([deviations(one, terms) for one in sites.values])
    weights = _weights(scaled, sites.farms)
    fold = np.arange(len(sites.farms)) % _FOLDS
    scores = np.zeros(len(fold))
    for number in range(_FOLDS):
        held = fold == number
        fitted = _weights(scaled[~held], sites.farms[~held])
        scores[held] = fitted[0] + scaled[held] @ fitted[1:]
    shift = log_odds(_BASE_RATE)
    limit = tail_limit(scores[~sites.farms])
    return SiteModel(
        tuple(
            term._replace(weight=weight)
            for term, weight in zip(terms, weights[1:].tolist(), strict=True)
        ),
        float(weights[0]) + shift,
        _BASE_RATE,
        probability(limit + shift),
    )


def tail_limit(scores: NDArray[np.float64]) -> float:
    """The score that `_FALSE_POSITIVES` of all sites exceed, by the tail of those at hand.

    Args:
        scores: float64 array of shape (n,).
    """
    n_tail = max(2, int(_TAIL * len(scores)))
    tail = np.sort(scores)[::-1][:n_tail]
    over = float((tail[:-1] - tail[-1]).mean())
    return float(tail[-1]) + over * float(np.log(n_tail / len(scores) / _FALSE_POSITIVES))


def _weights(scaled: NDArray[np.float64], farms: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The intercept, for as many farms as honest sites, and the weights."""
    n_channels = scaled.shape[1]
    bounds = np.tile([0.0, np.inf], (n_channels, 1))
    prior = np.r_[0.0, np.full(n_channels, _PRIOR_WEIGHT)]
    return fit_logistic(scaled, farms, np.ones(len(farms)), bounds, prior, _PRECISION)


def stated(model: SiteModel) -> dict[str, Any]:
    """A model as JSON-ready content."""
    return {
        "intercept": round(model.intercept, 4),
        "base_rate": model.base_rate,
        "threshold": round(model.threshold, 4),
        "channels": {
            channel.name: {name: round(value, 4) for name, value in term._asdict().items()}
            for channel, term in zip(CHANNELS, model.terms, strict=True)
        },
    }


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; all cores by default.")
def main(data: Path, jobs: int | None) -> None:
    """Fit the model of sites to sites simulated from the texts in folder DATA."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        truth = simulate_crawl(data, read_lexicons(data), folder / "crawl", FIT)
        run_audit(folder / "crawl", folder / "audit", AuditOptions(jobs=jobs))
        model = fit_site_model(labelled_sites(folder / "audit", truth))
    write_text(MODEL, json.dumps(stated(model), indent=1) + "\n")
    click.echo(f"{MODEL}: fitted to {counted(len(truth), 'site')}.")


if __name__ == "__main__":
    main()
