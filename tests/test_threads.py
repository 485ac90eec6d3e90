"""Threads of numpy's products: scoring takes one, and leaves others as they were."""

import os

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from chaffinch.cli.main import main
from chaffinch.features.threads import ONE_THREAD, one_thread


def threads_of_products() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_scoring_takes_one_thread_and_the_last_one_gives_the_others_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(ONE_THREAD, raising=False)
    with threadpool_limits(2):
        before = threads_of_products()
        first, second = one_thread(), one_thread()
        for enter in (first.__enter__, second.__enter__):
            enter()
            assert threads_of_products() == {1}
        # As two threads of a program may: who came first goes first.
        first.__exit__(None, None, None)
        assert threads_of_products() == {1}
        second.__exit__(None, None, None)
        assert threads_of_products() == before


@pytest.mark.parametrize(("given", "taken"), [(None, "1"), ("3", "3")])
def test_a_command_starts_numpy_with_one_thread_unless_told_otherwise(
    given: str | None, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Set first, so that what the command sets goes when the test ends.
    monkeypatch.setenv(ONE_THREAD, given or "")
    if given is None:
        monkeypatch.delenv(ONE_THREAD)
    main(["signals", "--help"], standalone_mode=False)
    assert os.environ[ONE_THREAD] == taken
