"""The tasks that count sites, three rounds of them, so that no process holds all documents.

Tasks over ``documents/`` sort what counts into buckets by address, tasks over these count it and
sort the counts into buckets by site, and tasks over those add them up.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chaffinch.detector.atomic import replacing
from chaffinch.detector.audit.sites.counting import count_addresses, last_captures
from chaffinch.detector.audit.sites.evidence import PAGE_COLUMNS, with_evidence
from chaffinch.detector.audit.sites.rows import site_rows
from chaffinch.detector.audit.task import WholeTask
from chaffinch.detector.audit.trusted import TrustedSites
from chaffinch.features.addresses import page_key

_COLUMNS = (
    "id site url captured status kind flagged probability threshold intercept copied source_id "
    "source_site"
).split()


@dataclass(frozen=True)
class SortByAddress(WholeTask):
    """Sort what counts of some files of ``documents/``: one row group per bucket of addresses.

    Attributes:
        parts: Files to read.
        buckets: Number of buckets.
    """

    parts: tuple[Path, ...]
    buckets: int

    def write(self) -> None:
        # One file's evidence is held at a time.
        table = pa.concat_tables(
            with_evidence(
                pq.read_table(part, columns=[*_COLUMNS, *PAGE_COLUMNS], use_threads=False)
            )
            for part in self.parts
        )
        site = pc.fill_null(table["site"], "")
        table = table.set_column(table.schema.get_field_index("site"), "site", site)
        # Archives, AMP and the like show a page at other addresses: all count as one.
        page = pa.array([page_key(url or "") for url in table["url"].to_pylist()], pa.string())
        table = table.set_column(table.schema.get_field_index("url"), "url", page)
        totals = {
            "documents": table.num_rows,
            "scored": _total(pc.equal(table["status"], "scored")),
            "unscorable": _total(pc.equal(table["status"], "unscorable")),
            "errors": _total(pc.equal(table["status"], "error")),
            "flagged": _total(table["flagged"]),
            "copied": _total(table["copied"]),
        }
        # Repeated captures are left out before they are sorted: they all share a bucket.
        table = last_captures(table)
        url = pc.coalesce(pc.if_else(pc.equal(table["url"], ""), None, table["url"]), table["id"])
        keys = pc.binary_join_element_wise(table["site"], url, "\0")
        schema = table.schema.with_metadata({"totals": json.dumps(totals)})
        _write_buckets(table.cast(schema), keys, self.buckets, self.target)


@dataclass(frozen=True)
class CountAddresses(WholeTask):
    """Count one bucket of addresses: one row group per bucket of sites.

    Attributes:
        files: What `SortByAddress` wrote.
        bucket: Number of the bucket.
        buckets: Number of buckets.
    """

    files: tuple[Path, ...]
    bucket: int
    buckets: int

    def write(self) -> None:
        counts = count_addresses(_read_bucket(self.files, self.bucket))
        _write_buckets(counts, counts["site"], self.buckets, self.target)


@dataclass(frozen=True)
class AddUp(WholeTask):
    """Make the rows of ``sites.parquet`` for one bucket of sites.

    Attributes:
        files: What `CountAddresses` wrote.
        bucket: Number of the bucket.
        trusted: Sites that are not judged.
    """

    files: tuple[Path, ...]
    bucket: int
    trusted: TrustedSites

    def write(self) -> None:
        counts = partial(_read_bucket, self.files, self.bucket)
        with replacing(self.target) as draft:
            pq.write_table(site_rows(counts, self.trusted), draft)


def _write_buckets(table: pa.Table, keys: pa.ChunkedArray, buckets: int, file: Path) -> None:
    """Write one row group per bucket; rows with the same key share a bucket, in their order."""
    hashes = [zlib.crc32(key.encode()) for key in keys.to_pylist()]
    bucket = np.array(hashes, np.int64) % buckets
    table = table.take(pa.array(np.argsort(bucket, kind="stable")))
    ends = np.cumsum(np.bincount(bucket, minlength=buckets)).tolist()
    with (
        replacing(file) as draft,
        pq.ParquetWriter(draft, table.schema, compression="zstd") as writer,
    ):
        for start, end in pairwise([0, *ends]):
            writer.write_table(table.slice(start, end - start))


def _read_bucket(
    files: Sequence[Path], bucket: int, columns: Sequence[str] | None = None
) -> pa.Table:
    return pa.concat_tables(
        pq.ParquetFile(file).read_row_group(bucket, columns=columns, use_threads=False)
        for file in files
    )


def _total(mask: pa.ChunkedArray) -> int:
    return pc.sum(mask).as_py() or 0
