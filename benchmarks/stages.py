"""Where the time of an audit goes: the steps of reading, judging and writing a page.

python benchmarks/stages.py DATA [--fast]

Two crawls are judged in one process, whose steps are timed: the real pages of DATA/html, and their
texts with a quarter of all words replaced as a real farm does, on plain pages. A step that is part
of another is listed by itself alone; what none of them holds is "the rest". What starting costs and
the stages after judging are left out (`cold_start.py`, `auditing.py scale`).
"""

import functools
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import click
import numpy as np
from crawls import page, write_warc
from extraction import chaffinch, resiliparse
from real_pages import archived_pages
from resiliparse.parse.html import HTMLTree
from threadpoolctl import threadpool_limits

from chaffinch.datasets.extraction import documents, html
from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.audit import scoring
from chaffinch.detector.audit.crawl import find_files
from chaffinch.detector.audit.scoring import Settings, Unit
from chaffinch.features.language import replacement_evidence
from chaffinch.features.registry import SIGNALS
from chaffinch.features.text.tokens import TokenBlock

FAMILY, RATE = "dictionary-blind", 0.25
"""How the spun texts are spun: as a real farm does."""

ROUNDS = 3
"""Turns of what is not profiled; the shortest counts. Our choice."""


class Step(NamedTuple):
    """A step of judging a page.

    Attributes:
        name: What it does.
        owner: The module or class in which its function is looked up.
        function: The function's name there.
    """

    name: str
    owner: Any
    function: str


STEPS = (
    Step("decoding", documents, "decode"),
    Step("hostile nesting", html, "_cut_deep"),
    Step("finding elements", html, "_elements"),
    Step("metadata", html, "page_metadata"),
    Step("hidden text", html, "remove_hidden_text"),
    Step("blocks of text", html, "page_blocks"),
    Step("main content", html, "main_content"),
    Step("the rest of reading", scoring, "item_of"),
    Step("tokens", TokenBlock, "from_documents"),
    *(Step(f"signal {signal.name}", signal, "measure") for signal in SIGNALS),
    Step("second reader", replacement_evidence, "read_again"),
    Step("sketches", scoring, "sketch_block"),
    Step("verdicts and rows", scoring, "judged_rows"),
)
"""Steps that are timed."""

LISTED = 0.02
"""Share of a page's time from which a step is listed; our choice."""


class Clock:
    """Processor time of steps, of which one may be part of another.

    Attributes:
        took: Seconds by the step's name.
    """

    def __init__(self) -> None:
        self.took: defaultdict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that is timed, without the steps within it."""

        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            start = time.process_time()
            self._inner.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                whole = time.process_time() - start
                self.took[name] += whole - self._inner.pop()
                self._inner[-1] += whole

        return timed


def seconds(work: Callable[[], object]) -> float:
    """Processor time of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def extracted(pages: Sequence[bytes]) -> list[str]:
    """The main content of pages, by resiliparse."""
    return [resiliparse(markup) for markup in pages]


def stepwise(work: Callable[[], object]) -> dict[str, float]:
    """Processor time of each step of some work, by name, and of "the rest"."""
    clock = Clock()
    with ExitStack() as patches:
        for step in STEPS:
            timed = clock.timed(step.name, getattr(step.owner, step.function))
            patches.enter_context(patch.object(step.owner, step.function, timed))
        # A parser that is compiled takes no other method.
        parser = SimpleNamespace(parse=clock.timed("parsing", HTMLTree.parse))
        patches.enter_context(patch.object(html, "HTMLTree", parser))
        whole = seconds(work)
    return {**clock.took, "records, and rows on disk": whole - sum(clock.took.values())}


def judging(pages: Sequence[bytes], folder: Path, settings: Settings) -> Callable[[], None]:
    """The work of judging a crawl of some pages, rows on disk included."""
    folder.mkdir()
    crawl, work = folder / "pages.warc.gz", folder / "work"
    write_warc(crawl, pages)
    found = find_files(crawl)

    def judge() -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for _ in Unit(found.root, (found.files[0],), work, settings).run(lambda place: None):
            pass

    return judge


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--fast", is_flag=True, help="Leave the second reader out.")
def main(data: Path, fast: bool) -> None:
    """Print the steps as a Markdown table, in thousandths of a second for a page."""
    real = [markup for _, markup in archived_pages(data)]
    spinner = FAMILIES[FAMILY].make(read_lexicons(data), 1)
    rng = np.random.default_rng(0)
    texts = [spinner.spin(chaffinch(markup), rng, RATE).text for markup in real]
    spun = [page({"title": "", "text": text}).encode() for text in texts]
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        crawls = {"real pages": real, "spun": spun}
        works = {
            name: judging(pages, Path(folder, name), Settings(fast=fast))
            for name, pages in crawls.items()
        }
        plain = {name: min(seconds(work) for _ in range(ROUNDS)) for name, work in works.items()}
        steps = {name: stepwise(work) for name, work in works.items()}
        alone = {
            name: min(seconds(functools.partial(extracted, pages)) for _ in range(ROUNDS))
            for name, pages in crawls.items()
        }
    click.echo(f"| step | {' | '.join(f'{name} | share' for name in crawls)} |")
    click.echo("|---" + "|---:" * 2 * len(crawls) + "|")
    shares = {name: sum(found.values()) for name, found in steps.items()}
    listed = {
        step
        for name, found in steps.items()
        for step, took in found.items()
        if took > LISTED * shares[name]
    }
    for found in steps.values():
        found["others"] = sum(took for step, took in found.items() if step not in listed)
    for step in [*(step for step in next(iter(steps.values())) if step in listed), "others"]:
        took = {name: found.get(step, 0.0) for name, found in steps.items()}
        cells = (
            f"{1e3 * spent / len(real):.2f} | {spent / shares[name]:.0%}"
            for name, spent in took.items()
        )
        click.echo(f"| {step} | {' | '.join(cells)} |")
    for title, took in (("all of it", plain), ("resiliparse's extraction alone", alone)):
        cells = (f"{1e3 * took[name] / len(real):.2f} | " for name in crawls)
        click.echo(f"| {title} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
