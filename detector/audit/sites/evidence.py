"""What the pages of a site say about the site: each thing weak alone, and pooled over its pages.

A page's part is taken from its row: how much each sort of signal adds to its log-odds, which odd
words and foreign names it has, what it was copied from. What many pages of a site share counts
little: the subject of all its pages, its own spelling, its own template and the one agency that it
pays would otherwise speak as loudly as a spinner. So the commonest pairs, names and sources of a
site are left out of what they would add to.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chaffinch.features.registry import SIGNALS, names_of, signals_that_find
from chaffinch.features.signal import Finds


class Channel(NamedTuple):
    """One sort of evidence on a site.

    Attributes:
        name: Its name.
        meaning: What its mean over the site's pages says, in a few words.
        most: Value from which more on one page counts no further: no page decides alone. Our
            choice: about what the strongest tenth of farms' pages has.
    """

    name: str
    meaning: str
    most: float


CHANNELS = (
    Channel("words", "log-odds of replaced words", 8.0),
    Channel("lines", "log-odds of scrapers' and others' lines", 8.0),
    Channel("origins", "log-odds of dates, names and addresses of others", 3.0),
    Channel("errors", "log-odds of slips, and of wordings that differ", 4.0),
    Channel("pairs", "weight of odd words, without the three commonest", 30.0),
    Channel("credits", "pages with others' names, without the three commonest", 1.0),
    Channel("copies", "copies, without those of the three main sources", 1.0),
    Channel("flagged", "pages flagged without their lines, or for these alone", 1.0),
)
"""What is pooled, in the order of all arrays."""

_FOUND: tuple[Finds, ...] = get_args(Finds)
"""What the signals of the first four channels find, in their order."""

_REPLACING = signals_that_find("replaced words")
_LEFTOVER = signals_that_find("leftover lines")
_ORIGINS = signals_that_find("origins")
"""Signals by what their evidence is."""

_OTHER_ORIGIN = names_of("other origin")
"""Features that say that a page names somebody else as its author or publisher."""

_COMMONEST = 3
"""Pairs, names and sources of a site that count for nothing; our choice: a subject has a word or
two that are always taken for another's, and a paper has a few agencies."""

_MOST_WEIGHT = 3.0
"""Weight (log10 odds) from which a pair counts no further; our choice: a thousand to one."""

_MOST_ITEMS = 40
"""Pairs, lines and names that are kept of a page; our choice: a page has seldom more."""

_MOST_CHARACTERS = 80
"""Characters of a line or name that are kept; our choice: what a report shows."""

_NUMBER = re.compile(r"(?<!\w)\d(?:[\d.,:/-]*\d)?(?!\w)")
"""Numbers and dates, which differ between lines that are otherwise the same."""

_ITEMS = pa.list_(pa.string())

PAGE_COLUMNS = ("reasons", "evidence", "features")
"""Columns of an audit's rows that `with_evidence` reads."""

EVIDENCE_SCHEMA = pa.schema(
    [
        ("parts", pa.list_(pa.float64())),
        ("pairs", _ITEMS),
        ("weights", pa.list_(pa.float64())),
        ("lines", _ITEMS),
        ("credits", _ITEMS),
    ]
)
"""What a page says of its site: what the signals of each sort add to its log-odds; its odd words,
as "word > original", with their weights; lines that scrapers left, with N for every number; others'
names on it."""


def with_evidence(table: pa.Table) -> pa.Table:
    """Rows of an audit with `EVIDENCE_SCHEMA` in place of `PAGE_COLUMNS`."""
    added = pa.Table.from_batches(
        [_evidence(batch) for batch in table.select(PAGE_COLUMNS).to_batches()], EVIDENCE_SCHEMA
    )
    kept = table.drop_columns(list(PAGE_COLUMNS))
    for name in EVIDENCE_SCHEMA.names:
        kept = kept.append_column(name, added[name])
    return kept


class SitePages(NamedTuple):
    """The pages of one site, as far as they are evidence.

    Attributes:
        parts: float64 array of shape (n_pages, 4), what signals add to the log-odds.
        flagged: bool array of shape (n_pages,).
        needed: float64 array of shape (n_pages,): what must be added to a typical clean page's
            log-odds for the page to be flagged.
        sources: The site that each page was copied from, or "".
        pairs: The odd words of each page, with their weights.
        lines: The left lines of each page.
        credits: Others' names on each page.
    """

    parts: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    needed: NDArray[np.float64]
    sources: Sequence[str]
    pairs: Sequence[dict[str, float]]
    lines: Sequence[Sequence[str]]
    credits: Sequence[Sequence[str]]


def site_pages(rows: pa.Table) -> SitePages:
    """The pages of one site.

    Args:
        rows: Its judged pages: the columns ``page_flagged``, ``page_needed``, ``page_source`` (the
            site that a copy was taken from, or "") and those of `EVIDENCE_SCHEMA`.
    """
    columns = {name: rows[name].to_pylist() for name in ("page_source", *EVIDENCE_SCHEMA.names)}
    return SitePages(
        np.array(columns["parts"], np.float64).reshape(-1, len(_FOUND)),
        np.array(rows["page_flagged"].to_pylist(), np.bool_),
        np.array(rows["page_needed"].to_pylist(), np.float64),
        columns["page_source"],
        [
            dict(zip(pairs, weights, strict=True))
            for pairs, weights in zip(columns["pairs"], columns["weights"], strict=True)
        ],
        columns["lines"],
        columns["credits"],
    )


class Pooled(NamedTuple):
    """The evidence of a site's pages.

    Attributes:
        values: float64 array of shape (n_pages, n_channels), each up to its channel's `most`.
        examples: For each channel what is commonest, with the number of pages that have it.
        original: Share of the pages that are neither flagged nor copied nor name another origin.
    """

    values: NDArray[np.float64]
    examples: list[list[tuple[str, int]]]
    original: float


def pooled(pages: SitePages) -> Pooled:
    """Pool what the pages of a site say."""
    pairs = Counter(pair for page in pages.pairs for pair in page)
    names = Counter(name for page in pages.credits for name in set(page))
    sources = Counter(source for source in pages.sources if source)
    lines = Counter(line for page in pages.lines for line in set(page))
    own = {name for counts in (pairs, names, sources) for name, _ in counts.most_common(_COMMONEST)}
    # A counter on every page of an honest site needs little beside it to flag some of them.
    of_lines = pages.parts[:, _FOUND.index("leftover lines")]
    rest = pages.parts.sum(1) - of_lines
    values = np.column_stack(
        [
            pages.parts,
            [
                sum(min(weight, _MOST_WEIGHT) for pair, weight in page.items() if pair not in own)
                for page in pages.pairs
            ],
            [any(name not in own for name in page) for page in pages.credits],
            [bool(source) and source not in own for source in pages.sources],
            pages.flagged & (np.maximum(rest, of_lines) >= pages.needed),
        ]
    ).astype(np.float64)
    most = [channel.most for channel in CHANNELS]
    examples = {"words": pairs, "pairs": pairs, "lines": lines, "credits": names, "copies": sources}
    return Pooled(
        np.minimum(values, most),
        [_commonest(examples.get(channel.name, Counter())) for channel in CHANNELS],
        float(
            np.mean(
                [
                    not any(one)
                    for one in zip(pages.flagged, pages.sources, pages.credits, strict=True)
                ]
            )
        ),
    )


def _commonest(counts: Counter[str]) -> list[tuple[str, int]]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ranked[:_COMMONEST]


def _evidence(batch: pa.RecordBatch) -> pa.RecordBatch:
    n_rows = batch.num_rows
    parts = np.zeros((n_rows, len(_FOUND)))
    row, reasons = _flat(batch["reasons"])
    sort = {one.name: _FOUND.index(one.finds) for one in SIGNALS}
    place = np.array([sort.get(name, -1) for name in reasons.field("signal").to_pylist()], np.int64)
    known = place >= 0
    adds = reasons.field("contribution").to_numpy(zero_copy_only=False)
    np.add.at(parts, (row[known], place[known]), adds[known])
    rows = list(range(n_rows))
    pairs: list[dict[str, float]] = [{} for _ in rows]
    lines: list[list[str]] = [[] for _ in rows]
    credits: list[list[str]] = [[] for _ in rows]
    foreign = _foreign(batch)
    for at, item in _items(batch["evidence"]):
        if item["signal"] in _REPLACING and item["original"] is not None:
            if len(pairs[at]) < _MOST_ITEMS:
                pairs[at][f"{item['text'].lower()} > {item['original']}"] = item["weight"]
        elif item["signal"] in _LEFTOVER and len(lines[at]) < _MOST_ITEMS:
            lines[at].append(_shown(item["text"]))
        elif item["signal"] in _ORIGINS and foreign[at] and len(credits[at]) < _MOST_ITEMS:
            credits[at].append(_shown(item["note"] or ""))
    columns = (
        parts.tolist(),
        [list(page) for page in pairs],
        [list(page.values()) for page in pairs],
        lines,
        credits,
    )
    arrays = map(pa.array, columns, EVIDENCE_SCHEMA.types)
    return pa.RecordBatch.from_arrays(list(arrays), schema=EVIDENCE_SCHEMA)


def _flat(lists: pa.Array) -> tuple[NDArray[np.int64], pa.StructArray]:
    """The items of a column of lists, and the row that each of them is of."""
    lengths = lists.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    return np.repeat(np.arange(len(lists)), lengths), lists.flatten()


def _items(lists: pa.Array) -> Iterator[tuple[int, dict[str, Any]]]:
    """The pieces of evidence that a site is judged by, each with its row."""
    row, items = _flat(lists)
    chosen = pc.is_in(items.field("signal"), pa.array([*_REPLACING, *_LEFTOVER, *_ORIGINS]))
    chosen = chosen.fill_null(False)
    rows = row[chosen.to_numpy(zero_copy_only=False)].tolist()
    yield from zip(rows, items.filter(chosen).to_pylist(), strict=True)


def _foreign(batch: pa.RecordBatch) -> list[bool]:
    """Whether each page names somebody else as its author or publisher."""
    features = batch["features"]
    found = np.zeros(batch.num_rows, np.bool_)
    for name in _OTHER_ORIGIN:
        if features.type.get_field_index(name) >= 0:
            values = pc.struct_field(features, name).fill_null(0.0)
            found |= values.to_numpy(zero_copy_only=False) > 0
    held: list[bool] = found.tolist()
    return held


def _shown(text: str) -> str:
    return _NUMBER.sub("N", " ".join(text.split()))[:_MOST_CHARACTERS]
