"""Files to read, on this machine or wherever fsspec can open them."""

from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, cast


class MissingLibrary(Exception):
    """A library that is not installed; the message says how to install it."""


def is_url(location: str) -> bool:
    """Whether a location is an fsspec URL (``s3://...``) and not a path."""
    return "://" in location or "::" in location


def open_file(location: str) -> BinaryIO:
    """Open a file or a URL as a seekable stream of bytes.

    Raises:
        MissingLibrary: The location is a URL and its library is not installed.
        OSError: It cannot be opened.
    """
    if not is_url(location):
        return Path(location).open("rb")
    filesystem, path = filesystem_of(location)
    return cast(BinaryIO, filesystem.open(path, "rb"))


def filesystem_of(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path there.

    Raises:
        MissingLibrary: fsspec, or what it needs for this kind of URL, is not installed.
        OSError: The URL cannot be understood.
    """
    outer, mark, inner = url.partition("::")
    protocol, separator, path = outer.partition("://")
    if mark and separator:
        # An archive is opened once, and closed when nothing holds its file system.
        return _opened(f"{protocol}://::{inner}")[0], path
    return _opened(url)


# Our choice: a crawl lies in one or two file systems.
@lru_cache(maxsize=4)
def _opened(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingLibrary(
            f"{url}: URLs need fsspec. Install it: pip install 'chaffinch[remote]'."
        ) from None
    try:
        filesystem, path = url_to_fs(url)
    except ImportError as error:
        # fsspec names the library, and for web addresses none of the packages that have it.
        web = url.startswith(("http://", "https://"))
        remedy = " Install it: pip install 'chaffinch[remote]'." if web else ""
        raise MissingLibrary(f"{url}: {error}.{remedy}") from None
    except ValueError as error:
        raise OSError(f"{url}: {error}.") from None
    return filesystem, path
