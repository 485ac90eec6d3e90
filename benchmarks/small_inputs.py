"""Small inputs after public bug reports: how many are read whole.

Each holds an article that lies beside it as plain text (`REFERENCES`), in markup, an encoding or a
format of its own. It is read whole where its documents have 93 % of the article's words, in their
order, that a plain dump of the file has.
"""

import html
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from chaffinch.datasets.intake import read_items

OWN = Path(__file__).parent.parent / "tests" / "inputs"
"""The inputs of the tests."""

REFERENCES = (
    "base.txt",
    "tram.txt",
    "wget-mirror/harbour.example/index.html",
    "wget-mirror/reading.example/index.html",
    "enc2/utf8-many-quotes.txt",
)
"""Files whose text is the article of others."""

WHOLE = 0.93
"""Share of an article's words with which it is read whole: titles and drop caps may differ."""

HELD = 0.5
"""Share of an article's words from which a dump of a file holds it. Our choice: what two of the
articles have in common by chance is a fifth."""

_MAX_DUMP = 500_000
"""Characters of a file that are looked through for an article; the largest are pictures."""


class Read(NamedTuple):
    """What became of an input.

    Attributes:
        name: Its path below the folder of inputs.
        share: Share of its articles' words that were read, of those that a dump has.
        said: Whether a sentence, or the way its text was found, tells of a loss.
    """

    name: str
    share: float
    said: bool

    @property
    def whole(self) -> bool:
        """Whether it was read whole."""
        return self.share >= WHOLE


def read_inputs(folder: Path) -> Iterator[Read]:
    """Read every input in a folder that holds one of the articles.

    Args:
        folder: Has `REFERENCES`, or those of its own.
    """
    found = [folder / name if (folder / name).exists() else OWN / name for name in REFERENCES]
    articles = [words(file.read_text("utf-8")) for file in found]
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and len(name.parts) > 1 and name.parts[0] != "wget-mirror":
            one = _read(path, name.as_posix(), articles)
            if one is not None:
                yield one


def words(text: str) -> list[str]:
    """The words of a text or of markup, without their capitals."""
    text = re.sub(r"<[^>]*>|['\u2019\u00ad]", "", html.unescape(html.unescape(text)))
    return re.findall(r"[a-z]+", text.lower())


def share_of(article: list[str], text: list[str]) -> float:
    """Share of an article's words that a text has in their order."""
    matcher = SequenceMatcher(None, article, text, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(article)


def _read(path: Path, name: str, articles: list[list[str]]) -> Read | None:
    items = list(read_items(path, path.name))
    texts = [item.document.text for item in items if item.document]
    said = any(
        item.error
        or (item.document and item.document.notes)
        or (item.document and item.document.extraction in ("fallback", "whole"))
        for item in items
    )
    text = words("\n".join(texts))
    dump = words(path.read_bytes().decode("utf-8", "replace")[:_MAX_DUMP])
    shares = [
        share_of(article, text) / held
        for article in articles
        if (held := share_of(article, dump)) >= HELD
    ]
    if not shares:
        # Compressed or in another encoding: the best that was found counts.
        shares = [share for article in articles if (share := share_of(article, text)) >= HELD]
    return Read(name, min(shares), said) if shares else None
