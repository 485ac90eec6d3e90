"""Main-content extraction compared on annotated pages, and what each costs.

python benchmarks/extraction.py DATA    (trafilatura is compared where it is installed)

DATA/html has pages with pieces of text that belong to the article (`with`) and pieces that do not
(`without`). Precision is the share of wanted ones among the pieces found, recall the share of
wanted pieces found; white space and case do not count.
"""

import json
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import click
from real_pages import archived_pages
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from resiliparse.parse.html import HTMLTree

from chaffinch.datasets.extraction.documents import document_from_record
from chaffinch.datasets.records import Record

ROUNDS = 3
"""Times that every page is extracted; the median counts. Our choice."""


class Pieces(NamedTuple):
    """Pieces found by an extraction, of all pages together."""

    wanted: int
    unwanted: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of wanted pieces among those found."""
        return self.wanted / (self.wanted + self.unwanted)

    @property
    def recall(self) -> float:
        """Share of wanted pieces that were found."""
        return self.wanted / (self.wanted + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def plain(text: str) -> str:
    """Text whose white space and case say nothing."""
    return " ".join(text.casefold().split())


def figures(texts: dict[str, str], truth: dict[str, Any]) -> Pieces:
    """Compare texts with the annotations of their pages."""
    wanted = unwanted = missed = 0
    for name, text in texts.items():
        found = plain(text)
        hits = sum(plain(piece) in found for piece in truth[name]["with"] if piece)
        wanted += hits
        missed += sum(bool(piece) for piece in truth[name]["with"]) - hits
        unwanted += sum(plain(piece) in found for piece in truth[name]["without"] if piece)
    return Pieces(wanted, unwanted, missed)


def whole_page(page: bytes) -> str:
    """All visible text."""
    return resiliparse(page, main_content=False)


def resiliparse(page: bytes, main_content: bool = True) -> str:
    """What resiliparse takes for the main content."""
    tree = HTMLTree.parse(bytes_to_str(page, detect_encoding(page) or "utf-8"))
    text: str = extract_plain_text(tree, main_content=main_content, list_bullets=False)
    return text


def chaffinch(page: bytes) -> str:
    """What Chaffinch scores: resiliparse, a block filter, and the metadata besides."""
    return document_from_record(Record("page", 0, page, "text/html")).text


def extractors() -> dict[str, Callable[[bytes], str]]:
    """The extractions to compare."""
    found: dict[str, Callable[[bytes], str]] = {
        "resiliparse, whole page": whole_page,
        "resiliparse, main content": resiliparse,
        "chaffinch (resiliparse, block filter, metadata)": chaffinch,
    }
    if find_spec("trafilatura"):
        from trafilatura import extract

        def options(**chosen: bool) -> Callable[[bytes], str]:
            return lambda page: extract(page, **chosen) or ""

        found["trafilatura"] = options()
        found["trafilatura, fast, no comments"] = options(fast=True, include_comments=False)
        found["trafilatura, for precision"] = options(favor_precision=True)
    return found


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
def main(data: Path) -> None:
    """Print the comparison as a Markdown table."""
    truth = json.loads((data / "html" / "trafilatura_eval_en.json").read_text("utf-8"))
    pages = {name: page for name, page in archived_pages(data) if name in truth}
    click.echo("| extraction | precision | recall | F1 | wanted | unwanted | us per page |")
    click.echo("|---|---:|---:|---:|---:|---:|---:|")
    for title, extract in extractors().items():
        took = []
        for _ in range(ROUNDS):
            start = time.process_time()
            texts = {name: extract(page) for name, page in pages.items()}
            took.append(1e6 * (time.process_time() - start) / len(pages))
        found = figures(texts, truth)
        click.echo(
            f"| {title} | {found.precision:.3f} | {found.recall:.3f} | {found.f1:.3f} "
            f"| {found.wanted} | {found.unwanted} | {statistics.median(took):.0f} |"
        )


if __name__ == "__main__":
    main()
