"""A bar on the terminal for each stage of an audit."""

from types import TracebackType

from tqdm import tqdm

from chaffinch.detector.audit.task import Counts, Progress
from chaffinch.features.wording import counted


class StageBars(Progress):
    """Shows the name of each stage and how far it has come; the bar of judging stays.

    Nothing is shown where standard error is not a terminal.
    """

    def __init__(self) -> None:
        self._documents = self._flagged = 0
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

    def begin(self, stage: str, total: int) -> None:
        judging = stage == "judging"
        self._close()
        # disable=None: no bar where standard error is not a terminal.
        self._bar = tqdm(
            desc=stage,
            total=total or None,
            unit="B" if judging else "",
            unit_scale=judging,
            bar_format=None if judging else "{desc}: {percentage:3.0f}%|{bar}| {elapsed}",
            leave=judging,
            disable=None,
        )

    def advance(self, done: Counts) -> None:
        bar = self._bar
        assert bar is not None
        if done.documents:
            self._documents += done.documents
            self._flagged += done.flagged
            pace = self._documents / max(bar.format_dict["elapsed"], 1e-9)
            stated = (
                f"{counted(self._documents, 'document')}, {pace:.0f}/s, {self._flagged} flagged"
            )
            bar.set_postfix_str(stated, refresh=False)
        bar.update(done.size)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
