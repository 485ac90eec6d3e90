"""Whether a host or a name in a page's text is the page's own."""

import re

from chaffinch.features.document import Document
from chaffinch.features.hosts import host, owner, owner_of, same_owner

_LEAST_PART = 4
"""Letters of a word that two names of one site have in common. Our choice: shorter words and
those below are in names of many sites."""

_LEAST_INITIALS = 3
"""Least letters of a host that are read as a name's initials, such as the host ``nyt.example``."""

_COMMON_WORDS = frozenset(
    "blog club daily digital editorial global guide herald house info journal life live magazine "
    "media network news official online page post press review site site's station story team "
    "tech the times today update updates week weekly wire with world your".split()
)
"""Words that say little when two names share them. Our choice."""


def is_own_host(document: Document, home: str) -> bool | None:
    """Whether a page is one of a host's owner; None where nothing tells the page's address.

    Where the address is not known, those that the page states of itself stand for it: one of the
    host's owner is enough.

    >>> page = Document("", url="https://cooking.paper.example/a")
    >>> is_own_host(page, "paper.example"), is_own_host(page, "wren.example")
    (True, False)
    """
    metadata = document.metadata
    stated = [f"//{document.site}"]
    if metadata and not owner(stated[0]):
        stated = [metadata.canonical_url or "", *metadata.stated_urls]
    known = [url for url in stated if owner(url)]
    return any(same_owner(url, f"//{home}") for url in known) if known else None


def is_own_name(document: Document, name: str) -> bool | None:
    """Whether a name is that of a page's own site; None where the page says nothing of its site.

    The name is compared with the host and with the site's and the publisher's name in the markup.
    It is the page's own where either holds the other, where they share a word that few names
    have, or where the host begins with its initials.

    >>> page = Document("", url="https://www.dailywren.example/a")
    >>> is_own_name(page, "The Daily Wren"), is_own_name(page, "Harbour Gazette")
    (True, False)
    """
    if host(f"//{name}"):
        return is_own_host(document, host(f"//{name}"))
    metadata = document.metadata
    owned = owner_of(document.site)
    stated = [metadata.site_name, metadata.publisher] if metadata else []
    hosts = [owned.partition(".")[0], document.site] if owned else []
    own = {_letters(text) for text in (*hosts, *stated) if text} - {""}
    if not own:
        return None
    words = re.findall(r"[^\W_]+", name.casefold().replace("'s", "s"))
    shared = [word for word in words if len(word) >= _LEAST_PART and word not in _COMMON_WORDS]
    initials = "".join(word[0] for word in words)
    return any(
        _letters(name) in other
        or other in _letters(name)
        or any(word in other for word in shared)
        or (len(initials) >= _LEAST_INITIALS and other.startswith(initials))
        for other in own
    )


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold().replace("'s", "s"))
