"""Floors under the bundled model's figures, pinned in tests/quality_floor.json.

python benchmarks/quality_floor.py DATA                  check, exit 1 below a floor
python benchmarks/quality_floor.py DATA --update         pin what is measured now

An update that lowers or drops a floor, or changes the data, is refused without --allow-regression.
The idea is that of trafilatura's evaluation gate.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import click
from extraction import reading_figures
from quality import measured
from real_pages import ANNOTATIONS, ARCHIVE

from chaffinch.detector.digests import file_digest
from chaffinch.detector.evaluation.evaluation import Evaluation
from chaffinch.detector.training.corpora import corpus_files

FLOOR = Path(__file__).parent.parent / "tests" / "quality_floor.json"
"""Where the floors are pinned."""

OBSERVED = "observed_substitutions.tsv"
"""Replacements seen on real pages, in a data folder."""

SLACK = 0.0005
"""What another version of a library may move a figure by; trafilatura's gate has the same."""

# Our choice: a test set that is scored in less than a minute.
MOST_CLEAN = 100
MOST_SPUN = 16


def measure_floor(data: Path) -> dict[str, Any]:
    """The bundled model's figures on a small test set, and those of reading pages.

    More is better in each.
    """
    evaluation, _ = measured(data, None, MOST_CLEAN, MOST_SPUN, 0)
    reading = {name: round(share, 4) for name, share in reading_figures(data).items()}
    found = figures(evaluation) | reading
    return {"data": data_digest(data), "figures": dict(sorted(found.items()))}


def figures(evaluation: Evaluation) -> dict[str, float]:
    """Shares by what they are of, rounded for the file."""
    overall = evaluation.overall
    shares = {"AUROC": overall.figures.auroc.value}
    n_clean = overall.figures.n_clean
    shares["clean, scorable"] = n_clean / (n_clean + overall.unscorable_clean)
    for part in evaluation.parts["genre"]:
        shares[f"clean, not flagged: {part.name}"] = 1 - part.figures.flagged_clean.value
    for kind in ("family", "rate", "length"):
        for part in evaluation.parts[kind]:
            if part.figures.n_republications:
                shares[f"found: {part.name}"] = part.figures.recall.value
    return {name: round(share, 4) for name, share in sorted(shares.items())}


def data_digest(data: Path) -> str:
    """blake2b digest over the names and contents of all files that the test set is made from."""
    beside = [
        *sorted((data / "lexicons").rglob("*")),
        *(data / name for name in (OBSERVED, ARCHIVE, ANNOTATIONS)),
    ]
    files = [*corpus_files(data), *(file for file in beside if file.is_file())]
    whole = hashlib.blake2b(digest_size=16)
    for file in files:
        whole.update(f"{file.relative_to(data).as_posix()} {file_digest(file)}\n".encode())
    return whole.hexdigest()


def regressions(found: dict[str, Any], pinned: dict[str, Any]) -> list[str]:
    """What is worse than pinned, a sentence each; empty when nothing is."""
    if found["data"] != pinned["data"]:
        return ["The data differ from those that the floors were measured on."]
    worse = []
    for name, floor in pinned["figures"].items():
        figure = found["figures"].get(name)
        if figure is None:
            worse.append(f"{name}: no longer measured, floor {floor:.4f}.")
        elif figure < floor - SLACK:
            worse.append(f"{name}: {figure:.4f} is below the floor of {floor:.4f}.")
    return worse


def update(file: Path, found: dict[str, Any], allow_regression: bool) -> list[str]:
    """Pin what was found, unless something is worse and that is not allowed.

    Returns:
        What is worse.
    """
    pinned = json.loads(file.read_text("utf-8")) if file.exists() else {**found, "figures": {}}
    worse = regressions(found, pinned)
    if allow_regression or not worse:
        file.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return worse


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--update", "pin", is_flag=True, help="Pin what is measured now.")
@click.option("--allow-regression", is_flag=True, help="Even where a floor is lowered.")
def main(data: Path, pin: bool, allow_regression: bool) -> None:
    """Check the floors, or pin them again."""
    found = measure_floor(data)
    if pin:
        worse = update(FLOOR, found, allow_regression)
    else:
        worse = regressions(found, json.loads(FLOOR.read_text("utf-8")))
    for sentence in worse:
        click.echo(sentence, err=True)
    if worse and not (pin and allow_regression):
        raise click.ClickException("Nothing was pinned." if pin else "Quality fell.")


if __name__ == "__main__":
    main()
