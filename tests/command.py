"""The command ``chaffinch`` run in this process: starting one takes longer than most tests."""

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch

import pytest

from chaffinch.cli.main import main


class Done(NamedTuple):
    """What a process of the command would leave."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, stdin: str = "") -> Done:
    """Run ``chaffinch`` with the arguments; standard streams are UTF-8, as in a process."""
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    out, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    with (
        patch("sys.stdin", given),
        redirect_stdout(out),
        redirect_stderr(errors),
        pytest.raises(SystemExit) as end,
    ):
        main([str(one) for one in arguments], prog_name="chaffinch")
    assert isinstance(end.value.code, int)
    return Done(end.value.code, written(out), written(errors))


def written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
