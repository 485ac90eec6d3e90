"""Training of the second reader, on a tiny encoder: crops, steps, checkpoints and the export."""

import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chaffinch.datasets.spinners.neighbour import NeighbourSpinner
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.corpora import CorpusError
from chaffinch.detector.training.resources.slips import Author
from chaffinch.detector.training.second_reader.crops import AT_ONCE, CropMaker, Texts
from chaffinch.detector.training.second_reader.material import NEVER_SEEN, read_material
from chaffinch.features.second_reader.word_pieces import WordPieces

WHY = "needs the extra `training`"
torch = pytest.importorskip("torch", reason=WHY)
onnx = pytest.importorskip("onnx", reason=WHY)
onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime")

from chaffinch.detector.second_reader_arrays import (  # noqa: E402
    load_second_reader,
    save_second_reader,
)
from chaffinch.detector.training.second_reader.export import reader_arrays  # noqa: E402
from chaffinch.detector.training.second_reader.graph import build_graph  # noqa: E402
from chaffinch.detector.training.second_reader.network import MINILM, Network, Shape  # noqa: E402
from chaffinch.detector.training.second_reader.training import (  # noqa: E402
    CheckpointError,
    Trainer,
    quality,
    read,
)
from chaffinch.features.second_reader.network import LONGEST, SecondReader  # noqa: E402

PACKAGED = Path(__file__).parent.parent / "features" / "second_reader" / "network.onnx"
PIECES = [
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *(before + letter for letter in string.ascii_lowercase for before in ("", "##")),
    *("the road harbour council ferry haven congress ##ing . ,".split()),
]
SHAPE = Shape(n_pieces=len(PIECES), n_places=200, width=8, inner=16, n_layers=2, n_heads=2)
SPINNER = NeighbourSpinner({"road": ["ferry"], "council": ["congress"], "harbour": ["haven"]})
TEXTS = {
    name: [
        f"The council of {town} voted to bring back the {what} by the harbour road.\n" * 9
        for town in ("Arle", "Brant", "Corve")
    ]
    for name, what in (("news", "tolls"), ("spoken", "lamps, um, the lamps"))
}


@pytest.fixture(scope="module")
def maker(detector: Detector) -> CropMaker:
    resources = detector.model.resources
    return CropMaker(
        Texts(TEXTS, ["spoken"]),
        {"neighbour": [SPINNER]},
        Author(resources.slips, resources.vocabulary),
        resources.vocabulary,
        WordPieces(PIECES),
        seed=0,
    )


def network() -> Network:
    torch.manual_seed(0)
    return Network(SHAPE)


def session(arrays: dict[str, NDArray[Any]], graph: bytes) -> Any:
    given: dict[str, NDArray[Any]] = {}
    for name, array in arrays.items():
        if name.startswith(("attention_", "inner_")):
            given |= {f"{name}.{layer}": own for layer, own in enumerate(array)}
        else:
            given[name] = array
    options = onnxruntime.SessionOptions()
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in given.values()]
    options.add_external_initializers(list(given), values)
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def test_words_of_a_spinner_are_labelled_and_no_others(maker: CropMaker) -> None:
    crops = maker.crops(range(60))
    written = {PIECES.index(word) for word in ("ferry", "congress", "haven")}
    for crop in crops:
        first = crop.ids[crop.first]
        assert set(first[crop.replaced].tolist()) <= written
        assert not written & set(first[~crop.replaced].tolist())
        assert (crop.family == "neighbour") == bool(crop.replaced.any())
        assert len(crop.ids) <= LONGEST
        assert (crop.ids[0], crop.ids[-1]) == (PIECES.index("[CLS]"), PIECES.index("[SEP]"))
    assert 0.3 < np.mean([bool(crop.family) for crop in crops]) < 0.7


def test_a_crop_depends_on_its_number_alone(maker: CropMaker) -> None:
    together, alone = maker.crops(range(5))[3], maker.crops([3])[0]
    assert np.array_equal(together.ids, alone.ids)
    assert np.array_equal(together.replaced, alone.replaced)


def test_a_resumed_training_ends_as_an_uninterrupted_one(
    maker: CropMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crops = maker.crops(range(AT_ONCE))
    whole = Trainer(network(), 3, seed=0)
    whole.run(lambda group: crops)

    class InterruptionError(Exception):
        pass

    def interrupt(line: str) -> None:
        raise InterruptionError

    file = tmp_path / "checkpoint.pt"
    monkeypatch.setattr("chaffinch.detector.training.second_reader.training._SAVE_EVERY", 1)
    monkeypatch.setattr("chaffinch.detector.training.second_reader.training._EVALUATE_EVERY", 2)
    with pytest.raises(InterruptionError):
        Trainer(network(), 3, 0, file).run(lambda group: crops, interrupt, lambda: "")
    resumed = Trainer(network(), 3, 0, file)
    assert resumed.step == 2
    resumed.run(lambda group: crops)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    assert not torch.equal(whole.network.head_in.weight, network().head_in.weight)
    with pytest.raises(CheckpointError, match=r"n_steps 3\. Got 4"):
        Trainer(network(), 4, 0, file)


def test_replaced_words_can_be_learned(maker: CropMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chaffinch.detector.training.second_reader.training._RATE", 0.03)
    monkeypatch.setattr("chaffinch.detector.training.second_reader.training._WARM_UP", 1)
    crops = maker.crops(range(AT_ONCE))
    trainer = Trainer(network(), 60, 0)
    before = quality(crops, read(trainer.network, crops))
    trainer.run(lambda group: crops)
    after = quality(crops, read(trainer.network, crops))
    assert after.loss < before.loss
    assert after.auroc > 0.8


def test_what_training_writes_a_build_reads(tmp_path: Path) -> None:
    torch.manual_seed(0)
    trained = Network(MINILM._replace(n_places=LONGEST)).eval()
    pieces = PIECES + [f"piece{number}" for number in range(MINILM.n_pieces - len(PIECES))]
    save_second_reader(SecondReader(WordPieces(pieces), reader_arrays(trained)), tmp_path / "new")
    reader = load_second_reader(tmp_path / "new")
    assert reader.word_pieces.text.split("\n") == pieces
    ids = np.arange(1, 60)
    with torch.no_grad():
        wanted = trained(torch.from_numpy(ids[None]), torch.ones(1, 59, dtype=torch.bool))[0]
    assert np.allclose(reader.log_odds(ids), wanted.numpy(), atol=0.1)


def test_the_graph_says_what_the_network_says(maker: CropMaker) -> None:
    trained = network().eval()
    arrays = reader_arrays(trained)
    own = session(arrays, build_graph(SHAPE).SerializeToString())
    with torch.no_grad():
        for crop in maker.crops(range(9)):
            ids = crop.ids[None].astype(np.int64)
            wanted = trained(torch.from_numpy(ids), torch.ones(ids.shape, dtype=torch.bool))[0]
            found = own.run(["log_odds"], {"ids": ids})[0]
            assert found.dtype == np.float32
            assert np.allclose(found, wanted.numpy(), atol=0.05)


def test_the_graph_holds_no_weights_and_the_package_has_it() -> None:
    graph = build_graph(MINILM)
    assert len(graph.SerializeToString()) < 30_000
    assert onnx.load(PACKAGED, load_external_data=False) == graph


def test_the_name_of_what_is_held_out_is_checked(tmp_path: Path) -> None:
    (tmp_path / "honest").mkdir()
    (tmp_path / "honest" / "spoken_lennys.jsonl").touch()
    with pytest.raises(CorpusError, match="learner_ielts cannot be held out"):
        read_material(tmp_path, WordPieces(PIECES), NEVER_SEEN, 0)
