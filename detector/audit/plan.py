"""The files of a crawl divided into units of work."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from chaffinch.datasets.readers.unpacking import PACKED_SUFFIXES
from chaffinch.detector.audit.crawl import Crawl, CrawlFile
from chaffinch.detector.audit.scoring import Settings, Unit

_UNIT_FILES = 128
"""Files of a unit at most: what is judged again when a process dies (our choice)."""

_MIN_UNIT_BYTES, _MAX_UNIT_BYTES = 100_000, 8_000_000
"""Bounds of the bytes of small files in a unit (our choice)."""

_LARGE_BYTES = 1_000_000
"""Bytes from which a file is a unit of its own (our choice)."""

_TASKS_PER_JOB = 4
"""Tasks per process at least, so that the last one to finish is not waited for long."""


_SAMPLES = 8
"""Units of small files that are judged before large ones, for their pace to be known (our choice:
seconds of work, and enough folders to tell by)."""

SMALL = "small"
"""The kind of all files that are not large: they are many, and judged in a mixed order."""


def plan(
    crawl: Crawl, todo: NDArray[np.int64], work: Path, settings: Settings, jobs: int
) -> Iterator[Unit]:
    """Units of work in an order whose beginning tells how long the rest will take.

    First some units of small files and the smallest large file of each kind; then the other large
    files, the largest first; then the other small files. Large files are divided into lanes where
    they are few. Units of small files are drawn from all over the crawl, so that those which are
    done are like those which are left.

    Args:
        crawl: The crawl.
        todo: Rows of its files that are to be read.
        work: Folder for the shards.
        settings: What to judge with.
        jobs: Number of processes.
    """
    sizes = crawl.files.sizes()[todo]
    share = max(1, int(sizes.sum()) // (jobs * _TASKS_PER_JOB))
    is_small = sizes < _LARGE_BYTES
    small = todo[is_small]
    most = min(max(share, _MIN_UNIT_BYTES), _MAX_UNIT_BYTES)
    bounds = _bounds(sizes[is_small], most)
    # Multiples of the golden ratio lie evenly between 0 and 1, however many of them are taken.
    mixed = np.argsort(np.arange(1, len(bounds)) * ((5**0.5 - 1) / 2) % 1, kind="stable")

    def units(chosen: NDArray[np.int64]) -> Iterator[Unit]:
        for number in chosen.tolist():
            own = small[bounds[number] : bounds[number + 1]].tolist()
            files = tuple(crawl.files[index] for index in own)
            yield Unit(crawl.root, files, work, settings, kind=SMALL)

    yield from units(mixed[:_SAMPLES])
    large = todo[~is_small][np.argsort(sizes[~is_small], kind="stable")].tolist()
    samples = {kind_of(crawl.files[index]): index for index in reversed(large)}.values()
    chosen = set(samples)
    for index in (*samples, *(other for other in reversed(large) if other not in chosen)):
        file = crawl.files[index]
        lanes = min(jobs, -(-file.size // share))
        for lane in range(lanes):
            yield Unit(crawl.root, (file,), work, settings, lane, lanes, kind=kind_of(file))
    yield from units(mixed[_SAMPLES:])


def sizes_by_kind(crawl: Crawl, todo: NDArray[np.int64]) -> dict[str, int]:
    """Bytes that the units of `plan` have to read, by their kinds.

    Args:
        crawl: The crawl.
        todo: Rows of its files that are to be read.
    """
    sizes = crawl.files.sizes()[todo]
    found = Counter({SMALL: int(sizes[sizes < _LARGE_BYTES].sum())})
    for index in todo[sizes >= _LARGE_BYTES].tolist():
        file = crawl.files[index]
        found[kind_of(file)] += file.size
    return {kind: size for kind, size in found.items() if size}


def kind_of(file: CrawlFile) -> str:
    """A file's kind: where it is a large one, the end of its name, such as ``.warc.gz``."""
    if file.size < _LARGE_BYTES:
        return SMALL
    name = PurePosixPath(file.path.lower())
    packed = name.suffix if name.suffix in PACKED_SUFFIXES else ""
    return PurePosixPath(name.name.removesuffix(packed)).suffix + packed


def _bounds(sizes: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Where units of consecutive files begin and end: at most 128, or about `most` bytes.

    Args:
        sizes: int64 array of shape (n_files,), bytes.
        most: Bytes of a unit of more than one file.

    Returns:
        int64 array of shape (n_units + 1,), the first 0 and the last n_files.
    """
    found = [0]
    total = 0
    for place, size in enumerate(map(int, sizes)):
        if place > found[-1] and (place - found[-1] == _UNIT_FILES or total + size > most):
            found.append(place)
            total = 0
        total += size
    return np.array([*found, len(sizes)] if len(sizes) else found, np.int64)
