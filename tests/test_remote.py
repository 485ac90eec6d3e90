"""Pages and crawls at web addresses: what the extra `remote` brings is enough, and what is said."""

import contextlib
import functools
import http.server
import importlib.metadata
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from chaffinch.datasets.intake import read_items

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
PROJECT = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]

STORY = "".join(
    f"<p>The council voted on Tuesday to bring back the harbour ferry, {number} years after the "
    "last boat left the quay, and the owner of a cafe there had waited for it every day.</p>"
    for number in range(2, 8)
)

PROGRAM = """
import sys
from importlib.metadata import packages_distributions

allowed = set(sys.argv.pop(1).split(","))
owners = packages_distributions()


class Hiding:
    '''A finder that does not find what no package brings that was asked for.'''

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        first = name.partition(".")[0]
        by = {owner.lower().replace("_", "-") for owner in owners.get(first, ())}
        hidden = by and not by & allowed
        return None if hidden else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)


sys.meta_path[:] = map(Hiding, sys.meta_path)
from chaffinch.cli.main import main

main()
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a server on this machine with one page."""
    (tmp_path / "ferry.html").write_text(f"<!DOCTYPE html><html lang=en><body>{STORY}")
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def brought_by(requirement: str, seen: set[tuple[str, str]]) -> set[str]:
    """Names of the packages that pip installs for a requirement."""
    stated = Requirement(requirement)
    name = stated.name.lower().replace("_", "-")
    found = {name}
    for extra in ("", *sorted(stated.extras)):
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            for line in importlib.metadata.requires(name) or ():
                marker = Requirement(line).marker
                if marker is None or marker.evaluate({"extra": extra}):
                    found |= brought_by(line, seen)
    return found


def run(extras: Sequence[str], *command: str) -> subprocess.CompletedProcess[str]:
    """A command where only what an installation with some extras brings can be imported."""
    seen: set[tuple[str, str]] = set()
    lines = [*PROJECT["dependencies"]]
    lines += [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    allowed = ",".join({"chaffinch"}.union(*(brought_by(line, seen) for line in lines)))
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, allowed, *command],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_what_the_extra_brings_is_enough_for_web_addresses(site: str, tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    scored = run(["remote"], "score", f"{site}/ferry.html")
    assert scored.stdout.startswith("original"), scored.stderr
    audited = run(["remote"], "audit", f"{site}/ferry.html", "-o", str(tmp_path / "out"))
    assert audited.returncode == 0, audited.stderr
    without = run([], "score", f"{site}/ferry.html")
    assert "pip install 'chaffinch[remote]'" in without.stderr


def test_a_page_is_fetched_from_its_address_and_from_nowhere_else(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("aiohttp")
    (item,) = read_items(f"{site}/ferry.html")
    assert item.document and item.document.url == f"{site}/ferry.html"

    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    page = f'<html><link rel="canonical" href="{site}/other"><img src="{site}/a.png">{STORY}'
    from chaffinch.detector.detector import Detector

    assert Detector.load().score(html=page, url=f"{site}/ferry.html").probability is not None


def test_a_page_that_cannot_be_fetched_says_what_to_do(site: str) -> None:
    pytest.importorskip("aiohttp")
    address = f"{site}/missing.html"
    (item,) = read_items(address)
    assert item.error == (
        f"{address} does not exist. Save the page and give the file with --url {address}."
    )
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/a.html"
        (item,) = read_items(nowhere)
    assert item.error and item.error.endswith(f"with --url {nowhere}.")
