"""Near-duplicate sketches compared: what they cost, and how well they estimate similarity.

python benchmarks/sketches.py DATA [--texts N]    (datasketch and rensa, where they are installed)

A text's shingles are its runs of five words, a sketch has 128 numbers. Cost is processor time, a
median of rounds in which all take turns, once from the text and once from hashed shingles, as an
audit has them from scoring. Accuracy is measured on a text and a copy with words replaced here and
there, against the share of shingles that both have; all sketches see the same pairs.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from simulated import NEWS, read_part
from tqdm import trange

from chaffinch.detector.training.corpora import spread
from chaffinch.detector.training.simulation import crop

PERMUTATIONS = 128
"""Numbers of a sketch: what the libraries take by default."""

SHINGLE = 5
"""Words of a shingle, as in the audit."""

ROUNDS = 5
"""Turns that all sketches take; the median counts. Our choice."""

RENSA = "rensa, R"
"""Name of the sketch that the others are compared with, where it is installed."""

SHORT = 60
"""Words that texts are cut to for the last column: a paragraph."""

_SEED = 1
"""Seed of every draw and of every library's hashes."""

_REPLACED = (0.003, 0.01, 0.03, 0.06, 0.12)
"""Shares of words replaced in copies: they leave between 97 and 36 % of the shingles in both."""

_EMPTY = np.uint32(0xFFFFFFFF)
"""Stands in a bin without a shingle: the largest number."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio, for multiplicative hashing (Knuth 1973)."""

Matrix = NDArray[np.uint32]


class Shingles(NamedTuple):
    """Hashed shingles of many texts.

    Attributes:
        hashes: uint64 array of shape (n_shingles,), text after text.
        start: uint64 array of shape (n_texts + 1,), where each text begins in `hashes`.
    """

    hashes: NDArray[np.uint64]
    start: NDArray[np.uint64]


class Sketcher(NamedTuple):
    """One way to make sketches.

    Attributes:
        from_texts: uint32 array of shape (n_texts, PERMUTATIONS) from texts.
        from_shingles: The same from hashed shingles.
    """

    from_texts: Callable[[Sequence[str]], Matrix]
    from_shingles: Callable[[Shingles], Matrix]


def shingled(text: str) -> list[str]:
    """A text's shingles as strings; the whole text where it has fewer than five words."""
    words = text.lower().split()
    return [" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))]


def hashed(texts: Sequence[str]) -> Shingles:
    """Shingles of word hashes, no string a shingle."""
    words = [text.lower().split() for text in texts]
    sizes = np.array([len(one) for one in words])
    flat = np.fromiter((hash(word) for one in words for word in one), np.int64, sizes.sum())
    text = np.repeat(np.arange(len(texts)), sizes)
    mixed = np.zeros(len(flat), np.uint64)
    for offset in range(SHINGLE):
        same = np.flatnonzero(text[offset:] == text[: max(0, len(text) - offset)])
        ahead = np.zeros(len(flat), np.uint64)
        ahead[same] = flat[same + offset].view(np.uint64)
        mixed = (mixed ^ ahead) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    ends = np.cumsum(sizes)
    within = np.arange(len(flat)) - np.repeat(ends - sizes, sizes)
    whole = within <= np.repeat(np.maximum(sizes - SHINGLE, 0), sizes)
    counts = np.where(sizes > 0, np.maximum(sizes - SHINGLE + 1, 1), 0)
    return Shingles(mixed[whole], np.append(0, np.cumsum(counts)).astype(np.uint64))


def one_permutation(shingles: Shingles) -> Matrix:
    """One-permutation sketches: shingles fall into bins, and each bin keeps its least.

    An empty bin borrows from a full one that its number alone names, so that two sketches
    borrow alike: Shrivastava, "Optimal densification for fast and accurate minwise hashing"
    (ICML 2017).
    """
    n_texts = len(shingles.start) - 1
    start = shingles.start.astype(np.int64)
    counts = start[1:] - start[:-1]
    text = np.repeat(np.arange(n_texts), counts)
    place = (shingles.hashes >> np.uint64(64 - PERMUTATIONS.bit_length() + 1)).astype(np.int64)
    matrix = np.full((n_texts, PERMUTATIONS), _EMPTY)
    least = (shingles.hashes & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    np.minimum.at(matrix.reshape(-1), text * PERMUTATIONS + place, least)
    empty = (matrix == _EMPTY) & (counts > 0)[:, None]
    row, column = np.nonzero(empty)
    full = matrix.copy()
    attempt = np.uint64(0)
    while len(row):
        attempt += np.uint64(1)
        key = (column.astype(np.uint64) + np.uint64(PERMUTATIONS) * attempt) * _MULTIPLIER
        lender = (key >> np.uint64(64 - PERMUTATIONS.bit_length() + 1)).astype(np.int64)
        lent = full[row, lender]
        found = lent != _EMPTY
        matrix[row[found], column[found]] = lent[found]
        row, column = row[~found], column[~found]
    return matrix


def sketchers() -> dict[str, Sketcher]:
    """The ways to compare, by name; libraries only where they are installed."""
    found = {
        "one permutation, numpy": Sketcher(
            lambda texts: one_permutation(hashed(texts)), one_permutation
        )
    }
    if find_spec("datasketch"):
        found["datasketch"] = _datasketch()
    if find_spec("rensa"):
        found |= _rensa()
    return found


def _datasketch() -> Sketcher:
    from datasketch import MinHash

    def from_texts(texts: Sequence[str]) -> Matrix:
        rows = []
        for text in texts:
            sketch = MinHash(PERMUTATIONS, seed=_SEED)
            sketch.update_batch([one.encode() for one in shingled(text)])
            rows.append(sketch.hashvalues.astype(np.uint32))
        return np.array(rows)

    def from_shingles(shingles: Shingles) -> Matrix:
        rows = []
        for first, last in zip(shingles.start[:-1], shingles.start[1:], strict=True):
            sketch = MinHash(PERMUTATIONS, seed=_SEED, hashfunc=int)
            hashes = shingles.hashes[int(first) : int(last)] & np.uint64(0xFFFFFFFF)
            sketch.update_batch(hashes.tolist())
            rows.append(sketch.hashvalues.astype(np.uint32))
        return np.array(rows)

    return Sketcher(from_texts, from_shingles)


def _rensa() -> dict[str, Sketcher]:
    from rensa import RMinHash

    def matrix(found: object) -> Matrix:
        return np.array(found.to_rows(), np.uint32)  # type: ignore[attr-defined]

    def tokens(texts: Sequence[str]) -> list[list[str]]:
        return [shingled(text) for text in texts]

    return {
        RENSA: Sketcher(
            lambda texts: matrix(
                RMinHash.digest_matrix_from_token_sets(tokens(texts), PERMUTATIONS, _SEED)
            ),
            lambda shingles: matrix(
                RMinHash.digest_matrix_from_flat_token_hashes(*shingles, PERMUTATIONS, _SEED)
            ),
        ),
        "rensa, rho": Sketcher(
            lambda texts: matrix(
                RMinHash.digest_matrix_from_token_sets_rho(tokens(texts), PERMUTATIONS, _SEED)
            ),
            lambda shingles: matrix(
                RMinHash.digest_matrix_from_flat_token_hashes_rho(*shingles, PERMUTATIONS, _SEED)
            ),
        ),
    }


def pairs(texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64]]:
    """Copies with words replaced here and there, and how many shingles each shares with its text.

    Returns:
        A copy of every text, and float64 of shape (n_texts,): shared over all different shingles.
    """
    rng = np.random.default_rng(_SEED)
    copies, shared = [], []
    for number, text in enumerate(texts):
        words = text.split()
        replaced = np.flatnonzero(rng.random(len(words)) < _REPLACED[number % len(_REPLACED)])
        for place in replaced.tolist():
            words[place] = f"word{int(rng.integers(10**9))}"
        copies.append(" ".join(words))
        one, other = set(shingled(text)), set(shingled(copies[-1]))
        shared.append(len(one & other) / len(one | other))
    return copies, np.array(shared)


def estimates(
    sketcher: Sketcher, texts: Sequence[str], copies: Sequence[str]
) -> NDArray[np.float64]:
    """Share of equal places of two sketches, float64 of shape (n_texts,)."""
    equal = sketcher.from_texts(texts) == sketcher.from_texts(copies)
    share: NDArray[np.float64] = equal.mean(axis=1)
    return share


def costs(
    texts: Sequence[str], found: Mapping[str, Sketcher]
) -> dict[str, tuple[list[float], list[float]]]:
    """Processor time in microseconds a text, every round's, from texts and from shingles."""
    shingles = hashed(texts)
    took: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in found}
    for _ in trange(ROUNDS, unit="round", leave=False):
        for name, sketcher in found.items():
            start = time.process_time()
            sketcher.from_texts(texts)
            middle = time.process_time()
            sketcher.from_shingles(shingles)
            end = time.process_time()
            took[name][0].append(1e6 * (middle - start) / len(texts))
            took[name][1].append(1e6 * (end - middle) / len(texts))
    return took


def table(texts: Sequence[str]) -> Iterator[str]:
    """Costs over rensa's or, without it, over the first, and errors of the estimates."""
    found = sketchers()
    took = costs(texts, found)
    copies, shared = pairs(texts)
    short = [crop(text, SHORT, np.random.default_rng(_SEED)) for text in texts]
    short_copies, short_shared = pairs(short)
    beside = took[RENSA if RENSA in took else next(iter(took))]
    yield (
        f"| sketch of {PERMUTATIONS} | from texts, us | ratio | from shingles, us | ratio "
        f"| RMSE | bias | RMSE, {SHORT} words |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name, sketcher in found.items():
        cells = []
        for times, others in zip(took[name], beside, strict=True):
            ratio = statistics.median(a / b for a, b in zip(times, others, strict=True))
            cells.append(f"{statistics.median(times):.1f} | {ratio:.2f}")
        error = estimates(sketcher, texts, copies) - shared
        short_error = estimates(sketcher, short, short_copies) - short_shared
        rmse, short_rmse = (float(np.sqrt((one**2).mean())) for one in (error, short_error))
        cells += [f"{rmse:.4f}", f"{error.mean():+.4f}", f"{short_rmse:.4f}"]
        yield f"| {name} | {' | '.join(cells)} |"
    for module in ("datasketch", "rensa"):
        if not find_spec(module):
            yield f"\n{module}: not installed (pip install {module})."


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--texts", "n_texts", default=600, show_default=True, help="News articles to use.")
def main(data: Path, n_texts: int) -> None:
    """Print the comparison as a Markdown table."""
    news = [text for name in NEWS for text in read_part(data, "test", 10**6)[name]]
    texts = [text.text for text in spread(news, n_texts)]
    words = sum(len(text.split()) for text in texts) / len(texts)
    click.echo(f"{len(texts)} articles, {words:.0f} words each\n")
    for line in table(texts):
        click.echo(line)


if __name__ == "__main__":
    main()
