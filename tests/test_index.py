"""The index of originals: added to, opened at once, and never trusted blindly."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from articles import article
from click.testing import CliRunner

from chaffinch.cli.main import main
from chaffinch.detector.audit.copies import originals as module
from chaffinch.detector.audit.copies.originals import (
    Originals,
    OriginalsError,
    add_originals,
    load_originals,
)
from chaffinch.detector.digests import file_digest
from chaffinch.features.document import Document


def documents(numbers: range) -> list[Document]:
    return [
        Document(article(number, 8), id=f"id-{number}", url=f"https://paper.example/{number}")
        for number in numbers
    ]


def content(index: Originals) -> dict[str, str]:
    """Every original's text by its id."""
    ids = index.stated(np.arange(len(index)))["id"].to_pylist()
    return {id: index.text(number) for number, id in enumerate(ids)}


def test_originals_are_added_without_touching_those_that_are_there(tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert add_originals(index, documents(range(5))) == (5, 0, 5)
    before = {file: file.stat().st_mtime_ns for file in index.glob("segment-*/*")}
    assert add_originals(index, documents(range(2, 9))) == (4, 3, 9)
    assert add_originals(index, documents(range(9))) == (0, 9, 9)
    assert all(file.stat().st_mtime_ns == modified for file, modified in before.items())
    found = load_originals(index)
    assert content(found) == {one.id: one.text for one in documents(range(9))}
    assert len(found.segments) == 2


def test_stopped_while_it_is_built_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SEGMENT_DOCUMENTS", 3)
    rows = documents(range(10))

    def broken() -> object:
        yield from rows[:7]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add_originals(tmp_path, broken())  # type: ignore[arg-type]
    assert len(load_originals(tmp_path)) == 6
    (tmp_path / "segment-00002").mkdir()
    (tmp_path / "segment-00002" / "values.npy").write_bytes(b"half of it")
    assert add_originals(tmp_path, rows) == (4, 6, 10)
    assert list(content(load_originals(tmp_path))) == [one.id for one in rows]


def test_the_same_originals_make_the_same_index(tmp_path: Path) -> None:
    for name in ("one", "two"):
        add_originals(tmp_path / name, documents(range(4)))
    one, two = (load_originals(tmp_path / name).digest for name in ("one", "two"))
    assert one == two
    add_originals(tmp_path / "two", documents(range(5)))
    assert load_originals(tmp_path / "two").digest != one


def test_odd_texts_are_kept_as_far_as_utf_8_can_hold_them(tmp_path: Path) -> None:
    texts = [
        "",
        "two words",
        "a lone \ud800 surrogate",
        "e\u0301t\u00e9 \U0001f600\0",
        "x" * 500_000,
    ]
    add_originals(tmp_path, [Document(text, id=str(n)) for n, text in enumerate(texts)])
    kept = content(load_originals(tmp_path))
    assert kept["1"] == texts[1] and kept["3"] == texts[3] and kept["0"] == ""
    assert kept["2"] == "a lone ? surrogate"
    assert len(kept["4"]) == 400_000


def rewrite(index: Path, name: str, array: np.ndarray) -> None:
    """Replace an array as somebody would who also mends its digest."""
    file = index / "segment-00000" / name
    np.save(file, array, allow_pickle=array.dtype == object)
    stated = json.loads((index / "index.json").read_text())
    digest = file_digest(file)
    stated["segments"]["segment-00000"]["digests"][name] = digest
    (index / "index.json").write_text(json.dumps(stated))


BROKEN = {
    "another dtype": ("values.npy", np.zeros(3, np.float64), "must be uint64"),
    "code to run": ("rows.npy", np.array([os.getcwd], object), "not a sound index"),
    "rows that are not there": ("rows.npy", None, "names originals that are not there"),
    "values out of order": ("values.npy", None, "does not rise"),
    "ends out of order": ("text_ends.npy", None, "does not rise"),
    "too few texts": ("text_ends.npy", np.array([1], np.int64), "for 1 originals"),
    "texts cut off": ("texts.npy", np.zeros(3, np.uint8), "does not end where"),
    "too few addresses": ("addresses.npy", np.zeros(2, np.uint64), "for 4 originals"),
}


@pytest.mark.parametrize(("name", "array", "message"), BROKEN.values(), ids=BROKEN)
def test_an_index_that_was_tampered_with_is_refused(
    tmp_path: Path, name: str, array: np.ndarray | None, message: str
) -> None:
    add_originals(tmp_path, documents(range(4)))
    if array is None:
        array = np.asarray(np.load(tmp_path / "segment-00000" / name))[::-1].copy()
        if name == "rows.npy":
            array += 4
    rewrite(tmp_path, name, array)
    with pytest.raises(OriginalsError, match=message):
        load_originals(tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda index: (index / "index.json").write_text("[1]"), "not a sound index"),
        (lambda index: (index / "index.json").write_text("{"), "not a sound index"),
        (lambda index: (index / "index.json").unlink(), "index.json is missing"),
        (lambda index: shutil.rmtree(index / "segment-00000"), "is missing"),
        (
            lambda index: (index / "segment-00000" / "texts.npy").write_bytes(b"other"),
            "differs from its digest",
        ),
        (
            lambda index: (index / "index.json").write_text(
                '{"schema_version": 99, "sketch_version": 1, "segments": {}}'
            ),
            "Build it again",
        ),
        (
            lambda index: pq.write_table(
                pa.table({"id": [1]}), index / "segment-00000" / "originals.parquet"
            ),
            "differs from its digest",
        ),
    ],
)
def test_a_damaged_index_is_refused_with_a_remedy(
    tmp_path: Path, damage: object, message: str
) -> None:
    add_originals(tmp_path, documents(range(4)))
    assert callable(damage)
    damage(tmp_path)
    with pytest.raises(OriginalsError, match=message) as error:
        load_originals(tmp_path)
    assert str(tmp_path) in str(error.value)


def test_a_text_that_unpacks_to_more_than_any_is_not_unpacked(tmp_path: Path) -> None:
    import zstandard

    add_originals(tmp_path, documents(range(1)))
    bomb = zstandard.compress(b"word " * 2_000_000)
    rewrite(tmp_path, "texts.npy", np.frombuffer(bomb, np.uint8))
    rewrite(tmp_path, "text_ends.npy", np.array([len(bomb)], np.int64))
    with pytest.raises(OriginalsError, match="longer than any text"):
        load_originals(tmp_path).text(0)


def test_the_command_reads_what_an_audit_reads_and_says_what_it_could_not(
    examples: Path, tmp_path: Path
) -> None:
    run = CliRunner()
    index = str(tmp_path / "index")
    done = run.invoke(main, ["index", str(examples), "-o", index])
    assert done.exit_code == 3
    assert done.output.splitlines()[-1] == (
        f"{index}: 18 originals, new ones: 18. Passed over: 0 that were there already, "
        "2 that could not be read."
    )
    assert "logo.txt: not text" in done.output
    again = run.invoke(main, ["index", str(examples / "harbour-gazette.example"), "-o", index])
    assert again.exit_code == 0
    urls = pq.read_table(Path(index) / "segment-00000" / "originals.parquet")["url"].to_pylist()
    assert "https://harbour-gazette.example/storm-stops-coast-railway.html" in urls


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["index", "missing", "-o", "{}/index"], 2, "missing does not exist"),
        (["audit", "{}", "-o", "{}/out", "--originals", "{}/none"], 1, "chaffinch index ORIGINALS"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    (tmp_path / "note.txt").write_text("A note.")
    done = CliRunner().invoke(main, [one.format(tmp_path) for one in arguments])
    assert done.exit_code == status
    assert message in done.output and "Traceback" not in done.output
