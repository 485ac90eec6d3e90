"""Sites of an audit, the worst first: what is said of each, and which of them a blocklist takes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from chaffinch.features.hosts import owner_of
from chaffinch.features.wording import counted, percent, visible


class SiteLine(NamedTuple):
    """What a list says of a site.

    Attributes:
        site: Host, or "" for pages without an address.
        owner: Registrable domain, or the host where it has none.
        verdict: As in ``sites.parquet``.
        share_low: Lower end of the 95 % interval of the share flagged, by which sites are ranked.
        share_high: Its upper end.
        documents: Addresses.
        scored: Those that were judged.
        flagged: Those that were flagged.
        copied: Those that are copies.
        reasons: What speaks against the site, in sentences, the strongest first.
        examples: Ids of its strongest documents.
    """

    site: str
    owner: str
    verdict: str
    share_low: float
    share_high: float
    documents: int
    scored: int
    flagged: int
    copied: int
    reasons: list[str]
    examples: list[str]


def site_lines(sites: Iterable[Mapping[str, Any]], threshold: float = 0.0) -> Iterator[SiteLine]:
    """The sites that reach a threshold, in their order.

    Args:
        sites: Rows of ``sites.parquet``.
        threshold: Least lower end of the interval of the share flagged.
    """
    for site in sites:
        if site["share_low"] >= threshold:
            named = {name: site[name] for name in SiteLine._fields if name in site}
            owner = owner_of(site["site"]) or site["site"]
            yield SiteLine(**named, owner=owner, reasons=list(_reasons(site)))


def blocked(sites: Iterable[Mapping[str, Any]], threshold: float) -> Iterator[str]:
    """The registrable domains that reach a threshold, in the order of their worst sites.

    A domain of which another judged site stays under the threshold is not listed; the sites that
    reach it are, by their hosts. Trusted sites, and pages without an address, are left out.

    Args:
        sites: Rows of ``sites.parquet``.
        threshold: As `site_lines` has it.
    """
    judged = [site for site in sites if site["site"] and site["scored"]]
    spared = {
        owner_of(site["site"])
        for site in judged
        if site["share_low"] < threshold or site["verdict"] == "trusted"
    }
    seen = set()
    for site in judged:
        if site["share_low"] < threshold or site["verdict"] == "trusted":
            continue
        owner = owner_of(site["site"])
        name = owner if owner and owner not in spared else site["site"]
        if name not in seen:
            seen.add(name)
            yield name


def _reasons(site: Mapping[str, Any]) -> Iterator[str]:
    if site["flagged"]:
        kinds = [f"{site[kind]:,} {kind}" for kind in ("spun", "scraped") if site[kind]]
        interval = f"95 % interval {percent(site['share_low'])} to {percent(site['share_high'])}"
        yield (
            f"{site['flagged']:,} of {counted(site['scored'], 'judged page')} flagged "
            f"({', '.join([*kinds, interval])})"
        )
    if site["copied"]:
        sources = ", ".join(
            f"{visible(one['source'], 80)} ({one['documents']:,})" for one in site["main_sources"]
        )
        yield f"{counted(site['copied'], 'copy')}; main sources: {sources}"
