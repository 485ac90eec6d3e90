"""The one function that judges what `chaffinch.datasets.intake` reads."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from chaffinch.datasets.intake import Item
from chaffinch.datasets.records import Record
from chaffinch.detector.detector import Detector
from chaffinch.detector.verdict import Verdict
from chaffinch.features.text.tokens import TokenBlock


class Judged(NamedTuple):
    """An item and what became of it.

    Attributes:
        item: The item.
        verdict: The verdict, or None.
        error: Why there is none, in a sentence; None where there is one.
        measured: What `judge` was asked to measure on the document as well.
    """

    item: Item
    verdict: Verdict | None
    error: str | None
    measured: Any = None


def judge(
    detector: Detector,
    items: Sequence[Item],
    measure: Callable[[TokenBlock, Sequence[Verdict]], Sequence[Any]] | None = None,
) -> list[Judged]:
    """Judge items, in their order; a document that cannot be judged costs no other its verdict.

    Args:
        detector: What to judge with.
        items: The items.
        measure: Measures something else on the tokens of the documents; one value for each.
    """
    documents = [item.document for item in items if item.document is not None]
    try:
        found = iter(
            [
                pair
                for block, verdicts in detector.score_blocks(documents)
                for pair in zip(
                    verdicts,
                    measure(block, verdicts) if measure else [None] * len(verdicts),
                    strict=True,
                )
            ]
        )
    except Exception as problem:
        if len(items) > 1:
            return [judged for item in items for judged in judge(detector, [item], measure)]
        return [Judged(items[0], None, failure(items[0].record, problem))]
    judged = []
    for item in items:
        if item.document is None:
            judged.append(Judged(item, None, item.error))
        else:
            verdict, measured = next(found)
            judged.append(Judged(item, verdict, None, measured))
    return judged


def failure(record: Record, error: Exception) -> str:
    """What to say of a document that could not be judged."""
    problem = (
        "needs more memory (see --memory of audit)"
        if isinstance(error, MemoryError)
        else f"failed ({type(error).__name__}: {error})"
    )
    return f"{record.where}: judging it {problem}."
