"""The files of a crawl directory, and how they are shared out into units of work."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chaffinch.datasets.readers.registry import PAGE_ASSETS

_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}", re.IGNORECASE)
_UNIT_FILES = 128
_UNIT_BYTES = 8_000_000


class CrawlFile(NamedTuple):
    """One file of a crawl, in the state it was found in.

    Attributes:
        path: Path relative to the crawl's folder, with forward slashes.
        size: Bytes.
        modified: Time of the last change, in nanoseconds.
    """

    path: str
    size: int
    modified: int


class Crawl(NamedTuple):
    """What a crawl directory holds.

    Attributes:
        root: The directory that paths are relative to.
        files: Files with records, sorted by path.
        skipped: Number of files that hold no record: hidden ones, images, scripts, styles.
    """

    root: Path
    files: list[CrawlFile]
    skipped: int


def find_files(crawl: Path) -> Crawl:
    """List a directory's files, or one file; links to directories are not followed."""
    if crawl.is_file():
        return Crawl(crawl.parent, [_crawl_file(crawl, crawl.name)], 0)
    files: list[CrawlFile] = []
    skipped = 0
    for folder, _, names in os.walk(crawl):
        for name in names:
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() in PAGE_ASSETS:
                skipped += 1
            else:
                files.append(_crawl_file(path, path.relative_to(crawl).as_posix()))
    return Crawl(crawl, sorted(files), skipped)


def _crawl_file(path: Path, name: str) -> CrawlFile:
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        found = path.stat()
    except OSError:
        return CrawlFile(shown, 0, 0)
    return CrawlFile(shown, found.st_size, found.st_mtime_ns)


def mirrored_url(path: str) -> str:
    """The address of a page in a crawl saved with a folder a host, as ``wget -r`` does.

    >>> mirrored_url("paper.example/2024/a.html"), mirrored_url("notes/a.html")
    ('https://paper.example/2024/a.html', '')
    """
    host, slash, _ = path.partition("/")
    return f"https://{path}" if slash and _HOST.fullmatch(host) else ""


def units(files: Sequence[CrawlFile]) -> Iterator[list[CrawlFile]]:
    """Consecutive files, at most 128 or about 8 MB together; a larger file alone."""
    unit: list[CrawlFile] = []
    size = 0
    for file in files:
        if unit and (len(unit) == _UNIT_FILES or size + file.size > _UNIT_BYTES):
            yield unit
            unit, size = [], 0
        unit.append(file)
        size += file.size
    if unit:
        yield unit
