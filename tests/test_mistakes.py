"""The mistakes that are made most: each gets a sentence that says what to do, and no more."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from chaffinch.cli.main import main

SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"


@pytest.fixture(scope="module")
def folder(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands below are given by mistake."""
    folder = tmp_path_factory.mktemp("mistakes")
    for name in ("empty", "one/spun"):
        (folder / name).mkdir(parents=True)
    for number in range(3):
        shutil.copy(examples / SPUN, folder / "one" / "spun" / f"{number}.txt")
    shutil.copytree(examples / "chemnotes.example", folder / "crawl")
    (folder / "file").write_text("A note.")
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "letter.docx").write_bytes(b"PK\x03\x04")
    (folder / "body.jsonl").write_text(json.dumps({"body": "A note."}))
    (folder / "broken.jsonl").write_text('{"text": "A note."')
    (folder / "body.csv").write_text("title,body\na,b\n")
    (folder / "none.jsonl").write_text("")
    (folder / "unlabelled.jsonl").write_text(json.dumps({"text": "A note."}))
    (folder / "label.jsonl").write_text(json.dumps({"text": "A note.", "label": "bad"}))
    (folder / "cut").mkdir()
    (folder / "cut" / "manifest.json").write_text('{"finished": false}')
    assert (
        CliRunner().invoke(main, ["audit", f"{folder}/crawl", "-o", f"{folder}/out"]).exit_code == 0
    )
    return folder


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("score crawl", 3, "crawl is a directory. Audit it with `chaffinch audit crawl -o OUT`."),
        ("despin crawl", 3, "crawl is a directory. Audit it with"),
        ("score missing.txt", 3, "missing.txt does not exist. Check the path."),
        ("score paper.pdf", 3, "looks like a PDF file). Give the text or HTML of the page."),
        ("score letter.docx", 3, "looks like a ZIP archive or office document). Unpack it"),
        ("score body.jsonl", 3, "line 1: without a `text` or `html` string (it has: body). Give"),
        ("score broken.jsonl", 3, "line 1: not JSON (Expecting ',' delimiter). Fix or remove"),
        ("score body.csv", 3, "no column `text` or `html` (its columns: title, body). Name"),
        ("score", 2, "Missing argument 'FILE...'"),
        ("scroe file", 2, "No such command 'scroe'"),
        ("score --threshold 60 file", 2, "60.0 is not in the range 0<x<1"),
        ("score --format xml file", 2, "'xml' is not one of 'text', 'json'"),
        ("score --model missing file", 1, "missing is not a model folder: model.json is missing."),
        ("score --model crawl file", 1, "crawl is not a model folder: model.json is missing."),
        ("score --model file file", 1, "file is not a model folder, but a file."),
        ("audit missing -o x", 2, "missing does not exist. Check the path."),
        ("audit crawl", 2, "Missing option '-o' / '--output'"),
        ("audit crawl -o file", 2, "'file' is a file"),
        ("audit crawl -o x -o y", 2, "given more than once. Give one place to write to."),
        ("audit crawl --files-from file -o x", 2, "Give either CRAWL or --files-from."),
        ("audit --files-from none.jsonl -o x", 2, "names no file. Give one path or URL per line."),
        ("audit empty -o empty-out", 0, "empty holds no document. Check the path"),
        ("audit crawl -o out --threshold 0.9", 1, "holds an audit with other settings"),
        ("audit empty -o out", 1, "holds an audit with another crawl"),
        ("report crawl -o x.html", 1, "crawl is not the folder of an audit. Make one: chaffinch"),
        ("report cut -o x.html", 1, "The audit in cut is not finished. Run its command again."),
        ("report out", 2, "Give the file to write with -o, or a folder with --site."),
        ("report out -o x.html -o y.html", 2, "given more than once."),
        ("report out -o empty", 2, "'empty' is a directory"),
        ("report out -o missing/x.html", 1, "missing/x.html cannot be written (No such file"),
        ("compare out", 2, "Missing argument 'SOURCE|NEW'"),
        ("compare out crawl", 1, "crawl is not the folder of an audit. Make one: chaffinch"),
        ("changes crawl", 1, "crawl is not the folder of an audit. Make one: chaffinch"),
        ("changes out missing", 1, "missing is not the folder of an audit. Make one: chaffinch"),
        ("sites crawl", 1, "crawl is not the folder of an audit. Make one: chaffinch"),
        ("sites out --format xml", 2, "'xml' is not one of 'text', 'jsonl', 'csv', 'domains'"),
        ("train one -o x", 1, "at least 20 clean texts in at least 8 groups; there are 0 in 0"),
        ("train crawl -o x", 1, "crawl has no sub-folders; give one for each label."),
        ("train unlabelled.jsonl -o x", 1, "line 1: no `label`. Give one of original, clean"),
        ("train label.jsonl -o x", 1, "line 1: unknown label 'bad'. Give one of original, clean"),
        ("train one -o file", 2, "'file' is a file"),
        ("evaluate none.jsonl", 1, "none of the 0 texts can be judged"),
        ("evaluate missing", 2, "'missing' does not exist"),
        ("signals replaced", 2, "No signal 'replaced'. Known: substitutions"),
    ],
)
def test_a_mistake_is_answered_with_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str, status: int, said: str
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    done = CliRunner().invoke(main, command.split())
    assert (done.exit_code, said in " ".join(done.output.split())) == (status, True), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    if status:
        assert sorted(folder.iterdir()) == before, "a mistake leaves nothing behind"
