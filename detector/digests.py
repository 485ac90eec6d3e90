"""Digests that tell whether content is the same: blake2b of 16 bytes, in hexadecimal."""

import hashlib
from pathlib import Path

_BYTES = 16
"""Size of a digest: our choice, two contents in 2**64 would have to meet by chance."""


def digest(data: bytes) -> str:
    """Digest of bytes, 32 characters."""
    return hashlib.blake2b(data, digest_size=_BYTES).hexdigest()


def file_digest(file: Path) -> str:
    """Digest of a file's bytes, 32 characters.

    Raises:
        OSError: It cannot be read.
    """
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=_BYTES)).hexdigest()
