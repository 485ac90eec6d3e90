"""Two texts side by side: whether one was made from the other, which parts, and which words."""

from typing import NamedTuple

from chaffinch.detector.audit.copies.verification import LONGEST_PHRASE, is_copy
from chaffinch.features.copies.alignment import AlignableText, Alignment, align, alignable

_SPUN_SHARE = 0.03
"""Share of the words of common passages that differ from which a copy is spun (our choice: fewer
are corrections)."""

_WHOLE_SHARE = 0.9
"""Share of a text's words in common passages under which it was cut or padded (our choice)."""


class CommonPassage(NamedTuple):
    """A passage of a page that runs along with its source.

    Attributes:
        start: First code point in the page.
        end: One past the last code point.
        source_start: First code point in the source.
        source_end: One past the last one.
        words: The page's words in it.
        same: Those of them that the source has in the same place.
    """

    start: int
    end: int
    source_start: int
    source_end: int
    words: int
    same: int


class ReplacedSpan(NamedTuple):
    """A word or phrase of a page, and what its source has in the same place.

    Attributes:
        start: First code point in the page.
        end: One past the last code point.
        text: What the page says.
        original: What the source says.
        source_start: First code point in the source.
        source_end: One past the last one.
    """

    start: int
    end: int
    text: str
    original: str
    source_start: int
    source_end: int


class TextComparison(NamedTuple):
    """A page beside its probable source.

    Attributes:
        copied: Whether the page is a copy of the source, or of a part of it, or holds one.
        ways: What was done to the copy: ``word for word`` or ``spun``, then ``cut`` and
            ``padded`` where they apply; empty where it is none.
        similarity: Share of the page's words that the source has in the same place, 0 to 1.
        page_share: Share of the page's words in common passages.
        source_share: Share of the source's words in common passages.
        passages: The common passages, in the page's order.
        replaced: What was replaced in them, in the page's order.
    """

    copied: bool
    ways: tuple[str, ...]
    similarity: float
    page_share: float
    source_share: float
    passages: tuple[CommonPassage, ...]
    replaced: tuple[ReplacedSpan, ...]


def compare_texts(page: str, source: str) -> TextComparison:
    """Lay a text beside one that it may be a copy of."""
    copy, original = alignable([page, source])
    alignment, turned = align(copy, original), align(original, copy)
    page_share, source_share = _share_in_step(alignment), _share_in_step(turned)
    copied = is_copy(alignment) or is_copy(turned)
    return TextComparison(
        copied,
        _ways(alignment, page_share, source_share) if copied else (),
        alignment.similarity,
        page_share,
        source_share,
        tuple(_passages(alignment, copy, original)),
        tuple(_replaced(alignment, copy, original)),
    )


def _share_in_step(alignment: Alignment) -> float:
    return alignment.n_in_step / alignment.n_words if alignment.n_words else 0.0


def _ways(alignment: Alignment, page_share: float, source_share: float) -> tuple[str, ...]:
    changed = alignment.n_in_step - alignment.n_equal
    spun = changed >= _SPUN_SHARE * alignment.n_in_step
    return (
        "spun" if spun else "word for word",
        *(["cut"] if source_share < _WHOLE_SHARE else []),
        *(["padded"] if page_share < _WHOLE_SHARE else []),
    )


def _passages(
    alignment: Alignment, copy: AlignableText, source: AlignableText
) -> list[CommonPassage]:
    found = []
    replaced = alignment.replaced
    for first, end, source_first, source_end in alignment.runs.tolist():
        inside = replaced[(replaced[:, 0] >= first) & (replaced[:, 1] <= end)]
        changed = int((inside[:, 1] - inside[:, 0]).sum())
        places = (*copy.span(first, end), *source.span(source_first, source_end))
        found.append(CommonPassage(*places, end - first, end - first - changed))
    return found


def _replaced(
    alignment: Alignment, copy: AlignableText, source: AlignableText
) -> list[ReplacedSpan]:
    """Replacements of one to four words by one to four."""
    found = []
    for first, end, source_first, source_end in alignment.replaced.tolist():
        lengths = end - first, source_end - source_first
        if min(lengths) and max(lengths) <= LONGEST_PHRASE:
            text = copy.wording(first, end)
            original = source.wording(source_first, source_end)
            places = source.span(source_first, source_end)
            found.append(ReplacedSpan(*copy.span(first, end), text, original, *places))
    return found
