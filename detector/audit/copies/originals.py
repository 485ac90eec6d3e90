"""A reference index of originals, on disk: opened at once, added to without a rebuild."""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from chaffinch.detector.atomic import write_text
from chaffinch.detector.audit.copies.hashes import address_hash, identity_hash
from chaffinch.detector.audit.copies.sketched_texts import ARRAYS, SketchedTexts
from chaffinch.detector.audit.meaning.vectors import ARRAYS as MEANING_ARRAYS
from chaffinch.detector.audit.meaning.vectors import MeaningVectors, installed_encoder
from chaffinch.detector.audit.schema import text_digest
from chaffinch.detector.data_folder import check_digests, open_array, read_text
from chaffinch.detector.digests import digest, file_digest
from chaffinch.features.copies.sketch import SKETCH_VERSION, sketch
from chaffinch.features.document import Document
from chaffinch.features.meaning.encoder import ENCODER, EncoderError

SCHEMA_VERSION = 1
"""Version of the index's files."""

SEGMENT_DOCUMENTS = 20_000
"""Originals of a segment, which are read again after an interruption (our choice)."""

_SEGMENT_CHARACTERS = 200_000_000
"""Characters of a segment: what is held in memory while it is made (our choice)."""

_OWN_ARRAYS = ("addresses", "identities")
_TABLE = "originals.parquet"
_FILES = (*(f"{name}.npy" for name in (*ARRAYS, *_OWN_ARRAYS)), _TABLE)
_MEANING_FILES = tuple(f"{name}.npy" for name in MEANING_ARRAYS)
_COLUMNS = pa.schema([("id", pa.string()), ("url", pa.string()), ("title", pa.string())])
_CHECKED_AT_ONCE = 1 << 20
"""Values that are held at once while an index is checked: 8 MB."""


class OriginalsError(Exception):
    """An index that cannot be used or written; the message says why and what to do."""


class IndexSegment(NamedTuple):
    """Originals that were added together.

    Attributes:
        folder: Its folder.
        texts: Their sketches and texts, by row.
        addresses: uint64 array of shape (n_originals,), hash of each one's address.
        identities: uint64 array of shape (n_originals,), hash of its id, address and words.
        meaning: Vectors of what they say, or None in an index without.
    """

    folder: Path
    texts: SketchedTexts
    addresses: NDArray[np.uint64]
    identities: NDArray[np.uint64]
    meaning: MeaningVectors | None = None


class Originals:
    """An index; its originals are numbered from 0 on over all segments.

    Args:
        folder: Where it is.
        segments: Its segments, in the order they were added.
        digest: Digest of the whole index.
        by_meaning: Whether it has vectors, to find what says an original again in other words.
    """

    def __init__(
        self,
        folder: Path,
        segments: Sequence[IndexSegment],
        digest: str,
        by_meaning: bool = False,
    ) -> None:
        self.folder = folder
        self.by_meaning = by_meaning
        self.segments = tuple(segments)
        self.digest = digest
        self._ends = np.cumsum([len(one.texts) for one in segments], dtype=np.int64)

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    @property
    def addresses(self) -> NDArray[np.uint64]:
        """Hash of each original's address, 0 for none."""
        return np.concatenate([np.zeros(0, np.uint64), *(one.addresses for one in self.segments)])

    @property
    def identities(self) -> NDArray[np.uint64]:
        """Hash of each original's id, address and words."""
        return np.concatenate([np.zeros(0, np.uint64), *(one.identities for one in self.segments)])

    def text(self, number: int) -> str:
        """The text of an original.

        Raises:
            OriginalsError: What is stored there is no text.
        """
        segment, row = self._place(number)
        try:
            return segment.texts.text(row)
        except ValueError as error:
            raise OriginalsError(f"{segment.folder}: {error}. Build the index again.") from None

    def sentence_vectors(self, number: int) -> NDArray[np.int8]:
        """Vectors of an original's sentences; the index has vectors."""
        segment, row = self._place(number)
        assert segment.meaning is not None
        return segment.meaning.of_text(row)

    def passages(self) -> Iterator[tuple[NDArray[np.int8], NDArray[np.int64]]]:
        """Vectors of the passages of all originals, and the original that each is of."""
        first = 0
        for segment in self.segments:
            if segment.meaning is not None:
                yield segment.meaning.passages, first + segment.meaning.rows.astype(np.int64)
            first += len(segment.texts)

    def _place(self, number: int) -> tuple[IndexSegment, int]:
        """The segment of an original, and its row there."""
        segment = int(np.searchsorted(self._ends, number, side="right"))
        return self.segments[segment], number - (int(self._ends[segment - 1]) if segment else 0)

    def stated(self, numbers: NDArray[np.int64]) -> pa.Table:
        """Ids, addresses and titles of originals, given by rising numbers."""
        found = [_COLUMNS.empty_table()]
        first = 0
        for segment, end in zip(self.segments, self._ends.tolist(), strict=True):
            rows = numbers[(numbers >= first) & (numbers < end)] - first
            if len(rows):
                found.append(pq.read_table(segment.folder / _TABLE).take(pa.array(rows)))
            first = end
        return pa.concat_tables(found)


def load_originals(folder: Path, *, verify: bool = True) -> Originals:
    """Open an index without running code from it; its arrays are memory-mapped.

    Args:
        folder: Where it is.
        verify: Whether every file's digest and content is checked.

    Raises:
        OriginalsError: The folder is not a sound index; the message names the file.
    """
    try:
        text = read_text(folder, "index.json")
        description = json.loads(text)
        versions = description["schema_version"], description["sketch_version"]
        if versions != (SCHEMA_VERSION, SKETCH_VERSION):
            raise OriginalsError(
                f"{folder}: an index of versions {versions}, but this program reads "
                f"{(SCHEMA_VERSION, SKETCH_VERSION)}. Build it again with `chaffinch index`."
            )
        by_meaning = _by_meaning(folder, description)
        segments = [
            _load_segment(folder / Path(name).name, stated, verify, by_meaning)
            for name, stated in description["segments"].items()
        ]
    except FileNotFoundError as error:
        raise OriginalsError(
            f"{folder} is not an index of originals: {Path(error.filename).name} is missing. "
            f"Make one: chaffinch index ORIGINALS -o {folder}"
        ) from None
    except (AttributeError, KeyError, TypeError, ValueError, OSError, pa.ArrowInvalid) as error:
        raise OriginalsError(
            f"{folder}: not a sound index ({error}). Build it again with `chaffinch index`."
        ) from None
    return Originals(folder, segments, digest(text.encode()), by_meaning)


def _by_meaning(folder: Path, description: dict[str, Any]) -> bool:
    """Whether an index has vectors, which the encoder of this version can be compared with.

    Raises:
        OriginalsError: They are another encoder's.
    """
    if description.get("encoder", ENCODER) != ENCODER:
        raise OriginalsError(
            f"{folder}: its vectors are of another encoder. Build it again with `chaffinch index "
            "--meaning`."
        )
    return "encoder" in description


@cache
def opened_originals(folder: Path, digest: str) -> Originals:
    """An index that was verified before and had this digest, opened once per process.

    Raises:
        OriginalsError: It has changed since.
    """
    originals = load_originals(folder, verify=False)
    if originals.digest != digest:
        raise OriginalsError(f"{folder} has changed meanwhile. Run the same command again.")
    return originals


def _load_segment(
    folder: Path, stated: dict[str, Any], verify: bool, by_meaning: bool
) -> IndexSegment:
    if folder.is_symlink():
        raise ValueError(f"{folder.name} is a link. Copy the folder that it points to")
    if verify:
        check_digests(folder, stated["digests"], _files(by_meaning))
    texts = SketchedTexts.load(folder)
    arrays: dict[str, NDArray[np.uint64]] = {}
    for name in _OWN_ARRAYS:
        arrays[name] = open_array(folder, name, np.uint64, 1)
        if len(arrays[name]) != len(texts):
            raise ValueError(f"{folder.name}/{name}.npy must be for {len(texts)} originals")
    meaning = MeaningVectors.load(folder, len(texts)) if by_meaning else None
    if verify:
        _check(folder, texts)
        if meaning is not None:
            meaning.check(folder)
    return IndexSegment(folder, texts, **arrays, meaning=meaning)


def _files(by_meaning: bool) -> tuple[str, ...]:
    """Names of a segment's files."""
    return (*_FILES, *_MEANING_FILES) if by_meaning else _FILES


def _check(folder: Path, texts: SketchedTexts) -> None:
    """Check what is used to look up rows and texts.

    Raises:
        ValueError: A number points outside its array.
    """
    held = pq.ParquetFile(folder / _TABLE)
    if held.schema_arrow != _COLUMNS or held.metadata.num_rows != len(texts):
        raise ValueError(f"{folder.name}/{_TABLE} does not hold {len(texts)} originals")
    ends = texts.text_ends
    if len(ends) and (ends[0] < 0 or (ends[1:] < ends[:-1]).any()):
        raise ValueError(f"{folder.name}/text_ends.npy does not rise")
    if (int(ends[-1]) if len(ends) else 0) != len(texts.texts):
        raise ValueError(f"{folder.name}/texts.npy does not end where the last text does")
    if len(texts.values) != len(texts.rows):
        raise ValueError(f"{folder.name}/rows.npy must be as long as values.npy")
    for first in range(0, len(texts.values), _CHECKED_AT_ONCE):
        values = texts.values[first : first + _CHECKED_AT_ONCE + 1]
        if (values[1:] < values[:-1]).any():
            raise ValueError(f"{folder.name}/values.npy does not rise")
        if texts.rows[first : first + _CHECKED_AT_ONCE].max() >= len(texts):
            raise ValueError(f"{folder.name}/rows.npy names originals that are not there")


class Added(NamedTuple):
    """What building an index came to.

    Attributes:
        added: Originals that were added.
        known: Originals that it held already.
        originals: Originals that it holds now.
    """

    added: int
    known: int
    originals: int


def add_originals(
    folder: Path, documents: Iterable[Document], *, by_meaning: bool = False
) -> Added:
    """Add documents to an index, or begin one; those it holds already are skipped.

    Segments appear whole: after an interruption the same call goes on where it stopped.

    Args:
        folder: Where it is, or goes.
        documents: The originals.
        by_meaning: Whether an index that is begun has vectors of what its originals say. One that
            is there stays as it was begun.

    Raises:
        OriginalsError: The folder holds no sound index, or one without vectors where they are
            wanted; another process writes to it; there is no encoder for the vectors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0):
            return _add(folder, documents, by_meaning)
    except EncoderError as error:
        raise OriginalsError(str(error)) from None
    except Timeout:
        raise OriginalsError(f"Another process is writing to {folder}. Wait for it.") from None


def _add(folder: Path, documents: Iterable[Document], by_meaning: bool) -> Added:
    stated: dict[str, Any] = {}
    known = np.zeros(0, np.uint64)
    if (folder / "index.json").exists():
        originals = load_originals(folder)
        if by_meaning and not originals.by_meaning:
            raise OriginalsError(
                f"{folder} was begun without --meaning. Build another index with it."
            )
        by_meaning = originals.by_meaning
        stated = json.loads((folder / "index.json").read_text("utf-8"))["segments"]
        known = np.sort(np.concatenate([known, *(one.identities for one in originals.segments)]))
    for leftover in folder.glob("segment-*"):
        if leftover.name not in stated:
            shutil.rmtree(leftover)
    held, added, passed = len(known), 0, 0
    seen: set[int] = set()

    def fresh() -> Iterator[tuple[int, Document]]:
        nonlocal passed
        for document in documents:
            identity = identity_hash(document.id, document.url, text_digest(document.text))
            place = int(np.searchsorted(known, np.uint64(identity)))
            if identity in seen or (place < len(known) and int(known[place]) == identity):
                passed += 1
            else:
                seen.add(identity)
                yield identity, document

    if by_meaning:
        installed_encoder()
    if not stated:
        _state(folder, stated, by_meaning)
    for part in _parts(fresh()):
        name = f"segment-{len(stated):05d}"
        stated[name] = _write_segment(folder / name, part, by_meaning)
        _state(folder, stated, by_meaning)
        added += len(part)
        known = np.sort(np.concatenate([known, np.array(list(seen), np.uint64)]))
        seen.clear()
    return Added(added, passed, held + added)


def _parts(
    documents: Iterator[tuple[int, Document]],
) -> Iterator[list[tuple[int, Document]]]:
    part: list[tuple[int, Document]] = []
    size = 0
    for identity, document in documents:
        part.append((identity, document))
        size += len(document.text)
        if len(part) == SEGMENT_DOCUMENTS or size >= _SEGMENT_CHARACTERS:
            yield part
            part, size = [], 0
    if part:
        yield part


def _write_segment(
    folder: Path, part: Sequence[tuple[int, Document]], by_meaning: bool
) -> dict[str, Any]:
    folder.mkdir()
    texts = [document.text for _, document in part]
    SketchedTexts.of(sketch(texts), texts).save(folder)
    if by_meaning:
        MeaningVectors.of(texts, installed_encoder()).save(folder)
    own = {
        "addresses": [address_hash(document.url) for _, document in part],
        "identities": [identity for identity, _ in part],
    }
    for name, numbers in own.items():
        np.save(folder / f"{name}.npy", np.array(numbers, np.uint64), allow_pickle=False)
    columns = {
        name: [_valid(getattr(document, name)) for _, document in part] for name in _COLUMNS.names
    }
    pq.write_table(pa.table(columns, _COLUMNS), folder / _TABLE, compression="zstd")
    return {
        "originals": len(part),
        "digests": {name: file_digest(folder / name) for name in _files(by_meaning)},
    }


def _valid(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _state(folder: Path, segments: dict[str, Any], by_meaning: bool) -> None:
    description = {
        "schema_version": SCHEMA_VERSION,
        "sketch_version": SKETCH_VERSION,
        **({"encoder": ENCODER} if by_meaning else {}),
        "segments": segments,
    }
    write_text(folder / "index.json", json.dumps(description, indent=1) + "\n")
