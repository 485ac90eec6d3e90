"""How long an audit still takes, told from what it has done."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from chaffinch.detector.audit.task import Counts

LATER_SHARE = 0.15
"""What the stages after judging take, as a share of judging: 0.04 to 0.14 were measured on texts
and pages without copies, and a third on a crawl of copies."""

_KNOWN_SHARE = 0.9
"""Share of the bytes whose kinds have a pace from which an end is told; our choice: a kind without
one may cost twenty times what the others do."""


class Pace:
    """The pace of each kind of file, and what is left of each.

    A byte of a compressed file or of a plain text costs many times one of markup, so that the
    bytes of a crawl say little of its end before each kind has its own pace.

    Args:
        sizes: Bytes to judge, by kind of file.
        jobs: Number of processes that share them.
    """

    def __init__(self, sizes: Mapping[str, int], jobs: int) -> None:
        self._sizes = sizes
        self._jobs = jobs
        self._done: Counter[str] = Counter()
        self._timed: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def add(self, done: Counts) -> None:
        """Take in a part of judging that is done."""
        self._done[done.kind] += done.size
        # What an earlier run has judged is passed over at another pace.
        if done.documents:
            self._timed[done.kind] += done.size
            self._seconds[done.kind] += done.seconds

    def seconds_left(self) -> float | None:
        """Seconds until the audit's end, all of its stages included.

        None before the kinds that have begun hold nine tenths of the bytes. Bytes of the others
        are taken to cost what theirs do.
        """
        timed = self._timed.total()
        begun = sum(size for kind, size in self._sizes.items() if self._timed[kind])
        if not timed or begun < _KNOWN_SHARE * sum(self._sizes.values()):
            return None
        took = sum(self._seconds.values())
        left = 0.0
        for kind, size in self._sizes.items():
            known = self._timed[kind]
            cost = self._seconds[kind] / known if known else took / timed
            left += max(0, size - self._done[kind]) * cost
        return (left + LATER_SHARE * (took + left)) / self._jobs
