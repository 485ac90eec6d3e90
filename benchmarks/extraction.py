"""Reading of pages: what is lost and what is too much, and what it costs.

    python benchmarks/extraction.py DATA            (trafilatura is compared where it is installed)
    python benchmarks/extraction.py DATA --pieces   (with the pieces of text)

DATA/html has pages with pieces of text that belong to the article (`with`) and pieces that do not
(`without`). Precision is the share of wanted ones among the pieces found, recall the share of
wanted pieces found; white space and case do not count. The inputs beside DATA (or of the tests) are
small files that each hold an article in an unusual way; those not read whole are listed.
"""

import json
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import click
from real_pages import ANNOTATIONS, archived_pages
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from resiliparse.parse.html import HTMLTree
from small_inputs import OWN, read_inputs

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
    """What Chaffinch scores; the metadata is read besides."""
    return document_from_record(Record("page", 0, page, "text/html")).text


def extractors() -> dict[str, Callable[[bytes], str]]:
    """The extractions to compare."""
    found: dict[str, Callable[[bytes], str]] = {
        "resiliparse, whole page": whole_page,
        "resiliparse, main content": resiliparse,
        "chaffinch, with metadata": chaffinch,
    }
    if find_spec("trafilatura"):
        from trafilatura import extract

        def options(**chosen: bool) -> Callable[[bytes], str]:
            return lambda page: extract(page, **chosen) or ""

        found["trafilatura"] = options()
        found["trafilatura, fast, no comments"] = options(fast=True, include_comments=False)
        found["trafilatura, for precision"] = options(favor_precision=True)
    return found


def annotated_pages(data: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The annotated pages of a data folder and their annotations, by name."""
    truth = json.loads((data / ANNOTATIONS).read_text("utf-8"))
    return {name: page for name, page in archived_pages(data) if name in truth}, truth


def reading_figures(data: Path) -> dict[str, float]:
    """How well Chaffinch reads the annotated pages and the inputs of the tests, as shares."""
    pages, truth = annotated_pages(data)
    found = figures({name: chaffinch(page) for name, page in pages.items()}, truth)
    read = [one.whole for one in read_inputs(OWN)]
    return {
        "reading: inputs read whole": sum(read) / len(read),
        "reading: precision": found.precision,
        "reading: recall": found.recall,
    }


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--pieces", is_flag=True, help="List the pieces that are lost or too much.")
def main(data: Path, pieces: bool) -> None:
    """Print the comparison as a Markdown table, then what is lost and what is too much."""
    pages, truth = annotated_pages(data)
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
    if pieces:
        _print_pieces(pages, truth)
    _print_inputs(data.parent / "inputs" if (data.parent / "inputs").is_dir() else OWN)


def _print_pieces(pages: dict[str, bytes], truth: dict[str, Any]) -> None:
    for name, page in sorted(pages.items()):
        text = plain(chaffinch(page))
        for kind, is_wanted in (("with", True), ("without", False)):
            for piece in filter(None, truth[name][kind]):
                if (plain(piece) in text) != is_wanted:
                    click.echo(f"{'lost' if is_wanted else 'too much'}: {name}: {plain(piece)}")


def _print_inputs(folder: Path) -> None:
    read = list(read_inputs(folder))
    whole = sum(one.whole for one in read)
    click.echo(f"\n{whole} of {len(read)} inputs ({whole / len(read):.0%}) read whole; not whole:")
    for one in read:
        if not one.whole:
            said = "said so" if one.said else "in silence"
            click.echo(f"  {one.name}: {one.share:.0%}, {said}")


if __name__ == "__main__":
    main()
