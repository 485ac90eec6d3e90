"""A bar on the terminal for each stage of an audit."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType

from tqdm import tqdm

from chaffinch.detector.audit.pace import Pace
from chaffinch.detector.audit.task import Counts, Progress
from chaffinch.features.wording import counted


class StageBars(Progress):
    """Shows the name of each stage and how far it has come; the bar of judging stays.

    Nothing is shown where standard error is not a terminal.

    Args:
        clock: Tells the time, in seconds.

    Attributes:
        documents: Documents judged so far.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.documents = self._flagged = 0
        self._clock = clock
        self._begun = clock()
        self._pace = Pace({}, 1)
        self._bar: tqdm[None] | None = None

    def __enter__(self) -> "StageBars":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    @property
    def rate(self) -> float:
        """Documents per second since judging began; all stages take part in it."""
        return self.documents / max(self._clock() - self._begun, 1e-9)

    def begin(self, stage: str, total: int) -> None:
        judging = stage == "judging"
        self._close()
        if judging:
            self._begun = self._clock()
        # The bar's own estimate would take every byte to cost the same.
        # disable=None: no bar where standard error is not a terminal.
        self._bar = tqdm(
            desc=stage,
            total=total or None,
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}{postfix}",
            leave=judging,
            disable=None,
        )

    def expect(self, sizes: Mapping[str, int], jobs: int) -> None:
        self._pace = Pace(sizes, jobs)

    def advance(self, done: Counts) -> None:
        bar = self._bar
        assert bar is not None
        if done.kind:
            self.documents += done.documents
            self._flagged += done.flagged
            self._pace.add(done)
            bar.set_postfix_str(self.standing(), refresh=False)
        bar.update(done.size)

    def standing(self) -> str:
        """How far judging has come, in words, and how long the audit still takes."""
        left = self._pace.seconds_left()
        words = "" if left is None else f"about {tqdm.format_interval(left)} left, "
        return words + self._counts()

    def _counts(self) -> str:
        documents = counted(self.documents, "document")
        return f"{documents}, {self.rate:.0f}/s, {self._flagged:,} flagged"

    def _close(self) -> None:
        if self._bar is not None:
            # The bar that stays says nothing of an end that has come or never will.
            if self._bar.leave and self.documents:
                self._bar.set_postfix_str(self._counts(), refresh=False)
            self._bar.close()
