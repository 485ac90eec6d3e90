"""Every summary format of ``chaffinch report``; a new one is a file here and a line below."""

from collections.abc import Callable

from chaffinch.reports import summary_csv, summary_json, summary_markdown
from chaffinch.reports.audit_data import AuditData

SUMMARIES: dict[str, Callable[[AuditData], str]] = {
    "json": summary_json.render,
    "csv": summary_csv.render,
    "md": summary_markdown.render,
}
