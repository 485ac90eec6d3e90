"""Copies: candidates, attribution, the stage of an audit, and what it leaves behind."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from articles import article, replaced
from hypothesis import given
from hypothesis import strategies as st
from in_this_process import InThisProcess

from chaffinch.detector.audit import scoring
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.copies import regrouping, replaced_words, stage
from chaffinch.detector.audit.copies.attribution import NO_ROW, Copies, attributed
from chaffinch.detector.audit.copies.candidates import (
    MAX_SHARING,
    MAX_SOURCES,
    PAIR,
    SharedOriginals,
    candidates,
    merged,
    worth_verifying,
)
from chaffinch.detector.audit.copies.originals import add_originals
from chaffinch.detector.audit.copies.ranking import DocumentFacts, packed, ranked
from chaffinch.detector.audit.copies.verification import MATCH, verify
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.audit.task import EngineError
from chaffinch.features.document import Document


def candidate(
    published: str | None = None,
    flagged: bool = False,
    url: str = "",
    digest: str = "f" * 32,
    probability: float | None = None,
    contradicted: bool = False,
    trusted: bool = False,
) -> DocumentFacts:
    return DocumentFacts(digest, url, "id", published, flagged, probability, contradicted, trusted)


def decided(
    *candidates: DocumentFacts, matches: Sequence[tuple[int, int, float]] = (), originals: int = 0
) -> Copies:
    """The places of some documents among copies, those of none included."""
    known = packed(candidates)
    n_rows = len(candidates)
    identities = {n_rows + number: 1000 + number for number in range(originals)}
    with TemporaryDirectory() as folder:
        documents = ranked(lambda: [known[:2], known[2:]], Path(folder))
        found = attributed(documents, np.array(list(matches), MATCH), identities)
    clusters, sources = np.zeros(n_rows, np.uint64), np.full(n_rows, NO_ROW)
    similarity = np.full(n_rows, np.nan)
    clusters[found.rows], sources[found.rows] = found.clusters, found.sources
    similarity[found.rows] = found.similarity
    by_meaning = np.isin(np.arange(n_rows), found.rows[found.by_meaning])
    return Copies(np.arange(n_rows), clusters, sources, similarity, by_meaning)


def sources(*candidates: DocumentFacts) -> list[int]:
    """The row of the source of each of some documents with the same words, -1 for none."""
    found: list[int] = decided(*candidates).sources.tolist()
    return found


def test_the_source_is_trusted_then_unflagged_then_earliest_then_first() -> None:
    rows = [
        candidate("2024-01-01", flagged=True),
        candidate("2024-03-01"),
        candidate("2024-02-01"),
        candidate(),
        candidate(digest="0" * 31 + "1"),
        candidate(digest=""),
        candidate(digest=""),
    ]
    assert sources(*rows) == [2, 2, -1, 2, -1, -1, -1]
    rows += [candidate("2024-05-01", trusted=True), candidate("2024-04-01", trusted=True)]
    assert sources(*rows) == [8, 8, 8, 8, -1, -1, -1, -1, -1], "what is trusted is no copy"


@pytest.mark.parametrize(
    ("copy", "source"),
    [
        (candidate("2023-01-01", contradicted=True), candidate("2024-01-01")),
        (candidate(probability=0.3), candidate(probability=0.01)),
        (candidate("2024-01-02", probability=0.0), candidate("2024-01-01", probability=0.5)),
    ],
    ids=["signed by others", "likelier spun", "later"],
)
def test_the_source_is_the_page_that_less_speaks_against(
    copy: DocumentFacts, source: DocumentFacts
) -> None:
    assert sources(copy, source) == [1, -1]
    assert sources(source, copy) == [-1, 0]


def test_captures_of_one_address_are_not_copies_of_each_other() -> None:
    one, other = "https://a.example/", "https://b.example/"
    assert sources(candidate(url=one), candidate(url=one)) == [-1, -1]
    assert sources(candidate(url=one), candidate(url=one), candidate(url=other)) == [-1, -1, 0]
    same = "http://www.a.example/#top"
    assert sources(candidate(url=one), candidate(url=same), candidate(url=other)) == [-1, -1, 0]


def each(number: int) -> list[DocumentFacts]:
    """Documents with words of their own, the first ones likelier sources."""
    return [
        candidate(f"2024-01-{row + 1:02d}", digest=f"{row + 1:016x}{'0' * 16}")
        for row in range(number)
    ]


def test_a_copy_is_attributed_to_a_document_that_is_none_before_a_more_similar_one() -> None:
    found = decided(*each(4), matches=[(1, 0, 0.9), (2, 0, 0.6), (2, 1, 0.8), (3, 1, 0.7)])
    assert found.sources.tolist() == [-1, 0, 0, 1]
    assert found.similarity[1:].tolist() == [0.9, 0.6, 0.7]
    # What is only a copy of a copy is in no cluster with the source it was not compared to.
    assert found.clusters[0] == found.clusters[1] == found.clusters[2] != found.clusters[3]


def test_an_original_of_an_index_is_the_source_before_any_document() -> None:
    found = decided(*each(3), matches=[(1, 0, 0.9), (1, 3, 0.8), (2, 3, 0.7)], originals=1)
    assert found.sources.tolist() == [-1, 3, 3]
    assert found.clusters.tolist() == [0, 1000, 1000]


def test_documents_with_the_same_words_share_a_source() -> None:
    rows = each(3)
    twin = rows[2]._replace(published="2024-05-01")
    found = decided(*rows, twin, matches=[(2, 0, 0.75)])
    assert found.sources.tolist() == [-1, -1, 0, 0]
    assert found.similarity[2:].tolist() == [0.75, 0.75]


def test_ranks_depend_on_no_division_of_the_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(1)
    facts = packed(
        [
            DocumentFacts(
                f"{draw.randrange(1, 6)}" * 32 if draw.random() < 0.9 else None,
                draw.choice(["", "https://a.example/", f"https://b.example/{draw.random()}"]),
                f"id-{draw.randrange(40)}",
                draw.choice([None, "2024-01-01", "2024-02-01"]),
                flagged=draw.random() < 0.3,
                probability=draw.choice([None, 0.25, 0.5]),
                contradicted=draw.random() < 0.3,
                trusted=draw.random() < 0.1,
            )
            for _ in range(60)
        ]
    )
    whole = ranked(lambda: [facts], tmp_path).rows(0, 60)
    monkeypatch.setattr(regrouping, "_BUCKET_ROWS", 7)
    chunks = np.split(facts, [1, 20, 20, 45])
    divided = ranked(lambda: chunks, tmp_path)
    assert (divided.rows(0, 60) == whole).all()
    assert (divided.at(np.array([59, 3, 3])) == whole[[59, 3, 3]]).all()
    # As sorting all of them at once does.
    against = [facts[name] for name in ("probability", "date", "contradicted", "flagged")]
    order = np.lexsort((*against, ~facts["trusted"])).tolist()
    captures: dict[int, list[int]] = {}
    words: dict[tuple[int, int], list[int]] = {}
    ids: dict[int, list[int]] = {}
    for place, row in enumerate(order):
        captures.setdefault(int(facts["address"][row]) or -row - 1, []).append(place)
    rank = [captures[int(facts["address"][row]) or -row - 1][0] for row in range(60)]
    for row in sorted(range(60), key=lambda row: (rank[row], order.index(row))):
        words.setdefault((int(facts["digest"][row]), int(facts["digest_rest"][row])), []).append(
            row
        )
    for row in range(60):
        ids.setdefault(int(facts["id"][row]), []).append(row)
    for row in range(60):
        same = words[int(facts["digest"][row]), int(facts["digest_rest"][row])]
        assert whole["rank"][row] == rank[row]
        assert whole["first"][row] == (same[0] if facts["digest"][row] else row)
        assert whole["repeated"][row] == (ids[int(facts["id"][row])][0] != row)


@given(order=st.permutations(range(6)))
def test_the_order_of_documents_does_not_matter(order: list[int]) -> None:
    rows = each(6)
    matches = [(1, 0, 0.9), (2, 1, 0.8), (2, 0, 0.5), (4, 3, 0.7), (5, 4, 0.6)]
    plain = decided(*rows, matches=matches)
    place = [order.index(row) for row in range(6)]
    moved = decided(
        *(rows[row] for row in order),
        matches=[(place[copy], place[source], alike) for copy, source, alike in matches],
    )
    for row in range(6):
        source = int(plain.sources[row])
        assert moved.sources[place[row]] == (place[source] if source >= 0 else -1)
        assert moved.clusters[place[row]] == plain.clusters[row]


postings = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 11)), unique=True, max_size=120)


def pairs_of(found: list[tuple[int, int]], low: int = 0, high: int = 1000) -> np.ndarray:
    """Pairs from postings (value, row) between two values; rows 9 and over are originals."""
    inside = [one for one in found if low <= one[0] < high]
    ours = [one for one in inside if one[1] < 9]
    theirs = sorted(one for one in inside if one[1] >= 9)
    sharing = SharedOriginals(
        9,
        np.array([value for value, _ in theirs], np.uint64),
        np.array([row - 9 for _, row in theirs], np.int64),
    )
    pairs, _ = candidates(
        np.array([value for value, _ in ours], np.uint64),
        np.array([row for _, row in ours], np.int64),
        np.arange(9),
        [sharing],
        12,
    )
    return pairs


@given(found=postings, cut=st.integers(0, 30), seed=st.integers(0, 99))
def test_candidates_depend_on_no_order_and_no_division_into_ranges(
    found: list[tuple[int, int]], cut: int, seed: int
) -> None:
    whole = pairs_of(found)
    shuffled = random.Random(seed).sample(found, len(found))
    assert pairs_of(shuffled).tolist() == whole.tolist()
    parts = np.concatenate([pairs_of(found, 0, cut), pairs_of(found, cut)])
    assert merged(parts).tolist() == whole.tolist()


@given(found=postings)
def test_candidates_are_the_pairs_that_share_a_value(found: list[tuple[int, int]]) -> None:
    of_row = {row: {value for value, one in found if one == row} for row in range(12)}
    expected = {
        (copy, source)
        for copy in range(9)
        for source in [*range(copy), *range(9, 12)]
        if of_row[copy] & of_row[source]
    }
    pairs = pairs_of(found)
    assert {(int(pair["copy"]), int(pair["source"])) for pair in pairs} == expected
    assert (pairs["score"] >= 0).all()


def test_the_work_for_a_value_grows_with_the_documents_that_share_it() -> None:
    def pairs(n_docs: int) -> tuple[int, int]:
        found, common = candidates(
            np.zeros(n_docs, np.uint64),
            np.arange(n_docs),
            np.arange(n_docs),
            [],
            n_docs,
        )
        return len(found), common

    most = MAX_SOURCES * (MAX_SOURCES + 1) // 2
    assert pairs(1000) == (1000 * MAX_SOURCES - most, 0)
    assert pairs(MAX_SHARING + 1) == (0, 1)


def test_only_the_best_pairs_of_a_document_are_verified() -> None:
    pairs = np.array([(9, source, 1000 + source) for source in range(9)], PAIR)
    kept = worth_verifying(pairs, np.full(9, 50), np.arange(10), 1000)
    assert kept["source"].tolist() == [0, 8, 7, 6], "the likeliest source, then the most alike"
    pairs["score"][0] = 100
    kept = worth_verifying(pairs, np.full(9, 50), np.arange(10), 1000)
    assert kept["source"].tolist() == [1, 8, 7, 6], "if it is as much alike"
    assert len(worth_verifying(pairs, np.full(9, 5000), np.arange(10), 1000)) == 0


def test_copies_are_verified_in_any_portions() -> None:
    texts = [article(seed) for seed in range(3)]
    texts += [replaced(texts[0], 0.5), replaced(texts[1], 0.4), texts[2]]
    pairs = np.array([(copy, source, 1) for copy in (3, 4, 5) for source in range(3)], PAIR)

    def found(parts: list[np.ndarray]) -> list[Any]:
        return [
            match
            for part in parts
            for matches, _ in verify(part, lambda rows: [texts[row] for row in rows])
            for match in matches.tolist()
        ]

    whole = found([pairs])
    assert [(copy, source) for copy, source, _ in whole] == [(3, 0), (4, 1), (5, 2)]
    assert whole[2][2] == 1 and 0.5 < whole[0][2] < 0.9
    assert found([pairs[:3], pairs[3:4], pairs[4:]]) == whole


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> InThisProcess:
    engine = InThisProcess()
    monkeypatch.setitem(ENGINES, "local", lambda jobs, limits: engine)
    return engine


def rows_of(output: Path) -> list[dict[str, Any]]:
    columns = ["id", "copied", "cluster", "source_id", "similarity"]
    return list(pq.read_table(output / "documents", columns=columns).to_pylist())


def page(id: str, text: str, site: str, **more: str) -> dict[str, str]:
    return {"id": id, "text": text, "url": f"https://{site}/{id}", **more}


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles; of the first a spun and a cut copy, another capture; others of their own."""
    one, two = article(100), article(101)
    words = one.split()
    cut = " ".join(words[100:220])
    pages = [
        page("spun", replaced(one, 0.4), "farm.example", published="2024-02-02"),
        page("one", one, "paper.example", published="2024-02-01"),
        {**page("again", one, "paper.example"), "url": "https://paper.example/one"},
        page("cut", cut, "farm.example", published="2024-02-03"),
        page("two", two, "paper.example"),
        page("same", one, "mirror.example", published="2024-03-01"),
        *(page(f"other-{seed}", article(seed), "others.example") for seed in range(20)),
    ]
    folder = tmp_path_factory.mktemp("crawl")
    for number in range(2):
        lines = [json.dumps(row) for row in pages[number::2]]
        (folder / f"{number}.jsonl").write_text("\n".join(lines))
    return folder


def audited(crawl: Path, output: Path, **options: Any) -> dict[str, dict[str, Any]]:
    run_audit(crawl, output, AuditOptions(**options))
    return {row["id"]: row for row in rows_of(output)}


def test_spun_cut_and_exact_copies_are_attributed_within_a_crawl(
    crawl: Path, tmp_path: Path, engine: InThisProcess
) -> None:
    rows = audited(crawl, tmp_path)
    assert {id: row["source_id"] for id, row in rows.items() if row["copied"]} == {
        "spun": "one",
        "cut": "one",
        "same": "one",
    }
    assert rows["cut"]["similarity"] == rows["same"]["similarity"] == 1
    assert 0.6 < rows["spun"]["similarity"] < 0.95
    members = {id for id, row in rows.items() if row["cluster"] == rows["one"]["cluster"]}
    assert members == {"spun", "one", "again", "cut", "same"}
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["copied"] == 3
    assert manifest["clusters"] == {"clusters": 1, "largest": 5, "common_passages": 0}
    assert list((tmp_path / ".work").glob("copies-*")) == []


def share_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divide even a small crawl into many tasks."""
    monkeypatch.setattr(scoring, "SHARD_RECORDS", 7)
    monkeypatch.setattr(stage, "_MIN_PART_ROWS", 1)
    monkeypatch.setattr(stage, "_RANGE_VALUES", 1000)
    monkeypatch.setattr(regrouping, "_BUCKET_ROWS", 7)
    monkeypatch.setattr(replaced_words, "_OPEN_FILES", 2)


def test_how_rows_are_shared_out_does_not_matter(
    crawl: Path, tmp_path: Path, engine: InThisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = audited(crawl, tmp_path / "whole")
    assert engine.done.count("CollectTexts") == engine.done.count("FindCandidates") == 1
    share_out(monkeypatch)
    assert audited(crawl, tmp_path / "parts") == expected
    assert engine.done.count("CollectTexts") > 3 and engine.done.count("FindCandidates") > 3
    pairs = [pq.read_table(tmp_path / name / "pairs.parquet") for name in ("whole", "parts")]
    assert pairs[0].equals(pairs[1])


def test_stopped_after_every_task_it_does_each_once_and_ends_the_same(
    crawl: Path, tmp_path: Path, engine: InThisProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_out(monkeypatch)
    expected = audited(crawl, tmp_path / "undisturbed")
    undisturbed = Counter(engine.done)
    engine.done, engine.stop_after = [], 1
    stops = 0
    while True:
        try:
            rows = audited(crawl, tmp_path / "stopped")
            break
        except EngineError:
            stops += 1
    assert rows == expected
    assert stops > 6
    assert Counter(engine.done) == undisturbed


def test_replaced_words_are_counted_by_site(
    crawl: Path, tmp_path: Path, engine: InThisProcess
) -> None:
    audited(crawl, tmp_path)
    pairs = pq.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert {row["site"] for row in pairs} == {"farm.example"}
    assert all(row["substitute"].startswith("x") for row in pairs)
    assert all(row["count"] >= row["documents"] == 1 for row in pairs)
    text = article(100)
    assert all(row["original"] in text for row in pairs)
    assert sum(row["count"] for row in pairs) > 40


@pytest.mark.parametrize("own_address", [True, False])
def test_copies_are_attributed_to_an_index_but_no_original_is_to_itself(
    crawl: Path, tmp_path: Path, engine: InThisProcess, own_address: bool
) -> None:
    url = "http://www.paper.example/one/" if own_address else "https://elsewhere.example/"
    add_originals(
        tmp_path / "index",
        [
            Document(article(100), id="the original", url=url),
            Document(article(7), id="nobody's source", url="https://others.example/other-7"),
            Document(article(999), id="not in the crawl"),
        ],
    )
    rows = audited(crawl, tmp_path / "out", originals=tmp_path / "index")
    copied = {id: row["source_id"] for id, row in rows.items() if row["copied"]}
    captures = {} if own_address else {"one": "the original", "again": "the original"}
    assert copied == dict.fromkeys(("spun", "cut", "same"), "the original") | captures
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["originals"]["documents"] == 3


def test_more_originals_change_the_copies_without_scoring_again(
    crawl: Path, tmp_path: Path, engine: InThisProcess
) -> None:
    index, output = tmp_path / "index", tmp_path / "out"
    add_originals(index, [Document(article(999), id="another")])
    audited(crawl, output, originals=index)
    scored = engine.done.count("Unit")
    add_originals(index, [Document(article(100), id="the original")])
    assert audited(crawl, output, originals=index)["spun"]["source_id"] == "the original"
    assert engine.done.count("Unit") == scored > 0
