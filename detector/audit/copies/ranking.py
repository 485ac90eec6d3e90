"""Which of a crawl's documents are the likelier sources, before their texts are compared."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.audit.copies.hashes import address_hash, identity_hash, text_hash
from chaffinch.detector.audit.copies.regrouping import bucket_count, regrouped
from chaffinch.detector.audit.copies.workspace import save_rows
from chaffinch.features.publication import ORDER_LENGTH, order

_NONE = np.zeros(0, np.uint64)

_FACTS = np.dtype(
    [
        ("digest", np.uint64),
        ("digest_rest", np.uint64),
        ("address", np.uint64),
        ("id", np.uint64),
        ("identity", np.uint64),
        ("flagged", np.bool_),
        ("contradicted", np.bool_),
        ("trusted", np.bool_),
        ("date", f"S{ORDER_LENGTH}"),
        ("probability", np.float32),
    ]
)
"""Facts of a document in 77 bytes, texts as 64-bit hashes."""

_KEY = np.dtype(
    [
        ("against", np.uint8),
        ("date", f"S{ORDER_LENGTH}"),
        ("probability", ">f4"),
        ("row", ">u8"),
    ]
)
"""What ranks a document, so that its bytes sort as its fields do."""

DOCUMENT = np.dtype(
    [
        ("digest", np.uint64),
        ("first", np.int64),
        ("rank", np.int64),
        ("trusted", np.bool_),
        ("repeated", np.bool_),
    ]
)
"""What is known of a document before its text is compared, in 26 bytes.

``digest`` is of the words of its text, 0 without words; ``first`` the likeliest source among the
documents with the very same words, often the document itself; ``rank`` the lower, the likelier a
source, captures of one address being one document with one rank; ``trusted`` whether it is nobody's
copy; ``repeated`` whether an earlier row has the same id.
"""

_RECORD = np.dtype(
    [
        *_FACTS.descr,
        ("row", np.int64),
        ("place", np.int64),
        *(field for field in DOCUMENT.descr if field[0] not in (_FACTS.names or ())),
    ]
)
"""A document on its way through `ranked`."""

_SAMPLED = 1_000
"""Keys sampled per bucket to place the bounds: they are off by some 3 % (1 / sqrt(1,000))."""

_CHUNK_ROWS = 100_000
"""Rows of `Documents` in memory at a time; our choice: 2.6 MB."""


class DocumentFacts(NamedTuple):
    """What decides whether a document is the source of its copies.

    Attributes:
        text_digest: Digest of its text's words, 32 hexadecimal digits, or None.
        url: Its address, or None.
        id: Its id.
        published: Date of publication as stated, or None.
        flagged: Whether it was flagged.
        probability: Its probability, or None.
        contradicted: Whether its byline, dateline, canonical link or data name somebody else.
        trusted: Whether its site is trusted.
        named: Whether its record states an address or id of its own; a file's name is none,
            since pages of many sites have the same.
        dated: Earlier day that its address or a line beside its text gives, or None.
    """

    text_digest: str | None
    url: str | None
    id: str
    published: str | None
    flagged: bool
    probability: float | None = None
    contradicted: bool = False
    trusted: bool = False
    named: bool = True
    dated: str | None = None


class Documents:
    """The `DOCUMENT` of every row of a crawl, in a file.

    Args:
        file: An ``.npy`` file of a `DOCUMENT` array.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._length = len(np.load(file, mmap_mode="r"))

    def __len__(self) -> int:
        return self._length

    def rows(self, start: int, end: int) -> NDArray[np.void]:
        """`DOCUMENT` array of shape (end - start,) of consecutive rows."""
        # A copy: the pages of a file that stays mapped count as memory in use.
        return np.array(np.load(self._file, mmap_mode="r")[start:end])

    def chunks(self) -> Iterator[tuple[int, NDArray[np.void]]]:
        """All rows, some at a time: the first one's number, and their `DOCUMENT` array."""
        for start in range(0, len(self), _CHUNK_ROWS):
            yield start, self.rows(start, start + _CHUNK_ROWS)

    def at(self, rows: NDArray[np.int64]) -> NDArray[np.void]:
        """`DOCUMENT` array of the shape of `rows`, which may repeat and be in any order."""
        found = np.empty(len(rows), DOCUMENT)
        order = np.argsort(rows)
        ordered = rows[order]
        for start, chunk in self.chunks():
            first, end = np.searchsorted(ordered, (start, start + len(chunk)))
            found[order[first:end]] = chunk[ordered[first:end] - start]
        return found


def packed(documents: Sequence[DocumentFacts]) -> NDArray[np.void]:
    """Facts in 77 bytes per document.

    Returns:
        Structured array of shape (n_docs,) with a field for each fact, to be read by `ranked`.
    """
    return np.array([_record(document) for document in documents], _FACTS)


def ranked(
    facts: Callable[[], Iterable[NDArray[np.void]]],
    folder: Path,
    trusted_addresses: NDArray[np.uint64] = _NONE,
    trusted_identities: NDArray[np.uint64] = _NONE,
) -> Documents:
    """Rank all documents, and find those with the very same words and repeated ids.

    The likeliest source is a trusted one, then one that is not flagged, that nothing in it
    contradicts, that was published first as far as its page tells, with the lowest probability,
    the first row. Some ten thousand documents are held at a time, or those of one text or address
    where these are more.

    Args:
        facts: Gives what `packed` gave of the documents, in the order of their rows, each time it
            is called.
        folder: Where a file of the documents goes, and what is needed on the way.
        trusted_addresses: Hashes of addresses whose documents are originals, rising.
        trusted_identities: Hashes of records that are originals, rising.

    Raises:
        OSError: Something cannot be written.
    """
    n_rows = sum(map(len, facts()))
    n_buckets = bucket_count(n_rows)

    def records() -> Iterator[NDArray[np.void]]:
        first = 0
        for chunk in facts():
            found = np.zeros(len(chunk), _RECORD)
            for name in _FACTS.names or ():
                found[name] = chunk[name]
            found["row"] = first + np.arange(len(chunk))
            found["trusted"] |= _held(trusted_identities, chunk["identity"])
            found["trusted"] |= _held(trusted_addresses, chunk["address"])
            first += len(chunk)
            yield found

    def by(name: str, chunks: Iterable[NDArray[np.void]]) -> Iterator[NDArray[np.void]]:
        def bucket_of(chunk: NDArray[np.void]) -> NDArray[np.int64]:
            # What has none is no group, and is spread over all buckets.
            spread = np.where(chunk[name] == 0, chunk["row"].astype(np.uint64), chunk[name])
            return (spread % np.uint64(n_buckets)).astype(np.int64)

        return regrouped(chunks, bucket_of, folder / f"by-{name}")

    bounds = _bounds(records(), n_rows, n_buckets)
    found: Iterator[NDArray[np.void]] = regrouped(
        records(),
        lambda chunk: np.searchsorted(bounds, _keys(chunk), side="right"),
        folder / "by-key",
    )
    found = _placed(found)
    found = map(_with_rank, by("address", found))
    found = map(_with_first, by("digest", found))
    found = map(_with_repeated, by("id", found))
    found = regrouped(found, lambda chunk: chunk["row"] * n_buckets // n_rows, folder / "by-row")
    file = folder / "documents.npy"
    save_rows(map(_document, found), n_rows, DOCUMENT, file)
    return Documents(file)


def _held(known: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether rising hashes hold others, 0 being none."""
    if not len(known):
        return np.zeros(len(hashes), np.bool_)
    place = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    held: NDArray[np.bool_] = (known[place] == hashes) & (hashes != 0)
    return held


def _keys(records: NDArray[np.void]) -> NDArray[np.bytes_]:
    """What ranks each record, as bytes that sort alike: all are different."""
    keys = np.empty(len(records), _KEY)
    keys["against"] = (
        4 * ~records["trusted"] + 2 * records["flagged"] + records["contradicted"].astype(np.uint8)
    )
    for name in ("date", "probability", "row"):
        keys[name] = records[name]
    return keys.view(f"S{_KEY.itemsize}")


def _bounds(chunks: Iterable[NDArray[np.void]], n_rows: int, n_buckets: int) -> NDArray[np.bytes_]:
    """Inner bounds of buckets of keys with about as many records each."""
    step = max(1, n_rows // (n_buckets * _SAMPLED))
    sampled = [_keys(chunk[-chunk["row"][0] % step :: step]) for chunk in chunks if len(chunk)]
    sample = np.sort(np.concatenate([np.zeros(0, f"S{_KEY.itemsize}"), *sampled]))
    return sample[np.arange(1, n_buckets) * len(sample) // n_buckets]


def _placed(buckets: Iterable[NDArray[np.void]]) -> Iterator[NDArray[np.void]]:
    """Records from the likeliest source on, with their place among all."""
    first = 0
    for bucket in buckets:
        found = bucket[np.argsort(_keys(bucket), kind="stable")]
        found["place"] = first + np.arange(len(found))
        first += len(found)
        yield found


def _with_rank(records: NDArray[np.void]) -> NDArray[np.void]:
    """Captures of one address have the rank of the likeliest source among them."""
    records["rank"] = records["place"]
    order = np.lexsort((records["place"], records["address"]))
    order = order[records["address"][order] != 0]
    records["rank"][order] = records["place"][_heads(order, records["address"])]
    return records


def _with_first(records: NDArray[np.void]) -> NDArray[np.void]:
    """Records know the likeliest source with their words."""
    records["first"] = records["row"]
    keys = (records["digest_rest"], records["digest"])
    order = np.lexsort((records["place"], records["rank"], *keys))
    order = order[records["digest"][order] != 0]
    records["first"][order] = records["row"][_heads(order, *keys)]
    return records


def _with_repeated(records: NDArray[np.void]) -> NDArray[np.void]:
    """Records know whether an earlier row has their id."""
    order = np.lexsort((records["row"], records["id"]))
    records["repeated"][order] = _heads(order, records["id"]) != order
    return records


def _document(records: NDArray[np.void]) -> NDArray[np.void]:
    records = records[np.argsort(records["row"])]
    documents = np.empty(len(records), DOCUMENT)
    for name in DOCUMENT.names or ():
        documents[name] = records[name]
    return documents


def _record(document: DocumentFacts) -> tuple[Any, ...]:
    digest = document.text_digest or "0" * 32
    return (
        int(digest[:16], 16),
        int(digest[16:], 16),
        address_hash(document.url),
        text_hash(document.id),
        identity_hash(document.id, document.url, document.text_digest) if document.named else 0,
        document.flagged,
        document.contradicted,
        document.trusted,
        order(document.published, document.dated).encode(),
        document.probability or 0.0,
    )


def _heads(order: NDArray[np.int64], *keys: NDArray[Any]) -> NDArray[np.int64]:
    """For each row in an order that brings equal keys together, the first row with its keys."""
    new = np.arange(len(order)) == 0
    for key in keys:
        ordered = key[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(new)
    return np.repeat(order[starts], np.diff(starts, append=len(order)))
