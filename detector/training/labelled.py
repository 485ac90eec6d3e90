"""Texts with labels, as users bring them."""

import heapq
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from chaffinch.datasets.intake import read_items
from chaffinch.datasets.readers.reader import DOCUMENT, Columns
from chaffinch.datasets.records import Record
from chaffinch.detector.classifier import log_odds
from chaffinch.detector.detector import Detector
from chaffinch.detector.digests import digest
from chaffinch.detector.evaluation.evaluation import Misjudged, ScoredTexts
from chaffinch.detector.verdict import Verdict
from chaffinch.features.document import Document
from chaffinch.features.wording import visible

LABELS = {
    "original": False,
    "clean": False,
    "0": False,
    "false": False,
    "spun": True,
    "scraped": True,
    "republication": True,
    "1": True,
    "true": True,
}
"""Labels in lower case, and whether they mean a low-quality republication."""

_KINDS = ("spun", "scraped")
"""Labels that say which kind of republication a text is."""

_MAX_NAME = 100
"""Characters of a family's or a genre's name that tables show; our choice."""

_MAX_TITLE = 100
"""Characters of a misjudged text's title; our choice, as for the names."""

_MAX_MISJUDGED = 1_000
"""Misjudged texts that are kept with their reasons; our choice: more than anybody reads."""


class LabelError(Exception):
    """Labelled data that cannot be read; the message names the place."""


@dataclass(frozen=True, slots=True)
class Example:
    """A document and what it is.

    Attributes:
        document: The document.
        label: True for a low-quality republication.
        group: Texts of one group (one source article) are never split between fitting and
            calibration; "" for a text of its own.
        family: How it was made, for tables: what the row says, else its label's kind.
        genre: What kind of prose it is, for tables.
        rate: Share of its words that were replaced, for tables; NaN where not known.
        id: Its id, for the list of misjudged texts.
    """

    document: Document
    label: bool
    group: str = ""
    family: str = ""
    genre: str = ""
    rate: float = float("nan")
    id: str = ""

    @property
    def unit(self) -> str:
        """What is kept together: the group, or the text itself, so that repeats are one."""
        kind, name = ("group", self.group) if self.group else ("text", self.document.text)
        data = f"{kind} {name}".encode("utf-8", "surrogatepass")
        return digest(data)


def read_labelled(data: str | Path, columns: Columns = DOCUMENT) -> Iterator[Example]:
    """Read rows with a ``label``, or a folder with one sub-folder per label.

    Args:
        data: A table or JSON Lines in any format that can be read, compressed or not; ``-`` is
            standard input; or a folder, whose sub-folders hold files of any kind.
        columns: Which columns of a table hold the document.

    Raises:
        LabelError: A row lacks a text or a known label; nothing is skipped in silence.
    """
    if Path(data).is_dir():
        yield from _folders(Path(data), columns)
        return
    for record, document in _documents(data, columns):
        yield _example(record, document)


def _folders(data: Path, columns: Columns) -> Iterator[Example]:
    folders = sorted(folder for folder in data.iterdir() if folder.is_dir())
    if not folders:
        raise LabelError(f"{data} has no sub-folders; give one for each label.")
    for folder in folders:
        label = _label(folder.name, str(folder))
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            for record, document in _documents(file, columns):
                yield Example(document, label, family=folder.name, id=record.id)


def _documents(location: str | Path, columns: Columns) -> Iterator[tuple[Record, Document]]:
    """Records with a document; those without a page, such as redirects, are left out."""
    for record, document, error in read_items(location, columns=columns):
        if document is None:
            raise LabelError(error)
        if document.no_page is None:
            yield record, document


def _example(record: Record, document: Document) -> Example:
    row = record.labels or {}
    if "label" not in row:
        raise LabelError(f"{record.where}: no `label`. Give one of {', '.join(LABELS)}.")
    stated = str(row["label"])
    kind = stated.lower() if stated.lower() in _KINDS else ""
    return Example(
        document,
        _label(stated, record.where),
        group=str(row.get("group") or ""),
        family=str(row.get("family") or kind)[:_MAX_NAME],
        genre=str(row.get("genre") or "")[:_MAX_NAME],
        rate=_rate(row.get("rate"), record.where),
        id=record.id,
    )


def _rate(value: object, where: str) -> float:
    if isinstance(value, str) and value:
        # Cells of CSV are texts.
        with suppress(ValueError):
            value = float(value)
    if value is None or value == "":
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise LabelError(f"{where}: `rate` must be a share of words, 0 to 1. Got {value!r:.40}.")
    return float(value) or float("nan")


def _label(name: str, where: str) -> bool:
    if name.lower() not in LABELS:
        raise LabelError(f"{where}: unknown label {name!r}. Give one of {', '.join(LABELS)}.")
    return LABELS[name.lower()]


def score_examples(detector: Detector, examples: Sequence[Example]) -> ScoredTexts:
    """Judge labelled texts and lay out what an evaluation needs."""
    return judge_examples(detector, examples)[0]


def judge_examples(
    detector: Detector, examples: Sequence[Example]
) -> tuple[ScoredTexts, list[Misjudged]]:
    """Judge labelled texts; also those whose verdict is wrong, furthest from the threshold first.

    No more than 1,000 wrong ones are kept.
    """
    documents = (example.document for example in examples)
    verdicts = detector.score_many(documents)
    scores, words = np.zeros(len(examples)), np.zeros(len(examples), np.int64)
    flagged_from = log_odds(detector.threshold)
    # A heap by distance; places, which do not repeat, decide between equals.
    wrong: list[tuple[float, int, Misjudged]] = []
    for place, verdict in enumerate(
        tqdm(verdicts, total=len(examples), unit=" texts", disable=None)
    ):
        words[place] = verdict.n_words
        if verdict.probability is None:
            scores[place] = np.nan
            continue
        scores[place] = verdict.intercept + sum(one.contribution for one in verdict.reasons)
        if verdict.flagged != examples[place].label:
            distance = abs(float(scores[place]) - flagged_from)
            found = distance, -place, _misjudged(examples[place], verdict, verdict.probability)
            add = heapq.heappush if len(wrong) < _MAX_MISJUDGED else heapq.heappushpop
            add(wrong, found)
    furthest = [one for _, _, one in sorted(wrong, reverse=True)]
    return scored_texts(examples, scores, words), furthest


def _misjudged(example: Example, verdict: Verdict, probability: float) -> Misjudged:
    document = example.document
    return Misjudged(
        id=example.id,
        url=document.url,
        title=visible((document.title or document.text).strip(), _MAX_TITLE),
        republication=example.label,
        kind=verdict.kind,
        probability=probability,
        family=example.family,
        genre=example.genre,
        reasons=verdict.reasons,
    )


def scored_texts(
    examples: Sequence[Example], scores: NDArray[np.float64], words: NDArray[np.int64]
) -> ScoredTexts:
    """Put scores beside what is known about the texts.

    Args:
        examples: The texts.
        scores: float64 array of shape (n,), log-odds; NaN where a text is unscorable.
        words: int64 array of shape (n,), length of each text.
    """
    return ScoredTexts(
        score=scores,
        label=np.array([example.label for example in examples], np.bool_),
        words=words,
        family=np.array([example.family for example in examples], np.str_),
        rate=np.array([example.rate for example in examples], np.float64),
        genre=np.array([example.genre for example in examples], np.str_),
        group=np.array([example.unit for example in examples], np.str_),
    )
