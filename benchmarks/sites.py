"""How many simulated farms are told by all their pages together, and how many honest sites.

python benchmarks/sites.py DATA [--farms 120] [--honest 225] [--pages 20] [--jobs N]

Every site has the same number of pages, from articles of the test part, spinner families, kinds of
honest English and residue phrases that the model of sites was not fitted to. Farms are grouped by
the share of their pages that is flagged.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import pyarrow.parquet as pq

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.sites.rows import site_verdict
from chaffinch.detector.evaluation.metrics import share_of
from chaffinch.detector.training.simulated_sites import CrawlPlan, SiteTruth, simulate_crawl

FARM = "farm"
"""The verdict that counts as found."""

_BOUNDS = (0.0, 0.1, 0.5, 1.01)
"""Shares of flagged pages between which farms are grouped; our choice: the middle group is that of
farms which no rule on single pages tells."""


def tables(rows: Sequence[Mapping[str, Any]], truth: Sequence[SiteTruth]) -> Iterator[str]:
    """What was found, in lines.

    Args:
        rows: Rows of ``sites.parquet``.
        truth: What the sites are.
    """
    row_of = {row["site"]: row for row in rows}
    judged = [(site, row_of[site.host]) for site in truth if site.host in row_of]
    farms = [row for site, row in judged if site.farm]
    yield f"{'flagged pages':16}{'farms':>7}{'found':>10}{'by the share alone':>21}"
    for low, high in pairwise(_BOUNDS):
        some = [row for row in farms if low <= row["flagged"] / max(row["scored"], 1) < high]
        name = f"{low:.0%} to {min(high, 1):.0%}"
        alone = sum(site_verdict(row["share_low"], row["share_high"]) == FARM for row in some)
        found = sum(row["verdict"] == FARM for row in some)
        yield f"{name:16}{len(some):7}{_share(found, len(some)):>10}{_share(alone, len(some)):>21}"
    honest = [(site, row) for site, row in judged if not site.farm]
    wrong = [site.kind for site, row in honest if row["verdict"] == FARM]
    most = share_of(len(wrong), len(honest)).high if honest else 0.0
    yield f"honest sites taken for farms: {len(wrong)} of {len(honest)} (at most {most:.1%})"
    yield from (f"  {kind}" for kind in wrong)


def _share(count: int, total: int) -> str:
    return f"{count / total:.0%}" if total else "-"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--farms", default=120, show_default=True, help="Farms to simulate.")
@click.option("--honest", default=225, show_default=True, help="Honest sites to simulate.")
@click.option("--pages", default=20, show_default=True, help="Pages of each site.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; all cores by default.")
def main(data: Path, farms: int, honest: int, pages: int, jobs: int | None) -> None:
    """Simulate sites from folder DATA, audit them, and print what was found."""
    plan = CrawlPlan(("test",), True, farms, honest, (pages, pages), 2)
    with TemporaryDirectory() as name:
        folder = Path(name)
        truth = simulate_crawl(data, read_lexicons(data), folder / "crawl", plan)
        run_audit(folder / "crawl", folder / "audit", AuditOptions(jobs=jobs))
        rows = pq.read_table(folder / "audit" / "sites.parquet").to_pylist()
    for line in tables(rows, truth):
        click.echo(line)


if __name__ == "__main__":
    main()
