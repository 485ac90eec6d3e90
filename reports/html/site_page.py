"""A site in a report: what speaks against it, its sources, and the sites that it is tied to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from chaffinch.features.hosts import owner_of
from chaffinch.features.wording import percent, visible
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.lines import MAX_CELL
from chaffinch.reports.audit.network import Network
from chaffinch.reports.audit.sites import SiteLine, site_lines
from chaffinch.reports.html.plain import FOLDER
from chaffinch.reports.templates import anchor, environment

MAX_SITES = 500
"""Sites of which a report says more than a line, the worst first; our choice: packed they take
some 200 KB."""

_MAX_TIES = 12
"""Sites of each sort that a site's page names; our choice: they fit on a screen."""


class Ties(NamedTuple):
    """Sites that a site is tied to in one way.

    Attributes:
        title: In which way.
        unit: What is counted.
        sites: Hosts and counts.
        more: How many more there are.
    """

    title: str
    unit: str
    sites: list[tuple[str, int]]
    more: int


class SitePage(NamedTuple):
    """What a report shows of a site.

    Attributes:
        key: Its host, by which links lead to it.
        site: The host, safe to look at.
        owner: Its registrable domain, or "" where that is the host.
        row: Its row of ``sites.parquet``.
        probability: How probably it is a farm, in words.
        reasons: What speaks against it, in sentences.
        examples: Ids of its strongest documents.
        ties: Its sources, those who copied from it, and those who copied the same.
    """

    key: str
    site: str
    owner: str
    row: Mapping[str, Any]
    probability: str
    reasons: list[str]
    examples: list[str]
    ties: list[Ties]


def site_pages(audit: AuditData, network: Network) -> dict[str, SitePage]:
    """By host, the worst sites that something can be said of."""
    found: dict[str, SitePage] = {}
    for row, line in zip(audit.sites, site_lines(audit.sites), strict=True):
        if len(found) < MAX_SITES and row["site"] and (line.reasons or row["site"] in network):
            found[row["site"]] = SitePage(
                key=row["site"],
                site=visible(row["site"], MAX_CELL),
                owner=visible(line.owner if owner_of(row["site"]) != row["site"] else "", MAX_CELL),
                row=row,
                probability=_probability(line),
                reasons=line.reasons,
                examples=line.examples,
                ties=list(_ties(row["site"], network)),
            )
    return found


def site_markup(
    page: SitePage,
    href: Callable[[str], str | None],
    document: Callable[[str], str] = anchor,
) -> Markup:
    """A site as HTML.

    Args:
        page: The site.
        href: Address of what is said of another site, by its host; None where nothing is.
        document: Address of a document, by its id.
    """
    macro = environment(FOLDER).get_template("site.html.j2").module
    return Markup(macro.site(page, href, document))  # type: ignore[attr-defined]


def _probability(line: SiteLine) -> str:
    if line.probability is None:
        return ""
    interval = f"{percent(line.probability_low)} to {percent(line.probability_high)}"
    said = f"{percent(line.probability)} likely a farm, 95 % interval {interval}"
    if line.share_original is not None:
        said += (
            f"; nothing speaks against the origin of {percent(line.share_original)} of its pages"
        )
    return said


def _ties(site: str, network: Network) -> Iterator[Ties]:
    links = network.links(site)
    for title, unit, sites in (
        ("Its sources", "copy", links.sources),
        ("Who copies from it", "copy", links.copiers),
        ("Who copies the same pages", "page", links.neighbours),
    ):
        if sites:
            yield Ties(title, unit, _shown(sites), max(0, len(sites) - _MAX_TIES))


def _shown(sites: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return list(sites[:_MAX_TIES])
