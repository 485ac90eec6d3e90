"""A plain list of domains, one on each line, as blocklists of DNS servers and proxies take it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chaffinch.reports.audit.sites import blocked


def sites(found: Iterable[Mapping[str, Any]], threshold: float) -> Iterator[str]:
    """The registrable domains of the sites that reach a threshold, in ASCII (RFC 5890)."""
    for name in blocked(found, threshold):
        try:
            yield f"{name.encode('idna').decode()}\n"
        except UnicodeError:
            # No name server knows it.
            continue
