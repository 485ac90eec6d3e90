"""What the page says of its origin, against what its address and text say."""

import re

import numpy as np

from chaffinch.features.document import Document
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import TokenBlock

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


class Provenance(Signal):
    """Structured data that names another site.

    What it measures: 1 when the canonical link leads to another host; 1 when the
    publisher in the page's structured data is a host name that is not the page's own; 1
    when there is no markup to ask.

    Why farms show it: a scraped page keeps the source's canonical link and publisher.

    When it is wrong: honest syndication names the first publisher on purpose, and
    publishers own several hosts; so it says little by itself.

    Source: RFC 6596 (canonical link relation), schema.org ``publisher``.
    """

    name = "provenance"
    features = (
        Feature("foreign_canonical", "0 or 1", "canonical link elsewhere", 0, 1, "scraped"),
        Feature("foreign_publisher", "0 or 1", "publisher is another host", 0, 1, "scraped"),
        Feature("no_markup", "0 or 1", "page had no markup to ask", 0, 1, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), 3))
        spans = []
        for doc, document in enumerate(block.documents):
            if document.metadata is None:
                values[doc, 2] = 1
                continue
            canonical, publisher = _foreign(document)
            for column, (host, note) in enumerate(
                ((canonical, "canonical link"), (publisher, "publisher"))
            ):
                if host:
                    values[doc, column] = 1
                    spans.append(Span(doc, "metadata", -1, -1, None, 1.0, f"{note}: {host}"))
        return Measurement(values, spans)


def _foreign(document: Document) -> tuple[str | None, str | None]:
    metadata = document.metadata
    own = document.site
    if metadata is None or not own:
        return None, None
    canonical = Document("", url=metadata.canonical_url or "").site
    publisher = (metadata.publisher or "").lower()
    publisher = publisher.removeprefix("www.") if _HOST.fullmatch(publisher) else ""
    return (
        canonical if canonical and not same_site(canonical, own) else None,
        publisher if publisher and not same_site(publisher, own) else None,
    )


def same_site(one: str, other: str) -> bool:
    """Whether two hosts are the same or one lies under the other.

    >>> same_site("m.example.org", "example.org")
    True
    """
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
