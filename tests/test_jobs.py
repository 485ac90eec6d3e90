"""How many processes an audit takes by default: no more than it may use cores."""

import builtins
import io
import os
import subprocess
import sys
from typing import Any

import pytest

from chaffinch.detector.audit.engines.local import LocalEngine
from chaffinch.detector.audit.task import Limits

V2 = "/sys/fs/cgroup/cpu.max"
QUOTA = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"
PERIOD = "/sys/fs/cgroup/cpu/cpu.cfs_period_us"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({V2: "max 100000"}, 8),
        ({V2: "200000 100000"}, 2),
        ({V2: "150000 100000"}, 2),
        ({V2: "50000 100000"}, 1),
        ({V2: "1600000 100000"}, 8),
        ({QUOTA: "-1", PERIOD: "100000"}, 8),
        ({QUOTA: "300000", PERIOD: "100000"}, 3),
        ({QUOTA: "20000", PERIOD: "100000"}, 1),
    ],
)
def test_a_containers_quota_limits_the_processes(
    files: dict[str, str], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_open, really_exists = builtins.open, os.path.exists

    def pretend_open(path: Any, *rest: Any, **options: Any) -> Any:
        if path in files:
            return io.StringIO(files[path])
        return really_open(path, *rest, **options)

    def pretend_exists(path: Any) -> bool:
        return path in files if path in (V2, QUOTA, PERIOD) else really_exists(path)

    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(8))
    monkeypatch.setattr(builtins, "open", pretend_open)
    monkeypatch.setattr(os.path, "exists", pretend_exists)
    assert LocalEngine(None, Limits()).jobs == expected
    assert LocalEngine(5, Limits()).jobs == 5


def test_a_processs_affinity_limits_the_processes() -> None:
    code = (
        "import os\n"
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from chaffinch.detector.audit.engines.local import LocalEngine\n"
        "from chaffinch.detector.audit.task import Limits\n"
        "print(LocalEngine(None, Limits()).jobs)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
