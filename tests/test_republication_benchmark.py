"""The benchmark of copies: the crawl is what it says, and the tables count what is right."""

import json
from pathlib import Path

import pytest
import zstandard
from articles import WORDS, article
from republication import (
    AuditedPage,
    Costs,
    CrawledPage,
    are_twins,
    cost_lines,
    judged,
    make_crawl,
    original,
    prior_texts,
    quality_lines,
    third,
)

from chaffinch.datasets.lexicons.inflection import Inflection
from chaffinch.datasets.lexicons.lexicons import Lexicons
from chaffinch.datasets.lexicons.wordnet import WordNet
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.copies.originals import add_originals
from chaffinch.detector.training.corpora import CleanText
from chaffinch.features.document import Document

SYNONYMS = {word: [f"{word}ish", f"un{word}"] for word in WORDS}
LEXICONS = Lexicons(
    wordnet=WordNet(SYNONYMS, SYNONYMS, {}, {}, {}),
    moby=SYNONYMS,
    mythes=SYNONYMS,
    phrases={},
    tortured={},
    neighbours={},
    observed=[],
    inflection=Inflection({*WORDS, *(one for many in SYNONYMS.values() for one in many)}),
    word_rank={word: rank for rank, word in enumerate(WORDS)},
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rows = [{"id": str(seed), "text": article(seed, 20)} for seed in range(60)]
    (folder / "news_bbc.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "paraphrase").mkdir()
    lines = ["Quality\t#1 ID\t#2 ID\t#1 String\t#2 String"]
    lines += [f"1\t{n}\t{n}\t{article(n + 500, 1)}\t{article(n + 900, 1)}" for n in range(60)]
    packed = zstandard.compress("\n".join(lines).encode())
    (folder / "paraphrase" / "msr_paraphrase_test.txt.zst").write_bytes(packed)
    return folder


def test_the_benchmarks_crawl_is_attributed_rightly(data: Path, tmp_path: Path) -> None:
    pages, known = make_crawl(data, LEXICONS, "test", 100)
    assert len({page.document.id for page in pages}) == len(pages)
    assert sum(page.known for page in pages) == 30
    sources = {page.source.id for page in pages if page.known and page.source}
    assert sources <= {text.id for text in known}
    strangers = {page.source.id for page in pages if not page.known and page.source}
    assert strangers & {text.id for text in known} <= {
        page.source.id for page in pages if page.kind == "originals themselves" and page.source
    }
    crawl = tmp_path / "crawl.jsonl"
    crawl.write_text(
        "\n".join(
            json.dumps({"id": one.id, "url": one.url, "text": one.text})
            for one in (page.document for page in pages)
        )
    )
    add_originals(tmp_path / "index", map(original, known))
    run_audit(crawl, tmp_path / "out", AuditOptions(originals=tmp_path / "index"))
    texts = {original(text).id: text.text for text in known}
    texts |= {
        page.document.id: page.source.text if page.source else page.document.text for page in pages
    }
    rows = judged(pages, tmp_path / "out", texts)
    assert all(row.right for row in rows if row.copied)
    found = [row for row in rows if row.page.known and row.copied]
    assert len(found) >= 0.9 * 30
    assert not any(row.copied for row in rows if row.page.kind == "originals themselves")
    assert not any(row.copied for row in rows if row.page.kind.startswith("paraphrases"))
    lines = list(quality_lines(rows, {original(text).id for text in known}))
    assert any(line.startswith("| all at 25% |") for line in lines)
    assert lines[-1].endswith("0 hold a document that is no copy of the cluster's source.")


def page(kind: str, known: bool) -> CrawledPage:
    text = CleanText("corpus", "1", "genre", "", "text", "test")
    return CrawledPage(Document("text", id="1"), kind, text, known)


def test_precision_is_of_what_is_attributed_and_recall_of_all_copies() -> None:
    rows = [
        AuditedPage(page("moby 25%", True), True, "original", "c", True),
        AuditedPage(page("moby 25%", True), True, "original", "c", False),
        AuditedPage(page("moby 25%", True), False, None, None, False),
        AuditedPage(page("moby 25%", True), True, "another page", "d", True),
        AuditedPage(page("honest texts", False), True, "original", "c", False),
    ]
    lines = list(quality_lines(rows, {"original"}))
    assert "| all at 25% | 4 | 2 | 50.0% | 25.0% |" in lines
    assert "| honest texts | 1 | 1 | 1 |" in lines
    assert lines[-1].startswith("2 clusters, the largest of 3 documents; 1 hold")


def test_a_third_is_the_middle_of_a_text_with_its_lines() -> None:
    assert third("a b\nc d\ne f") == "c d"
    assert third("a b c\nd\n\ne f g h i") == "d\n\ne f"


def test_twins_share_half_of_their_runs_of_words() -> None:
    text = article(1)
    assert are_twins(text, " ".join(text.split()[:60]))
    assert not are_twins(text, article(2))
    assert not are_twins("too short", "too short")


def test_what_follows_for_larger_crawls_is_worked_out_from_what_was_measured() -> None:
    lines = list(cost_lines(Costs(1000, 0.5, 300.0, 3_000_000, 0.01, 0.004, 0.001, 2.0)))
    assert "| look-up over scoring | 0.25 |" in lines
    assert "| processor time while built, an original | 500 us |" in lines
    assert lines[-1] == "| 1,000,000,000 | 3,000 GB | 277.8 | 1,111 |"


def test_the_rarer_shared_values_are_the_more_texts_a_crawl_is_counted_with() -> None:
    apart = [article(seed, 12) for seed in range(40)]
    shared = [f"{article(0, 6)} {article(seed, 6)}" for seed in range(40)]
    assert prior_texts([apart]) > 10 * prior_texts([shared])
