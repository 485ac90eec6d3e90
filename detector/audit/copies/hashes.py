"""Addresses and whole records as 64-bit hashes, to compare many at once."""

import hashlib

from chaffinch.features.addresses import page_key


def text_hash(text: str | None) -> int:
    """64 bits of a text's blake2b; 0 for no text."""
    if not text:
        return 0
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest)


def address_hash(url: str | None) -> int:
    """Hash of an address, the same for all addresses of one page (`page_key`); 0 for none.

    >>> address_hash("https://www.Paper.example/a/") == address_hash("http://paper.example/a#top")
    True
    >>> address_hash(None), address_hash("")
    (0, 0)
    """
    return text_hash(page_key(url or ""))


def identity_hash(id: str | None, url: str | None, text_digest: str | None) -> int:
    """Hash of a record's id, address and words."""
    return text_hash("\0".join((id or "", url or "", text_digest or "")))
