"""Sites that a user trusts: they copy nobody, and are the likely source of copies."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chaffinch.features.addresses import site
from chaffinch.features.hosts import is_within


class TrustedSitesError(Exception):
    """A list of trusted sites that cannot be used; the message says why and what to do."""


class TrustedSites(NamedTuple):
    """Hosts that are trusted with all of their subdomains.

    Attributes:
        hosts: The hosts, in lower case, without ``www.``.
    """

    hosts: frozenset[str] = frozenset()

    def hold(self, site: str) -> bool:
        """Whether a site is one of the hosts, or below one.

        >>> trusted = TrustedSites(frozenset({"paper.example"}))
        >>> [trusted.hold(site) for site in ("paper.example", "news.paper.example", "example")]
        [True, True, False]
        """
        return is_within(site, self.hosts)

    def mask(self, sites: pa.ChunkedArray) -> NDArray[np.bool_]:
        """Whether each site of a column of strings is held: a bool array of shape (n_rows,)."""
        if not self.hosts:
            return np.zeros(len(sites), np.bool_)
        held = [site for site in sites.unique().to_pylist() if site and self.hold(site)]
        found = pc.is_in(sites, pa.array(held, pa.string()))
        mask: NDArray[np.bool_] = found.to_numpy()
        return mask


def read_trusted(file: Path) -> TrustedSites:
    """Read a list of hosts, one per line; blank lines and comments after a ``#`` are ignored.

    Raises:
        TrustedSitesError: The file cannot be read, or a line is not a host.
    """
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise TrustedSitesError(f"{file} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise TrustedSitesError(f"{file} is not UTF-8 text. Give one host per line.") from None
    hosts = set()
    for number, line in enumerate(lines, 1):
        stated = line.partition("#")[0].strip().lower()
        if not stated:
            continue
        host = _host(stated)
        if host is None:
            raise TrustedSitesError(
                f"{file}, line {number}: not a host. Give one per line, such as paper.example."
            )
        hosts.add(host)
    return TrustedSites(frozenset(hosts))


def _host(stated: str) -> str | None:
    """The host of a line that may be an address or a pattern like ``*.paper.example``."""
    stated = stated.removeprefix("*.")
    return site(stated if "//" in stated else f"//{stated}") or None
