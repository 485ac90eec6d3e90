"""The files of a crawl: a directory, a list or a URL, as a table sorted by path."""

import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from chaffinch.datasets.file_names import real_name, shown_name
from chaffinch.datasets.files import filesystem_of, is_url
from chaffinch.datasets.readers.registry import PAGE_ASSETS

_SCHEMA = pa.schema([("path", pa.string()), ("size", pa.int64()), ("modified", pa.int64())])
_ROWS = 1_000
_FILE_STATE = ("mtime", "LastModified", "last_modified", "ETag", "etag", "crc", "CRC")


class CrawlError(Exception):
    """A crawl that cannot be listed; the message says why and what to do."""


class CrawlFile(NamedTuple):
    """One file of a crawl, in the state it was found in.

    Attributes:
        path: Path relative to the crawl's folder, with forward slashes, or as listed; as
            `shown_name` writes it.
        size: Bytes.
        modified: Time of the last change, in nanoseconds, or a digest of what a remote file
            system states of the file's version.
    """

    path: str
    size: int
    modified: int


class Crawl(NamedTuple):
    """What a crawl holds.

    Attributes:
        root: The folder, absolute, or the URL that paths are relative to.
        files: Table of ``path``, ``size`` and ``modified``, sorted by path.
        skipped: Number of files that hold no record: hidden ones, images, scripts, styles,
            sockets and the like.
    """

    root: str
    files: pa.Table
    skipped: int

    def file(self, index: int) -> CrawlFile:
        """The file in a row of `files`."""
        return CrawlFile(*(column[index].as_py() for column in self.files.columns))


def find_files(crawl: str | Path, besides: Path | None = None) -> Crawl:
    """List the files of a directory or URL, or one file; linked directories are not followed.

    Args:
        crawl: The directory, URL or file.
        besides: A folder that is no part of the crawl though it may lie in it.

    Raises:
        CrawlError: There is nothing at `crawl`.
        MissingLibrary: It is a URL and its library is not installed.
    """
    crawl = str(crawl)
    if is_url(crawl):
        return _remote(crawl)
    if Path(crawl).is_file():
        one = Path(crawl)
        return Crawl(str(one.parent.absolute()), _table([_stated(one.name, _status(one))]), 0)
    if not Path(crawl).is_dir():
        raise CrawlError(f"{crawl} does not exist. Check the path.")
    skipped = 0
    left_out = besides.resolve() if besides else None

    def walk() -> Iterator[CrawlFile]:
        nonlocal skipped
        waiting = [""]
        while waiting:
            path = waiting.pop()
            place = os.path.join(crawl, path)  # noqa: PTH118
            if path and not path.endswith("/"):
                status = None
                passed_over = _is_hidden(path) or _is_asset(path)
                if not passed_over:
                    status = _status(place)
                    # To read a pipe, socket or device may never end.
                    passed_over = status is not None and not stat.S_ISREG(status.st_mode)
                if passed_over:
                    skipped += 1
                else:
                    yield _stated(path, status)
            elif not path or Path(place).resolve() != left_out:
                try:
                    waiting += [path + name for name in sorted(_names(place), reverse=True)]
                except OSError:
                    yield CrawlFile(shown_name(path.rstrip("/") or "."), 0, 0)

    return Crawl(str(Path(crawl).absolute()), _table(walk()), skipped)


def listed_files(list_file: Path) -> Crawl:
    """The files that a list names, a path or URL a line; paths are taken from where one is.

    Raises:
        CrawlError: The list cannot be read, or names nothing.
    """
    try:
        lines = list_file.read_text("utf-8", "surrogateescape").splitlines()
    except OSError as error:
        raise CrawlError(f"{list_file} cannot be read ({error.strerror}).") from None
    names = {line.strip() for line in lines if line.strip()}
    if not names:
        raise CrawlError(f"{list_file} names no file. Give a path or URL a line.")
    return Crawl(str(Path.cwd()), _table(map(_listed, names)), 0)


def _listed(name: str) -> CrawlFile:
    if not is_url(name):
        return _stated(name, _status(name))
    filesystem, path = filesystem_of(name)
    try:
        return _remote_file(name, filesystem.info(path))
    except OSError:
        return CrawlFile(shown_name(name), 0, 0)


def _remote(url: str) -> Crawl:
    filesystem, path = filesystem_of(url)
    if filesystem.isfile(path):
        outer, mark, inner = url.partition("::")
        root, _, name = outer.rpartition("/")
        return Crawl(root + mark + inner, _table([_remote_file(name, filesystem.info(path))]), 0)
    found = filesystem.find(path, detail=True)
    if not found:
        raise CrawlError(f"{url} holds no file. Check the address.")
    files = []
    for full, state in found.items():
        name = full.removeprefix(path.rstrip("/")).lstrip("/")
        if not _is_hidden(name) and not _is_asset(name):
            files.append(_remote_file(name, state))
    return Crawl(url, _table(files), len(found) - len(files))


def _remote_file(name: str, state: dict[str, object]) -> CrawlFile:
    version = repr([state.get(key) for key in _FILE_STATE]).encode()
    size = state.get("size")
    return CrawlFile(shown_name(name), size if isinstance(size, int) else 0, zlib.crc32(version))


def location(root: str, path: str) -> str:
    """Where to open a file of a crawl.

    >>> location("/crawl", "a/b.txt"), location("s3://bucket/crawl/", "a.txt")
    ('/crawl/a/b.txt', 's3://bucket/crawl/a.txt')
    >>> location("/crawl", "/other/a.txt"), location("/crawl", "s3://bucket/a.txt")
    ('/other/a.txt', 's3://bucket/a.txt')
    >>> location("zip://pages::https://host.example/crawl.zip", "a.txt")
    'zip://pages/a.txt::https://host.example/crawl.zip'
    """
    path = real_name(path)
    if is_url(path):
        return path
    if not is_url(root):
        return str(Path(root, path))
    outer, mark, inner = root.partition("::")
    joined = outer + path if outer.endswith("/") else f"{outer}/{path}"
    return joined + mark + inner


def _table(files: Iterable[CrawlFile]) -> pa.Table:
    batches = []
    rows: list[CrawlFile] = []
    for file in files:
        rows.append(file)
        if len(rows) == _ROWS:
            batches.append(_batch(rows))
            rows = []
    table = pa.Table.from_batches([*batches, _batch(rows)])
    path = table["path"]
    # To sort takes the table's memory three times; a folder's files come sorted, but for odd names.
    if not pc.all(pc.less_equal(path[:-1], path[1:])).as_py():
        table = table.take(pc.sort_indices(table, [("path", "ascending")]))
    return table


def _batch(rows: list[CrawlFile]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    arrays = [
        pa.array(list(column), type_) for column, type_ in zip(columns, _SCHEMA.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/") if part != ".")


def _is_asset(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in PAGE_ASSETS  # noqa: PTH122


def _names(folder: str) -> Iterator[str]:
    """Names of a folder's files, and of its folders with a slash; linked folders are left out."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield f"{entry.name}/"
            # A link that leads nowhere, or where nobody may look, is a file that is not there.
            elif not (entry.is_symlink() and os.path.isdir(entry.path)):  # noqa: PTH112
                yield entry.name


def _status(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError:
        return None


def _stated(name: str, status: os.stat_result | None) -> CrawlFile:
    if status is None:
        return CrawlFile(shown_name(name), 0, 0)
    return CrawlFile(shown_name(name), status.st_size, status.st_mtime_ns)
