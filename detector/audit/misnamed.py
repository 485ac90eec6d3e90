"""Folders that are called like a host and hold the pages of others.

``wget -r`` saves pages in a folder per host, but a folder may be called like a host for any reason.
Its name is a hint: it is followed unless most of the pages under it that name an owner name another
one. Only the grouping of pages by site rests on it, no verdict.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa

from chaffinch.datasets.intake import mirrored_address
from chaffinch.features.addresses import site
from chaffinch.features.hosts import host, owner, same_owner

NAMED_COLUMNS = ("path", "stated_url", "metadata", "url", "site")
"""Columns that tell whose pages are in which folder."""


def folder_host(row: Mapping[str, Any]) -> str:
    """The host that a page's folder is called like, where its record states no address; or ""."""
    return "" if row["stated_url"] else site(mirrored_address(row["path"]))


def says_whose(row: Mapping[str, Any], folder: str) -> bool | None:
    """Whether a page says that it is of its folder's owner; None where it says nothing.

    It says so in its canonical link, ``og:url``, structured data or a link in its prose; and it
    is another's where one of the first three says so and none of the four the first.
    """
    metadata = json.loads(row["metadata"] or "{}")
    stated = [metadata.get("canonical_url") or "", *metadata.get("stated_urls", ())]
    linked = [link[0] for link in metadata.get("links", ())]
    if any(owner(url) and same_owner(url, f"//{folder}") for url in (*stated, *linked)):
        return True
    return False if any(map(owner, stated)) else None


def with_own_addresses(table: pa.Table, misnamed: Collection[str]) -> pa.Table:
    """Rows with the address and site that a page states of itself in place of its folder's.

    Args:
        table: Rows with `NAMED_COLUMNS`.
        misnamed: Hosts whose folders hold the pages of others.
    """
    rows = table.select(NAMED_COLUMNS).to_pylist()
    for row in rows:
        if folder_host(row) in misnamed:
            stated = json.loads(row["metadata"] or "{}").get("canonical_url") or ""
            row["url"] = stated if host(stated) else ""
            row["site"] = site(row["url"])
    for name in ("url", "site"):
        place = table.schema.get_field_index(name)
        column = pa.array([row[name] for row in rows], pa.string())
        table = table.set_column(place, table.schema.field(name), column)
    return table
