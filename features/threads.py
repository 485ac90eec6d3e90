"""One thread for the products of matrices."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

ONE_THREAD = "OPENBLAS_NUM_THREADS"
"""Variable of the environment that gives numpy's products one thread if it is "1" when numpy loads;
numpy then loads in two thirds of the time."""


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which products of matrices take one thread.

    A document's are so small that threads wait for one another longer than they work: on two busy
    cores scoring took three times the processor time with two of them.
    """
    if os.environ.get(ONE_THREAD) == "1":
        yield
        return
    limit = _limit()
    limit.enter()
    try:
        yield
    finally:
        limit.leave()


class _Limit:
    """A limit of the whole process, which several threads may be inside of at once."""

    def __init__(self) -> None:
        from threadpoolctl import ThreadpoolController

        self._controller = ThreadpoolController()
        self._lock = Lock()
        self._inside = 0
        self._set: Any = None

    def enter(self) -> None:
        """Set it, if nobody is inside."""
        with self._lock:
            if not self._inside:
                self._set = self._controller.limit(limits=1)
            self._inside += 1

    def leave(self) -> None:
        """Take it back after the last one."""
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._set.restore_original_limits()


@cache
def _limit() -> _Limit:
    return _Limit()
