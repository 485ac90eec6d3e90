"""The files of a crawl: a directory, a list or a URL, sorted by path."""

import json
import os
import stat
import weakref
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from chaffinch.datasets.file_names import real_name, shown_name
from chaffinch.datasets.files import filesystem_of, is_url
from chaffinch.datasets.readers.refused import PAGE_ASSETS
from chaffinch.datasets.readers.registry import file_name_of

_SCHEMA = pa.schema([("path", pa.string()), ("size", pa.int64()), ("modified", pa.int64())])
_MANIFEST_KEYS = frozenset(("schema_version", "crawl", "model", "settings", "finished"))
"""What every manifest of an audit has."""

_FOR_MACHINES = frozenset(("robots.txt", "ads.txt", "app-ads.txt", "sitemap.xml"))
"""Files of a site that hold no page."""

_BATCH_ROWS = 4_000
"""Files held in memory at a time (our choice: some hundred kilobytes)."""

_FILE_STATE = ("mtime", "LastModified", "last_modified", "ETag", "etag", "crc", "CRC")
"""What fsspec's file systems (local, S3, HTTP, zip) state of a file's version."""


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


class CrawlFiles:
    """The files of a crawl, sorted by path, in a temporary file that is gone with the process.

    Args:
        files: The files, in any order; no path comes twice.

    Raises:
        OSError: The temporary file cannot be written.
    """

    def __init__(self, files: Iterable[CrawlFile]) -> None:
        last = ""
        is_sorted = True

        def batches() -> Iterator[pa.RecordBatch]:
            nonlocal last, is_sorted
            waiting = iter(files)
            while rows := [*islice(waiting, _BATCH_ROWS)]:
                paths = [last, *(row.path for row in rows)]
                is_sorted &= all(one <= other for one, other in pairwise(paths))
                last = paths[-1]
                arrays = map(pa.array, zip(*rows, strict=True), _SCHEMA.types)
                yield pa.RecordBatch.from_arrays([*arrays], schema=_SCHEMA)

        self._write(batches())
        # Sorting takes all files into memory; a folder's are sorted but for odd names.
        if not is_sorted:
            self._write(self._reader.read_all().sort_by("path").to_batches(_BATCH_ROWS))

    def _write(self, batches: Iterable[pa.RecordBatch]) -> None:
        stream = TemporaryFile()  # noqa: SIM115
        weakref.finalize(self, stream.close)
        self._firsts: list[str] = []
        self._ends: list[int] = []
        with pa.ipc.new_file(pa.PythonFile(stream, "w"), _SCHEMA) as writer:
            for batch in batches:
                writer.write_batch(batch)
                self._firsts.append(batch["path"][0].as_py())
                self._ends.append(len(self) + batch.num_rows)
        self._reader = pa.ipc.open_file(pa.PythonFile(stream, "r"))
        self._held = -1, _SCHEMA.empty_table()

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[CrawlFile]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> CrawlFile:
        batch, first = self._batch_of(index)
        return CrawlFile(*(column[index - first].as_py() for column in batch.columns))

    def between(self, start: int, end: int) -> list[CrawlFile]:
        """Consecutive files; fewer where the crawl ends before."""
        found: list[CrawlFile] = []
        end = min(end, len(self))
        while start + len(found) < end:
            at = start + len(found)
            batch, first = self._batch_of(at)
            rows = batch.slice(at - first, end - at)
            columns = (column.to_pylist() for column in rows.columns)
            found += [CrawlFile(*row) for row in zip(*columns, strict=True)]
        return found

    def place(self, path: str) -> int:
        """Where a path is, or where it would be."""
        number = max(bisect_right(self._firsts, path) - 1, 0)
        if not self._ends:
            return 0
        batch, first = self._batch_of(self._ends[number] - 1)
        return first + bisect_left(batch["path"], path, key=lambda held: held.as_py())

    def sizes(self) -> NDArray[np.int64]:
        """int64 array of shape (n_files,), bytes of each file."""
        batches = map(self._reader.get_batch, range(len(self._ends)))
        return np.concatenate(
            [np.zeros(0, np.int64), *(batch["size"].to_numpy() for batch in batches)]
        )

    def _batch_of(self, index: int) -> tuple[pa.Table, int]:
        """The files that are stored with one, and the number of the first of them."""
        number = bisect_right(self._ends, index)
        if self._held[0] != number:
            batch = self._reader.get_batch(number)
            self._held = number, pa.Table.from_batches([batch]).combine_chunks()
        return self._held[1], self._ends[number] - self._held[1].num_rows


class Crawl(NamedTuple):
    """What a crawl holds.

    Attributes:
        root: The folder, absolute, or the URL that paths are relative to.
        files: Its files.
        skipped: Number of files that hold no record (hidden ones, images, scripts, styles,
            ``robots.txt``, sockets and the like) and of folders of audits.
    """

    root: str
    files: CrawlFiles
    skipped: int


def find_files(crawl: str | Path, output: Path | None = None) -> Crawl:
    """List the files of a directory or URL, or one file; linked directories are not followed.

    Args:
        crawl: The directory, URL or file.
        output: Folder that is written to; it must lie outside the crawl.

    Raises:
        CrawlError: There is nothing at `crawl`, it is an audit, or `output` and the crawl lie
            within each other.
        MissingLibrary: It is a URL and its library is not installed.
    """
    crawl = str(crawl)
    if is_url(crawl):
        return _remote(crawl)
    if output is not None:
        _require_apart(Path(crawl), output)
    if Path(crawl).is_file():
        one = Path(crawl)
        return Crawl(str(one.parent.absolute()), CrawlFiles([_stated(one.name, _status(one))]), 0)
    if not Path(crawl).is_dir():
        raise CrawlError(f"{crawl} does not exist. Check the path.")
    skipped = 0
    if _is_audit(Path(crawl)):
        raise CrawlError(f"{crawl} is an audit. Give the crawl that it was made of.")

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
                    # Reading a pipe, socket or device may never end.
                    passed_over = status is not None and not stat.S_ISREG(status.st_mode)
                if passed_over:
                    skipped += 1
                else:
                    yield _stated(path, status)
            elif path and _is_audit(Path(place)):
                skipped += 1
            else:
                try:
                    waiting += [path + name for name in sorted(_names(place), reverse=True)]
                except OSError:
                    yield CrawlFile(shown_name(path.rstrip("/") or "."), 0, 0)

    return Crawl(str(Path(crawl).absolute()), CrawlFiles(walk()), skipped)


def _require_apart(crawl: Path, output: Path) -> None:
    one, other = crawl.resolve(), output.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise CrawlError(
            f"{output} and {crawl} lie within each other: results would be read as documents. "
            "Choose a folder outside of it for the results."
        )


def _is_audit(folder: Path) -> bool:
    """Whether a folder holds an audit, finished or not, by its manifest."""
    try:
        return _is_manifest((folder / "manifest.json").read_bytes())
    except OSError:
        return False


def _is_manifest(content: bytes) -> bool:
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and manifest.keys() >= _MANIFEST_KEYS


def listed_files(list_file: Path) -> Crawl:
    """The files that a list names, one path or URL per line, relative to the current folder.

    Raises:
        CrawlError: The list cannot be read, or names nothing.
    """
    try:
        lines = list_file.read_text("utf-8", "surrogateescape").splitlines()
    except OSError as error:
        raise CrawlError(f"{list_file} cannot be read ({error.strerror}).") from None
    names = {line.strip() for line in lines if line.strip()}
    if not names:
        raise CrawlError(f"{list_file} names no file. Give one path or URL per line.")
    return Crawl(str(Path.cwd()), CrawlFiles(map(_listed, names)), 0)


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
        return Crawl(
            root + mark + inner, CrawlFiles([_remote_file(name, filesystem.info(path))]), 0
        )
    found = filesystem.find(path, detail=True)
    if not found:
        raise CrawlError(f"{url} holds no file. Check the address.")
    audits = [
        full.rpartition("/")[0] + "/"
        for full in found
        if full.endswith("/manifest.json") and _is_manifest(filesystem.cat_file(full))
    ]
    files = []
    for full, state in found.items():
        if full.startswith(tuple(audits)):
            continue
        name = full.removeprefix(path.rstrip("/")).lstrip("/")
        if not _is_hidden(name) and not _is_asset(name):
            files.append(_remote_file(name, state))
    return Crawl(url, CrawlFiles(files), len(found) - len(files))


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


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/") if part != ".")


def _is_asset(path: str) -> bool:
    """Whether a file, saved with its address's query behind the name or without, is no page."""
    name = file_name_of(path)
    return name in _FOR_MACHINES or os.path.splitext(name)[1] in PAGE_ASSETS  # noqa: PTH122


def _names(folder: str) -> Iterator[str]:
    """Names of a folder's files, and of its folders with a slash; linked folders are left out."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield f"{entry.name}/"
            # A broken or forbidden link counts as a file, which then cannot be read.
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
