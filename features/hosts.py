"""Hosts of addresses, and their owners by the public suffix list."""

import re
import unicodedata
from collections.abc import Container
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_MAX_ADDRESS = 4096
"""Characters of an address that is taken apart. Our choice: half of what servers accept."""

_MAX_HOST = 253
"""Characters of a host name (RFC 1035)."""

REMEMBERED = 4096
"""Addresses whose parts are kept: signals ask for a page's own several times. Our choice."""

_MIN_NAME = 3
"""Letters of a name that tells an owner under any suffix. Our choice: shorter ones are taken
by somebody else under most."""

_RESERVED = frozenset(("example", "invalid", "localhost", "test"))
"""Top-level domains for documents and tests (RFC 2606), which the public suffix list lacks."""

_HOSTING = """
blogs.com blogspot.ca blogspot.co.uk blogspot.com.au blogspot.com.br blogspot.de blogspot.es
blogspot.fr blogspot.in blogspot.it blogspot.nl canalblog.com dreamwidth.org edublogs.org
fandom.com ghost.io hashnode.dev jimdo.com jimdofree.com livejournal.com mataroa.blog medium.com
micro.blog neocities.org over-blog.com posthaven.com skyrock.com squarespace.com strikingly.com
substack.com svbtle.com tistory.com tripod.com tumblr.com typepad.com webnode.com webs.com
weebly.com wikidot.com wordpress.com wpcomstaging.com write.as xanga.com
"""
"""Hosts with a name for each customer that the public suffix list lacks.

Its private section holds hosts whose owners asked for it. Our choice: blogging and site-building
services whose customers' pages are common in English crawls.
"""

# The expressions are compiled when the first address is met: most texts that are scored have none.

WEB_SCHEME = r"(?i)(https?|ftp):[/\\]+"
"""Scheme and the slashes behind it, of which programs that save pages keep one."""

# "paper.example:8080" has a port, no scheme.
_OTHER_SCHEME = r"(?i)[a-z][a-z0-9+.-]*:(?!\d)"
# Letters of any script with their marks; no control, space, invisible or half character.
_CHARACTER = r"(?:[\w-]|[^\s\x00-\x9f\u2000-\u206f\ud800-\udfff\ufeff])"
_HOST = rf"{_CHARACTER}{{1,63}}(?:\.{_CHARACTER}{{1,63}})*"
"""A host name: labels of at most 63 characters (RFC 1035), with dots between them."""

_DOTS = "[\N{IDEOGRAPHIC FULL STOP}\N{HALFWIDTH IDEOGRAPHIC FULL STOP}]"
"""Dots of other scripts, which browsers read as full stops (UTS 46)."""


class Address(NamedTuple):
    """An address with a host, taken apart.

    Attributes:
        parts: Its parts as they were written.
        host: Its host in lower case and Unicode, without user, port and last dot.
    """

    parts: SplitResult
    host: str

    @property
    def place(self) -> str:
        """Host and path, the path as it was written."""
        return self.host + (self.parts.path or "/")


@lru_cache(REMEMBERED)
def parsed(url: str) -> Address | None:
    """An address taken apart, or None where it has no host or is broken.

    An address without a scheme needs a known top-level domain, ``www.`` or the two slashes.

    >>> parsed("//Paper.example/A").place, parsed("http://[broken")
    ('paper.example/A', None)
    """
    url = url.strip()
    if not url or len(url) > _MAX_ADDRESS:
        return None
    scheme = re.match(WEB_SCHEME, url)
    if not scheme and re.match(_OTHER_SCHEME, url):
        return None
    bare = not scheme and not url.startswith("//")
    rest = url[scheme.end() :] if scheme else url.removeprefix("//")
    try:
        parts = urlsplit(f"{scheme[1] if scheme else 'http'}://{rest}")
        name = _normal(parts.hostname or "")
    except ValueError:
        return None
    if not name or (bare and not name.startswith("www.") and not _has_known_suffix(name)):
        return None
    return Address(parts, name)


def host(url: str) -> str:
    """Host of an address, or "" where there is none: of paths, mail addresses, broken ones.

    In lower case and Unicode, without user, port and last dot.

    >>> host("HTTPS://Reader:key@News.Paper.Example.:8443/a"), host("//xn--bcher-kva.example")
    ('news.paper.example', 'bücher.example')
    >>> host("www.paper.example/a"), host("notes/a.html"), host("http://[broken")
    ('www.paper.example', '', '')
    """
    address = parsed(url)
    return address.host if address else ""


def owner(url: str) -> str:
    """Registrable domain of an address by the public suffix list, private section included.

    It is what one owner registers: two blogs on one blogging host are two owners. A host that is
    a public suffix itself stands for its own owner; an IP address and a single name have none.

    >>> owner("https://news.bbc.co.uk/a"), owner("http://alice.github.io"), owner("http://10.0.0.1")
    ('bbc.co.uk', 'alice.github.io', '')
    """
    return owner_of(host(url))


def same_owner(one: str, other: str) -> bool:
    """Whether two addresses have one owner, or owners of one name with different suffixes.

    An address without an owner, such as an IP address, contradicts none.

    >>> same_owner("//bbc.co.uk", "//www.bbc.com"), same_owner("//a.github.io", "//b.github.io")
    (True, False)
    """
    first, second = owner(one), owner(other)
    if not first or not second or first == second:
        return True
    name = first.partition(".")[0]
    return len(name) >= _MIN_NAME and name == second.partition(".")[0]


def is_within(name: str, hosts: Container[str]) -> bool:
    """Whether a host is one of some hosts, or below one of them.

    >>> is_within("news.paper.example", {"paper.example"}), is_within("example", {"paper.example"})
    (True, False)
    """
    labels = name.split(".")
    return any(".".join(labels[first:]) in hosts for first in range(len(labels)))


def without_www(name: str) -> str:
    """A host without ``www.``, unless nothing but a top-level domain would be left."""
    rest = name.removeprefix("www.")
    return rest if "." in rest else name


@lru_cache(REMEMBERED)
def owner_of(name: str) -> str:
    """The registrable domain of a host, as `owner` gives it."""
    name = without_www(name)
    if "." not in name or _is_ip(name):
        return ""
    return _hosting().privatesuffix(name) or _suffixes().privatesuffix(name) or name


def _normal(name: str) -> str:
    """A host in its normal form, or "" where it is none.

    Raises:
        ValueError: It has a colon and is no IP address.
    """
    if ":" in name:
        return str(ip_address(name.partition("%")[0]))
    if not name.isascii():
        name = re.sub(_DOTS, ".", unicodedata.normalize("NFKC", name.lower()))
    name = name.rstrip(".")
    if len(name) > _MAX_HOST:
        return ""
    if "xn--" in name:
        name = ".".join(map(_decoded, name.split(".")))
    return name if re.fullmatch(_HOST, name) else ""


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def _has_known_suffix(name: str) -> bool:
    top = name.rpartition(".")[2]
    return name != top and (top in _RESERVED or _suffixes().publicsuffix(name, False) is not None)


def _is_ip(name: str) -> bool:
    if not name[-1].isdigit() and ":" not in name:
        return False
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    # Hosts are in Unicode here, so that the list needs no second, encoded half.
    return PublicSuffixList(accept_encoded_idn=False)


@cache
def _hosting() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(_HOSTING.split(), accept_unknown=False, accept_encoded_idn=False)
