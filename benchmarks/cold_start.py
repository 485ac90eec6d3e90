"""What Chaffinch costs before it scores: a cold start, and room on disk.

    python benchmarks/cold_start.py start TEXT    `chaffinch score TEXT` over `import numpy`
    python benchmarks/cold_start.py size          the wheel, and a fresh environment with it

Starts take turns and are processor time of the command and its children, a median of the rounds.
`size` builds a wheel and installs it into an environment of its own in a temporary folder, by pip.
What an audit needs in memory is measured by `python benchmarks/auditing.py memory DATA`.
"""

import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import click
from tqdm import trange
from watching import CHAFFINCH

ROUNDS = 15
"""Turns of both starts; the median counts. Our choice."""

MOST_OF_NUMPY, ALLOWANCE = 2.0, 0.1
"""A cold start may take so many times numpy's, and so many seconds more: the project's target."""

MOST_MEGABYTES = 550
"""What a fresh environment may take up: the project's target."""

ROOT = Path(__file__).parent.parent
"""The project, of which a wheel is built."""


def child_seconds(command: Sequence[str]) -> float:
    """Processor time of a command and its children.

    Raises:
        subprocess.CalledProcessError: The command fails.
    """
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def starts(text: Path, n_rounds: int) -> dict[str, list[float]]:
    """Seconds of every round, by name."""
    commands = {
        "import numpy": [sys.executable, "-c", "import numpy"],
        "chaffinch score": [CHAFFINCH, "score", str(text)],
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    for number in trange(n_rounds + 1, unit="round", leave=False):
        for name, command in commands.items():
            seconds = child_seconds(command)
            # The first round fills the page cache and does not count.
            if number:
                took[name].append(seconds)
    return took


def bytes_under(folder: Path) -> int:
    """Size of all files under a folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


@click.group()
def main() -> None:
    """What Chaffinch costs before it scores."""


@main.command()
@click.argument("text", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rounds", default=ROUNDS, show_default=True)
def start(text: Path, rounds: int) -> None:
    """Print both starts, their ratio, and whether the target is met."""
    took = starts(text, rounds)
    numpy, score = (statistics.median(times) for times in took.values())
    click.echo("| cold start | s | over numpy |\n|---|---:|---:|")
    for name, times in took.items():
        ratio = statistics.median(a / b for a, b in zip(times, took["import numpy"], strict=True))
        click.echo(f"| {name} | {statistics.median(times):.3f} | {ratio:.2f} |")
    most = MOST_OF_NUMPY * numpy + ALLOWANCE
    click.echo(
        f"\nTarget: at most {MOST_OF_NUMPY:g} times numpy's and {ALLOWANCE:g} s, "
        f"{most:.3f} s: {'met' if score <= most else 'missed'}."
    )


@main.command()
def size() -> None:
    """Print the sizes of the wheel and of an environment that has nothing but it."""
    with tempfile.TemporaryDirectory() as folder:
        wheels, environment = Path(folder, "wheels"), Path(folder, "environment")
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(wheels)]
        subprocess.run([*pip, str(ROOT)], check=True, stdout=subprocess.DEVNULL)
        (wheel,) = wheels.glob("*.whl")
        venv.create(environment, with_pip=True)
        own_pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*own_pip, str(wheel)], check=True, stdout=subprocess.DEVNULL)
        taken = bytes_under(environment) / 1e6
        click.echo(f"wheel {wheel.stat().st_size / 1e6:.1f} MB, environment {taken:.0f} MB")
        met = "met" if taken <= MOST_MEGABYTES else "missed"
        click.echo(f"Target: at most {MOST_MEGABYTES} MB: {met}.")


if __name__ == "__main__":
    main()
