"""How far the bundled model's log-odds differ between processors.

    python benchmarks/processors.py [--cpu Haswell]    here beside the pinned ones, and emulated
    python benchmarks/processors.py --update           pin those of this processor

The texts of `examples/crawl` are judged. `tests/log_odds.json` has what they came to where the
model was built, and a test holds every machine to it. --cpu, repeatable, runs the same on a
processor that `qemu-x86_64` emulates (Debian's package qemu-user; `qemu-x86_64 -cpu help` lists
them).
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click

from chaffinch.detector.audit.scan import scan
from chaffinch.detector.detector import Detector

MOST = 0.01
"""Largest difference of log-odds between processors: the project's target."""

MOST_OF_LIBRARIES = 0.1
"""The same where onnxruntime is of another version: from 1.20 to 1.32 one text of 16 differs by
0.08, since weights of 7 bits make steps of what was rounded otherwise."""

ROOT = Path(__file__).parent.parent
PINNED = ROOT / "tests" / "log_odds.json"
"""The model's digest, onnxruntime's version, and log-odds by the texts' ids."""


def log_odds_here() -> dict[str, float]:
    """Log-odds of the examples on this processor, by id."""
    return {
        row["id"]: row["intercept"] + sum(reason["contribution"] for reason in row["reasons"])
        for row in scan(ROOT / "examples" / "crawl")
        if row["probability"] is not None
    }


def log_odds_on(processor: str) -> dict[str, float]:
    """The same on an emulated processor.

    Raises:
        ClickException: There is no emulator, or it fails.
    """
    command = ["qemu-x86_64", "-cpu", processor, sys.executable, __file__, "--as-json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise click.ClickException("There is no qemu-x86_64. Install qemu-user.") from None
    except subprocess.CalledProcessError as error:
        raise click.ClickException(f"qemu-x86_64 -cpu {processor}: {error.stderr}") from None
    found: dict[str, float] = json.loads(done.stdout)
    return found


def difference(one: dict[str, float], other: dict[str, float]) -> float:
    """The largest difference between the log-odds of the same texts; infinite if texts differ."""
    if one.keys() != other.keys():
        return float("inf")
    return max(abs(one[name] - other[name]) for name in one)


@click.command()
@click.option("--cpu", multiple=True, help="Processor to emulate as well.")
@click.option("--update", is_flag=True, help="Pin the log-odds of this processor.")
@click.option("--as-json", is_flag=True, help="Print the log-odds of this processor alone.")
def main(cpu: tuple[str, ...], update: bool, as_json: bool) -> None:
    """Print the largest differences."""
    here = log_odds_here()
    if as_json:
        click.echo(json.dumps(here))
        return
    if update:
        rounded = {name: round(value, 5) for name, value in here.items()}
        pinned = {
            "model": Detector.load().digest,
            "onnxruntime": version("onnxruntime"),
            "log_odds": rounded,
        }
        PINNED.write_text(json.dumps(pinned, indent=1) + "\n", encoding="utf-8")
    pinned = json.loads(PINNED.read_text("utf-8"))
    click.echo(
        f"this one: {difference(here, pinned['log_odds']):.5f} at most, of {len(here)} texts"
    )
    for processor in cpu:
        click.echo(f"{processor}: {difference(log_odds_on(processor), pinned['log_odds']):.5f}")


if __name__ == "__main__":
    main()
