"""The stage of an audit that finds copies, shared out into tasks that any engine can run.

No task holds more than its share of the documents: a few thousand rows, or one range of sketch
values. A stage that was stopped goes on with the tasks whose files are not there yet.
"""

import shutil
from collections.abc import Sequence
from itertools import pairwise, repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.audit.copies.attribution import Copies, attributed
from chaffinch.detector.audit.copies.originals import Originals
from chaffinch.detector.audit.copies.ranking import Documents, ranked
from chaffinch.detector.audit.copies.replaced_words import merge_replaced_words
from chaffinch.detector.audit.copies.sketched_texts import SketchedTexts
from chaffinch.detector.audit.copies.tasks import (
    CollectTexts,
    DescribeRows,
    FindCandidates,
    VerifyCandidates,
)
from chaffinch.detector.audit.copies.verification import MATCH
from chaffinch.detector.audit.copies.workspace import NO_VALUES, Workspace, save_rows
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.meaning.tasks import FindByMeaning, matches_by_meaning
from chaffinch.detector.audit.rows import ShardRows
from chaffinch.detector.audit.trusted import TrustedSites
from chaffinch.detector.digests import digest as digest_of

# Our choice: enough tasks that no process waits long for the last one, each with enough to do.
_MIN_PART_ROWS, _PART_ROWS, _PARTS = 1_000, 4_000, 64
"""Rows of a part at least; and at most where that gives no more than `_MAX_PARTS`; and the
number of parts that a crawl is divided into between these."""

_MAX_PARTS = 16_000
"""Every range opens a file of every part: more parts hold more rows instead."""

_RANGE_VALUES = 150_000
"""Sketch values of a range, of 16 bytes each while they are sorted (our choice)."""

_MAX_RANGES = 6_000
"""Every part opens a file of every range: more ranges hold more values instead."""

_SAMPLED_VALUES = 1_000
"""Values sampled per range to place the bounds: they are off by some 3 % (1 / sqrt(1,000))."""


class FoundCopies(NamedTuple):
    """What the stage found.

    Attributes:
        digest: The same for the same rows and index.
        sizes: int64 array of shape (n_segments,), rows of each segment.
        documents: What is known of the documents, by row; a file in `folder`.
        copies: Which of them are copies of what.
        originals: The index, or None.
        common: Number of sketch values that too many documents share to tell them apart.
        folder: Where its files are.
        by_meaning: Files on copies by meaning (`chaffinch.detector.audit.meaning.tasks`).
    """

    digest: str
    sizes: NDArray[np.int64]
    documents: Documents
    copies: Copies
    originals: Originals | None
    common: int
    folder: Path
    by_meaning: tuple[Path, ...] = ()


def stage_digest(
    segments: Sequence[ShardRows], index: Originals | None, trusted: TrustedSites
) -> str:
    """A digest that is the same for what gives the same copies."""
    stated = repr([(segment.shard.name, segment.paths) for segment in segments])
    stated += repr((sorted(trusted.hosts), index.digest if index else None))
    return digest_of(stated.encode())


def find_copies(
    segments: Sequence[ShardRows],
    work: Path,
    index: Originals | None,
    trusted: TrustedSites,
    engine: Engine,
) -> FoundCopies:
    """Find the copies among all rows, going on where an earlier run stopped.

    Args:
        segments: The rows, in order.
        work: The audit's folder for work; ``copies-*`` in it is the stage's.
        index: The index of originals, or None.
        trusted: Sites that copy nobody.
        engine: What the tasks run on.

    Raises:
        EngineError: A process failed.
        OriginalsError: The index cannot be used.
    """
    digest = stage_digest(segments, index, trusted)
    folder = work / f"copies-{digest}"
    for other in work.glob("copies-*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(exist_ok=True)
    parts = _parts(segments)
    documents, sizes = _describe(parts, folder, index, trusted, engine)
    n_rows = len(documents)
    workspace = Workspace(
        folder,
        np.cumsum([0, *(part.sum() for part in sizes)], dtype=np.int64)[:-1],
        n_rows,
        n_rows + (len(index) if index else 0),
        NO_VALUES,
        (index.folder, index.digest) if index else None,
    )
    ranks = (chunk["rank"] for _, chunk in documents.chunks())
    save_rows(ranks, n_rows, np.int64, workspace.ranks)
    workspace = _collect(parts, workspace, documents, engine)
    finding = (
        FindCandidates(workspace.candidates(number), workspace, number)
        for number in range(workspace.n_ranges)
    )
    write_missing(engine, "finding likely copies", finding, workspace.n_ranges)
    matches = _verify(parts, workspace, engine)
    by_meaning = _verify_meaning(workspace, documents, matches, index, engine)
    engine.progress.begin("telling sources from copies", 0)
    found = matches_by_meaning(by_meaning)
    rows = found["row"].to_numpy()
    said_again = np.empty(len(rows), MATCH)
    said_again["copy"], said_again["source"] = rows, n_rows + found["original"].to_numpy()
    said_again["similarity"] = found["similarity"].to_numpy()
    matches = np.concatenate([matches, said_again])
    copies = attributed(documents, matches, _identities(matches, n_rows, index), rows)
    common = sum(int(np.load(workspace.common(number))[0]) for number in range(workspace.n_ranges))
    of_segments = np.concatenate([np.zeros(0, np.int64), *sizes])
    return FoundCopies(
        digest, of_segments, documents, copies, index, common, folder, tuple(by_meaning)
    )


def write_pairs(found: FoundCopies, file: Path) -> None:
    """Write ``pairs.parquet``: one row for each site and pair, sorted."""
    merge_replaced_words(sorted(found.folder.glob("replaced-*.parquet")), found.folder, file)


def _parts(segments: Sequence[ShardRows]) -> list[tuple[ShardRows, ...]]:
    """Consecutive segments of some thousand rows together."""
    parts: list[tuple[ShardRows, ...]] = []
    total = sum(segment.about for segment in segments)
    enough = max(_MIN_PART_ROWS, min(total // _PARTS, _PART_ROWS), total // _MAX_PARTS)
    held = start = 0
    for index, segment in enumerate(segments):
        held += segment.about
        if held >= enough or index == len(segments) - 1:
            parts.append(tuple(segments[start : index + 1]))
            held, start = 0, index + 1
    return parts


def _describe(
    parts: Sequence[tuple[ShardRows, ...]],
    folder: Path,
    index: Originals | None,
    trusted: TrustedSites,
    engine: Engine,
) -> tuple[Documents, list[NDArray[np.int64]]]:
    """The documents ranked as sources, and how many rows each segment of each part has."""
    numbers = range(len(parts))
    of_facts = [folder / f"facts-{number:06d}.npy" for number in numbers]
    of_sizes = [folder / f"sizes-{number:06d}.npy" for number in numbers]
    tasks = map(DescribeRows, of_facts, of_sizes, parts, repeat(trusted))
    write_missing(engine, "describing documents", tasks, len(parts))

    known = (np.sort(index.addresses), np.sort(index.identities)) if index else ()
    documents = ranked(lambda: map(np.load, of_facts), folder, *known)
    return documents, [np.load(file) for file in of_sizes]


def _collect(
    parts: Sequence[tuple[ShardRows, ...]],
    workspace: Workspace,
    documents: Documents,
    engine: Engine,
) -> Workspace:
    """Collect all texts, and set the ranges of their sketch values."""
    bounds = [*workspace.first_rows.tolist(), workspace.n_rows]

    def kept(start: int, end: int) -> NDArray[np.bool_]:
        own: NDArray[np.bool_] = documents.rows(start, end)["first"] == np.arange(start, end)
        return own

    tasks = (
        CollectTexts(workspace.texts(number), part, kept(bounds[number], bounds[number + 1]))
        for number, part in enumerate(parts)
    )
    write_missing(engine, "collecting texts", tasks, len(parts))
    return workspace._replace(bounds=_range_bounds(workspace))


def _range_bounds(workspace: Workspace) -> NDArray[np.uint64]:
    """Inner bounds of ranges with about as many values each: low values are commoner."""
    folders = [workspace.texts(part) for part in range(workspace.n_parts)]
    # One file is open at a time.
    n_values = sum(len(SketchedTexts.load(folder).values) for folder in folders)
    n_ranges = -(-n_values // max(_RANGE_VALUES, n_values // _MAX_RANGES))
    step = max(1, n_values // (max(n_ranges, 1) * _SAMPLED_VALUES))
    samples = [np.array(SketchedTexts.load(folder).values[::step]) for folder in folders]
    sample = np.sort(np.concatenate([NO_VALUES, *samples]))
    return np.unique(sample[np.arange(1, n_ranges) * len(sample) // max(n_ranges, 1)])


def _verify(
    parts: Sequence[tuple[ShardRows, ...]], workspace: Workspace, engine: Engine
) -> NDArray[np.void]:
    """`MATCH` array of all copies that alignment confirms."""
    # Parts with the most pairs first, so that no process waits long for the last one.
    n_pairs = np.zeros(workspace.n_parts, np.int64)
    for number in range(workspace.n_ranges):
        copies = np.load(workspace.candidates(number), mmap_mode="r")["copy"]
        starts = np.searchsorted(copies, workspace.first_rows)
        n_pairs += np.diff(starts, append=len(copies))
    tasks = (
        VerifyCandidates(workspace.matches(number), workspace, number, parts[number])
        for number in np.argsort(-n_pairs, kind="stable").tolist()
    )
    write_missing(engine, "comparing texts", tasks, len(parts))
    found = [np.load(workspace.matches(number)) for number in range(workspace.n_parts)]
    return np.concatenate([np.zeros(0, MATCH), *found])


def _verify_meaning(
    workspace: Workspace,
    documents: Documents,
    matches: NDArray[np.void],
    index: Originals | None,
    engine: Engine,
) -> list[Path]:
    """Files on what says an original again, among the rows that no words explain."""
    if index is None or not index.by_meaning:
        return []
    bounds = [*workspace.first_rows.tolist(), workspace.n_rows]
    explained = np.unique(matches["copy"])

    def unexplained(first: int, end: int) -> NDArray[np.int64]:
        part = documents.rows(first, end)
        rows = np.arange(first, end)
        own = (part["first"] == rows) & ~part["trusted"]
        return np.setdiff1d(rows[own], explained, assume_unique=True)

    targets = [workspace.by_meaning(number) for number in range(workspace.n_parts)]
    tasks = (
        FindByMeaning(target, workspace, unexplained(first, end))
        for target, (first, end) in zip(targets, pairwise(bounds), strict=True)
    )
    write_missing(engine, "comparing meanings", tasks, len(targets))
    return targets


def _identities(matches: NDArray[np.void], n_rows: int, index: Originals | None) -> dict[int, int]:
    """Identity hash of each original that something matches, by its number after the rows."""
    if index is None:
        return {}
    numbers = np.unique(matches["source"][matches["source"] >= n_rows])
    hashes = index.identities[numbers - n_rows]
    return dict(zip(numbers.tolist(), hashes.tolist(), strict=True))
