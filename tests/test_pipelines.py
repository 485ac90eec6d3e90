"""The examples of docs/pipelines.md, each with what its extra declares and nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import duckdb
import pytest
from documentation import PAGES, blocks
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from spark_here import needs_spark
from test_packaging import PYPROJECT

EXAMPLE = re.compile(r"chaffinch\[(\w+)\]'`.*?```python\n(.*?)```", re.DOTALL)
EXAMPLES: dict[str, str] = dict(EXAMPLE.findall(PAGES["docs/pipelines.md"]))
"""Examples by the extra that the text before them names."""

HIDE = """
import sys
from importlib.machinery import PathFinder

class Declared(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.partition(".")[0] in {hidden}
        return None if hidden else super().find_spec(name, path, target)

sys.meta_path[:] = [Declared if finder is PathFinder else finder for finder in sys.meta_path]
"""
"""Run before a program: libraries of these names are as if they were not installed."""

pytestmark = pytest.mark.slow


def declared(extra: str) -> set[str]:
    """Names of all distributions that an installation with an extra brings."""
    project = PYPROJECT["project"]
    waiting = [
        Requirement(line)
        for line in (*project["dependencies"], *project["optional-dependencies"][extra])
    ]
    found: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        for chosen in {"", *wanted.extras}:
            if (name, chosen) in found:
                continue
            found.add((name, chosen))
            for line in distribution(name).requires or ():
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": chosen}):
                    waiting.append(needed)
    return {name for name, _ in found}


def run(code: str, extra: str, folder: Path) -> str:
    """What a program prints where only the extra's libraries can be imported."""
    allowed = declared(extra) | {"chaffinch"}
    hidden = {
        module
        for module, owners in packages_distributions().items()
        if not allowed & {canonicalize_name(owner) for owner in owners}
    }
    (folder / "sitecustomize.py").write_text(HIDE.format(hidden=sorted(hidden)))
    (folder / "example.py").write_text(code)
    root = str(Path(__file__).parent.parent)
    offline = {"HF_HOME": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
    workers = {"PYSPARK_PYTHON": sys.executable}
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=folder,
        env={**os.environ, **offline, **workers, "PYTHONPATH": f"{folder}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(examples: Path, tmp_path: Path) -> Path:
    """A folder with what the page says there is."""
    shutil.copytree(examples, tmp_path / "crawl")
    names = (
        "newswire-pr.example/barn-owls-breed-in-bell-tower.txt",
        "larkfield-kitchen.example/leek-and-barley-soup.txt",
        "reposthub.example/note.txt",
    )
    rows = [
        {"text": (examples / name).read_text("utf-8"), "url": f"https://{name}"} for name in names
    ]
    (tmp_path / "pages.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path


def texts(file: Path) -> list[str]:
    return [json.loads(line)["text"][:20] for line in file.read_text("utf-8").splitlines()]


KEPT = ["Leek and barley soup", "Market closed on Mon"]


JOINS = {
    **{"duckdb": blocks("docs/pipelines.md", "sql")[0]},
    **{
        name: shown
        for shown in blocks("docs/pipelines.md", "python")
        for name in re.findall(r"^import (polars|pandas) .*\n\nrows = ", shown, re.MULTILINE)
    },
}
"""Programs that set an audit beside its table, by the library that they use."""


@pytest.fixture(scope="module")
def audited(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table and its audit: spun, clean, copied and unreadable rows."""
    folder = tmp_path_factory.mktemp("joins")
    spun, soup, copy = (
        (examples / name).read_text("utf-8")
        for name in (
            "newswire-pr.example/barn-owls-breed-in-bell-tower.txt",
            "larkfield-kitchen.example/leek-and-barley-soup.txt",
            "reposthub.example/leek-and-barley-soup.txt",
        )
    )
    rows = [
        {"id": 1, "text": spun, "lang": "en", "url": "https://a.example/1"},
        {"id": 2, "text": soup, "lang": "en", "url": "https://b.example/2"},
        {"id": 3, "text": copy, "lang": "cy", "url": "https://c.example/3"},
        {"id": 4, "text": None, "lang": "cy", "url": ""},
    ]
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    arguments = ["rows.jsonl", "-o", "OUT", "--keep", "lang", "--jobs", "1"]
    command = [sys.executable, "-m", "chaffinch", "audit", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("library", ["duckdb", "polars", "pandas"])
def test_an_audit_is_joined_to_its_table(audited: Path, library: str) -> None:
    (audited / "kept.jsonl").unlink(missing_ok=True)
    shown = JOINS[library]
    code = f"import duckdb\nduckdb.execute({shown!r})" if library == "duckdb" else shown
    done = subprocess.run([sys.executable, "-c", code], cwd=audited, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (kept,) = map(json.loads, (audited / "kept.jsonl").read_text("utf-8").splitlines())
    assert (str(kept["id"]), kept["lang"]) == ("2", "en")
    assert kept["text"].startswith("Leek and barley soup")


def test_an_own_column_is_counted_by_without_a_join(audited: Path) -> None:
    query = blocks("docs/pipelines.md", "sql")[1].replace("OUT", str(audited / "OUT"))
    assert duckdb.execute(query).fetchall() == [("cy", 2, 0.0), ("en", 2, 0.5)]


def test_a_library_that_is_not_declared_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="No module named 'pytest'"):
        run("import pytest", "pandas", tmp_path)


def test_the_example_for_pandas(folder: Path) -> None:
    shown = run(EXAMPLES["pandas"], "pandas", folder)
    assert re.search(r"newswire-pr\.example +2\n", shown)
    header, *rows = (folder / "features.csv").read_text("utf-8").splitlines()
    assert header.startswith("id,substitutions.")
    assert len(rows) == 16
    assert rows[0].startswith("chemnotes.example/arsenic.html#0,0.")


def test_the_example_for_hugging_face(folder: Path) -> None:
    run(EXAMPLES["datasets"], "datasets", folder)
    assert texts(folder / "kept.jsonl") == KEPT


def test_the_example_for_datatrove(folder: Path) -> None:
    run(EXAMPLES["datatrove"], "datatrove", folder)
    assert texts(folder / "kept" / "00000.jsonl") == KEPT
    first = json.loads((folder / "kept" / "00000.jsonl").read_text("utf-8").splitlines()[0])
    assert first["metadata"]["chaffinch_kind"] == "original"


@needs_spark
def test_the_example_for_spark(folder: Path) -> None:
    run(EXAMPLES["spark"], "spark", folder)
    written = [texts(part) for part in sorted((folder / "kept").glob("*.json"))]
    assert [text for part in written for text in part] == KEPT


def test_datatroves_readers_and_writers_need_no_more_than_the_extra(tmp_path: Path) -> None:
    code = (
        "from datatrove.pipeline.readers import JsonlReader, ParquetReader, WarcReader\n"
        "from datatrove.pipeline.writers import JsonlWriter, ParquetWriter\n"
        "made = (JsonlReader('.'), ParquetReader('.'), JsonlWriter('.'), ParquetWriter('.'))\n"
        "print(len(made), WarcReader('.').name)\n"
    )
    assert run(code, "datatrove", tmp_path).startswith("4 ")
