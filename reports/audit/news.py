"""What changed since an audit's last run, or between two audits, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chaffinch.features.wording import counted


def changes_in_words(counts: Mapping[str, Any]) -> str:
    """The counts of `chaffinch.detector.audit.comparison.Comparison` in a sentence.

    >>> names = ("added_flagged", "unflagged", "still_flagged", "removed", "sites")
    >>> changes_in_words({"added": 3, "flagged": 1, **dict.fromkeys(names, 0)})
    'New pages: 3 (0 flagged). Newly flagged: 1; no longer flagged: 0; still flagged: 0.'
    """
    said = (
        f"New pages: {counts['added']:,} ({counts['added_flagged']:,} flagged). "
        f"Newly flagged: {counts['flagged']:,}; no longer flagged: {counts['unflagged']:,}; "
        f"still flagged: {counts['still_flagged']:,}."
    )
    if counts["removed"]:
        said += f" Gone: {counts['removed']:,} ({counts['removed_flagged']:,} flagged)."
    if counts["sites"]:
        said += f" {counted(counts['sites'], 'site')} with another verdict."
    return said


def since_in_words(since: str) -> str:
    """When the run before was finished, from an ISO time.

    >>> since_in_words("2026-11-26T14:03:00+00:00")
    'Since the run of 26 November 2026, 14:03 UTC'
    """
    return f"Since the run of {datetime.fromisoformat(since):%d %B %Y, %H:%M} UTC"
