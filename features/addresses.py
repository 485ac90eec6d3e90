"""Which page an archive, a cache, a translator or an AMP address shows."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from chaffinch.features.hosts import (
    REMEMBERED,
    WEB_SCHEME,
    Address,
    host,
    owner_of,
    parsed,
    without_www,
)

_MAX_LAYERS = 8
"""Layers that an address is seen through; an address with more is left as it stands.

Our choice: a translated capture of a mobile page has three.
"""

# The expressions are compiled when the first address is met: most texts that are scored have none.

# Each matches a host and the path behind it.
_ARCHIVE = (
    r"(?:(?:web|web-beta|wayback)\.archive\.org|wayback\.archive-it\.org|web\.archive\.bibalex\.org"
    r"|archive\.(?:today|ph|is|li|vn|fo|md)|webarchive\.nationalarchives\.gov\.uk|arquivo\.pt"
    r"|(?:www\.)?webarchive\.org\.uk|webarchive\.loc\.gov|wayback\.vefsafn\.is"
    r"|(?:www\.)?webcitation\.org|perma\.cc|timetravel\.mementoweb\.org|archive\.wikiwix\.com"
    r"|megalodon\.jp|ghostarchive\.org|12ft\.io|r\.jina\.ai)/|(?:www\.)?archive\.org/web/"
)
_QUERIED = (
    r"(?:translate\.google\.[a-z.]{2,6}|(?:translate|webcache)\.googleusercontent\.com"
    r"|(?:www\.)?(?:microsofttranslator|translatetheweb)\.com|translate\.yandex\.[a-z.]{2,6}"
    r"|papago\.naver\.net|cc\.bingj\.com|(?:yandexwebcache|hghltd\.yandex)\.net)/"
)
"""Translators and caches that take the address as a parameter."""

_AMP_CACHE = r"(?:[\w-]+\.)*(?:cdn\.ampproject\.org|bing-amp\.com)/"
"""AMP caches, which encode the host of the page in their own."""

_TRANSLATED = r"[\w-]+\.translate\.goog/|translated\.turbopages\.org/"
"""Translators that encode the host of the page in their own."""

_PROXIED = (
    r"(?:[\w-]+\.)*(?:cdn\.ampproject\.org|bing-amp\.com)/[a-z]{1,2}/(?P<cached>s/)?(?P<at>[^/]+\..*)"
    r"|(?:www\.)?(?:google\.[a-z.]{2,6}|bing\.com)/amp/(?P<viewed>s/)?(?P<read>[^/]+\..*)"
    r"|translated\.turbopages\.org/proxy_u/[^/]+/(?:http|(?P<secure>https))/(?P<turned>.+)"
)
"""Caches, viewers and translators that have the address behind their own path."""

_CAPTURED = r"(?i)(?<=[/=])https?(?::|%3a)(?:/|%2f).+"
"""A whole address within an archive's."""

_CAPTURED_HOST = r"/\d{4,14}(?:[a-z]{2}_)?/(?P<address>[^/]+\..+)"
"""A host and path behind the time of capture in an archive's address."""

# Google's caches: "cache:", a key of twelve characters, the address, the words searched for.
_GOOGLE_CACHE = r"cache:(?:[\w-]{12}:)?(?P<address>\S+)"
_ADDRESS_PARAMETERS = ("u", "url", "a", "q")
"""Names of the parameters that hold an address."""

_PROXY_PARAMETER = r"_x_tr_\w+(?:=.*)?|amp_\w+(?:=.*)?|usqp(?:=.*)?"
"""Parameters that translators and AMP caches add."""

_CAMPAIGN_PARAMETER = r"(?i)(?:utm_\w+|fbclid|gclid|mc_[ce]id)(?:=.*)?"
"""Parameters that tell how a reader came, and change nothing on the page."""

_VARIANT_LABELS = frozenset(("m", "amp", "mobile"))
"""Labels of hosts that show the mobile or the AMP variant of a page."""

_VARIANT_SEGMENTS = frozenset(("amp", "amp.html"))
"""First or last parts of a path that show the AMP variant."""

_BLOGGER_MOBILE = r"m=[01]"
"""The parameter by which Blogger shows a page to telephones; elsewhere it may mean anything."""

_AMP_PARAMETER = r"(?i)_?amp(?:=(?:1|true)?)?|output(?:Type)?=amp"
"""Parameters that ask for the AMP variant."""

_AMP_ENDING = r"(?i)\.amp(?=(?:\.html?)?$)"
"""Ending of a path that asks for the AMP variant."""


def site(url: str) -> str:
    """Host, without ``www.``, of the page that an address shows; "" where that is not known.

    >>> site("https://web.archive.org/web/2024/https://www.paper.example/a"), site("//archive.ph/x")
    ('paper.example', '')
    """
    seen = seen_through(url)
    return "" if is_intermediary(seen) else without_www(host(seen))


def is_intermediary(url: str) -> bool:
    """Whether an archive, a cache or a translator is at an address, and not a page's owner.

    >>> is_intermediary("https://archive.ph/AbC12"), is_intermediary("https://paper.example/a")
    (True, False)
    """
    address = parsed(url)
    place = address.place if address else ""
    return any(re.match(kind, place) for kind in (_ARCHIVE, _QUERIED, _AMP_CACHE, _TRANSLATED))


@lru_cache(REMEMBERED)
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
    address = parsed(seen_through(url))
    if address is None:
        return url.partition("#")[0].rstrip("/")
    query = _left(address.parts.query, _CAMPAIGN_PARAMETER)
    return _joined(without_www(address.host) + unquote(address.parts.path).rstrip("/"), query)


def _shown(url: str) -> str | None:
    """The address one layer behind another, or None where nothing is before it."""
    address = parsed(url)
    if address is None:
        return None
    for kind, behind in (
        (_ARCHIVE, _captured),
        (_QUERIED, _queried),
        (_PROXIED, _proxied),
        (_AMP_CACHE, _hyphenated),
        (_TRANSLATED, _hyphenated),
    ):
        if re.match(kind, address.place):
            page = behind(address)
            return page if page and host(page) else None
    return _without_variant(address)


def _captured(archived: Address) -> str | None:
    """What an archive captured: the first whole address in its own, or what follows a time."""
    address = archived.parts._replace(scheme="", netloc="").geturl()
    whole = re.search(_CAPTURED, address)
    if whole:
        stated = whole[0] if ":" in whole[0][:6] else unquote(whole[0])
        return re.sub(WEB_SCHEME, r"\1://", stated, count=1)
    bare = re.search(_CAPTURED_HOST, address)
    return f"http://{bare['address']}" if bare else None


def _queried(shown: Address) -> str | None:
    """The address in a parameter of a translator's or a cache's."""
    for name, value in parse_qsl(shown.parts.query):
        cached = re.match(_GOOGLE_CACHE, value)
        address = cached["address"] if cached else value
        if name in _ADDRESS_PARAMETERS and host(address):
            return address
    return None


def _proxied(proxied: Address) -> str | None:
    """The page's host and path behind those of the proxy."""
    found = re.match(_PROXIED, proxied.place)
    if found is None:
        return None
    scheme = "https" if found["cached"] or found["viewed"] or found["secure"] else "http"
    address = found["at"] or found["read"] or found["turned"]
    return _joined(f"{scheme}://{address}", _left(proxied.parts.query, _PROXY_PARAMETER))


def _hyphenated(proxied: Address) -> str | None:
    """The page's host from the proxy's first label, where hyphens stand for its dots.

    Google's translator puts what is too long for a label into a parameter, and marks a label
    that begins like an encoded one; AMP caches encode alike.
    """
    label = proxied.host.partition(".")[0]
    stated = dict(parse_qsl(proxied.parts.query))
    label = stated.get("_x_tr_hp", "") + label
    encoded = label.startswith("0-")
    label = re.sub(r"^[01]-", "", label)
    name = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    if encoded:
        name = f"xn--{name}"
    if "." not in name:
        return None
    scheme = stated.get("_x_tr_sch", "https")
    return _joined(
        f"{scheme}://{name}{proxied.parts.path}", _left(proxied.parts.query, _PROXY_PARAMETER)
    )


def _without_variant(address: Address) -> str | None:
    """An address without what marks the mobile or the AMP variant of a page; None without any."""
    parts, name = address
    has_label = not _VARIANT_LABELS.isdisjoint(name.split("."))
    if not has_label and ".blogspot." not in name and "amp" not in parts.geturl().lower():
        return None
    registered = owner_of(name)
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
    path = re.sub(_AMP_ENDING, "", "/".join((first, *segments)))
    query = _left(parts.query, _AMP_PARAMETER)
    if ".blogspot." in name:
        query = _left(query, _BLOGGER_MOBILE)
    if (netloc, path, query) == (parts.netloc, parts.path, parts.query):
        return None
    return parts._replace(netloc=netloc, path=path, query=query).geturl()


def _left(query: str, besides: str) -> str:
    return "&".join(part for part in query.split("&") if not re.fullmatch(besides, part))


def _joined(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address
