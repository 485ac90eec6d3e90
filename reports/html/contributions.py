"""How a verdict's score adds up, as bars that start where the one before ends."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chaffinch.detector.classifier import log_odds

_SMALL = 0.1
"""Log-odds under which contributions share one bar; our choice: they change no verdict."""


class Step(NamedTuple):
    """One bar.

    Attributes:
        name: Signal, or what else the bar stands for.
        summary: The finding in plain words.
        amount: What is added, in log-odds.
        left: Left end of the bar, in percent of the chart's width.
        width: Its width, in percent.
        role: ``start``, ``more``, ``less`` or ``total``.
    """

    name: str
    summary: str
    amount: float
    left: float
    width: float
    role: str


class Waterfall(NamedTuple):
    """The bars, and the place of the threshold in percent of the chart's width."""

    steps: list[Step]
    threshold: float


def waterfall(
    intercept: float, reasons: Sequence[Mapping[str, Any]], threshold: float
) -> Waterfall:
    """The steps from a typical clean text to a document's score.

    The last step is the score, the sum of the others. Contributions under a tenth share one
    step.

    Args:
        intercept: Log-odds of a typical clean text.
        reasons: ``signal``, ``contribution`` and ``summary`` of each signal.
        threshold: Probability from which documents are flagged.
    """
    listed = [("typical clean text", "where every text starts", intercept)]
    rest = 0.0
    for reason in reasons:
        if abs(reason["contribution"]) < _SMALL:
            rest += reason["contribution"]
        else:
            listed.append((reason["signal"], reason["summary"], reason["contribution"]))
    if rest:
        listed.append(("other signals", "each adds less than 0.1", rest))
    ends = [0.0]
    for _, _, amount in listed:
        ends.append(ends[-1] + amount)
    flag = log_odds(threshold)
    low, high = min(*ends, flag), max(*ends, flag)

    def place(value: float) -> float:
        return round(100 * (value - low) / ((high - low) or 1.0), 2)

    def step(name: str, summary: str, start: float, end: float, role: str) -> Step:
        left, right = sorted((place(start), place(end)))
        return Step(name, summary, end - start, left, round(right - left, 2), role)

    steps = [
        step(name, summary, start, end, "start" if not index else "more" if amount > 0 else "less")
        for index, ((name, summary, amount), start, end) in enumerate(
            zip(listed, ends, ends[1:], strict=False)
        )
    ]
    steps.append(step("score", "log-odds of the probability", 0.0, ends[-1], "total"))
    return Waterfall(steps, place(flag))
