"""A detector's figures on labelled texts: overall, and part by part with the worst first."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.classifier import log_odds, probability
from chaffinch.detector.evaluation.metrics import (
    BASE_RATES,
    FALSE_POSITIVE_RATES,
    N_RESAMPLES,
    Bin,
    Figures,
    Interval,
    LabelledScores,
    curves,
    measure,
    reliability,
    thresholds_at,
)
from chaffinch.detector.verdict import Kind, Reason

# A paragraph, a short post, an article and what is longer, each with its end in words: our choice.
LENGTHS = (("under 60 words", 60), ("60 to 149 words", 150), ("150 to 399 words", 400))
LONGEST = "400 words and more"
"""Names of the lengths that get figures."""

MAX_SLICES = 100
"""Parts of one kind that get figures, the largest first; our choice: more fit on no page."""

# Where the curves are read; our choice, close enough to draw.
_FALSE_POSITIVE_RATES = np.logspace(-4, 0, 61)
_RECALLS = np.linspace(0.02, 1, 50)

Curve = list[tuple[float, Interval]]
"""Points of a curve: where it is read, and the figure there."""


class RocPoint(NamedTuple):
    """A point of the ROC curve.

    Attributes:
        false_positive_rate: Share of clean texts that may be flagged.
        threshold: Lowest probability from which no more of them are.
        recall: Share of republications that are flagged from there.
    """

    false_positive_rate: float
    threshold: float
    recall: Interval


class Misjudged(NamedTuple):
    """A labelled text whose verdict is wrong.

    Attributes:
        id: Its id.
        url: Its address, or "".
        title: Its title, or the beginning of the text where it has none.
        republication: What its label says; the verdict says the contrary.
        kind: What it was judged to be.
        probability: How likely a republication it was judged to be.
        family: How it was made, or "".
        genre: What kind of prose it is, or "".
        reasons: What each signal adds to the score, strongest first.
    """

    id: str
    url: str
    title: str
    republication: bool
    kind: Kind
    probability: float
    family: str
    genre: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ScoredTexts:
    """Labelled texts and their scores, one array entry a text.

    Attributes:
        score: float64 array of shape (n,), log-odds; NaN where a text is unscorable.
        label: bool array, True for low-quality republications.
        words: int64 array, length of each text.
        family: str array, how a republication was made; "" where not known.
        rate: float64 array, share of words that were replaced; NaN where not known.
        genre: str array, kind of prose; "" where not known.
        group: str array, what is resampled as a whole: the source article of all its copies.
    """

    score: NDArray[np.float64]
    label: NDArray[np.bool_]
    words: NDArray[np.int64]
    family: NDArray[np.str_]
    rate: NDArray[np.float64]
    genre: NDArray[np.str_]
    group: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.score)

    def of(self, chosen: NDArray[np.bool_]) -> LabelledScores:
        """The scored ones of some texts, as the figures take them; `chosen` has shape (n,)."""
        rows = chosen & ~np.isnan(self.score)
        return LabelledScores(self.score[rows], self.label[rows], self.group[rows])


class Slice(NamedTuple):
    """Figures on a part of the texts.

    Attributes:
        name: The family, rate, genre or length.
        unscorable_clean: Clean texts of this part without a probability, in no figure.
        unscorable_republications: The same for republications.
        figures: Figures on the others.
    """

    name: str
    unscorable_clean: int
    unscorable_republications: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was measured.

    Attributes:
        model: The model's name.
        digest: Its digest.
        threshold: Probability from which texts are flagged.
        base_rate: Share of republications that probabilities assume.
        n_resamples: Resamples of the bootstrap behind every interval.
        thresholds: For each of `FALSE_POSITIVE_RATES` the lowest probability from which no larger
            share of these clean texts is flagged; NaN at a rate of less than one clean text.
        overall: Figures on all texts.
        parts: For each kind of part its slices, the worst first: genres by clean texts
            flagged, the others by republications found. Families and rates are set against
            all clean texts, genres and lengths against the clean texts of their own.
        roc: The ROC curve.
        precision_recall: By base rate, recalls and precision there.
        reliability: The reliability curve.
        misjudged: Texts whose verdict is wrong, those furthest from the threshold first; empty
            where that was not asked for.
    """

    model: str
    digest: str
    threshold: float
    base_rate: float
    n_resamples: int
    thresholds: dict[float, float]
    overall: Slice
    parts: dict[str, list[Slice]]
    roc: list[RocPoint]
    precision_recall: dict[float, Curve]
    reliability: list[Bin]
    misjudged: Sequence[Misjudged] = ()

    @property
    def n_misjudged(self) -> tuple[int, int]:
        """Clean texts that are flagged, and republications that are not; unscorable ones aside."""
        figures = self.overall.figures
        n_clean, n_bad = figures.n_clean, figures.n_republications
        flagged = round(figures.flagged_clean.value * n_clean) if n_clean else 0
        return flagged, round((1 - figures.recall.value) * n_bad) if n_bad else 0

    def with_misjudged(self, misjudged: Sequence[Misjudged]) -> "Evaluation":
        """The same figures, with the texts whose verdict is wrong."""
        return replace(self, misjudged=misjudged)

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as a JSON-ready mapping; what cannot be measured is None."""
        plain: dict[str, Any] = _plain({name: getattr(self, name) for name in self.__slots__})
        return plain


def evaluate(
    texts: ScoredTexts,
    model: str,
    digest: str,
    threshold: float,
    base_rate: float,
    n_resamples: int = N_RESAMPLES,
) -> Evaluation:
    """Measure scores overall and by family, rate, genre and length.

    Args:
        texts: At least one of them scored.
        model: The model's name.
        digest: Its digest.
        threshold: Probability from which texts are flagged.
        base_rate: Share of republications that the scores assume.
        n_resamples: Resamples of the bootstrap.
    """

    def figures(name: str, chosen: NDArray[np.bool_]) -> Slice:
        missing = chosen & np.isnan(texts.score)
        return Slice(
            name,
            int((missing & ~texts.label).sum()),
            int((missing & texts.label).sum()),
            measure(texts.of(chosen), log_odds(threshold), base_rate, n_resamples),
        )

    parts = {
        kind: sorted(
            (figures(name, chosen) for name, chosen in members),
            key=_most_flagged if kind == "genre" else _least_found,
        )
        for kind, members in _parts(texts)
    }
    everything = np.ones(len(texts), np.bool_)
    scored = texts.of(everything)
    return Evaluation(
        model,
        digest,
        threshold,
        base_rate,
        n_resamples,
        dict(zip(FALSE_POSITIVE_RATES, _thresholds(scored, FALSE_POSITIVE_RATES), strict=True)),
        figures("all", everything),
        {kind: slices for kind, slices in parts.items() if slices},
        *_curves(scored, base_rate, n_resamples),
    )


def _thresholds(texts: LabelledScores, rates: Sequence[float]) -> list[float]:
    """Thresholds as probabilities; NaN at a rate of less than one clean text; `rates` rise."""
    n_clean = int((~texts.labels).sum())
    measured = [rate for rate in rates if rate * n_clean >= 1]
    found = thresholds_at(texts, np.array(measured)).tolist() if measured else []
    return [math.nan] * (len(rates) - len(measured)) + list(map(probability, found))


def _curves(
    texts: LabelledScores, base_rate: float, n_resamples: int
) -> tuple[list[RocPoint], dict[float, Curve], list[Bin]]:
    """The ROC, precision-recall and reliability curves; empty where a label is missing."""
    n_clean = int((~texts.labels).sum())
    if n_clean in (0, len(texts.labels)):
        return [], {}, []
    # A rate below one clean text would be read off nothing.
    rates = _FALSE_POSITIVE_RATES[_FALSE_POSITIVE_RATES * n_clean >= 1]
    shares = tuple(sorted({base_rate, *BASE_RATES}, reverse=True))
    found, precise = curves(texts, rates, _RECALLS, shares, n_resamples)
    return (
        list(map(RocPoint, rates.tolist(), _thresholds(texts, rates.tolist()), found)),
        {
            share: list(zip(_RECALLS.tolist(), points, strict=True))
            for share, points in precise.items()
        },
        reliability(texts, base_rate, n_resamples),
    )


def _parts(texts: ScoredTexts) -> Iterator[tuple[str, list[tuple[str, NDArray[np.bool_]]]]]:
    rate = np.array(["" if np.isnan(one) else f"{one:.0%}" for one in texts.rate], np.str_)
    both = [
        f"{family}, {share}" if family and share else ""
        for family, share in zip(texts.family.tolist(), rate.tolist(), strict=True)
    ]
    edges = np.searchsorted([limit for _, limit in LENGTHS], texts.words, "right")
    length = np.array([*(name for name, _ in LENGTHS), LONGEST])[edges]
    yield "family", _against_clean(texts.family, texts.label)
    yield "rate", _against_clean(rate, texts.label)
    yield "family and rate", _against_clean(np.array(both, np.str_), texts.label)
    yield "genre", [(name, texts.genre == name) for name in _names(texts.genre)]
    yield "length", [(name, length == name) for name in _names(length)]


def _against_clean(
    kind: NDArray[np.str_], label: NDArray[np.bool_]
) -> list[tuple[str, NDArray[np.bool_]]]:
    return [(name, ~label | (kind == name)) for name in _names(kind[label])]


def _names(column: NDArray[np.str_]) -> list[str]:
    counts = Counter(column.tolist())
    del counts[""]
    return [name for name, _ in counts.most_common(MAX_SLICES)]


def _least_found(part: Slice) -> tuple[float, str]:
    return (np.nan_to_num(part.figures.recall.value, nan=1.0), part.name)


def _most_flagged(part: Slice) -> tuple[float, float, str]:
    return (-np.nan_to_num(part.figures.flagged_clean.value), *_least_found(part))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and np.isnan(value) else value
