"""The cores of this machine, by joblib."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from chaffinch.detector.audit.scoring import Counts, Unit, score_unit, shard_path, write_failure


def run(units: Sequence[Unit], jobs: int) -> Iterator[Counts]:
    """Score units, `jobs` at a time; each writes its own shard.

    joblib ends the whole call when a worker dies, so what is left is then done file by
    file in processes of their own, and a file that ends its process costs its own row.
    """
    if jobs == 1:
        yield from map(score_unit, units)
        return
    try:
        yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(
            delayed(score_unit)(unit) for unit in units
        )
    except TerminatedWorkerError:
        for unit in units:
            if not unit.shard.exists():
                yield from _one_by_one(unit)


def _one_by_one(unit: Unit) -> Iterator[Counts]:
    for file in unit.files:
        shard = shard_path(unit.shard.parent, [file])
        alone = unit._replace(files=(file,), shard=shard)
        with ProcessPoolExecutor(max_workers=1) as pool:
            try:
                yield pool.submit(score_unit, alone).result()
            except BrokenProcessPool:
                yield write_failure(alone, "the process that scored this file died. Remove it.")
