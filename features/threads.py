"""One thread for the products of matrices."""

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

ONE_THREAD = "OPENBLAS_NUM_THREADS"
"""Variable of the environment that gives numpy's products one thread if it is "1" when numpy loads;
numpy then loads in two thirds of the time."""


def one_thread() -> AbstractContextManager[Any]:
    """A context in which products of matrices take one thread.

    A document's are so small that threads wait for one another longer than they work: on two busy
    cores scoring took three times the processor time with two of them.
    """
    return nullcontext() if os.environ.get(ONE_THREAD) == "1" else _threads().limit(limits=1)


@cache
def _threads() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
