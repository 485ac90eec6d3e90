"""The strongest flagged documents of an audit as CSV."""

from chaffinch.reports.audit_data import AuditData
from chaffinch.reports.csv_table import csv_line
from chaffinch.reports.summary import summary

_COLUMNS = ("id", "title", "site", "kind", "probability", "published", "copied", "reason")


def render(audit: AuditData) -> str:
    """A header and a row a document."""
    lines = [list(line.values()) for line in summary(audit)["strongest"]]
    return "".join(map(csv_line, [_COLUMNS, *lines]))
