"""The second reader: words as pieces, and what is read of them."""

import json
import pickle
import shutil
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import processors
import pytest
from command import run
from numpy.typing import NDArray
from stories import FERRY, FERRY_SPUN, ORCHARD

from chaffinch.detector.classifier import probability
from chaffinch.detector.detector import Detector
from chaffinch.detector.model_folder import BUNDLED, ModelError, load_model, save_model
from chaffinch.features.document import Document
from chaffinch.features.language.doubts import DOUBTS
from chaffinch.features.language.replacement_evidence import replacement_evidence
from chaffinch.features.language.replacement_odds import COLUMNS
from chaffinch.features.second_reader.network import LONGEST, SecondReader
from chaffinch.features.second_reader.pieces import pieces_of
from chaffinch.features.second_reader.reading import Asked, Reading, read_again
from chaffinch.features.second_reader.word_pieces import WordPieces
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import UNKNOWN

PIECES = ["[UNK]", "[CLS]", "[SEP]", "'", ".", "!", "$", "as", "vol", "##ition", "o", "s", "cafe"]
WORD_PIECES = WordPieces(PIECES)


@pytest.mark.parametrize(
    ("text", "pieces", "first"),
    [
        ("", "", ""),
        ("As volition.", "as vol ##ition .", "as vol"),
        ("Caf\N{LATIN SMALL LETTER E WITH ACUTE} $as!", "cafe $ as !", "cafe as"),
        ("as\N{RIGHT SINGLE QUOTATION MARK}s", "as ' s", "as '"),
        ("!!!!!!!!as\n\n", "! ! ! as", "as"),
        ("\N{CYRILLIC SMALL LETTER A}s vol\N{SOFT HYPHEN}ition", "as vol ##ition", "as vol"),
        ("zzz ### as", "[UNK] [UNK] [UNK] [UNK] as", "[UNK] as"),
        ("o" * 101, "[UNK]", "[UNK]"),
    ],
)
def test_a_text_is_cut_into_pieces_and_each_token_knows_its_first(
    text: str, pieces: str, first: str, detector: Detector
) -> None:
    vocabulary = detector.model.resources.vocabulary
    block = TokenBlock.from_documents([Document("as"), Document(text), Document("s")], vocabulary)
    found = pieces_of(block, 1, vocabulary, WORD_PIECES)
    assert " ".join(PIECES[number] for number in found.ids) == pieces
    assert " ".join(PIECES[found.ids[place]] for place in found.first) == first


@pytest.mark.parametrize("pieces", [["[UNK]", "[CLS]", "as"], [*PIECES, "as"]])
def test_a_list_of_pieces_is_checked(pieces: list[str]) -> None:
    with pytest.raises(ValueError, match="the pieces must"):
        WordPieces(pieces)


class Pretended:
    """A reader that finds every piece of some words replaced, and counts what it reads."""

    word_pieces = WORD_PIECES

    def __init__(self, replaced: str = "") -> None:
        self.replaced = {PIECES.index(piece) for piece in replaced.split()}
        self.lengths: list[int] = []

    def log_odds(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        assert (ids[0], ids[-1]) == (WORD_PIECES.first, WORD_PIECES.last) and len(ids) <= LONGEST
        self.lengths.append(len(ids))
        return np.array([5.0 if one in self.replaced else -7.0 for one in ids], np.float32)


NEVER = (-np.inf, np.inf)


def read(text: str, reader: Pretended, enough: tuple[float, float], detector: Detector) -> Reading:
    vocabulary = detector.model.resources.vocabulary
    block = TokenBlock.from_documents([Document("as"), Document(text)], vocabulary)
    doubt = np.zeros(len(block.word))
    # The most doubtful words stand at the end.
    doubt[-5:] = 1.0
    asked = Asked(np.array([1]), doubt, enough)
    return read_again(block, asked, vocabulary, cast(SecondReader, reader))


@pytest.mark.parametrize("n_words", [1, 80, 158, 159, 400, 1300])
def test_every_word_is_read_once_and_told_from_the_others(n_words: int, detector: Detector) -> None:
    reader = Pretended("cafe")
    text = " ".join("cafe" if place % 7 == 0 else "as" for place in range(n_words))
    found = read(text, reader, NEVER, detector)
    assert found.tokens.tolist() == [*range(1, n_words + 1)]
    assert (found.log_odds > 0).tolist() == [place % 7 == 0 for place in range(n_words)]


def test_of_a_long_text_a_thousand_words_are_read_at_most(detector: Detector) -> None:
    reader = Pretended()
    found = read("as " * 20_000, reader, NEVER, detector)
    assert len(reader.lengths) == 12 and 1000 < len(found.tokens) < 1500
    assert found.tokens[-1] == 20_000


@pytest.mark.parametrize(("replaced", "windows"), [("", 2), ("as", 1)])
def test_reading_ends_when_it_is_decided_and_begins_where_doubt_is(
    replaced: str, windows: int, detector: Detector
) -> None:
    reader = Pretended(replaced)
    found = read("as " * 1300, reader, DOUBTS.enough, detector)
    assert len(reader.lengths) == windows
    assert found.tokens[-1] == 1300


def test_a_text_in_doubt_is_read_twice_and_its_words_named(detector: Detector) -> None:
    twice = detector.score(FERRY_SPUN)
    once = Detector.load(fast=True).score(FERRY_SPUN)
    assert (twice.readers, once.readers) == (2, 1)
    assert twice.probability is not None and once.probability is not None
    assert twice.flagged and twice.probability > once.probability
    named, before = (
        {item.text for item in verdict.evidence if item.signal == "substitutions"}
        for verdict in (twice, once)
    )
    assert len(named) > 1.5 * len(before)
    scores = twice.intercept + sum(reason.contribution for reason in twice.reasons)
    assert probability(scores) == pytest.approx(twice.probability)


@pytest.mark.parametrize(("replaced", "counted"), [("[UNK]", True), ("", False)])
def test_a_word_that_no_vocabulary_has_counts_where_the_second_reader_doubts_it(
    replaced: str, counted: bool, detector: Detector
) -> None:
    reader = cast(SecondReader, Pretended(replaced))
    always = DOUBTS._replace(least=0.0, most=1.0)
    resources = replace(detector.model.resources, second_reader=reader, doubts=always)
    text = FERRY.replace("council", "zqxvbriat")
    block = TokenBlock.from_documents([Document(text)], resources.vocabulary)
    found = replacement_evidence(block, resources).words
    unknown = found.values[:, COLUMNS.index("unknown")] == 1
    assert (block.word[found.tokens] == UNKNOWN).tolist() == unknown.tolist()
    assert unknown.any() == counted
    assert (found.log_ratio[unknown] > 0).all()


@pytest.mark.parametrize(("least", "most", "readers"), [(0.0, 1.0, 2), (0.9, 1.0, 1), (0, 0, 1)])
def test_a_text_is_read_again_if_the_share_of_replaced_words_leaves_doubt(
    least: float, most: float, readers: int, detector: Detector
) -> None:
    doubts = DOUBTS._replace(least=least, most=most)
    resources = replace(detector.model.resources, doubts=doubts)
    asked = Detector(replace(detector.model, resources=resources))
    assert asked.score(FERRY_SPUN).readers == readers


def test_a_verdict_does_not_depend_on_the_texts_beside_it(detector: Detector) -> None:
    texts = [FERRY, FERRY_SPUN, ORCHARD, FERRY_SPUN[:300] + FERRY[300:]]
    together = [*detector.score_many(texts)]
    assert [verdict.readers for verdict in together].count(2) >= 2
    alone = [detector.score(text) for text in reversed(texts)]
    assert [verdict.as_dict() for verdict in together] == [
        verdict.as_dict() for verdict in reversed(alone)
    ]


def test_a_model_without_its_second_reader_judges_as_fast_does(tmp_path: Path) -> None:
    model = load_model()
    assert model.fast is not None
    save_model(model.without_second_reader(), tmp_path, "")
    assert not [*tmp_path.glob("reader_*")]
    verdict = Detector.load(tmp_path).score(FERRY_SPUN)
    assert verdict.as_dict() == Detector.load(fast=True).score(FERRY_SPUN).as_dict()


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("reader_words", np.zeros((30_522, 383), np.int8), "must have the shape"),
        ("reader_head_out", np.full(384, np.nan, np.float32), "must hold finite numbers"),
        ("reader_inner_in", np.zeros((6, 384, 1536), np.float32), "must be int8"),
        ("reader_places", None, "reader_places.npy is missing"),
        ("word_pieces", None, "word_pieces.txt is missing"),
    ],
)
def test_an_unsound_second_reader_is_refused(
    name: str, array: Any, message: str, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED, folder)
    file = next(folder.glob(f"{name}.*"))
    file.unlink()
    if array is not None:
        np.save(file, array)
    with pytest.raises(ModelError, match=message):
        load_model(folder, verify=False)


def test_no_model_brings_what_is_calculated() -> None:
    files = {path.suffix for path in BUNDLED.iterdir()}
    assert files == {".json", ".md", ".npy", ".txt"}


def test_a_second_reader_goes_to_other_processes(detector: Detector) -> None:
    reader = detector.model.resources.second_reader
    assert reader is not None
    ids = np.array([reader.word_pieces.first, 2000, 3000, reader.word_pieces.last])
    other = pickle.loads(pickle.dumps(reader))
    assert (other.log_odds(ids) == reader.log_odds(ids)).all()


def test_without_its_library_it_is_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("chaffinch.detector.detector.can_be_run", lambda: False)
    with pytest.warns(UserWarning, match=r"pip install 'chaffinch\[reader\]'"):
        once = Detector.load()
    assert once.score(FERRY_SPUN).as_dict() == Detector.load(fast=True).score(FERRY_SPUN).as_dict()
    monkeypatch.setattr("chaffinch.features.second_reader.network.can_be_run", lambda: False)
    page = tmp_path / "page.txt"
    page.write_text(FERRY_SPUN)
    said = run("score", page).stderr
    assert said.startswith("chaffinch: onnxruntime is not installed") and said.count("\n") == 1
    audited = run("audit", page, "-o", tmp_path / "out")
    assert "onnxruntime is not installed" in audited.stderr
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["settings"]["fast"]
    assert run("score", "--fast", page).stderr == ""


def test_the_examples_have_the_log_odds_that_were_pinned_on_another_processor() -> None:
    pinned = json.loads(processors.PINNED.read_text("utf-8"))
    # After a new bundled model: python benchmarks/processors.py --update
    assert pinned["model"] == Detector.load().digest
    same = version("onnxruntime") == pinned["onnxruntime"]
    most = processors.MOST if same else processors.MOST_OF_LIBRARIES
    assert processors.difference(processors.log_odds_here(), pinned["log_odds"]) <= most
