"""The summary of an audit as JSON."""

import json

from chaffinch.reports.audit_data import AuditData
from chaffinch.reports.summary import summary


def render(audit: AuditData) -> str:
    """One JSON object; in ASCII, so that line separators of a hostile title stay escaped."""
    return json.dumps(summary(audit), indent=1, allow_nan=False) + "\n"
