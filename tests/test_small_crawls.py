"""Copies in crawls too small to tell which words are common: two pages, six hosts, one original."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from in_this_process import InThisProcess
from stories import (
    ABOUT_THE_SHOP,
    BOWL,
    CUT,
    FERRY,
    FERRY_BY_ANOTHER_REPORTER,
    FERRY_SPUN,
    JUG,
    ORCHARD,
    PADDED,
    READ_MORE,
    SPEECH_IN_THE_COURIER,
    SPEECH_IN_THE_GAZETTE,
    middle,
    sentence_to_prison,
)

from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.copies.originals import add_originals
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.features.document import Document

# Texts of a crawl, each on a host of its own, the first one published first; and the places of
# those that are copies of the first one.
COPIES: dict[str, tuple[Sequence[str], set[int]]] = {
    "word for word": ([FERRY, FERRY], {1}),
    "one line more": ([FERRY, FERRY + READ_MORE], {1}),
    "one line less": ([f"{FERRY}\n\nFiled under news", FERRY], {1}),
    "spun": ([FERRY, FERRY_SPUN], {1}),
    "cut": ([FERRY, CUT], {1}),
    "spun and cut": ([FERRY, middle(FERRY_SPUN)], {1}),
    "padded": ([FERRY, PADDED], {1}),
    "beside another text": ([FERRY, FERRY_SPUN, ORCHARD], {1}),
    "six hosts, word for word": ([FERRY] * 6, {1, 2, 3, 4, 5}),
    "six hosts, a line more on each": (
        [FERRY, *(f"{FERRY}\n\nFiled under news {number}" for number in range(5))],
        {1, 2, 3, 4, 5},
    ),
    "six hosts, all ways": (
        [FERRY, FERRY, FERRY_SPUN, CUT, PADDED, FERRY + READ_MORE],
        {1, 2, 3, 4, 5},
    ),
    "twenty hosts": (
        [FERRY, *(f"Story number {number}\n\n{FERRY}" for number in range(19))],
        set(range(1, 20)),
    ),
}

HONEST: dict[str, Sequence[str]] = {
    "two reports of one event": [FERRY, FERRY_BY_ANOTHER_REPORTER],
    "a report beside a copy's source": [FERRY, FERRY_BY_ANOTHER_REPORTER, ORCHARD],
    "texts of their own": [FERRY, ORCHARD],
    "one long quotation": [SPEECH_IN_THE_GAZETTE, SPEECH_IN_THE_COURIER],
    "one boilerplate under two articles": [
        f"{text}\n\n{ABOUT_THE_SHOP}" for text in (FERRY, ORCHARD)
    ],
    "one template, a small text in it": [
        f"{ABOUT_THE_SHOP[:300]}\n\n{text}\n\n{ABOUT_THE_SHOP[300:]}" for text in (JUG, BOWL)
    ],
    "one template with a text above": [f"{text}\n\n{ABOUT_THE_SHOP}" for text in (JUG, BOWL)],
    "one form": [
        sentence_to_prison("Elm Road", "Ann Pike", "310 pounds", "Friday", "27"),
        sentence_to_prison("Corn Hill", "Tom Reeve", "94 euros", "Tuesday", "51"),
    ],
}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "local", lambda jobs, limits: InThisProcess())


def audited(
    texts: Sequence[str], folder: Path, originals: Sequence[Document] = ()
) -> list[dict[str, Any]]:
    """The audit's rows of texts, each on its own host, published on one day after another."""
    crawl = folder / "crawl"
    crawl.mkdir()
    for place, text in enumerate(texts):
        row = {
            "text": text,
            "url": f"https://host{place}.example/story",
            "published": f"2024-05-{place + 1:02d}",
        }
        (crawl / f"{place:02d}.jsonl").write_text(json.dumps(row))
    index = None
    if originals:
        index = folder / "index"
        add_originals(index, originals)
    run_audit(crawl, folder / "out", AuditOptions(originals=index))
    columns = ["id", "copied", "source_id", "similarity"]
    rows: list[dict[str, Any]] = pq.read_table(
        folder / "out" / "documents", columns=columns
    ).to_pylist()
    return rows


@pytest.mark.parametrize(("texts", "copies"), COPIES.values(), ids=COPIES)
def test_copies_are_found_however_few_texts_there_are(
    texts: Sequence[str], copies: set[int], tmp_path: Path, engine: None
) -> None:
    rows = audited(texts, tmp_path)
    assert {place for place, row in enumerate(rows) if row["copied"]} == copies
    assert {row["source_id"] for row in rows if row["copied"]} == {rows[0]["id"]}


@pytest.mark.parametrize("texts", HONEST.values(), ids=HONEST)
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned round"])
def test_honest_pages_are_not_called_copies_of_each_other(
    texts: Sequence[str], turned: bool, tmp_path: Path, engine: None
) -> None:
    rows = audited(texts[::-1] if turned else texts, tmp_path)
    assert [row["id"] for row in rows if row["copied"]] == []


SUSPECTS = {
    "the very text": (FERRY, True),
    "spun": (FERRY_SPUN, True),
    "cut": (CUT, True),
    "spun and cut": (middle(FERRY_SPUN), True),
    "one line more": (FERRY + READ_MORE, True),
    "padded": (PADDED, True),
    "another report": (FERRY_BY_ANOTHER_REPORTER, False),
    "another text": (ORCHARD, False),
}


@pytest.mark.parametrize(("suspect", "copied"), SUSPECTS.values(), ids=SUSPECTS)
def test_one_suspect_is_compared_with_an_index_of_one_original(
    suspect: str, copied: bool, tmp_path: Path, engine: None
) -> None:
    original = Document(FERRY, id="ferry", url="https://paper.example/ferry")
    (row,) = audited([suspect], tmp_path, [original])
    assert (row["copied"], row["source_id"]) == (copied, "ferry" if copied else None)


def test_a_files_name_does_not_make_a_text_its_own_original(tmp_path: Path, engine: None) -> None:
    """Pages of many sites are called ``story.txt``; an address or a stated id tells them apart."""
    crawl = tmp_path / "crawl"
    crawl.mkdir()
    (crawl / "story.txt").write_text(FERRY)
    index = tmp_path / "index"
    add_originals(index, [Document(FERRY, id="story.txt#0")])
    run_audit(crawl, tmp_path / "out", AuditOptions(originals=index))
    (row,) = pq.read_table(tmp_path / "out" / "documents").to_pylist()
    assert (row["copied"], row["similarity"]) == (True, 1)
