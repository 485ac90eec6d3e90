"""A short summary of an audit, for tickets and scripts."""

from typing import Any

from chaffinch.features.wording import visible
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.lines import LINE_COLUMNS, table_line
from chaffinch.reports.audit.listing import Listing
from chaffinch.reports.audit.overview import in_words, overview

_SITES = 10
"""Sites in a summary; our choice: what a ticket has room for."""

_DOCUMENTS = 20
"""Documents in a summary; our choice, as for the sites."""


def summary(audit: AuditData) -> dict[str, Any]:
    """The head of a report as a JSON-ready mapping.

    ``strongest`` has the 20 strongest flagged documents, ``sites`` the 10 worst sites with a
    flagged page. Texts from the crawl are cut and made visible.
    """
    found = overview(audit)
    listing = Listing(audit)
    manifest = audit.manifest
    strongest = listing.inside[: min(_DOCUMENTS, manifest["flagged"])].tolist()
    rows = dict(audit.rows(strongest, LINE_COLUMNS))
    lines = [
        table_line(number, listing.key(number, rows[number]), rows[number]) for number in strongest
    ]
    names = ("title", "site", "kind", "probability", "published", "copied")
    return {
        "crawl": visible(manifest["crawl"]),
        "audited": audit.finished.isoformat(),
        "versions": manifest["versions"],
        "model": manifest["model"],
        "threshold": manifest["settings"]["threshold"],
        **{name: manifest[name] for name in ("documents", "flagged", "copied", "errors")},
        "kinds": dict(found.kinds),
        "certainty": found.certainty,
        "in_words": list(in_words(found, manifest)),
        "replaced_words": [
            {"page_says": word, "probably": original, "times": count}
            for (word, original), count in found.replaced
        ],
        "residue": [{"line": line, "times": count} for line, count in found.residue],
        "not_judged": [{"why": why, "documents": count} for why, count in found.not_judged],
        "sites": [
            {**site, "site": visible(site["site"])} for site in audit.sites if site["flagged"]
        ][:_SITES],
        "strongest": [
            {"id": line.key, **{name: getattr(line, name) for name in names}, "reason": line.note}
            for line in lines
        ],
    }
