"""Small inputs after public bug reports of neighbouring tools, and what each must give.

``inputs/expected.json`` has the outcomes of each file's records, in order: the id, if the record
has one, and the article that was read; ``cut`` where a part of it is lost and told; ``!`` and the
error; ``-`` and why there is no page. Records that are passed over are left out.
"""

import json
import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from small_inputs import read_inputs

from chaffinch.datasets.intake import Item, read_items
from chaffinch.detector.audit.crawl import find_files
from chaffinch.detector.detector import Detector

INPUTS = Path(__file__).parent / "inputs"
EXPECTED: dict[str, list[str]] = json.loads((INPUTS / "expected.json").read_text("utf-8"))
ARTICLES = {
    "bridge": "base.txt",
    "bakery": "wget-mirror/harbour.example/index.html",
    "library": "wget-mirror/reading.example/index.html",
    "tram": "tram.txt",
    "picnic": "enc2/utf8-many-quotes.txt",
}
QUOTES_AND_DASHES = set("\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00e9")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"<[^>]*>|['\u2019]", "", text.lower()))


REFERENCES = {name: words((INPUTS / file).read_text("utf-8")) for name, file in ARTICLES.items()}


def article(text: str, notes: tuple[str, ...]) -> str:
    """The articles in a text, by the share of their words, in their order, that it has."""
    # Soft hyphens are passed over, as readers do.
    text = text.replace("\N{SOFT HYPHEN}", "")
    found = []
    for name, reference in REFERENCES.items():
        blocks = SequenceMatcher(None, reference, words(text), autojunk=False)
        share = sum(block.size for block in blocks.get_matching_blocks()) / len(reference)
        if share > 0.5:
            cut = " cut" if notes and share < 0.95 else ""
            found.append(name + (cut if share > 0.95 or cut else f" {share:.0%}"))
    strange = set(re.sub(r"[\x00-\x7f]", "", text)) - QUOTES_AND_DASHES
    return " + ".join(found) + "".join(f" {character!a}" for character in sorted(strange))


def outcome(item: Item) -> str:
    name = item.record.path
    if item.document is None:
        return "! " + (item.error or "").removeprefix(name).lstrip(":, ")
    if item.document.no_page is not None:
        return f"- {item.document.no_page}"
    own_id = item.record.own_id
    found = article(item.document.text, item.document.notes)
    return f"{own_id} {found}" if own_id is not None else found


@pytest.mark.parametrize("name", EXPECTED)
def test_every_input_gives_its_articles_or_says_why_not(name: str) -> None:
    found = [outcome(item) for item in read_items(INPUTS / name, Path(name).name)]
    assert found == EXPECTED[name]


def test_every_input_has_an_expectation() -> None:
    files = {path.relative_to(INPUTS).as_posix() for path in INPUTS.rglob("*") if path.is_file()}
    mirrored = {name for name in files if name.startswith("wget-mirror/")}
    assert files - mirrored - {"expected.json", "base.txt", "tram.txt"} == set(EXPECTED)


@pytest.mark.parametrize("name", ["spun-aside.html", "spun-unrelated.html"])
def test_no_name_hides_a_spun_text(name: str) -> None:
    (item,) = read_items(INPUTS / "evasion" / name, name)
    assert item.document is not None
    assert Detector.load().score(item.document).flagged


@pytest.mark.parametrize(
    ("name", "content", "whole", "said"),
    [
        ("a.html", "<p>{}</p>", True, False),
        ("a.html", "<nav>{}</nav>", True, False),
        ("a.html", "<template>{}</template>", True, True),
        ("a.rtf", "{{\\rtf1 {}", False, True),
    ],
)
def test_the_benchmark_counts_what_is_read_whole_and_what_is_told(
    tmp_path: Path, name: str, content: str, whole: bool, said: bool
) -> None:
    article = (INPUTS / "base.txt").read_text("utf-8")
    (tmp_path / "kind").mkdir()
    (tmp_path / "kind" / name).write_text(content.format(article), "utf-8")
    (read,) = read_inputs(tmp_path)
    assert (read.name, read.whole, read.said) == (f"kind/{name}", whole, said)


def test_a_mirror_is_its_pages() -> None:
    found = find_files(INPUTS / "wget-mirror")
    names = [file.path for file in found.files if "/feed/" not in file.path]
    assert names == [f"{host}.example/index.html" for host in ("harbour", "reading", "valley")]
    feeds = [file.path for file in found.files if "/feed/" in file.path]
    assert [item for path in feeds for item in read_items(INPUTS / "wget-mirror" / path)] == []
