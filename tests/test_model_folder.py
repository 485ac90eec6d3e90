"""A model folder from a stranger: nothing runs, nothing outside is read, everything is checked."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chaffinch.cli.signals import signals
from chaffinch.detector.classifier import Term, log_odds, probability
from chaffinch.detector.detector import Detector
from chaffinch.detector.digests import file_digest
from chaffinch.detector.model_folder import BUNDLED, ModelError, load_model, write_description
from chaffinch.detector.verdict import Verdict

Spoil = Callable[[Path], None]

N_TERMS = len(load_model().classifier.terms)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(BUNDLED, tmp_path_factory.mktemp("whole") / "model"))


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A model folder to spoil; its files are links, to be replaced and not written to."""
    return Path(shutil.copytree(whole, tmp_path / "model", copy_function=os.link))


def write(file: Path, content: bytes | str) -> None:
    file.unlink()
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def described(folder: Path, **changes: Any) -> None:
    """Change what ``model.json`` says, and make its digests those of the files."""
    file = folder / "model.json"
    model = json.loads(file.read_text())
    changed = (name for name in model["digests"] if (folder / name).stat().st_nlink == 1)
    model["digests"].update((name, file_digest(folder / name)) for name in list(changed))
    for name, value in changes.items():
        target = model["classifier"] if name in model["classifier"] else model
        target[name] = value
    write(file, json.dumps(model))


def stated(**changes: Any) -> Spoil:
    return lambda folder: described(folder, **changes)


def with_columns(folder: Path, **changes: Any) -> None:
    """Write a folder as versions did that kept the classifier's numbers as columns."""
    without_slips(folder)
    classifier = json.loads((folder / "model.json").read_text())["classifier"]
    features = classifier["features"]
    columns = {part: [term[part] for term in features.values()] for part in Term._fields}
    described(
        folder, schema_version=3, classifier={**classifier, "features": [*features], **columns}
    )
    described(folder, **changes)


def without_slips(folder: Path) -> None:
    """Leave out what models of earlier schemas lack: slips, the second reader, their curves."""
    model = json.loads((folder / "model.json").read_text())
    model.pop("fast", None)
    lacking = ("slips_", "reader_", "word_pieces")
    for name in [name for name in model["digests"] if name.startswith(lacking)]:
        (folder / name).unlink()
        del model["digests"][name]
    write(folder / "model.json", json.dumps({**model, "schema_version": 4}))
    array("odds_knots", lambda values: values[:8])(folder)
    array("odds_curves", lambda values: values[:3, :8])(folder)


def columns(**changes: Any) -> Spoil:
    return lambda folder: with_columns(folder, **changes)


def terms(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    """Other terms of the classifier; `change` alters them in place or returns new ones."""

    def spoil(folder: Path) -> None:
        features = json.loads((folder / "model.json").read_text())["classifier"]["features"]
        changed = change(features)
        described(folder, features=features if changed is None else changed)

    return spoil


def term(part: str, value: object) -> Spoil:
    """Another number in the classifier's first term."""
    return terms(lambda features: put(part, value)(next(iter(features.values()))))


def array(name: str, change: Callable[[np.ndarray], Any]) -> Spoil:
    """Another array, with a digest that is right."""

    def spoil(folder: Path) -> None:
        file = folder / f"{name}.npy"
        values = np.load(file)
        changed = change(values)
        file.unlink()
        np.save(file, values if changed is None else changed)
        described(folder)

    return spoil


def put(place: Any, value: object) -> Callable[[Any], None]:
    def change(values: Any) -> None:
        values[place] = value

    return change


def words(change: Callable[[str], str]) -> Spoil:
    def spoil(folder: Path) -> None:
        file = folder / "vocabulary.txt"
        write(file, change(file.read_text("utf-8")))
        described(folder)

    return spoil


def linked(folder: Path) -> None:
    outside = folder.parent / "outside.npy"
    (folder / "unigram.npy").rename(outside)
    (folder / "unigram.npy").symlink_to(outside)


def linked_description(folder: Path) -> None:
    outside = folder.parent / "outside.json"
    (folder / "model.json").rename(outside)
    (folder / "model.json").symlink_to(outside)


def pipe(folder: Path) -> None:
    (folder / "unigram.npy").unlink()
    os.mkfifo(folder / "unigram.npy")


def pickled(folder: Path) -> None:
    """What runs a command where it is unpickled."""

    class Command:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(folder.parent / "ran"),)

    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\x00\x76\x00" + header + pickle.dumps([Command()])
    write(folder / "unigram.npy", data)
    described(folder)


def huge(folder: Path) -> None:
    (folder / "vocabulary.txt").unlink()
    with (folder / "vocabulary.txt").open("wb") as stream:
        stream.truncate(1 << 40)


def claims(text: str) -> Spoil:
    def spoil(folder: Path) -> None:
        file = folder / "unigram.npy"
        data = file.read_bytes()
        start = data.index(b"'shape': ")
        shape = text.encode().ljust(128 - start - 10)
        write(file, data[: start + 9] + shape + b"\n" + data[128:])
        described(folder)

    return spoil


def digest(name: str, value: str | None) -> Spoil:
    def spoil(folder: Path) -> None:
        file = folder / "model.json"
        model = json.loads(file.read_text())
        model["digests"][name] = value
        if value is None:
            del model["digests"][name]
        write(file, json.dumps(model))

    return spoil


def text(content: str) -> Spoil:
    return lambda folder: write(folder / "model.json", content)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (text("{"), "not a sound model"),
        (text("[]"), "not a sound model"),
        (text("[" * 100_000), "not a sound model"),
        (text('{"schema_version": 1' + "0" * 5_000 + "}"), "not a sound model"),
        (stated(schema_version=0), "schema 0, but this version reads schemas 3 to 6"),
        (stated(classifier=5), "not a sound model"),
        (stated(name="\x1b[31mred"), "name must be text"),
        (stated(name=["a"]), "name must be text"),
        (columns(weight="0"), "finite number for each feature"),
        (columns(weight=[1]), "finite number for each feature"),
        (columns(weight=None), "finite number for each feature"),
        (columns(features=["shape.words"]), "finite number for each feature"),
        (columns(features=["shape.words"] * N_TERMS), "must have different names"),
        (terms(lambda features: features.clear()), "trained with other signals"),
        (terms(lambda features: {"x.y": features["shape.words"]}), "trained with other signals"),
        (terms(lambda features: [*features]), "not a sound model"),
        (terms(lambda features: {"shape.words": {"scale": 1.0}}), "not a sound model"),
        (terms(lambda features: {"\x1b": features["shape.words"]}), "name must be text"),
        (term("weight", "1"), "finite number for each feature"),
        (term("weight", float("nan")), "finite number for each feature"),
        (term("weight", 10**400), "finite number for each feature"),
        (term("centre", True), "finite number for each feature"),
        (term("weight", -1.0), "weights and limits not under"),
        (term("highest", -1.0), "weights and limits not under"),
        (term("scale", 0.0), "scales must be over 0"),
        (stated(intercept=float("inf")), "finite intercept"),
        (stated(threshold=1), "must lie between 0 and 1"),
        (stated(base_rate=None), "not a sound model"),
        (digest("unigram.npy", "0" * 32), "content of unigram.npy differs from its digest"),
        (digest("unigram.npy", None), "must name every file, and no other. See unigram.npy"),
        (digest("../outside.npy", "0" * 32), r"must name every file, and no other. See \.\./"),
        (lambda folder: (folder / "backoff.npy").unlink(), "backoff.npy is missing"),
        (linked, "unigram.npy is no plain file"),
        (linked_description, "model.json is no plain file"),
        (pipe, "unigram.npy is no plain file"),
        (huge, "vocabulary.txt has more than"),
        (pickled, "Python objects in dtype"),
        (claims("(99999999999,), }"), "not a sound model"),
        (claims("(-1,), }"), "not a sound model"),
        # Python 3.12 and newer refuse it in another way than earlier ones.
        (claims("(1,), '\0' }"), "not a sound model"),
        (claims("__import__('os').mkdir('ran'), }"), "not a sound model"),
        (array("unigram", lambda values: values.astype(np.float64)), "must be float32 with 1 axes"),
        (array("unigram", lambda values: values.astype(">f4")), "must be float32 with 1 axes"),
        (array("unigram", lambda values: values[:-1]), r"must hold \d+ numbers"),
        (array("unigram", put(0, np.nan)), "finite numbers"),
        (array("context_place", put((0, 0), 1e30)), "finite numbers, none beyond 10,000"),
        (array("context_bias", lambda values: values[1:]), r"must have the shape \(\d+,\)"),
        (array("context_units", put(0, 0)), "numbers over 0"),
        (array("channel_start", put(5, 2**31)), "arrays of the channel do not"),
        (array("channel_start", put(slice(-9, -1), 0)), "arrays of the channel do not"),
        (array("channel_originals", put(0, 0)), "arrays of the channel do not"),
        (array("channel_weights", lambda values: values[1:]), "do not fit together"),
        (array("slips_start", put(-1, 1)), "arrays of the slips do not fit together"),
        (array("slips_originals", lambda values: np.r_[values, 9]), "arrays of the slips|uint16"),
        (array("phrase_phrases", put((0, 0), 0)), "phrase channel's arrays"),
        (array("phrase_phrases", lambda values: values[::-1]), "phrase channel's arrays"),
        (array("phrase_original", put(0, 2**31)), "phrase channel's arrays"),
        (array("phrase_start", put(0, 1)), "phrase channel's arrays"),
        (array("bigram_fingerprints", lambda values: values[1:]), "bigram table's arrays"),
        (array("bigram_values", lambda values: values[:, :0]), "bigram table's arrays"),
        (array("odds_knots", put((0, 1), -1e4)), "with rising knots"),
        (array("odds_phrase_knots", lambda values: values[:0]), "odds' arrays"),
        (array("vocabulary_hashes", lambda values: values[::-1]), "must hold the words of"),
        (words(lambda text: text[: text.rindex("\n")]), r"must hold \d+ words"),
        (words(lambda text: text.replace("\n", "a\n", 1)), "must hold the words of"),
        (words(lambda text: text.replace("\n", "\n\n", 1)), r"must hold \d+ words"),
    ],
)  # fmt: skip
def test_an_unsound_folder_is_refused_with_the_reason(
    folder: Path, tmp_path: Path, spoil: Spoil, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spoil(folder)
    with pytest.raises(ModelError, match=message) as refused:
        load_model(folder)
    assert str(folder) in str(refused.value)
    assert not (tmp_path / "ran").exists()


LIMITS = {"n_texts": 2_000, "rates": [0.001, 0.01], "scores": [2.5, -1.0]}


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (3, "not a sound model"),
        ({}, "not a sound model"),
        ({**LIMITS, "rates": 0.1}, "not a sound model"),
        ({**LIMITS, "n_texts": "many"}, "its limits must be finite numbers"),
        ({**LIMITS, "scores": [1.0, float("nan")]}, "its limits must be finite numbers"),
        ({**LIMITS, "scores": [1.0]}, "rising rates from 0 to 1, with falling scores"),
        ({**LIMITS, "scores": [1.0, 2.0]}, "rising rates from 0 to 1, with falling scores"),
        ({**LIMITS, "rates": [0.0, 0.1]}, "rising rates from 0 to 1, with falling scores"),
        ({**LIMITS, "rates": [0.1, 0.1]}, "rising rates from 0 to 1, with falling scores"),
        ({**LIMITS, "rates": [], "scores": []}, "rising rates from 0 to 1, with falling scores"),
    ],
)
def test_limits_that_are_no_table_are_refused(folder: Path, limits: Any, message: str) -> None:
    with_limits(folder, limits)
    with pytest.raises(ModelError, match=message):
        load_model(folder)


@pytest.mark.parametrize("base_rate", [None, 0.01])
@pytest.mark.parametrize(("max_fpr", "score"), [(0.001, 2.5), (0.009, 2.5), (0.01, -1.0), (1, -1)])
def test_a_wanted_false_positive_rate_sets_the_threshold(
    folder: Path, base_rate: float | None, max_fpr: float, score: float
) -> None:
    with_limits(folder, LIMITS)
    assert load_model(folder).classifier.limits
    detector = Detector.load(folder, max_fpr=max_fpr, base_rate=base_rate)
    plain = Detector.load(folder, base_rate=base_rate)
    shift = plain.model.classifier.intercept - Detector.load(folder).model.classifier.intercept
    assert log_odds(detector.threshold) == pytest.approx(score + shift)
    with pytest.raises(ModelError, match=r"2,000 honest texts, too few .* 0.01 %.* is 0.1 %"):
        Detector.load(folder, max_fpr=0.0001)
    with pytest.raises(ValueError, match="either threshold or max_fpr"):
        Detector.load(folder, max_fpr=max_fpr, threshold=0.5)


def test_a_model_without_limits_has_its_own_threshold_alone(folder: Path) -> None:
    with_limits(folder, None)
    assert Detector.load(folder).threshold == Detector.load().threshold
    with pytest.raises(ModelError, match=r"does not state how its honest .* Give --threshold, or"):
        Detector.load(folder, max_fpr=0.001)


@pytest.mark.parametrize("n_texts", [2_000, 2_000_000])
def test_limits_are_written_and_read_again(folder: Path, n_texts: int) -> None:
    with_limits(folder, {**LIMITS, "n_texts": n_texts})
    model = load_model(folder)
    write_description(model, folder)
    assert load_model(folder).classifier == model.classifier


def with_limits(folder: Path, limits: Any) -> None:
    classifier = json.loads((folder / "model.json").read_text())["classifier"]
    classifier.pop("limits", None)
    described(folder, classifier=classifier if limits is None else {**classifier, "limits": limits})


def test_a_copy_is_sound(folder: Path) -> None:
    described(folder)
    assert load_model(folder).name == load_model().name


@pytest.fixture(scope="module")
def verdicts(detector: Detector, examples: Path) -> list[Verdict]:
    texts = (file.read_text("utf-8", "replace") for file in sorted(examples.rglob("*.txt")))
    return list(detector.score_many(texts))


def test_models_of_earlier_schemas_give_the_same_verdicts_and_can_be_brought_up_to_date(
    folder: Path, whole: Path, tmp_path: Path, verdicts: list[Verdict]
) -> None:
    documents = [verdict.document for verdict in verdicts]
    by_name = Path(shutil.copytree(whole, tmp_path / "by_name", copy_function=os.link))
    without_slips(by_name)
    expected = list(Detector.load(by_name).score_many(documents))
    with_columns(folder)
    old = Detector.load(folder)
    assert list(old.score_many(documents)) == expected
    write_description(old.model, folder)
    assert list(Detector.load(folder).score_many(documents)) == expected
    assert {one.kind for one in expected} == {one.kind for one in verdicts}


def test_a_feature_that_a_model_does_not_know_counts_nothing_and_one_that_is_gone_is_ignored(
    folder: Path, verdicts: list[Verdict], capsys: pytest.CaptureFixture[str]
) -> None:
    def other_signals(features: dict[str, Any]) -> dict[str, Any]:
        own = {name: term for name, term in features.items() if not name.startswith("fluency.")}
        return {"gone.feature": features["fluency.surprising"], **own}

    terms(other_signals)(folder)
    other = Detector.load(folder)
    for verdict, full in zip(other.score_many(v.document for v in verdicts), verdicts, strict=True):
        assert verdict.features == full.features
        assert verdict.reasons == tuple(one for one in full.reasons if one.signal != "fluency")
        if verdict.probability is not None:
            total = verdict.intercept + sum(reason.contribution for reason in verdict.reasons)
            assert verdict.probability == probability(total)
    assert any(reason.signal == "fluency" for verdict in verdicts for reason in verdict.reasons)
    signals.main(["--model", str(folder)], standalone_mode=False)
    printed = capsys.readouterr().out
    assert "    new  fluency.surprising" in printed and "new  shape.words" not in printed
    assert "ignores: gone.feature." in printed


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "missing", tmp_path):
        with pytest.raises(ModelError, match=f"{path}.*model"):
            load_model(path)
