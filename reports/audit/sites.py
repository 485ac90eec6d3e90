"""Sites of an audit, the worst first: what is said of each, and which of them a blocklist takes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from chaffinch.features.hosts import owner_of
from chaffinch.features.wording import counted, percent, visible

_LEAST_CONTRIBUTION = 0.1
"""Log-odds from which evidence on a site is named; our choice."""

_EXAMPLE_CHARACTERS = 60
"""Characters of an example of it; our choice."""


class SiteLine(NamedTuple):
    """What a list says of a site.

    Attributes:
        site: Host, or "" for pages without an address.
        owner: Registrable domain, or the host where it has none.
        verdict: As in ``sites.parquet``.
        probability: Probability that the site is a farm; None without judged pages.
        probability_low: Lower end of its 95 % interval, or None.
        probability_high: Its upper end, or None.
        documents: Addresses.
        scored: Those that were judged.
        flagged: Those that were flagged.
        copied: Those that are copies.
        share_original: Share of the pages against whose origin nothing speaks, or None.
        reasons: What speaks against the site, in sentences, the strongest first.
        examples: Ids of its strongest documents.
    """

    site: str
    owner: str
    verdict: str
    probability: float | None
    probability_low: float | None
    probability_high: float | None
    documents: int
    scored: int
    flagged: int
    copied: int
    share_original: float | None
    reasons: list[str]
    examples: list[str]


def site_lines(sites: Iterable[Mapping[str, Any]], threshold: float = 0.0) -> Iterator[SiteLine]:
    """The sites that reach a threshold, in their order.

    Args:
        sites: Rows of ``sites.parquet``.
        threshold: Least probability of a farm.
    """
    for site in sites:
        if _reaches(site, threshold):
            named: dict[str, Any] = {name: site.get(name) for name in SiteLine._fields}
            named["owner"] = owner_of(site["site"]) or site["site"]
            named["reasons"] = [*_counts(site), *_why(site)]
            yield SiteLine(**named)


def blocked(sites: Iterable[Mapping[str, Any]], threshold: float) -> Iterator[str]:
    """The registrable domains that reach a threshold, in the order of their worst sites.

    A domain of which another judged site stays under the threshold is not listed; the sites that
    reach it are, by their hosts. Trusted sites, and pages without an address, are left out.

    Args:
        sites: Rows of ``sites.parquet``.
        threshold: As `site_lines` has it.
    """
    judged = [site for site in sites if site["site"] and site["scored"]]
    bad = [_reaches(site, threshold) and site["verdict"] != "trusted" for site in judged]
    spared = {
        owner_of(site["site"]) for site, is_bad in zip(judged, bad, strict=True) if not is_bad
    }
    names = []
    for site, is_bad in zip(judged, bad, strict=True):
        if is_bad:
            owner = owner_of(site["site"])
            names.append(owner if owner and owner not in spared else site["site"])
    yield from dict.fromkeys(names)


def _reaches(site: Mapping[str, Any], threshold: float) -> bool:
    return (site.get("probability") or 0.0) >= threshold


def _counts(site: Mapping[str, Any]) -> Iterator[str]:
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


def _why(site: Mapping[str, Any]) -> Iterator[str]:
    """What adds to the site's log-odds, with what is commonest on its pages."""
    for one in site.get("evidence") or ():
        if one["contribution"] < _LEAST_CONTRIBUTION:
            continue
        said = (
            f"{one['contribution']:+.1f} {one['meaning']}: {one['mean']:.2f} per page, "
            f"{one['honest_mean']:.2f} on honest sites"
        )
        shown = [
            f"{visible(example['text'], _EXAMPLE_CHARACTERS)} ({example['pages']:,})"
            for example in one["examples"]
        ]
        yield f"{said}; on most pages: {', '.join(shown)}" if shown else said
