"""What was taken out of a page, as JSON: it makes the same document again without the page.

An audit keeps it, and the labels that a report exports carry it: a model is trained and measured
on the text and the metadata that the verdict rests on.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chaffinch.features.document import Document, Image, Link, PageMetadata

EXTRACTED = "extracted"
"""Key or column of a row that holds this."""

_PARTS = {"stated_urls": str, "images": Image, "links": Link, "tags": str}
"""Fields of `PageMetadata` that hold several values, and what each value is."""


def metadata_json(metadata: PageMetadata | None) -> str | None:
    """Metadata as a JSON object of the fields that the page states; None where there is none.

    >>> metadata_json(PageMetadata(author="A. Writer", links=(Link("/owls", "all about owls"),)))
    '{"author": "A. Writer", "links": [["/owls", "all about owls"]]}'
    """
    if metadata is None:
        return None
    stated = ((name, getattr(metadata, name)) for name in metadata.__slots__)
    return json.dumps({name: value for name, value in stated if value not in (None, ())})


def extracted_document(row: Mapping[str, object]) -> Document | None:
    """The document that a row with an `EXTRACTED` object states; None for any other row.

    Args:
        row: Also has ``text``, and may have ``url``, ``title`` and ``published``.

    Raises:
        ValueError: The object is not what an audit writes; the message says what is wrong.
    """
    stated = row.get(EXTRACTED)
    if isinstance(stated, str):
        with suppress(ValueError, RecursionError):
            stated = json.loads(stated)
    if not isinstance(stated, Mapping) or "metadata" not in stated:
        return None
    text, url, title, published = (row.get(name) for name in ("text", "url", "title", "published"))
    if not isinstance(text, str):
        raise ValueError(f"`{EXTRACTED}` stands beside no `text`")
    return Document(
        text,
        url=_string(url),
        title=_string(title),
        published=_string(published) or None,
        metadata=_metadata(stated["metadata"]),
    )


def _metadata(stated: Any) -> PageMetadata | None:
    if stated is None:
        return None
    try:
        fields = {name: _field(name, value) for name, value in stated.items() if value is not None}
        return PageMetadata(**fields)
    except (AttributeError, TypeError) as error:
        raise ValueError(f"`{EXTRACTED}` holds no metadata of a page ({error})") from None


def _field(name: str, value: Any) -> Any:
    kind = _PARTS.get(name)
    if kind is None:
        return _required(name, value)
    if not isinstance(value, list):
        raise TypeError(f"{name} is no list")
    if kind is str:
        return tuple(_required(name, one) for one in value)
    return tuple(kind(*(_required(name, part) for part in one)) for one in value)


def _required(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is not made of texts")
    return value


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
