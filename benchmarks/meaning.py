"""How many copies in other words an audit finds by what they mean, and what that costs.

python benchmarks/meaning.py DATA [--copies 120] [--jobs N] [--vectors 1000000]

Pages are made of the half of the sources that the model was not fitted to
(`chaffinch.detector.training.paraphrases`), and audited against an index of their originals, of the
counterparts of the honest pages, and of nothing that the unrelated ones are copied from. A copy is
found where it is attributed to its own original; any other attribution is wrong.
"""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click
import numpy as np
import pyarrow.parquet as pq

from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.copies.originals import add_originals, load_originals
from chaffinch.detector.audit.meaning.attribution import compare_with_originals
from chaffinch.detector.audit.meaning.search import nearest
from chaffinch.detector.audit.meaning.vectors import installed_encoder
from chaffinch.detector.audit.scoring import Settings
from chaffinch.detector.evaluation.metrics import share_of
from chaffinch.detector.training.paraphrases import (
    NOT_HUMAN,
    REUSED,
    Collection,
    Page,
    collect,
    share_reused,
)
from chaffinch.features.document import Document
from chaffinch.features.meaning.encoder import WIDTH, directions, stored

_TIMED = 40
"""Pages whose cost is measured; our choice."""

_PASSAGES = 4
"""Passages of a page of some thirty sentences, which are searched for together."""


class Attributed(NamedTuple):
    """A page, and what an audit said of it.

    Attributes:
        page: The page.
        way: ``words``, ``meaning``, or None where it is called no copy.
        original: Number of the original, or -1.
    """

    page: Page
    way: str | None
    original: int


def audited(made: Collection, folder: Path, jobs: int | None) -> list[Attributed]:
    """Audit pages against an index of the originals.

    Args:
        made: Pages and originals.
        folder: An empty folder to work in.
        jobs: Processes.
    """
    add_originals(
        folder / "index",
        (Document(text, id=f"original-{number}") for number, text in enumerate(made.originals)),
        by_meaning=True,
    )
    rows = [
        {"id": str(number), "url": f"https://site-{number}.example/", "text": page.text}
        for number, page in enumerate(made.pages)
    ]
    (folder / "crawl").mkdir()
    (folder / "crawl" / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    options = AuditOptions(Settings(fast=True), originals=folder / "index", jobs=jobs)
    run_audit(folder / "crawl", folder / "audit", options)
    columns = ["id", "source_id", "copied_by"]
    found = []
    for row in pq.read_table(folder / "audit" / "documents", columns=columns).to_pylist():
        name, _, number = (row["source_id"] or "").partition("original-")
        original = int(number) if number and not name else -1
        way = row["copied_by"] if original >= 0 else None
        found.append(Attributed(made.pages[int(row["id"])], way, original))
    return found


def tables(found: Sequence[Attributed], originals: Sequence[str]) -> Iterator[str]:
    """What was found, in lines.

    An honest page that shares passages with the original it was attributed to is counted apart:
    nobody can say which was made from the other. The last column is the precision of what is found
    by meaning where there is one honest page of the kind for each copy that words do not find.

    Args:
        found: The pages.
        originals: Texts of the originals.
    """
    kinds = list(dict.fromkeys(one.page.kind for one in found))
    copies = [kind for kind in kinds if any(one.page.original >= 0 for one in of(found, kind))]
    yield f"{'copies':36}{'pages':>6}{'by words':>10}{'by meaning':>12}{'wrong':>7}"
    right_by_meaning = left_by_words = wrong_by_meaning = 0
    for kind in copies:
        some = of(found, kind)
        right = [one for one in some if one.way and one.original == one.page.original]
        by_words = sum(one.way == "words" for one in right)
        wrong = sum(one.way is not None for one in some) - len(right)
        right_by_meaning += len(right) - by_words
        left_by_words += len(some) - by_words
        wrong_by_meaning += sum(
            one.way == "meaning" and one.original != one.page.original for one in some
        )
        yield (
            f"{kind:36}{len(some):6}{by_words / len(some):10.0%}"
            f"{(len(right) - by_words) / len(some):12.0%}{wrong:7}"
        )
    recall = right_by_meaning / max(left_by_words, 1)
    yield f"{'honest pages':36}{'pages':>6}{'wrong':>7}{'at most':>9}{'reused':>8}{'precision':>11}"
    for kind in (kind for kind in kinds if kind not in copies):
        some = of(found, kind)
        taken = [one for one in some if one.way == "meaning"]
        reused = [one for one in taken if kind != NOT_HUMAN and _shares(one, originals)]
        wrong, n_pages = len(taken) - len(reused), len(some) - len(reused)
        wrong_by_meaning += wrong
        precision = recall / max(recall + wrong / max(n_pages, 1), 1e-9)
        yield (
            f"{kind:36}{len(some):6}{wrong:7}{share_of(wrong, n_pages).high:9.1%}"
            f"{len(reused):8}{precision:11.1%}"
        )
    yield (
        f"found by meaning, of the copies that words do not find: {right_by_meaning} of "
        f"{left_by_words}"
    )
    precision, low, high = share_of(right_by_meaning, right_by_meaning + wrong_by_meaning)
    yield f"precision of all that was found by meaning: {precision:.1%} ({low:.1%} to {high:.1%})"


def _shares(one: Attributed, originals: Sequence[str]) -> bool:
    """Whether a page shares passages with the original it was attributed to."""
    return share_reused(one.page.text, originals[one.original]) >= REUSED


def of(found: Sequence[Attributed], kind: str) -> list[Attributed]:
    """The pages of one kind."""
    return [one for one in found if one.page.kind == kind]


def costs(made: Collection, folder: Path, n_vectors: int) -> Iterator[str]:
    """What a page costs, and an exact search among many vectors, in lines.

    Args:
        made: Pages and originals.
        folder: Where an index of the originals is.
        n_vectors: Vectors to search.
    """
    originals = load_originals(folder, verify=False)
    encoder = installed_encoder()
    texts = [page.text for page in made.pages[:_TIMED]]
    start = time.process_time()
    compare_with_originals(texts, originals, encoder)
    used = 1_000 * (time.process_time() - start) / max(len(texts), 1)
    words = np.mean([len(text.split()) for text in texts])
    yield f"a page of {words:.0f} words: {used:.0f} ms of processor time"
    size = sum(file.stat().st_size for file in folder.glob("segment-*/meaning_*.npy"))
    yield f"vectors of an original: {size / max(len(originals), 1) / 1_000:.1f} KB on disk"
    drawn = stored(np.random.default_rng(0).normal(size=(n_vectors, WIDTH)).astype(np.float32))
    queries = directions(drawn[: _PASSAGES * _TIMED])
    start = time.process_time()
    nearest(queries, [(drawn, np.arange(n_vectors))], 24)
    used = 1_000 * (time.process_time() - start) / _TIMED
    yield f"exact search of {n_vectors:,} vectors: {used:.0f} ms of processor time for a page"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--copies", default=120, show_default=True, help="Originals that are copied.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes; all cores by default.")
@click.option("--vectors", default=1_000_000, show_default=True, help="Vectors to search.")
def main(data: Path, copies: int, jobs: int | None, vectors: int) -> None:
    """Make copies of texts in folder DATA, audit them, and print what was found."""
    made = collect(data, "test", copies)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for line in tables(audited(made, folder, jobs), made.originals):
            click.echo(line)
        for line in costs(made, folder / "index", vectors):
            click.echo(line)


if __name__ == "__main__":
    main()
