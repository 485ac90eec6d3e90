"""Processor time of hostile texts against their length: how it grows, from 1 KB to 63 MB.

python benchmarks/linear_time.py [--largest 62914560] [--limit 60] [--only NAME]

Each text is written as a file of each kind and scored as `chaffinch score` does: read, taken
out of its markup, judged, with evidence. What is cut off beyond a limit costs nothing, so
"uncut" judges the bare text with the limit taken away, up to 4 MB. The exponent is the steepest
slope of log time against log size between sizes that are four times as large and take over
0.1 s: 1 is linear, 2 is square, - is never that long. A size that takes longer than the limit
ends its row, in a process of its own. Of one record 64 MB are read, so the longest has 63.
"""

import contextlib
import gzip
import json
import math
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import click
from tqdm import tqdm

from chaffinch.datasets.intake import read_items
from chaffinch.detector.detector import Detector
from chaffinch.features import document
from chaffinch.features.document import Document
from chaffinch.features.text import patterns, tokens

SMALLEST = 960
"""Characters of the shortest text; our choice, so that the longest is under 64 MB."""

STEP = 4
"""How many times as long each text is as the one before; our choice."""

LARGEST_UNCUT = 3_932_160
"""Characters of the longest text of which nothing is cut off: ten times as many as are read."""

FLOOR = 0.1
"""Seconds below which a time says nothing about growth; our choice."""


def repeated(piece: str) -> Callable[[int], str]:
    """A function that makes a text of a number of characters out of one piece."""
    return lambda size: (piece * (size // len(piece) + 1))[:size]


def nested(opening: str, closing: str) -> Callable[[int], str]:
    """The same for pieces that open and close."""

    def text(size: int) -> str:
        depth = max(1, size // (len(opening) + len(closing)))
        return opening * depth + closing * depth

    return text


PROSE = "The council voted on Tuesday to bring back the ferry, as a amusement of the town. "
"""What files hold that can be read."""

SHAPES: dict[str, Callable[[int], str]] = {
    "one endless line": repeated(PROSE),
    "one endless word": repeated("a"),
    "one word repeated": repeated("successful "),
    "one word per line": repeated("arsenic\n"),
    "nested tags": nested("<div>", "</div>"),
    "tags never closed": repeated("<b><i>"),
    "nested hidden elements": nested("<p hidden><span style='color:#fff'>a", "</span></p>"),
    "style sheets": repeated("<style>.a{display:none}.b,.c{opacity:0}</style><p class=a>x</p>"),
    "structured data": lambda size: (
        '<script type="application/ld+json">[' + "[[],[[],[]]]," * (size // 13) + "0]</script>"
    ),
    "attributes": lambda size: f"<p {repeated('a=b c ')(size)}>x</p>",
    "comments never closed": repeated("<!--"),
    "combining marks": lambda size: "a" + "\N{COMBINING ACUTE ACCENT}" * (size // 2),
    "invisible characters": repeated("a\N{ZERO WIDTH SPACE}"),
    "Greek letters": repeated("\N{GREEK SMALL LETTER ALPHA}"),
    "lone surrogates": repeated("\ud800 "),
    "alternating quotes": repeated("\"'"),
    "quoted words": repeated('"a" \N{LEFT DOUBLE QUOTATION MARK}b\N{RIGHT DOUBLE QUOTATION MARK} '),
    "opening brackets": repeated("("),
    "square brackets": repeated("["),
    "braces": repeated("{"),
    "spintax": repeated("{a|b"),
    "spaces": repeated(" "),
    "spaces between words": repeated("a, " + " " * 9),
    "line feeds": repeated("\n"),
    "white space of all kinds": repeated("\r\n\t\v\f\x1c\x85\u2028"),
    "counters": repeated("5 months ago 98\n"),
    "counters on one line": repeated("5 months ago 98 views | "),
    "bylines": repeated("By Jan Roe and Jan Roe, Jan Roe\n"),
    "residue": repeated("Read Entire Article\n"),
    "character references": repeated("&#111;"),
    "ampersands": repeated("&"),
    "articles": repeated("a a an an "),
    "asterisks": repeated("*a _"),
    "backticks": repeated("``a"),
    "Markdown links": repeated("[a]("),
    "Markdown images": repeated("!["),
    "block quotes": repeated("> "),
    "list items": repeated("- "),
    "digits": repeated("1"),
    "hyphens": repeated("well-"),
}
"""Texts by name, each made in any length: every one costs some pattern or parser its most."""


def _csv(text: str) -> bytes:
    return b'text\n"' + text.replace('"', '""').encode("utf-8", "replace") + b'"'


FORMATS: dict[str, Callable[[str], bytes]] = {
    "txt": lambda text: text.encode("utf-8", "replace"),
    "md": lambda text: text.encode("utf-8", "replace"),
    "html": lambda text: f"<!doctype html><body>{text}".encode("utf-8", "replace"),
    "jsonl": lambda text: json.dumps({"text": text}).encode(),
    "csv": _csv,
    "txt.gz": lambda text: gzip.compress(text.encode("utf-8", "replace"), 1),
}
"""Files by the ending of their names, each made of a text."""

UNCUT = "uncut"
"""Name of the format that is no file: the bare text without a limit."""

DETECTOR = Detector.load()
"""Loaded before processes are forked."""


class Growth(NamedTuple):
    """What was measured of one text in one format.

    Attributes:
        size: Bytes, or characters, of the largest that ended within the limit.
        seconds: Processor time it took.
        exponent: Steepest slope of log time against log size, or None.
        ended: Whether no size took longer than the limit.
    """

    size: int
    seconds: float
    exponent: float | None
    ended: bool


def judge_file(folder: Path, name: str, content: bytes) -> float:
    """Processor seconds of scoring one file with all that is in it."""
    file = folder / f"a.{name}"
    file.write_bytes(content)
    start = time.process_time()
    documents = [item.document for item in read_items(file) if item.document]
    DETECTOR.score_batch(documents)
    return time.process_time() - start


def judge_uncut(text: str) -> float:
    """Processor seconds of scoring a text of which nothing is cut off."""
    for module in (document, patterns, tokens):
        module.MAX_CHARACTERS = len(text)  # type: ignore[attr-defined]
    start = time.process_time()
    DETECTOR.score(Document(text))
    return time.process_time() - start


def _measure(shape: str, format_: str, largest: int, limit: float, told: Connection) -> None:
    """In a process of its own, which the kernel ends past the limit: send each size's seconds."""
    DETECTOR.score(PROSE * 10)
    with tempfile.TemporaryDirectory() as folder:
        size = SMALLEST
        while size <= largest:
            text = SHAPES[shape](size)
            content = b"" if format_ == UNCUT else FORMATS[format_](text)
            soon = math.ceil(time.process_time() + limit)
            resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.RLIM_INFINITY))
            uncut = format_ == UNCUT
            told.send(judge_uncut(text) if uncut else judge_file(Path(folder), format_, content))
            resource.setrlimit(
                resource.RLIMIT_CPU, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
            size *= STEP
    told.close()


def growth(shape: str, format_: str, largest: int, limit: float) -> Growth:
    """Measure one text in one format, from 1 KB on.

    Args:
        shape: Name of the text.
        format_: Name of the format.
        largest: Characters of the longest.
        limit: Processor seconds that one size may take.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(shape, format_, largest, limit, theirs))
    process.start()
    theirs.close()
    times: list[float] = []
    with contextlib.suppress(EOFError):
        while True:
            times.append(ours.recv())
    process.join()
    ended = process.exitcode == 0
    slopes = [math.log(after / before, STEP) for before, after in pairwise(times) if before > FLOOR]
    size = SMALLEST * STEP ** (len(times) - 1) if times else 0
    return Growth(size, times[-1] if times else math.inf, max(slopes, default=None), ended)


def _chosen(names: list[str], only: Sequence[str]) -> list[str]:
    """The names that are asked for; all where none of them is."""
    return [name for name in names if name in only] or names


@click.command()
@click.option("--largest", default=62_914_560, show_default=True, help="Characters of the longest.")
@click.option("--limit", default=60.0, show_default=True, help="Seconds that one may take.")
@click.option("--only", multiple=True, help="Measure texts or formats of this name alone.")
def main(largest: int, limit: float, only: tuple[str, ...]) -> None:
    """Print for each text and format the time of the longest, and the exponent."""
    formats = _chosen([*FORMATS, UNCUT], only)
    shapes = _chosen(list(SHAPES), only)
    click.echo(f"| text | {' | '.join(formats)} |\n|---|{'---:|' * len(formats)}")
    for shape in tqdm(shapes, unit="text", disable=None):
        cells = []
        for format_ in formats:
            most = min(largest, LARGEST_UNCUT) if format_ == UNCUT else largest
            found = growth(shape, format_, most, limit)
            slope = "-" if found.exponent is None else f"{found.exponent:.1f}"
            past = "" if found.ended else f" at {found.size / 1e6:g} MB, **over the limit beyond**"
            cells.append(f"{found.seconds:.1f} s{past}, {slope}")
        click.echo(f"| {shape} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
