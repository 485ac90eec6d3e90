"""The files of a crawl divided into units of work."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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


def plan(
    crawl: Crawl, todo: NDArray[np.int64], work: Path, settings: Settings, jobs: int
) -> Iterator[Unit]:
    """Units of work: large files first, divided into lanes where they are few; then small ones.

    Args:
        crawl: The crawl.
        todo: Rows of its files that are to be read.
        work: Folder for the shards.
        settings: What to judge with.
        jobs: Number of processes.
    """
    sizes = crawl.files["size"].to_numpy()[todo]
    share = max(1, int(sizes.sum()) // (jobs * _TASKS_PER_JOB))
    large = todo[sizes >= _LARGE_BYTES]
    for index in large[np.argsort(-sizes[sizes >= _LARGE_BYTES], kind="stable")].tolist():
        file = crawl.file(index)
        lanes = min(jobs, -(-file.size // share))
        for lane in range(lanes):
            yield Unit(crawl.root, (file,), work, settings, lane, lanes)
    small = (crawl.file(index) for index in todo[sizes < _LARGE_BYTES].tolist())
    for unit in _small(small, min(max(share, _MIN_UNIT_BYTES), _MAX_UNIT_BYTES)):
        yield Unit(crawl.root, tuple(unit), work, settings)


def _small(files: Iterator[CrawlFile], most: int) -> Iterator[list[CrawlFile]]:
    """Consecutive files, at most 128 or about `most` bytes together."""
    unit: list[CrawlFile] = []
    size = 0
    for file in files:
        if unit and (len(unit) == _UNIT_FILES or size + file.size > most):
            yield unit
            unit, size = [], 0
        unit.append(file)
        size += file.size
    if unit:
        yield unit
