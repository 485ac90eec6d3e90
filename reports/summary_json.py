"""The summary of an audit as JSON."""

from chaffinch.reports.audit_data import AuditData
from chaffinch.reports.json_text import json_text
from chaffinch.reports.summary import summary


def render(audit: AuditData) -> str:
    """One JSON object."""
    return json_text(summary(audit), indent=1) + "\n"
