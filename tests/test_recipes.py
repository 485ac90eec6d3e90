"""The recipes of docs/contributing.md, followed in a copy of the tree as they are written."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from articles import article
from documentation import PAGES, ROOT
from test_build import write_data

ROOMS = ("features", "datasets", "detector", "reports", "cli")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
HEAD = re.compile(r"# (?P<file>\S+?)(?:, (?:in (?P<table>\w+)|(?P<imports>with its imports)))?\n")

pytestmark = pytest.mark.slow


def blocks(recipe: str) -> list[tuple[str, str]]:
    """Language and content of every code block in a recipe."""
    page = PAGES["docs/contributing.md"]
    return BLOCK.findall(page.partition(f"\n### {recipe}\n")[2].partition("\n### ")[0])


def assigned(statement: ast.stmt) -> list[str]:
    """Names that a statement gives a value to."""
    match statement:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


class Tree:
    """A copy of the tree, and the commands that run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "chaffinch", root / "chaffinch", symlinks=True)
        for folder in (*ROOMS, "tests"):
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", root)

    def follow(self, recipe: str) -> list[str]:
        """Write a recipe's files and add its lines; the files touched."""
        touched = []
        for _, content in blocks(recipe):
            head = HEAD.match(content)
            assert head is not None
            self._add(
                self.root / head["file"], content[head.end() :], head["table"], head["imports"]
            )
            touched.append(head["file"])
        return list(dict.fromkeys(touched))

    def _add(self, place: Path, content: str, table: str | None, imports: str | None) -> None:
        if not table and not imports:
            assert not place.exists()
            place.write_text(content)
            return
        before = place.read_text("utf-8").splitlines(keepends=True)
        statements = ast.parse("".join(before)).body
        if imports:
            at = max(one.end_lineno or 0 for one in statements if isinstance(one, ast.ImportFrom))
        else:
            ends = [one.end_lineno or 0 for one in statements if table in assigned(one)]
            (at,) = (end - 1 for end in ends)
        place.write_text("".join([*before[:at], content, *before[at:]]))

    def python(self, *arguments: object) -> str:
        """What a module prints that is run with the copy as the package, and succeeds."""
        done = subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def chaffinch(self, *arguments: object) -> str:
        return self.python("chaffinch", *arguments)

    def contract(self, tests: str, name: str) -> str:
        """Run the tests of a file that name something, and those that hold for all at once."""
        return self.python("pytest", "-q", f"tests/{tests}", "-k", f"{name} or unique or every")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "copy")


def test_a_signal_is_one_file_and_one_line(tree: Tree, tmp_path: Path) -> None:
    touched = tree.follow("Add a signal")
    assert touched == ["features/signals/shouting.py", "features/registry.py"]
    calm, loud = tmp_path / "calm.txt", tmp_path / "loud.txt"
    calm.write_text(article(0))
    loud.write_text(article(0).replace(".", "!"))

    # The bundled model does not know it: it is measured, named, and counts nothing.
    scored = json.loads(tree.chaffinch("score", "--format", "jsonl", loud))
    assert scored["features"]["shouting.marks"] > 0.05
    assert "exclamation mark" in {item["note"] for item in scored["evidence"]}
    assert "shouting" not in {reason["signal"] for reason in scored["reasons"]}
    assert "    new  shouting.marks" in tree.chaffinch("signals")
    assert "they are said to shout" in tree.chaffinch("signals", "shouting")

    # A model that is trained with it does.
    labels = [
        {"text": text, "label": label, "group": str(number)}
        for number in range(24)
        for text, label in (
            (article(number), "original"),
            (article(number).replace(".", "!"), "republication"),
        )
    ]
    data = tmp_path / "labels.jsonl"
    data.write_text("\n".join(map(json.dumps, labels)))
    tree.chaffinch("train", data, "-o", tmp_path / "model")
    assert "new  " not in tree.chaffinch("signals", "--model", tmp_path / "model")
    rows = tree.chaffinch("score", "--format", "jsonl", "--model", tmp_path / "model", calm, loud)
    quiet, shouted = map(json.loads, rows.splitlines())
    assert [row["flagged"] for row in (quiet, shouted)] == [False, True]
    assert shouted["reasons"][0]["signal"] == "shouting"
    assert shouted["reasons"][0]["summary"].endswith("exclamation marks")

    assert " passed" in tree.contract("test_signals.py", "shouting")


def test_a_family_of_spinners_is_one_file_and_one_line(tree: Tree) -> None:
    touched = tree.follow("Add a family of spinners")
    assert touched == ["datasets/spinners/backward.py", "datasets/spinners/registry.py"]
    assert " passed" in tree.contract("test_spinners.py", "backward")
    (tree.root / "spin.py").write_text(
        "from tests.test_spinners import LEXICONS, spin\n"
        "from chaffinch.detector.training.simulation import make_spinners, training_families\n"
        "spinners = make_spinners(LEXICONS, training_families(()))\n"
        "print(spin(spinners['backward'][0], 'the harbour ferry').text)\n"
    )
    assert tree.python("spin") == "the trop taob\n"


def test_a_reader_is_one_file_and_two_lines(tree: Tree, tmp_path: Path) -> None:
    touched = tree.follow("Add a reader")
    assert touched == ["datasets/readers/form_feeds.py", "datasets/readers/registry.py"]
    crawl = tmp_path / "crawl"
    crawl.mkdir()
    (crawl / "town.pages").write_text("\f".join(article(number) for number in range(3)))
    lines = tree.chaffinch("score", "--format", "jsonl", crawl / "town.pages").splitlines()
    assert [json.loads(line)["id"][-2:] for line in lines] == ["#0", "#1", "#2"]
    tree.chaffinch("audit", crawl, "-o", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["documents"] == 3


def test_an_engine_is_one_file_and_two_lines(tree: Tree, examples: Path, tmp_path: Path) -> None:
    touched = tree.follow("Add an engine")
    assert touched == ["detector/audit/engines/serial.py", "detector/audit/engines/registry.py"]
    manifests = []
    for engine in ("local", "serial"):
        output = tmp_path / engine
        tree.chaffinch("audit", examples, "-o", output, "--engine", engine, "--format", "jsonl")
        manifests.append((output / "documents.jsonl").read_text())
    assert manifests[0] == manifests[1]


def test_an_output_format_is_one_file_and_two_lines(tree: Tree, examples: Path) -> None:
    touched = tree.follow("Add an output format")
    assert touched == ["reports/formats/ids.py", "reports/formats/registry.py"]
    pages = sorted((examples / "newswire-pr.example").iterdir())
    clean = examples / "larkfield-kitchen.example" / "leek-and-barley-soup.txt"
    shown = tree.chaffinch("score", "--format", "ids", *pages, clean)
    assert shown.splitlines() == [f"{page}#0" for page in pages]


def test_a_corpus_is_one_file_and_its_licence(tmp_path: Path) -> None:
    (_, row), (_, licences) = blocks("Add a corpus")
    data = write_data(tmp_path / "data")
    letters = (data / "letters.jsonl").read_text().splitlines()
    minutes = [
        {**json.loads(row), "id": number, "text": json.loads(one)["text"]}
        for number, one in enumerate(letters)
    ]
    (data / "letters.jsonl").unlink()
    (data / "minutes.jsonl").write_text("\n".join(map(json.dumps, minutes)))
    (data / "README.md").write_text(licences)
    command = [sys.executable, "-m", "chaffinch.detector.training", str(data), "-o"]
    subprocess.run([*command, str(tmp_path / "model")], cwd=ROOT, check=True, capture_output=True)
    card = (tmp_path / "model" / "card.md").read_text()
    assert "| minutes.jsonl | 120 | language model, training, calibration, test | CC0 |" in card
