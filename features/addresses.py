"""Whose page an address is, and which page an archive, a cache or a translator shows by it."""

import re
import unicodedata
from collections.abc import Container
from functools import cache, lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from publicsuffixlist import PublicSuffixList

_MAX_ADDRESS = 4096
"""Characters of an address that is taken apart. Our choice: half of what servers accept."""

_MAX_HOST = 253
"""Characters of a host name (RFC 1035)."""

_MAX_LAYERS = 8
"""Layers that an address is seen through; an address with more is left as it stands.

Our choice: a translated capture of a mobile page has three.
"""

_REMEMBERED = 4096
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

# Scheme, then the slashes, of which programs that save pages keep one.
_WEB = re.compile(r"(https?|ftp):[/\\]+", re.IGNORECASE)
# "paper.example:8080" has a port, no scheme.
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
# Letters of any script with their marks; no control, space, invisible or half character.
_CHARACTER = r"(?:[\w-]|[^\s\x00-\x9f\u2000-\u206f\ud800-\udfff\ufeff])"
_HOST = re.compile(rf"{_CHARACTER}{{1,63}}(?:\.{_CHARACTER}{{1,63}})*")
"""A host name: labels of at most 63 characters (RFC 1035), with dots between them."""

_DOTS = re.compile("[\N{IDEOGRAPHIC FULL STOP}\N{HALFWIDTH IDEOGRAPHIC FULL STOP}]")
"""Dots of other scripts, which browsers read as full stops (UTS 46)."""

# Each matches a host and the path behind it.
_ARCHIVE = re.compile(
    r"(?:(?:web|web-beta|wayback)\.archive\.org|wayback\.archive-it\.org|web\.archive\.bibalex\.org"
    r"|archive\.(?:today|ph|is|li|vn|fo|md)|webarchive\.nationalarchives\.gov\.uk|arquivo\.pt"
    r"|(?:www\.)?webarchive\.org\.uk|webarchive\.loc\.gov|wayback\.vefsafn\.is"
    r"|(?:www\.)?webcitation\.org|perma\.cc|timetravel\.mementoweb\.org|archive\.wikiwix\.com"
    r"|megalodon\.jp|ghostarchive\.org|12ft\.io|r\.jina\.ai)/|(?:www\.)?archive\.org/web/"
)
_QUERIED = re.compile(
    r"(?:translate\.google\.[a-z.]{2,6}|(?:translate|webcache)\.googleusercontent\.com"
    r"|(?:www\.)?(?:microsofttranslator|translatetheweb)\.com|translate\.yandex\.[a-z.]{2,6}"
    r"|papago\.naver\.net|cc\.bingj\.com|(?:yandexwebcache|hghltd\.yandex)\.net)/"
)
"""Translators and caches that take the address as a parameter."""

_AMP_CACHE = re.compile(r"(?:[\w-]+\.)*(?:cdn\.ampproject\.org|bing-amp\.com)/")
"""AMP caches, which encode the host of the page in their own."""

_TRANSLATED = re.compile(r"[\w-]+\.translate\.goog/|translated\.turbopages\.org/")
"""Translators that encode the host of the page in their own."""

_PROXIED = re.compile(
    r"(?:[\w-]+\.)*(?:cdn\.ampproject\.org|bing-amp\.com)/[a-z]{1,2}/(?P<cached>s/)?(?P<at>[^/]+\..*)"
    r"|(?:www\.)?(?:google\.[a-z.]{2,6}|bing\.com)/amp/(?P<viewed>s/)?(?P<read>[^/]+\..*)"
    r"|translated\.turbopages\.org/proxy_u/[^/]+/(?:http|(?P<secure>https))/(?P<turned>.+)"
)
"""Caches, viewers and translators that have the address behind their own path."""

_CAPTURED = re.compile(r"(?<=[/=])https?(?::|%3a)(?:/|%2f).+", re.IGNORECASE)
"""A whole address within an archive's."""

_CAPTURED_HOST = re.compile(r"/\d{4,14}(?:[a-z]{2}_)?/(?P<address>[^/]+\..+)")
"""A host and path behind the time of capture in an archive's address."""

# Google's caches: "cache:", a key of twelve characters, the address, the words searched for.
_GOOGLE_CACHE = re.compile(r"cache:(?:[\w-]{12}:)?(?P<address>\S+)")
_ADDRESS_PARAMETERS = ("u", "url", "a", "q")
"""Names of the parameters that hold an address."""

_PROXY_PARAMETER = re.compile(r"_x_tr_\w+(?:=.*)?|amp_\w+(?:=.*)?|usqp(?:=.*)?")
"""Parameters that translators and AMP caches add."""

_CAMPAIGN_PARAMETER = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id)(?:=.*)?", re.IGNORECASE)
"""Parameters that tell how a reader came, and change nothing on the page."""

_VARIANT_LABELS = frozenset(("m", "amp", "mobile"))
"""Labels of hosts that show the mobile or the AMP variant of a page."""

_VARIANT_SEGMENTS = frozenset(("amp", "amp.html"))
"""First or last parts of a path that show the AMP variant."""

_BLOGGER_MOBILE = re.compile(r"m=[01]")
"""The parameter by which Blogger shows a page to telephones; elsewhere it may mean anything."""

_AMP_PARAMETER = re.compile(r"_?amp(?:=(?:1|true)?)?|output(?:Type)?=amp", re.IGNORECASE)
"""Parameters that ask for the AMP variant."""

_AMP_ENDING = re.compile(r"\.amp(?=(?:\.html?)?$)", re.IGNORECASE)
"""Ending of a path that asks for the AMP variant."""


@lru_cache(_REMEMBERED)
def host(url: str) -> str:
    """Host of an address, or "" where there is none: of paths, mail addresses, broken ones.

    In lower case and Unicode, without user, port and last dot. An address without a scheme needs
    a known top-level domain, ``www.`` or the two slashes.

    >>> host("HTTPS://Reader:key@News.Paper.Example.:8443/a"), host("//xn--bcher-kva.example")
    ('news.paper.example', 'bücher.example')
    >>> host("www.paper.example/a"), host("notes/a.html"), host("http://[broken")
    ('www.paper.example', '', '')
    """
    parts = _split(url)
    return _host(parts) if parts else ""


def owner(url: str) -> str:
    """Registrable domain of an address by the public suffix list, private section included.

    It is what one owner registers: two blogs on one blogging host are two owners. A host that is
    a public suffix itself stands for its own owner; an IP address and a single name have none.

    >>> owner("https://news.bbc.co.uk/a"), owner("http://alice.github.io"), owner("http://10.0.0.1")
    ('bbc.co.uk', 'alice.github.io', '')
    """
    return _owner(host(url))


def site(url: str) -> str:
    """Host, without ``www.``, of the page that an address shows; "" where that is not known.

    >>> site("https://web.archive.org/web/2024/https://www.paper.example/a"), site("//archive.ph/x")
    ('paper.example', '')
    """
    seen = seen_through(url)
    return "" if is_intermediary(seen) else _without_www(host(seen))


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


def is_intermediary(url: str) -> bool:
    """Whether an archive, a cache or a translator is at an address, and not a page's owner.

    >>> is_intermediary("https://archive.ph/AbC12"), is_intermediary("https://paper.example/a")
    (True, False)
    """
    parts = _split(url)
    place = _place(parts) if parts else ""
    return any(kind.match(place) for kind in (_ARCHIVE, _QUERIED, _AMP_CACHE, _TRANSLATED))


@lru_cache(_REMEMBERED)
def seen_through(url: str) -> str:
    """The address of the page that an address shows, as far as the address tells it.

    Web archives, search engines' caches, translators and AMP caches are taken away, and what
    marks the AMP or the mobile variant of a page. Every other address is returned as it is.

    >>> seen_through("https://web.archive.org/web/20240502080000id_/http://paper.example/a?b=1")
    'http://paper.example/a?b=1'
    >>> seen_through("https://www-river--news-example.translate.goog/a?_x_tr_sl=en")
    'https://www.river-news.example/a'
    >>> seen_through("https://www.google.com/amp/s/amp.paper.example/a/amp/")
    'https://paper.example/a/'
    """
    seen = url
    for _ in range(_MAX_LAYERS):
        shown = _shown(seen)
        if shown is None:
            return seen
        seen = shown
    return url


def page_key(url: str) -> str:
    """What all addresses of one page have in common; "" for no address.

    The address that is seen through, without scheme, ``www.``, port, campaign parameters,
    fragment and last slash.

    >>> page_key("https://www.Paper.example:8443/a/?utm_source=x#top")
    'paper.example/a'
    """
    parts = _split(seen_through(url))
    if parts is None:
        return url.partition("#")[0].rstrip("/")
    query = _left(parts.query, _CAMPAIGN_PARAMETER)
    return _joined(_without_www(_host(parts)) + unquote(parts.path).rstrip("/"), query)


def _split(url: str) -> SplitResult | None:
    """The parts of an address with a host, or None."""
    url = url.strip()
    scheme = _WEB.match(url)
    if not url or len(url) > _MAX_ADDRESS or (not scheme and _OTHER_SCHEME.match(url)):
        return None
    bare = not scheme and not url.startswith("//")
    rest = url[scheme.end() :] if scheme else url.removeprefix("//")
    try:
        parts = urlsplit(f"{scheme[1] if scheme else 'http'}://{rest}")
        name = _host(parts)
    except ValueError:
        return None
    if not name or (bare and not name.startswith("www.") and not _has_known_suffix(name)):
        return None
    return parts


def _host(parts: SplitResult) -> str:
    """Host in its normal form, or ""; raises ValueError where its brackets are broken."""
    name = parts.hostname or ""
    if ":" in name:
        return str(ip_address(name.partition("%")[0]))
    name = _DOTS.sub(".", unicodedata.normalize("NFKC", name.lower())).rstrip(".")
    if len(name) > _MAX_HOST:
        return ""
    name = ".".join(map(_decoded, name.split(".")))
    return name if _HOST.fullmatch(name) else ""


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def _without_www(name: str) -> str:
    rest = name.removeprefix("www.")
    return rest if "." in rest else name


def _has_known_suffix(name: str) -> bool:
    top = name.rpartition(".")[2]
    return name != top and (top in _RESERVED or _suffixes().publicsuffix(name, False) is not None)


@lru_cache(_REMEMBERED)
def _owner(name: str) -> str:
    name = _without_www(name)
    if "." not in name or _is_ip(name):
        return ""
    return _hosting().privatesuffix(name) or _suffixes().privatesuffix(name) or name


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


@cache
def _suffixes() -> PublicSuffixList:
    # Hosts are in Unicode here, so that the list needs no second, encoded half.
    return PublicSuffixList(accept_encoded_idn=False)


@cache
def _hosting() -> PublicSuffixList:
    return PublicSuffixList(_HOSTING.split(), accept_unknown=False, accept_encoded_idn=False)


def _place(parts: SplitResult) -> str:
    return _host(parts) + (parts.path or "/")


def _shown(url: str) -> str | None:
    """The address one layer behind another, or None where nothing is before it."""
    parts = _split(url)
    if parts is None:
        return None
    place = _place(parts)
    for kind, behind in (
        (_ARCHIVE, _captured),
        (_QUERIED, _queried),
        (_PROXIED, _proxied),
        (_AMP_CACHE, _hyphenated),
        (_TRANSLATED, _hyphenated),
    ):
        if kind.match(place):
            address = behind(parts)
            return address if address and host(address) else None
    return _without_variant(parts)


def _captured(parts: SplitResult) -> str | None:
    """What an archive captured: the first whole address in its own, or what follows a time."""
    address = parts._replace(scheme="", netloc="").geturl()
    whole = _CAPTURED.search(address)
    if whole:
        stated = whole[0] if ":" in whole[0][:6] else unquote(whole[0])
        return _WEB.sub(r"\1://", stated, count=1)
    bare = _CAPTURED_HOST.search(address)
    return f"http://{bare['address']}" if bare else None


def _queried(parts: SplitResult) -> str | None:
    for name, value in parse_qsl(parts.query):
        cached = _GOOGLE_CACHE.match(value)
        address = cached["address"] if cached else value
        if name in _ADDRESS_PARAMETERS and host(address):
            return address
    return None


def _proxied(parts: SplitResult) -> str | None:
    """The page's host and path behind those of the proxy."""
    found = _PROXIED.match(_place(parts))
    if found is None:
        return None
    scheme = "https" if found["cached"] or found["viewed"] or found["secure"] else "http"
    address = found["at"] or found["read"] or found["turned"]
    return _joined(f"{scheme}://{address}", _left(parts.query, _PROXY_PARAMETER))


def _hyphenated(parts: SplitResult) -> str | None:
    """The page's host from the proxy's first label, where hyphens stand for its dots.

    Google's translator puts what is too long for a label into a parameter, and marks a label
    that begins like an encoded one; AMP caches encode alike.
    """
    label = _host(parts).partition(".")[0]
    stated = dict(parse_qsl(parts.query))
    label = stated.get("_x_tr_hp", "") + label
    encoded = label.startswith("0-")
    label = re.sub(r"^[01]-", "", label)
    name = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    if encoded:
        name = f"xn--{name}"
    if "." not in name:
        return None
    scheme = stated.get("_x_tr_sch", "https")
    return _joined(f"{scheme}://{name}{parts.path}", _left(parts.query, _PROXY_PARAMETER))


def _without_variant(parts: SplitResult) -> str | None:
    """An address without what marks the mobile or the AMP variant of a page; None without any."""
    name, registered = _host(parts), _owner(_host(parts))
    netloc = parts.netloc
    if registered and name != registered:
        labels = name.removesuffix(registered).split(".")
        kept = [label for label in labels if label not in _VARIANT_LABELS]
        if kept != labels:
            netloc = ".".join(kept) + registered
    first, *segments = parts.path.split("/")
    named = [segment for segment in segments if segment]
    if len(named) > 1:
        edges = (0, len(segments) - 1 - (not segments[-1]))
        segments = [
            segment
            for place, segment in enumerate(segments)
            if place not in edges or segment.lower() not in _VARIANT_SEGMENTS
        ]
    path = _AMP_ENDING.sub("", "/".join((first, *segments)))
    query = _left(parts.query, _AMP_PARAMETER)
    if ".blogspot." in name:
        query = _left(query, _BLOGGER_MOBILE)
    if (netloc, path, query) == (parts.netloc, parts.path, parts.query):
        return None
    return parts._replace(netloc=netloc, path=path, query=query).geturl()


def _left(query: str, besides: re.Pattern[str]) -> str:
    return "&".join(part for part in query.split("&") if not besides.fullmatch(part))


def _joined(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address
