"""Run the README's two set-up commands as they stand: ``main`` or ``test``."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def command(which: str) -> str:
    """The first or second ``sh`` block of the README."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    found: str = blocks[("main", "test").index(which)]
    return found


if __name__ == "__main__":
    print(command(sys.argv[1]), flush=True)
    sys.exit(subprocess.run(command(sys.argv[1]), shell=True, cwd=ROOT, check=False).returncode)
