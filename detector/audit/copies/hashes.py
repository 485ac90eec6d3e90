"""Addresses and whole records as 64-bit hashes, to compare many at once."""

import hashlib
import re

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://(?:www\.)?", re.IGNORECASE)


def text_hash(text: str | None) -> int:
    """64 bits of blake2b; 0 for no text."""
    if not text:
        return 0
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest)


def address_hash(url: str | None) -> int:
    """Hash of an address, the same whatever its scheme, ``www.``, fragment and last slash.

    >>> address_hash("https://www.Paper.example/a/") == address_hash("http://paper.example/a#top")
    True
    >>> address_hash(None), address_hash("")
    (0, 0)
    """
    if not url:
        return 0
    bare = _SCHEME.sub("", url.partition("#")[0])
    host, slash, path = bare.partition("/")
    return text_hash(f"{host.lower()}{slash}{path}".rstrip("/"))


def identity_hash(id: str | None, url: str | None, text_digest: str | None) -> int:
    """Hash of a record: its id, its address and the digest of its words."""
    return text_hash("\0".join((id or "", url or "", text_digest or "")))
