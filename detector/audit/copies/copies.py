"""The stage of an audit that finds copies: tasks over files, each done or not there.

Documents are shared out four times. `Describing`: a few thousand rows each, what decides which
of them may be a source. `Gathering`: the same rows, their texts and sketches into an inverted
index of their own. `Pairing`: a range of sketch values each, read from
all these indexes, into pairs that may be copies. `Verifying`: the rows of one gathering each, their
pairs from all ranges, laid side by side. No task holds more than its share, and any engine can
run them that reaches the audit's folder.
"""

import heapq
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, repeat
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from chaffinch.detector.atomic import replacing
from chaffinch.detector.audit.copies.candidates import (
    PAIR,
    Sharing,
    added_up,
    candidates,
    worth_verifying,
)
from chaffinch.detector.audit.copies.originals import Originals, opened_originals
from chaffinch.detector.audit.copies.republication import (
    Candidate,
    Copies,
    Documents,
    attributed,
    facts,
    ranked,
)
from chaffinch.detector.audit.copies.sketched_texts import SketchedTexts
from chaffinch.detector.audit.copies.verification import MATCH, verify
from chaffinch.detector.audit.engines.engine import Engine, write_missing
from chaffinch.detector.audit.rows import Segment, tables
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.trusted import TrustedSites
from chaffinch.detector.digests import digest as digest_bytes

REPLACED_SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("substitute", pa.string()),
        ("original", pa.string()),
        ("count", pa.int64()),
        ("documents", pa.int64()),
    ]
)
"""Columns of ``pairs.parquet``: what the copies on a site say in place of their sources' words,
how often, and in how many documents."""

# Enough tasks that no process waits long for the last one, and each with enough to do.
_LEAST_GATHERED, _GATHERED_ROWS, _MOST_GATHERINGS, _TASKS = 1_000, 4_000, 16_000, 64
_VALUES_A_RANGE, _MOST_RANGES = 150_000, 6_000
_SAMPLED_VALUES = 1_000
_TABLE_ROWS, _OPEN_FILES = 5_000, 100
_FACTS = ("text_digest", "url", "id", "published", "flagged", "probability")
_CONTRADICTIONS = tuple(
    f"provenance.{name}"
    for name in ("foreign_canonical", "foreign_data", "foreign_byline", "foreign_agency")
)


_NO_VALUES = np.zeros(0, np.uint64)


class Plan(NamedTuple):
    """What every task of the stage knows.

    Attributes:
        folder: Where their files are.
        first_rows: int64 array of shape (n_gatherings,), the first row of each gathering.
        n_rows: Number of the crawl's rows.
        n_texts: Number of all texts, those of the index included.
        bounds: uint64 array of shape (n_ranges - 1,), the sketch values at which one range
            ends and the next begins.
        reference: Folder and digest of the index of originals, or None.
    """

    folder: Path
    first_rows: NDArray[np.int64]
    n_rows: int
    n_texts: int
    bounds: NDArray[np.uint64]
    reference: tuple[Path, str] | None

    @property
    def n_ranges(self) -> int:
        """Number of ranges of sketch values."""
        return len(self.bounds) + 1

    def range(self, number: int) -> tuple[int, int | None]:
        """Where a range begins and ends; None for the end of all values."""
        inner = self.bounds.tolist()
        return [0, *inner][number], [*inner, None][number]

    def gathered(self, number: int) -> Path:
        """Folder of the texts of a gathering."""
        return self.folder / f"texts-{number:06d}"

    def pairs(self, number: int) -> Path:
        """File of the pairs from a range of values."""
        return self.folder / f"pairs-{number:06d}.npy"

    def matches(self, number: int) -> Path:
        """File of the copies among the rows of a gathering."""
        return self.folder / f"matches-{number:06d}.npy"

    def replaced(self, number: int) -> Path:
        """File of what was replaced in these copies."""
        return self.folder / f"replaced-{number:06d}.parquet"


@dataclass(frozen=True)
class Describing(WholeTask):
    """Collect what is known of some rows before their texts are compared.

    Attributes:
        sizes: File for the number of rows of each segment; the target is for their `facts`.
        segments: The rows.
        trusted: Sites that copy nobody.
    """

    sizes: Path
    segments: tuple[Segment, ...]
    trusted: TrustedSites

    def write(self) -> None:
        found = [facts([])]
        against = (f"features.{name}" for name in _CONTRADICTIONS)
        for table in tables(self.segments, (*_FACTS, "site", *against)):
            columns = [table[name].to_pylist() for name in _FACTS]
            said = [bool(one) and any(one.values()) for one in table["features"].to_pylist()]
            ours = self.trusted.mask(table["site"]).tolist()
            found.append(facts([Candidate(*row) for row in zip(*columns, said, ours, strict=True)]))
        _save(np.array([len(one) for one in found[1:]]), self.sizes)
        _save(np.concatenate(found), self.target)


@dataclass(frozen=True)
class Gathering(WholeTask):
    """Collect the texts and sketches of some rows.

    Attributes:
        segments: The rows.
        kept: bool array of shape (n_rows,): rows whose words no likelier source has.
    """

    segments: tuple[Segment, ...]
    kept: NDArray[np.bool_]

    def write(self) -> None:
        sketches: list[NDArray[np.uint64]] = []
        texts: list[str | None] = []
        for table in tables(self.segments, ("minhash", "text")):
            for values, text in zip(table["minhash"], table["text"], strict=True):
                kept = self.kept[len(texts)] and values.is_valid
                sketches.append(values.values.to_numpy() if kept else _NO_VALUES)
                texts.append(text.as_py() if len(sketches[-1]) else None)
        with replacing(self.target) as draft:
            draft.mkdir()
            SketchedTexts.of(sketches, texts).save(draft)


@dataclass(frozen=True)
class Pairing(WholeTask):
    """Find the pairs that share sketch values of one range.

    Attributes:
        plan: The stage's.
        number: Which range it is.
    """

    plan: Plan
    number: int

    def write(self) -> None:
        plan = self.plan
        low, high = plan.range(self.number)
        values, rows = [_NO_VALUES], [np.zeros(0, np.int64)]
        for number, first in enumerate(plan.first_rows.tolist()):
            found = _gathered(plan.gathered(number)).between(low, high)
            # Copies, so that not every file stays open.
            values.append(np.array(found[0]))
            rows.append(found[1] + first)
        sharing = []
        first = plan.n_rows
        for segment in opened_originals(*plan.reference).segments if plan.reference else ():
            found = segment.texts.between(low, high)
            sharing.append(Sharing(first, *found))
            first += len(segment.texts)
        pairs, common = candidates(
            np.concatenate(values),
            np.concatenate(rows),
            np.load(plan.folder / "rank.npy", mmap_mode="r"),
            sharing,
            plan.n_texts,
        )
        _save(np.array([common]), plan.folder / f"common-{self.number:06d}.npy")
        _save(pairs, self.target)


@dataclass(frozen=True)
class Verifying(WholeTask):
    """Compare the rows of a gathering with what they may be copies of.

    Attributes:
        plan: The stage's.
        number: Which gathering it is.
        segments: The rows.
    """

    plan: Plan
    number: int
    segments: tuple[Segment, ...]

    def write(self) -> None:
        plan = self.plan
        own = _gathered(plan.gathered(self.number))
        first = int(plan.first_rows[self.number])
        parts = [np.zeros(0, PAIR)]
        for number in range(plan.n_ranges):
            pairs = np.load(plan.pairs(number), mmap_mode="r")
            bounds = np.searchsorted(pairs["copy"], (first, first + len(own)))
            parts.append(np.array(pairs[slice(*bounds)]))
        pairs = added_up(np.concatenate(parts))
        n_values = np.bincount(own.rows, minlength=len(own))[pairs["copy"] - first]
        pairs = worth_verifying(pairs, n_values, plan.n_rows, plan.n_texts)
        matches = [np.zeros(0, MATCH)]
        replaced: Counter[tuple[int, str, str]] = Counter()
        for found, words in verify(pairs, lambda rows: [_text(plan, row) for row in rows]):
            matches.append(found)
            replaced.update(words)
        self._write_replaced(replaced, first)
        _save(np.concatenate(matches), self.target)

    def _write_replaced(self, replaced: Counter[tuple[int, str, str]], first: int) -> None:
        sites = [site for table in tables(self.segments, ("site",)) for site in table["site"]]
        names = {row: sites[row - first].as_py() or "" for row, _, _ in replaced}
        counts: Counter[tuple[str, str, str]] = Counter()
        documents: Counter[tuple[str, str, str]] = Counter()
        for (row, substitute, original), count in replaced.items():
            key = names[row], substitute, original
            counts[key] += count
            documents[key] += 1
        rows = [(*key, counts[key], documents[key]) for key in sorted(counts)]
        with replacing(self.plan.replaced(self.number)) as draft:
            pq.write_table(_replaced_table(rows), draft)


class Found(NamedTuple):
    """What the stage found.

    Attributes:
        digest: The same for the same rows and index.
        sizes: int64 array of shape (n_segments,), rows of each segment.
        documents: The documents, by row.
        copies: Which of them are copies of what.
        originals: The index, or None.
        common: Number of sketch values that too many documents share to tell them apart.
        folder: Where its files are.
    """

    digest: str
    sizes: NDArray[np.int64]
    documents: Documents
    copies: Copies
    originals: Originals | None
    common: int
    folder: Path


def stage_digest(rows: Sequence[Segment], index: Originals | None, trusted: TrustedSites) -> str:
    """The same for what gives the same copies."""
    stated = repr([(segment.shard.name, segment.paths) for segment in rows])
    stated += repr((sorted(trusted.hosts), index.digest if index else None))
    return digest_bytes(stated.encode())


def find_copies(
    rows: Sequence[Segment],
    work: Path,
    index: Originals | None,
    trusted: TrustedSites,
    engine: Engine,
) -> Found:
    """Find the copies among all rows, going on where an earlier run stopped.

    Args:
        rows: The rows, in order.
        work: The audit's folder for work; ``copies-*`` in it is the stage's.
        index: The index of originals, or None.
        trusted: Sites that copy nobody.
        engine: What the tasks run on.

    Raises:
        EngineError: A process failed.
        OriginalsError: The index cannot be used.
    """
    digest = stage_digest(rows, index, trusted)
    folder = work / f"copies-{digest}"
    for other in work.glob("copies-*"):
        if other != folder:
            shutil.rmtree(other)
    folder.mkdir(exist_ok=True)
    groups = _groups(rows)
    numbers = range(len(groups))
    of_facts = [folder / f"facts-{number:06d}.npy" for number in numbers]
    of_sizes = [folder / f"sizes-{number:06d}.npy" for number in numbers]
    write_missing(engine, map(Describing, of_facts, of_sizes, groups, repeat(trusted)))
    # Copies, so that no more than one file's other fields are held.
    documents = ranked(
        lambda name: np.concatenate(
            [facts([])[name], *(np.load(file)[name].copy() for file in of_facts)]
        ),
        *((index.addresses, index.identities) if index else ()),
    )
    _save(documents.rank, folder / "rank.npy")
    sizes = [np.load(file) for file in of_sizes]
    n_rows = len(documents.rank)
    ends = np.cumsum([size.sum() for size in sizes], dtype=np.int64)
    plan = Plan(
        folder,
        np.concatenate([[0], ends])[: len(groups)],
        n_rows,
        n_rows + (len(index) if index else 0),
        _NO_VALUES,
        (index.folder, index.digest) if index else None,
    )
    kept = documents.first == np.arange(n_rows)

    write_missing(
        engine,
        (
            Gathering(plan.gathered(number), segments, kept[first:end])
            for number, (segments, first, end) in enumerate(
                zip(groups, plan.first_rows.tolist(), ends.tolist(), strict=True)
            )
        ),
    )
    plan = plan._replace(bounds=_evenly([plan.gathered(number) for number in numbers]))
    ranges = range(plan.n_ranges)
    write_missing(engine, (Pairing(plan.pairs(number), plan, number) for number in ranges))
    # Those with the most pairs first, so that no process waits long for the last one.
    n_pairs = np.zeros(len(groups), np.int64)
    for number in ranges:
        copies_of = np.load(plan.pairs(number), mmap_mode="r")["copy"]
        n_pairs += np.diff(np.searchsorted(copies_of, plan.first_rows), append=len(copies_of))
    write_missing(
        engine,
        (
            Verifying(plan.matches(number), plan, number, groups[number])
            for number in np.argsort(-n_pairs, kind="stable").tolist()
        ),
    )
    matches = np.concatenate(
        [np.zeros(0, MATCH), *(np.load(plan.matches(number)) for number in numbers)]
    )
    matched = np.unique(matches["source"][matches["source"] >= n_rows]).tolist()
    clusters = index.identities if index else np.zeros(0, np.uint64)
    identities = {row: int(clusters[row - n_rows]) for row in matched}
    common = sum(int(np.load(file)[0]) for file in folder.glob("common-*.npy"))
    copies = attributed(documents, matches, identities)
    of_segments = np.concatenate([np.zeros(0, np.int64), *sizes])
    return Found(digest, of_segments, documents, copies, index, common, folder)


def write_replaced(found: Found, file: Path) -> None:
    """Write ``pairs.parquet``: a row a site and pair, in the order of their letters."""
    parts = sorted(found.folder.glob("replaced-*.parquet"))
    merged = 0
    while len(parts) > _OPEN_FILES:
        joined = found.folder / f"joined-{merged:06d}.parquet"
        _merge(parts[:_OPEN_FILES], joined)
        parts, merged = [*parts[_OPEN_FILES:], joined], merged + 1
    _merge(parts, file)


def _merge(parts: Sequence[Path], file: Path) -> None:
    """Add up sorted tables, of which a part at a time is held."""
    with (
        replacing(file) as draft,
        pq.ParquetWriter(draft, REPLACED_SCHEMA, compression="zstd") as writer,
    ):
        waiting: list[tuple[Any, ...]] = []
        rows = heapq.merge(*(_rows_of(part) for part in parts))
        for key, same in groupby(rows, key=itemgetter(0, 1, 2)):
            counts = [(row[3], row[4]) for row in same]
            waiting.append((*key, *map(sum, zip(*counts, strict=True))))
            if len(waiting) == _TABLE_ROWS:
                writer.write_table(_replaced_table(waiting))
                waiting = []
        writer.write_table(_replaced_table(waiting))


def _rows_of(part: Path) -> Iterator[tuple[Any, ...]]:
    with pq.ParquetFile(part) as file:
        for batch in file.iter_batches(_TABLE_ROWS):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _replaced_table(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(REPLACED_SCHEMA)
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, REPLACED_SCHEMA, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=REPLACED_SCHEMA)


def _groups(rows: Sequence[Segment]) -> list[tuple[Segment, ...]]:
    """Consecutive segments of some thousand rows together."""
    groups: list[tuple[Segment, ...]] = []
    total = sum(segment.about for segment in rows)
    enough = max(_LEAST_GATHERED, min(total // _TASKS, _GATHERED_ROWS), total // _MOST_GATHERINGS)
    held = start = 0
    for index, segment in enumerate(rows):
        held += segment.about
        if held >= enough or index == len(rows) - 1:
            groups.append(tuple(rows[start : index + 1]))
            held, start = 0, index + 1
    return groups


def _evenly(folders: Sequence[Path]) -> NDArray[np.uint64]:
    """Inner bounds of ranges with about as many values each: low values are commoner."""
    # One file is open at a time.
    n_values = sum(len(SketchedTexts.load(folder).values) for folder in folders)
    n_ranges = -(-n_values // max(_VALUES_A_RANGE, n_values // _MOST_RANGES))
    step = max(1, n_values // (max(n_ranges, 1) * _SAMPLED_VALUES))
    parts = [np.array(SketchedTexts.load(folder).values[::step]) for folder in folders]
    sample = np.sort(np.concatenate([_NO_VALUES, *parts]))
    return np.unique(sample[np.arange(1, n_ranges) * len(sample) // max(n_ranges, 1)])


@lru_cache(maxsize=64)
def _gathered(folder: Path) -> SketchedTexts:
    return SketchedTexts.load(folder)


def _text(plan: Plan, row: int) -> str:
    if row >= plan.n_rows:
        assert plan.reference is not None
        return opened_originals(*plan.reference).text(row - plan.n_rows)
    number = int(np.searchsorted(plan.first_rows, row, side="right")) - 1
    return _gathered(plan.gathered(number)).text(row - int(plan.first_rows[number]))


def _save(array: NDArray[Any], file: Path) -> None:
    with replacing(file) as draft, draft.open("wb") as opened:
        np.save(opened, array, allow_pickle=False)
