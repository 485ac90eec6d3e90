"""The ten tasks of docs/tasks.md, through the installed command, as they stand there."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documentation import PAGES
from stories import FERRY, FERRY_BY_ANOTHER_REPORTER, ORCHARD

TASKS: dict[str, str] = dict(
    re.findall(r"^### (.+?)\n.*?```sh\n(.*?)```", PAGES["docs/tasks.md"], re.MULTILINE | re.DOTALL)
)
"""Commands by the task that they do."""

# What each task prints, and the status that its last command ends with.
EXPECTED: dict[str, tuple[int, str]] = {
    "Judge a reported page": (1, r"^spun (.*\n)*.*residue"),
    "Make a blocklist": (0, r"newswire-pr\.example"),
    "Leave flagged rows out of a table": (0, r"(\d+) of (\d+) rows are kept"),
    "Audit every day what a crawler brings": (0, r"New pages: 1 \(1 flagged\)"),
    "Ask whether a page is a copy of yours": (1, r"(?i)copied|copy"),
    "Find the copies of an archive": (0, r"2 .*cop"),
    "Measure on your own labels, and choose a threshold": (0, r"threshold for 0\.5 %"),
    "See what a spun page said": (0, r"^-.*arsenic.*\n(.*\n)*\+.*\bas\b"),
    "Look through an audit, and learn from it": (0, r"report\.html"),
    "Know what is measured, and what it weighs": (0, r"nats per word(.*\n)*.*\"flagged\": true"),
}

pytestmark = pytest.mark.slow


SENTENCES = re.split(r"(?<=\.)\s+", f"{FERRY} {FERRY_BY_ANOTHER_REPORTER} {ORCHARD}")
PUT_FOR = {"in": "successful", "as": "arsenic", "on": "connected", "will": "volition"}


def told(seed: int) -> str:
    """Half of the sentences of some stories, in another order."""
    return " ".join(random.Random(seed).sample(SENTENCES, len(SENTENCES) // 2))


def spun(text: str) -> str:
    return " ".join(PUT_FOR.get(word, word) for word in text.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tasks are done, one after the other: beside the examples, and with labels."""
    folder = tmp_path_factory.mktemp("tasks")
    shutil.copytree(Path(__file__).parent.parent / "examples", folder / "examples")
    rows = [
        {"text": text, "label": label, "group": f"g{seed}"}
        for seed in range(24)
        for label, text in enumerate([told(seed), spun(told(seed))])
    ]
    (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_there_are_ten() -> None:
    assert TASKS.keys() == EXPECTED.keys() and len(TASKS) == 10


@pytest.mark.parametrize("task", EXPECTED)
def test_a_task_is_done_as_it_is_written(task: str, folder: Path) -> None:
    status, printed = EXPECTED[task]
    commands = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", TASKS[task]],
        cwd=folder,
        env={**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout
    assert "Traceback" not in done.stdout
    assert re.search(printed, done.stdout, re.MULTILINE), done.stdout
