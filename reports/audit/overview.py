"""What an audit found as a whole: the counts and lists at the head of a report."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chaffinch.features.registry import signals_that_find
from chaffinch.features.wording import counted, percent, visible
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.certainty import LEVELS, UNREADABLE, is_near_miss, level

BINS = 10
"""Bars of the chart of probabilities; our choice: tenths."""

_TOP = 8
"""Lines of each list of what was found; our choice: three lists fit side by side on a screen."""

_PHRASE_LENGTH = 80
"""Characters of a phrase in such a list; our choice: two lines of a third of the page."""

_MOST_MONTHS = 36
"""Months up to which a chart over time counts by month; our choice: more are too narrow."""

_CLAUSE_END = re.compile(r" \(|[.;] ")
"""Where the general part of a sentence about an error ends."""

_NUMBER = re.compile(r"\d[\d.,]*")
"""Numbers, which differ between lines that are otherwise the same."""

_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
"""The year and month at the start of an ISO 8601 date."""

_REPLACING = signals_that_find("replaced words")
_LEFTOVER = signals_that_find("leftover lines")
"""Signals by what their evidence is."""


@dataclass
class Overview:
    """Counts over all documents of an audit.

    Attributes:
        kinds: Documents by kind; ``unreadable`` for those without.
        probabilities: Documents by tenth of probability: counts under the threshold.
        probabilities_flagged: The same for flagged documents.
        certainty: Flagged documents by how sure they are (`chaffinch.reports.certainty`).
        near_misses: Documents under the threshold and over half of it.
        expected_wrong: How many flagged documents are honest if the probabilities hold.
        periods: Month or year, with its documents and how many of them are flagged.
        dated: Documents with a date.
        replaced: Pairs of a replaced word and its probable original, with their counts.
        residue: Lines that scrapers and counters left, with N in place of every number, and
            their counts.
        not_judged: Reasons why documents were not judged, with their counts.
        site_verdicts: Sites by verdict.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    probabilities: list[int] = field(default_factory=lambda: [0] * BINS)
    probabilities_flagged: list[int] = field(default_factory=lambda: [0] * BINS)
    certainty: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEVELS, 0))
    near_misses: int = 0
    expected_wrong: float = 0.0
    periods: list[tuple[str, int, int]] = field(default_factory=list)
    dated: int = 0
    replaced: list[tuple[tuple[str, str], int]] = field(default_factory=list)
    residue: list[tuple[str, int]] = field(default_factory=list)
    not_judged: list[tuple[str, int]] = field(default_factory=list)
    site_verdicts: Counter[str] = field(default_factory=Counter)


# What `_count` and `general_reason` read of a row.
_COLUMNS = (
    "path",
    "kind",
    "flagged",
    "probability",
    "threshold",
    "published",
    "unscorable",
    "error",
)


def overview(audit: AuditData) -> Overview:
    """Count over all documents of an audit in one pass."""
    found = Overview(site_verdicts=Counter(site["verdict"] for site in audit.sites))
    replaced: Counter[tuple[str, str]] = Counter()
    residue: Counter[str] = Counter()
    why: Counter[str] = Counter()
    dated: Counter[str] = Counter()
    dated_flagged: Counter[str] = Counter()
    for _, batch in audit.batches([*_COLUMNS, "evidence"]):
        for row in batch.select(list(_COLUMNS)).to_pylist():
            _count(found, row)
            if month := _MONTH.match(row["published"] or ""):
                dated[month[0]] += 1
                dated_flagged[month[0]] += row["flagged"]
            if row["error"] or row["unscorable"]:
                why[general_reason(row)] += 1
        for evidence in batch["evidence"].filter(batch["flagged"]).to_pylist():
            _count_evidence(evidence, replaced, residue)
    found.periods = _periods(dated, dated_flagged)
    found.dated = dated.total()
    found.replaced = replaced.most_common(_TOP)
    found.residue = residue.most_common(_TOP)
    found.not_judged = why.most_common(_TOP)
    return found


def in_words(found: Overview, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Sentences about how reliable the verdicts are."""
    settings = manifest["settings"]
    flagged = sum(found.certainty.values())
    if flagged:
        levels = ", ".join(
            f"{found.certainty[name]:,} {name} ({least})"
            for name, least in zip(LEVELS, ("99 % or more", "90 % or more", "less"), strict=True)
            if found.certainty[name]
        )
        yield f"Of {counted(flagged, 'flagged document')}: {levels}."
        yield f"Honest pages among them, if the probabilities hold: {_about(found.expected_wrong)}."
    if found.near_misses:
        yield (
            f"Near misses: {counted(found.near_misses, 'more document')} under the threshold of "
            f"{percent(settings['threshold'])} but over half of it. Look there for what was missed."
        )
    if settings["base_rate"] is not None:
        yield (
            f"Probabilities assume that {percent(settings['base_rate'])} of all documents are "
            "republications."
        )


def _about(expected: float) -> str:
    return "fewer than one" if expected < 1 else f"about {expected:,.0f}"


def _count(found: Overview, row: dict[str, Any]) -> None:
    probability = row["probability"]
    found.kinds[row["kind"] or UNREADABLE] += 1
    if probability is None:
        return
    place = min(int(probability * BINS), BINS - 1)
    if row["flagged"]:
        found.probabilities_flagged[place] += 1
        found.certainty[level(probability)] += 1
        found.expected_wrong += 1 - probability
    else:
        found.probabilities[place] += 1
        found.near_misses += is_near_miss(probability, row["threshold"])


def _count_evidence(
    evidence: list[dict[str, Any]],
    replaced: Counter[tuple[str, str]],
    residue: Counter[str],
) -> None:
    for item in evidence:
        if item["where"] != "text":
            continue
        text = visible(item["text"], _PHRASE_LENGTH)
        if item["signal"] in _REPLACING and item["original"] is not None:
            replaced[text.lower(), item["original"]] += 1
        elif item["signal"] in _LEFTOVER:
            residue[_NUMBER.sub("N", text)] += 1


def _periods(documents: Counter[str], flagged: Counter[str]) -> list[tuple[str, int, int]]:
    """Every month from the first to the last, or every year where that is over three years."""
    if not documents:
        return []
    first, last = min(documents), max(documents)
    years = range(int(first[:4]), int(last[:4]) + 1)
    periods = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
    periods = [period for period in periods if first <= period <= last]
    if len(periods) > _MOST_MONTHS:
        documents, flagged = _by_year(documents), _by_year(flagged)
        periods = [str(year) for year in years]
    return [(period, documents[period], flagged[period]) for period in periods]


def _by_year(months: Counter[str]) -> Counter[str]:
    years: Counter[str] = Counter()
    for month, count in months.items():
        years[month[:4]] += count
    return years


def general_reason(row: Mapping[str, Any]) -> str:
    """Why a row was not judged, without file name and numbers: the same cause counts as one.

    >>> error = "a.jsonl, line 3: not JSON (Expecting value: column 1). Fix the line."
    >>> general_reason({"kind": None, "path": "a.jsonl", "error": error})
    'unreadable: not JSON'
    """
    if row["kind"] is None:
        error = str(row["error"]).removeprefix(row["path"])
        cause = error.partition(": ")[2] or error
        return f"{UNREADABLE}: {visible(_clause(cause), _PHRASE_LENGTH)}"
    if row["unscorable"].startswith("The text has"):
        return "too short"
    return visible(_clause(row["unscorable"].partition(":")[0]), _PHRASE_LENGTH)


def _clause(sentence: str) -> str:
    return _CLAUSE_END.split(sentence, maxsplit=1)[0].rstrip(".")
