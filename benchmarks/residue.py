"""How many word-for-word copies are found by one line of residue, phrase by phrase.

python benchmarks/residue.py DATA [--model MODEL] [--most 4]

Each phrase is added by itself to pages of news articles that no classifier saw, on sites where it
does not belong: as text, as HTML, and as text whose address is not known. The same pages without it
are judged as well. Unmistakable phrases are to be found by themselves; weak ones are not, alone or
all of them together.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from simulated import NEWS, is_long, read_part

from chaffinch.datasets.simulation.honest_pages import honest_page
from chaffinch.datasets.simulation.pages import TEMPLATES, Page, as_document
from chaffinch.datasets.simulation.residue import ResidueLines
from chaffinch.detector.detector import Detector
from chaffinch.detector.evaluation.metrics import share_of
from chaffinch.detector.evaluation.tables import percent
from chaffinch.detector.training.corpora import CleanText, spread
from chaffinch.features.document import Document
from chaffinch.features.text.phrases import Phrase, load_phrases

MOST = 4
"""Articles that each phrase is added to; our choice: all phrases are judged in two minutes."""

WITHOUT = "the same pages without it"
"""What the row of pages without residue is called."""

TOGETHER = "all weak lines together"
"""What the row of pages with every weak line is called."""


class Copies(NamedTuple):
    """Pages of one article with some residue.

    Attributes:
        name: The phrase, `WITHOUT` or `TOGETHER`.
        kind: The phrase's kind, followed by "weak" where it does not convict.
        text: Its lines.
        html: The page as the HTML reader sees it.
        unknown: Its lines, with no address.
    """

    name: str
    kind: str
    text: Document
    html: Document
    unknown: Document


def copies(articles: Sequence[CleanText], most: int) -> Iterator[Copies]:
    """Every phrase on `most` pages, and the pages without."""
    phrases = load_phrases()
    weak = [phrase for phrase in phrases if not phrase.is_sure]
    pages = [
        honest_page(article.text, article.title, np.random.default_rng(number))
        for number, article in enumerate(articles)
    ]
    for number, page in enumerate(pages):
        yield _copies(WITHOUT, "", page, (), number)
        yield _copies(TOGETHER, "", page, weak, number)
    for place, phrase in enumerate(phrases):
        kind = phrase.kind if phrase.is_sure else f"{phrase.kind}, weak"
        for number in range(place * most, (place + 1) * most):
            yield _copies(phrase.phrase, kind, pages[number % len(pages)], [phrase], number)


def _copies(name: str, kind: str, page: Page, phrases: Sequence[Phrase], number: int) -> Copies:
    rng = np.random.default_rng(number)
    page, lines = deepcopy(page), ResidueLines()
    for phrase in phrases:
        lines.add(phrase, rng)
    lines.onto(page, rng)
    text = as_document(page, None)
    html = as_document(page, TEMPLATES[number % len(TEMPLATES)])
    return Copies(name, kind, text, html, Document(text.text))


def tables(detector: Detector, made: Sequence[Copies]) -> Iterator[str]:
    """A row for each kind and for the pages without; then the phrases that were not as expected."""
    documents = [document for one in made for document in (one.text, one.html, one.unknown)]
    flagged = [verdict.flagged for verdict in detector.score_many(documents)]
    found = np.array(flagged).reshape(len(made), 3)
    names = np.array([one.name for one in made])
    kinds = np.array([one.kind or one.name for one in made])
    yield "| residue | pages | in text | in HTML | in text, no address | 95 % interval, in text |"
    yield "|---|---:|---:|---:|---:|---:|"
    sure = np.isin(kinds, [one.kind for one in made if one.kind and "weak" not in one.kind])
    weak = np.array([kind.endswith(", weak") for kind in kinds])
    for kind in dict.fromkeys(kinds.tolist()):
        yield _row(kind, found[kinds == kind])
    yield _row("**unmistakable**", found[sure])
    yield _row("**weak, one by one**", found[weak])
    yield "\n| not as expected | pages | in text | in HTML |"
    yield "|---|---:|---:|---:|"
    for name in dict.fromkeys(names[sure | weak].tolist()):
        rows = found[names == name]
        expected = bool(sure[names == name][0])
        if (rows[:, :2] != expected).any():
            text, html = rows[:, 0].mean(), rows[:, 1].mean()
            yield f"| `{name}` | {len(rows)} | {text:.0%} | {html:.0%} |"


def _row(name: str, found: np.ndarray) -> str:
    shares = [share_of(int(column.sum()), len(found)) for column in found.T]
    cells = [percent(share)[0] for share in shares]
    return f"| {name} | {len(found)} | {' | '.join(cells)} | {percent(shares[0])[1]} |"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", type=click.Path(exists=True, path_type=Path))
@click.option("--most", default=MOST, show_default=True, help="Pages of each phrase.")
def main(data: Path, model: Path | None, most: int) -> None:
    """Print the share of copies that is flagged by one line of residue, as Markdown."""
    detector = Detector.load(model)
    test = read_part(data, "test", 50)
    articles = [text for name in NEWS for text in test.get(name, []) if is_long(text)]
    for line in tables(detector, list(copies(spread(articles, 50), most))):
        click.echo(line)


if __name__ == "__main__":
    main()
