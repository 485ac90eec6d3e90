"""The page's address against its title: spinners change the one and not the other."""

import re
from urllib.parse import unquote, urlsplit

import numpy as np

from chaffinch.features.document import Document
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import TokenBlock

_SLUG_WORD = re.compile(r"[a-z]{4,}")
_WORD = re.compile(r"[a-z]+")
_MIN_SLUG_WORDS = 4
_HEAD_CHARACTERS = 600


class Echo(Signal):
    """Words of the page's address that its visible text has replaced.

    What it measures: the share of the words of the URL's last part (four or more of them)
    that stand neither in the title nor in the first 600 characters.

    Why farms show it: the address is often made from the source's headline before the
    text is spun.

    When it is wrong: headlines are rewritten after publication; addresses may be in
    another language or made of tags.

    Source: permanent links of common publishing systems are made from the first title.
    """

    name = "echo"
    features = (
        Feature("slug_mismatch", "share of words", "address words not shown", 0, 1, "spun"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), 1))
        spans = []
        for doc, document in enumerate(block.documents):
            slug = slug_words(document)
            if len(slug) < _MIN_SLUG_WORDS:
                continue
            shown = set(
                _WORD.findall(f"{document.title} {document.text[:_HEAD_CHARACTERS]}".lower())
            )
            missing = [word for word in slug if word not in shown]
            values[doc, 0] = len(missing) / len(slug)
            if 2 * len(missing) >= len(slug):
                note = f"address says: {', '.join(missing[:8])}"
                spans.append(Span(doc, "metadata", -1, -1, None, 1.0, note))
        return Measurement(values, spans)


def slug_words(document: Document) -> list[str]:
    """Words of four letters or more in the last part of a document's address.

    >>> slug_words(Document("", url="https://example.org/2024/river-floods-old-town.html"))
    ['river', 'floods', 'town']
    """
    try:
        path = unquote(urlsplit(document.url).path)
    except ValueError:
        return []
    last = path.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return _SLUG_WORD.findall(last.lower()[:300])
