"""Texts with labels, as users bring them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.readers.registry import read_records
from chaffinch.datasets.records import Record
from chaffinch.detector.detector import Detector
from chaffinch.detector.evaluation.evaluation import ScoredTexts
from chaffinch.features.document import Document

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

_MAX_NAME = 100


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
        family: How it was made, for tables.
        genre: What kind of prose it is, for tables.
        rate: Share of its words that were replaced, for tables; NaN where not known.
    """

    document: Document
    label: bool
    group: str = ""
    family: str = ""
    genre: str = ""
    rate: float = float("nan")

    @property
    def unit(self) -> str:
        """What is kept together: the group, or the text itself, so that repeats are one."""
        kind, name = ("group", self.group) if self.group else ("text", self.document.text)
        data = f"{kind} {name}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=16).hexdigest()


def read_labelled(data: Path) -> Iterator[Example]:
    """Read JSON Lines with ``text`` or ``html`` and ``label``, or a folder a label.

    Raises:
        LabelError: A row lacks a text or a known label; nothing is skipped in silence.
    """
    if data.is_dir():
        yield from _folders(data)
        return
    with data.open(encoding="utf-8-sig", errors="replace") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield _example(line, f"{data}, line {number}", number)


def _folders(data: Path) -> Iterator[Example]:
    folders = sorted(folder for folder in data.iterdir() if folder.is_dir())
    if not folders:
        raise LabelError(f"{data} has no sub-folders; give one for each label.")
    for folder in folders:
        label = _label(folder.name, str(folder))
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            for record in read_records(file):
                if record.skipped or record.no_page:
                    continue
                yield Example(_document(record), label, family=folder.name)


def _example(line: str, place: str, number: int) -> Example:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise LabelError(f"{place}: not JSON. Mend or remove the line.") from None
    if not isinstance(row, dict) or "label" not in row:
        raise LabelError(f"{place}: no `label`. Give one of {', '.join(LABELS)}.")
    content = row.get("text", row.get("html"))
    if not isinstance(content, str):
        raise LabelError(f"{place}: no `text` or `html`.")
    record = Record(
        place,
        number,
        content,
        "text/plain" if "text" in row else "text/html",
        str(row["id"]) if "id" in row else None,
        url=str(row.get("url") or ""),
        title=str(row.get("title") or ""),
    )
    return Example(
        _document(record),
        _label(str(row["label"]), place),
        group=str(row.get("group") or ""),
        family=str(row.get("family") or "")[:_MAX_NAME],
        genre=str(row.get("genre") or "")[:_MAX_NAME],
        rate=_rate(row.get("rate"), place),
    )


def _rate(value: Any, place: str) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise LabelError(f"{place}: `rate` must be a share of words, 0 to 1. Got {value!r:.40}.")
    return float(value) or float("nan")


def _document(record: Record) -> Document:
    try:
        return document_from_record(record)
    except UnreadableRecord as error:
        raise LabelError(str(error)) from None


def _label(name: str, place: str) -> bool:
    if name.lower() not in LABELS:
        raise LabelError(f"{place}: unknown label {name!r}. Give one of {', '.join(LABELS)}.")
    return LABELS[name.lower()]


def score_examples(detector: Detector, examples: Sequence[Example]) -> ScoredTexts:
    """Judge labelled texts and lay out what an evaluation needs."""
    documents = (example.document for example in examples)
    verdicts = detector.score_many(documents)
    scores, words = np.zeros(len(examples)), np.zeros(len(examples), np.int64)
    for place, verdict in enumerate(
        tqdm(verdicts, total=len(examples), unit=" texts", disable=None)
    ):
        log_odds = verdict.intercept + sum(reason.contribution for reason in verdict.reasons)
        scores[place] = np.nan if verdict.probability is None else log_odds
        words[place] = verdict.features["shape.words"]
    return scored_texts(examples, scores, words)


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
