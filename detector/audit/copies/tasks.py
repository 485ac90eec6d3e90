"""The tasks of the copy stage, each done or not there; any engine can run them.

`DescribeRows` states what decides which documents may be a source, `CollectTexts` makes an
inverted index of the sketches of some rows, `FindCandidates` looks one range of sketch values up
in all these indexes, and `VerifyCandidates` aligns the pairs that came of it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from chaffinch.detector.atomic import replacing
from chaffinch.detector.audit.copies.candidates import (
    PAIR,
    SharedOriginals,
    candidates,
    merged,
    worth_verifying,
)
from chaffinch.detector.audit.copies.originals import opened_originals
from chaffinch.detector.audit.copies.ranking import DocumentFacts, packed
from chaffinch.detector.audit.copies.replaced_words import Replacements, write_replaced_words
from chaffinch.detector.audit.copies.sketched_texts import SketchedTexts, stored_values
from chaffinch.detector.audit.copies.verification import MATCH, verify
from chaffinch.detector.audit.copies.workspace import NO_VALUES, Workspace, save_array
from chaffinch.detector.audit.rows import ShardRows, places, tables
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.trusted import TrustedSites
from chaffinch.features.registry import names_of

_FACTS = ("text_digest", "url", "id", "published", "flagged", "probability")
_CONTRADICTIONS = names_of("other origin")
"""Features that say that a page names somebody else as its author or publisher."""


@dataclass(frozen=True)
class DescribeRows(WholeTask):
    """Collect what is known of some rows before their texts are compared.

    Attributes:
        sizes: File for the number of rows of each segment; the target is for their facts.
        segments: The rows.
        trusted: Sites that copy nobody.
    """

    sizes: Path
    segments: tuple[ShardRows, ...]
    trusted: TrustedSites

    def write(self) -> None:
        found = [packed([])]
        against = (f"features.{name}" for name in _CONTRADICTIONS)
        for table in tables(self.segments, (*_FACTS, "site", "path", "offset", "dated", *against)):
            columns = [table[name].to_pylist() for name in _FACTS]
            has_url = pc.not_equal(pc.fill_null(table["url"], ""), "")
            named = pc.or_(has_url, pc.not_equal(table["id"], places(table))).to_pylist()
            foreign = table["features"].to_pylist()
            contradicted = [bool(row) and any(row.values()) for row in foreign]
            trusted = self.trusted.mask(table["site"]).tolist()
            dated = table["dated"].to_pylist()
            rows = zip(*columns, contradicted, trusted, named, dated, strict=True)
            found.append(packed([DocumentFacts(*row) for row in rows]))
        save_array(np.array([len(rows) for rows in found[1:]]), self.sizes)
        save_array(np.concatenate(found), self.target)


@dataclass(frozen=True)
class CollectTexts(WholeTask):
    """Collect the texts and sketches of some rows.

    Attributes:
        segments: The rows.
        kept: bool array of shape (n_rows,): rows whose words no likelier source has.
    """

    segments: tuple[ShardRows, ...]
    kept: NDArray[np.bool_]

    def write(self) -> None:
        sketches: list[NDArray[np.uint64]] = []
        texts: list[str | None] = []
        for table in tables(self.segments, ("minhash", "text")):
            for values, text in zip(table["minhash"], table["text"], strict=True):
                kept = self.kept[len(texts)] and values.is_valid
                sketches.append(values.values.to_numpy() if kept else NO_VALUES)
                texts.append(text.as_py() if len(sketches[-1]) else None)
        with replacing(self.target) as draft:
            draft.mkdir()
            SketchedTexts.of(sketches, texts).save(draft)


@dataclass(frozen=True)
class FindCandidates(WholeTask):
    """Find the pairs that share sketch values of one range.

    Attributes:
        workspace: The stage's.
        range: Which range it is.
    """

    workspace: Workspace
    range: int

    def write(self) -> None:
        workspace = self.workspace
        low, high = workspace.range(self.range)
        values, rows = [NO_VALUES], [np.zeros(0, np.int64)]
        for part, first in enumerate(workspace.first_rows.tolist()):
            found = stored_values(workspace.texts(part), low, high)
            values.append(found[0])
            rows.append(found[1] + first)
        pairs, common = candidates(
            np.concatenate(values),
            np.concatenate(rows),
            np.load(workspace.ranks, mmap_mode="r"),
            self._originals(low, high),
            workspace.n_texts,
        )
        save_array(np.array([common]), workspace.common(self.range))
        save_array(pairs, self.target)

    def _originals(self, low: int, high: int | None) -> list[SharedOriginals]:
        if self.workspace.reference is None:
            return []
        found = []
        first = self.workspace.n_rows
        for segment in opened_originals(*self.workspace.reference).segments:
            found.append(SharedOriginals(first, *segment.texts.between(low, high)))
            first += len(segment.texts)
        return found


@dataclass(frozen=True)
class VerifyCandidates(WholeTask):
    """Align the rows of one part with what they may be copies of.

    Attributes:
        workspace: The stage's.
        part: Which part it is.
        segments: Its rows.
    """

    workspace: Workspace
    part: int
    segments: tuple[ShardRows, ...]

    def write(self) -> None:
        matches = [np.zeros(0, MATCH)]
        replaced: Replacements = Replacements()
        workspace = self.workspace
        for found, words in verify(
            self._candidates(), lambda rows: [workspace.text(row) for row in rows]
        ):
            matches.append(found)
            replaced.update(words)
        sites = [site for table in tables(self.segments, ("site",)) for site in table["site"]]
        first = int(workspace.first_rows[self.part])
        named = {row: sites[row - first].as_py() or "" for row, _, _ in replaced}
        write_replaced_words(workspace.replaced_words(self.part), replaced, named)
        save_array(np.concatenate(matches), self.target)

    def _candidates(self) -> NDArray[np.void]:
        """The pairs of this part's rows from all ranges that are worth it."""
        workspace = self.workspace
        own = SketchedTexts.load(workspace.texts(self.part))
        first = int(workspace.first_rows[self.part])
        found = [np.zeros(0, PAIR)]
        for range_ in range(workspace.n_ranges):
            pairs = np.load(workspace.candidates(range_), mmap_mode="r")
            bounds = np.searchsorted(pairs["copy"], (first, first + len(own)))
            found.append(np.array(pairs[slice(*bounds)]))
        pairs = merged(np.concatenate(found))
        n_values = np.bincount(own.rows, minlength=len(own))[pairs["copy"] - first]
        rank = np.load(workspace.ranks, mmap_mode="r")
        return worth_verifying(pairs, n_values, rank, workspace.n_texts)
