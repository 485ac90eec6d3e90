"""A new signal, and a new family of spinners, in a copy of the tree: one file and one line each."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from articles import article

ROOT = Path(__file__).parent.parent
ROOMS = ("features", "datasets", "detector", "reports", "cli")

SIGNAL = '''
"""Sentences that shout."""

import re

from chaffinch.features.signal import CONVICTS, Feature, Measurement, Signal
from chaffinch.features.text.patterns import Pattern, find_patterns
from chaffinch.features.text.rates import damped
from chaffinch.features.text.tokens import TokenBlock

_PATTERNS = {"exclamation mark": Pattern(re.compile("!"), ("!",))}


class Shouting(Signal):
    """Exclamation marks.

    What it measures: exclamation marks per word (plus 50).

    Why farms show it: they are said to shout.

    When it is wrong: on plays.

    Source: none, it is thrown away.
    """

    name = "shouting"
    features = (Feature("marks", "per word", "exclamation marks", 0, 1, "spun", CONVICTS),)

    def measure(self, block: TokenBlock) -> Measurement:
        counts, spans = find_patterns(block, _PATTERNS)
        return Measurement(damped(counts, block.n_words[:, None]).clip(0, 1), spans)
'''

FAMILY = '''
"""A spinner that writes a synonym backwards."""

from collections.abc import Sequence

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.spinners.family import of_one_thesaurus
from chaffinch.datasets.spinners.spinner import LookupSpinner


class BackwardSpinner(LookupSpinner):
    """Writes the first synonym from its end to its start.

    Args:
        synonyms: Words to their synonyms.
    """

    family = "backward"

    def __init__(self, synonyms: InflectedSynonyms) -> None:
        self._synonyms = synonyms

    def choices(self, phrase: str) -> Sequence[str]:
        return [option[::-1] for option in self._synonyms.options(phrase)[:1]]


FAMILIES = {"backward": of_one_thesaurus("moby", (0.08, 0.4), BackwardSpinner)}
'''


class Tree:
    """A copy of the tree, and the commands that run in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(ROOT / "chaffinch", root / "chaffinch", symlinks=True)
        for folder in (*ROOMS, "tests"):
            ignored = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", root)

    def add(self, file: str, content: str, registry: str) -> None:
        """Follow the recipe: a file, and its name in one line of the registry's list of files."""
        place = self.root / file
        place.write_text(content.lstrip())
        table = self.root / registry
        before = table.read_text("utf-8")
        start = before.index("_FILES = (\n") + len("_FILES = (\n")
        end = before.index(")\n", start)
        table.write_text(f'{before[:end]}    "{place.stem}",\n{before[end:]}', "utf-8")

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
def tree(tmp_path: Path) -> Iterator[Tree]:
    yield Tree(tmp_path / "copy")


@pytest.mark.slow
def test_a_signal_is_one_file_and_one_line(tree: Tree, tmp_path: Path) -> None:
    tree.add("features/signals/shouting.py", SIGNAL, "features/registry.py")
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
    tree.add("datasets/spinners/backward.py", FAMILY, "datasets/spinners/registry.py")
    assert " passed" in tree.contract("test_spinners.py", "backward")
    (tree.root / "spin.py").write_text(
        "from tests.test_spinners import LEXICONS, spin\n"
        "from chaffinch.detector.training.simulation import make_spinners, training_families\n"
        "spinners = make_spinners(LEXICONS, training_families(()))\n"
        "print(spin(spinners['backward'][0], 'the harbour ferry').text)\n"
    )
    assert tree.python("spin") == "the trop taob\n"
