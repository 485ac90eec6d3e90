"""Counting documents by site: counts of parts of a site that can be added up."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from chaffinch.detector.audit.copies.hashes import text_hash
from chaffinch.detector.audit.sites.evidence import EVIDENCE_SCHEMA

COUNTED = ("documents", "scored", "flagged", "spun", "scraped", "copied")
"""What is counted of a site."""

PAGE_FACTS = ("page_flagged", "page_needed", "page_source")
"""What is known of a page beside its evidence."""

SAMPLE = 200
"""Pages of a site that are evidence on it at most, drawn by a hash of their addresses; our choice:
what honest sites differ in weighs more by then than which pages are drawn."""

_SHOWN = 3
"""Main sources and examples that are kept of a site (our choice)."""

_COUNT_SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        *((name, pa.int64()) for name in COUNTED),
        ("source", pa.string()),
        ("copies", pa.int64()),
        ("id", pa.string()),
        ("strength", pa.int8()),
        ("probability", pa.float64()),
        ("page", pa.uint64()),
        ("page_flagged", pa.bool_()),
        ("page_needed", pa.float64()),
        ("page_source", pa.string()),
        *EVIDENCE_SCHEMA,
    ]
)
"""Counts that can be added up, in four kinds of rows: one per site with what was counted, one
per site and source with the number of copies from there, one per example, one per page that is
evidence. Other columns are null."""


def count_addresses(rows: pa.Table) -> pa.Table:
    """Counts of `_COUNT_SCHEMA`, in no order.

    Args:
        rows: Rows of ``documents/`` without a null ``site``, with what `with_evidence` adds.
    """
    # Old versions of pyarrow read the offsets of empty columns from memory as it is.
    if not rows.num_rows:
        return _COUNT_SCHEMA.empty_table()
    table = last_captures(rows)
    flagged = table["flagged"]
    held = {
        "documents": pa.array(np.ones(table.num_rows, np.bool_)),
        "scored": pc.equal(table["status"], "scored"),
        "flagged": flagged,
        "spun": pc.and_(flagged, pc.equal(table["kind"], "spun").fill_null(False)),
        "scraped": pc.and_(flagged, pc.equal(table["kind"], "scraped").fill_null(False)),
        "copied": table["copied"],
    }
    return pa.concat_tables(
        [
            sums(pa.table({"site": table["site"], **held}), ["site"], COUNTED),
            _sources(table.filter(table["copied"])),
            _examples(table.filter(pc.or_(flagged, table["copied"]))),
            _pages(table.filter(held["scored"])),
        ],
        promote_options="default",
    ).select(_COUNT_SCHEMA.names)


def last_captures(rows: pa.Table) -> pa.Table:
    """The last scored capture of each address, or the last one; all rows without an address."""
    url = pc.fill_null(rows["url"], "")
    keys = pa.table(
        {
            "site": rows["site"],
            "url": url,
            "scored": pc.equal(rows["status"], "scored"),
            "captured": pc.fill_null(rows["captured"], ""),
            "row": pa.array(np.arange(rows.num_rows)),
        }
    )
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names])
    same = np.ones(max(rows.num_rows - 1, 0), np.bool_)
    for column in (rows["site"], url):
        coded = column.combine_chunks().dictionary_encode().indices
        numbers = coded.to_numpy()[order.to_numpy()]
        same &= numbers[1:] == numbers[:-1]
    same &= pc.not_equal(url, "").to_numpy()[order.to_numpy()][1:]
    return rows.take(order.filter(pa.array(np.append(~same, True)[: len(order)])))


def sums(table: pa.Table, keys: Sequence[str], names: Sequence[str]) -> pa.Table:
    """The sums of some columns for each combination of keys, as int64."""
    # Old versions of pyarrow read the offsets of empty columns from memory as it is.
    if not table.num_rows:
        return table.select([*keys, *names])
    sums = table.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in names])
    return pa.table(
        {
            **{key: sums[key] for key in keys},
            **{name: sums[f"{name}_sum"].cast(pa.int64()) for name in names},
        }
    )


def _sources(copies: pa.Table) -> pa.Table:
    """How many copies each site has from each source."""
    site = copies["source_site"]
    named = pc.and_(pc.is_valid(site), pc.not_equal(site, "").fill_null(False))
    source = pc.if_else(named, site, copies["source_id"])
    one = pa.array(np.ones(copies.num_rows, np.int64))
    table = pa.table({"site": copies["site"], "source": source, "copies": one})
    return sums(table, ["site", "source"], ["copies"])


def _pages(scored: pa.Table) -> pa.Table:
    """What each judged page says of its site, of some pages of each."""
    source = pc.if_else(scored["copied"], pc.fill_null(scored["source_site"], ""), "")
    address = pc.coalesce(
        pc.if_else(pc.equal(scored["url"], ""), None, scored["url"]), scored["id"]
    )
    found = {
        "site": scored["site"],
        "page": pa.array(map(text_hash, address.to_pylist()), pa.uint64()),
        "page_flagged": scored["flagged"],
        "page_needed": _needed(scored),
        "page_source": pc.if_else(pc.equal(source, scored["site"]), "", source),
        **{name: scored[name] for name in EVIDENCE_SCHEMA.names},
    }
    return sample(pa.table(found))


def _needed(scored: pa.Table) -> pa.ChunkedArray:
    """What must be added to a typical clean page's log-odds for each page to be flagged."""
    threshold = scored["threshold"]
    odds = pc.divide(threshold, pc.subtract(1.0, threshold))
    return pc.subtract(pc.ln(odds), scored["intercept"])


def sample(pages: pa.Table) -> pa.Table:
    """Up to `SAMPLE` pages of each site, the same ones whatever they are drawn from."""
    return _first_of_each_site(pages, [("site", "ascending"), ("page", "ascending")], SAMPLE)


def main_sources(copies: pa.Table) -> pa.Table:
    """The most frequent sources of each site's copies."""
    order = [("site", "ascending"), ("copies", "descending"), ("source", "ascending")]
    return _first_of_each_site(sums(copies, ["site", "source"], ["copies"]), order)


def _examples(chosen: pa.Table) -> pa.Table:
    """Each site's strongest flagged documents, then copies."""
    strength = chosen["flagged"].cast(pa.int8())
    return strongest(
        chosen.select(["site", "id", "probability"]).append_column("strength", strength)
    )


def strongest(examples: pa.Table) -> pa.Table:
    """The strongest examples of each site, flagged ones first."""
    order = [
        ("site", "ascending"),
        ("strength", "descending"),
        ("probability", "descending"),
        ("id", "ascending"),
    ]
    return _first_of_each_site(examples, order)


def _first_of_each_site(
    table: pa.Table, order: list[tuple[str, str]], most: int = _SHOWN
) -> pa.Table:
    # Old versions of pyarrow read the offsets of empty columns from memory as it is.
    if not table.num_rows:
        return table
    table = table.take(pc.sort_indices(table, order))
    codes: NDArray[np.int32] = table["site"].combine_chunks().dictionary_encode().indices.to_numpy()
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    rank = np.arange(len(codes)) - np.repeat(first, np.diff(first, append=len(codes)))
    return table.filter(pa.array(rank < most))
