"""The row that an audit writes for every record."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from chaffinch.datasets.extraction.extracted import metadata_json
from chaffinch.datasets.intake import Item
from chaffinch.detector.digests import digest
from chaffinch.detector.verdict import Verdict
from chaffinch.features.document import MAX_CHARACTERS
from chaffinch.features.publication import earlier_day

SCHEMA_VERSION = 7
"""Version of the rows; it rises with every change of their columns' meaning."""

_TEXT = pa.string()
_NUMBER = pa.float64()
_REASON = pa.struct([("signal", _TEXT), ("contribution", _NUMBER), ("summary", _TEXT)])
_EVIDENCE = pa.struct(
    [
        ("where", _TEXT),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("text", _TEXT),
        ("signal", _TEXT),
        ("original", _TEXT),
        ("weight", _NUMBER),
        ("note", _TEXT),
    ]
)

COPY_COLUMNS = (
    "copied",
    "cluster",
    "source_id",
    "source_site",
    "similarity",
    "copied_by",
    "same_sentences",
)
"""Columns that say what is a copy of what, which the whole crawl decides."""

SENTENCE_PAIRS = pa.list_(
    pa.struct(
        [("start", pa.int64()), ("end", pa.int64()), ("original", _TEXT), ("similarity", _NUMBER)]
    )
)
"""Sentences of a copy by meaning, each beside what its source says."""


def row_schema(feature_names: Sequence[str]) -> pa.Schema:
    """Columns of ``documents/*.parquet``.

    ``url`` is the page's most probable address, to group pages by site; ``stated_url`` is the one
    that its record states or its user gave, "" where there is none: verdicts rest on it, and on
    ``metadata``, what the page's markup says, as a JSON object with the fields of
    `chaffinch.features.document.PageMetadata`; null where there was no markup. ``kept`` holds the
    values of the user's own columns as a JSON object; null where none were kept. ``status`` is
    ``scored``, ``unscorable`` or ``error``; ``kind`` is null for errors, as is ``readers``: 2 where
    the second reader read the text as well. ``text`` is the scored text, in whose code points
    evidence is placed; ``text`` and ``metadata`` are null in an audit without texts. ``published``
    is when the record or the page says that it was published, ``dated`` an earlier day that its
    address or a line beside its text gives (`chaffinch.features.publication`), and ``captured`` is
    when a crawler fetched the page, where an archive says so. ``notes`` say what was unusual in
    reading it, and ``extraction`` how the text was found on a page
    (`chaffinch.features.document.PageExtraction`); null where there was no markup. ``cluster``,
    ``source_id``, ``source_site``, ``similarity`` and ``copied_by`` are null where no copy is
    known; the last is ``words`` or ``meaning``. ``same_sentences`` holds the sentences that show a
    copy by meaning: ``start`` and ``end`` in the text, the ``original`` of the source, and the
    ``similarity`` of both, 0 to 1; null for all other rows, also for those with the same words as
    such a copy. ``minhash`` is `chaffinch.features.copies.sketch.sketch` of the text
    with its probable originals put back.
    """
    return pa.schema(
        [
            ("id", _TEXT),
            ("url", _TEXT),
            ("stated_url", _TEXT),
            ("site", _TEXT),
            ("title", _TEXT),
            ("path", _TEXT),
            ("offset", pa.int64()),
            ("published", _TEXT),
            ("dated", _TEXT),
            ("captured", _TEXT),
            ("status", _TEXT),
            ("kind", _TEXT),
            ("flagged", pa.bool_()),
            ("probability", _NUMBER),
            ("threshold", _NUMBER),
            ("intercept", _NUMBER),
            ("readers", pa.int64()),
            ("reasons", pa.list_(_REASON)),
            ("evidence", pa.list_(_EVIDENCE)),
            ("features", pa.struct([(name, _NUMBER) for name in feature_names])),
            ("unscorable", _TEXT),
            ("error", _TEXT),
            ("notes", pa.list_(_TEXT)),
            ("extraction", _TEXT),
            ("copied", pa.bool_()),
            ("cluster", _TEXT),
            ("source_id", _TEXT),
            ("source_site", _TEXT),
            ("similarity", _NUMBER),
            ("copied_by", _TEXT),
            ("same_sentences", SENTENCE_PAIRS),
            ("text", _TEXT),
            ("text_digest", _TEXT),
            ("metadata", _TEXT),
            ("kept", _TEXT),
            ("minhash", pa.list_(pa.uint64())),
        ]
    )


def require_columns(columns: Sequence[str]) -> None:
    """Refuse names of columns that the rows do not have.

    Raises:
        ValueError: There is no such column; the message names those that there are.
    """
    known = row_schema(()).names
    unknown = [column for column in columns if column not in known]
    if unknown:
        raise ValueError(f"There is no column {unknown[0]!r}. Choose from {', '.join(known)}.")


def verdict_row(item: Item, verdict: Verdict) -> dict[str, Any]:
    """The row of a judged record, without the sketch of its text."""
    document = verdict.document
    return {
        **verdict.as_dict(),
        **_origin(item),
        "published": document.published,
        "dated": day.isoformat() if (day := earlier_day(document, item.address)) else None,
        "status": "scored" if verdict.unscorable is None else "unscorable",
        "notes": list(document.notes),
        "text": _valid(document.text[:MAX_CHARACTERS]),
        "text_digest": text_digest(document.text),
        "metadata": metadata_json(document.metadata),
    }


def error_row(item: Item, error: str, threshold: float) -> dict[str, Any]:
    """The row of a record that could not be read."""
    return {
        **_origin(item),
        "title": item.record.title,
        "published": item.record.published,
        "status": "error",
        "flagged": False,
        "threshold": threshold,
        "reasons": [],
        "evidence": [],
        "error": error,
        "notes": list(item.record.notes),
    }


def _origin(item: Item) -> dict[str, Any]:
    record = item.record
    return {
        "id": record.id,
        "url": item.address,
        "stated_url": record.url,
        "site": item.site,
        "path": record.path,
        "offset": record.offset,
        "captured": record.captured,
        "kept": None if record.kept is None else json.dumps(record.kept),
        "copied": False,
    }


def rows_table(rows: Sequence[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as an Arrow table."""
    cleaned = [
        {key: _valid(value) if isinstance(value, str) else value for key, value in row.items()}
        for row in rows
    ]
    return pa.Table.from_pylist(cleaned, schema)


def _valid(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate becomes a question mark of the same length."""
    return text.encode("utf-8", "replace").decode()


def text_digest(text: str) -> str:
    """blake2b digest of a text's words, whatever their case and spacing; "" without words."""
    words = " ".join(text.casefold().split())
    data = words.encode("utf-8", "replace")
    return digest(data) if words else ""
