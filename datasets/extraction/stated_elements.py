"""Dates and authors in a page's elements: those of its article, not those beside it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from chaffinch.features.dates import MAX_STATED, iso_date
from chaffinch.features.publication import other_date

DATED_PROPERTIES = ("datePublished", "dateCreated")
DATED_CLASSES = ("published", "dt-published", "entry-date", "post-date", "pubdate")
"""What marks a date of publication in microdata, in microformats and in common blogs."""

WRITTEN_CLASS = "p-author"
"""What marks an author in microformats."""

DATED = ", ".join(
    (
        "time",
        *(f'[itemprop~="{name}"]' for name in DATED_PROPERTIES),
        *(f".{name}" for name in DATED_CLASSES),
    )
)
"""Selector of elements that may state a date of publication."""

WRITTEN_BY = f'[itemprop~="author"], [rel~="author"], .{WRITTEN_CLASS}'
"""Selector of elements that may name an author."""

_MAX_FOUND = 100
"""Elements of a kind that are looked at. Our choice, against hostile pages."""

_MAX_AROUND = 60
"""Elements around one that are asked what they are. Our choice."""

_MAX_LABEL = 40
"""Characters before an element that may be its label. Our choice."""

_MAX_NAME = 200
"""Characters of an author's name. Our choice."""

_ELSEWHERE = ("aside", "nav")
_AT_EDGES = ("header", "footer")
"""Elements that stand beside an article, and those that do unless they are within it."""

_OTHERS_WORDS = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|disqus|repl(?:y|ies)|respond|reviews?|ratings?|related"
    r"|recommend\w*|teasers?|promo\w*|sidebar|popular|latest|recent|trending|more|cards?|nav\w*"
    r"|prev\w*|next|pag(?:er|ination)|siblings?)(?=$|[\s_-])",
    re.IGNORECASE,
)
"""Words in a class or id of what is about other texts: comments, reviews, teasers."""

_EDGE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:widgets?|clock|today|weather|ticker|breaking|newsletter|calendar|events?"
    r"|top-?bar|masthead|copyright|footer|menu)(?=$|[\s_-])",
    re.IGNORECASE,
)
"""Words in a class or id of what stands around an article, with clocks in it."""

_OF_OTHERS = re.compile(
    r"(?:Comment|Review|Rating|Answer|Event|Product|Offer|WebSite|Organization|Object)$"
)
"""Types of microdata whose dates and authors are not the article's."""

_PUBLISHED_WORDS = re.compile(
    r"(?:^|[\s_-])(?:published|entry-date|dt-published|pub-?date|post-date|posted)(?=$|[\s_-])"
    r"|\bdate(?:Published|Created)\b",
    re.IGNORECASE,
)
_CHANGED_WORDS = re.compile(
    r"(?:^|[\s_-])(?:updated|modified|last-mod\w*)(?=$|[\s_-])|\bdateModified\b", re.IGNORECASE
)
"""Words in the class or property of a date, of the first and of a later one."""

_MAX_LINE = 120
"""Characters of a paragraph that is a byline and no prose. Our choice."""

_INLINE = frozenset("a abbr b em i label small span strong svg time".split())
"""Elements that stand on a line with what is before them."""


class Surroundings:
    """What stands where on a page, to tell what belongs to its article.

    Args:
        headings: The page's ``h1``, in its order.
    """

    def __init__(self, headings: Sequence[Any]) -> None:
        within = (one for one in headings if _has_around(one, ("article", "main")))
        self.heading = next(within, headings[0] if headings else None)
        self._around_heading = list(_around(self.heading)) if self.heading else []

    def belongs(self, element: Any, *, said: bool) -> bool:
        """Whether what an element states is the article's, and of none of what stands beside it.

        Args:
            element: The element.
            said: Whether the element says what it states, be it a date or an author.
        """
        type_known = not element.hasattr("itemprop")
        for one in _around(element):
            if not type_known and one.hasattr("itemscope") and one != element:
                type_known = True
                if _OF_OTHERS.search((one.getattr("itemtype") or "").rstrip("/")):
                    return False
            # Whatever holds the page's heading holds its article, however it is called.
            if one.tag in ("body", "html") or one in self._around_heading:
                continue
            names = f"{one.getattr('class') or ''} {one.getattr('id') or ''}"
            if one.tag in _ELSEWHERE or _OTHERS_WORDS.search(names):
                return False
            if not said and (
                (one.tag in _AT_EDGES and not _has_around(one, ("article", "main")))
                or _EDGE_WORDS.search(names)
            ):
                return False
        return True


def published_in(elements: Sequence[Any], surroundings: Surroundings) -> Iterator[str]:
    """Dates of publication in elements, in ISO 8601, the most trustworthy first.

    What says so (``itemprop``, ``pubdate``, class names of blogs) goes before other ``<time>``
    elements, of which the nearest one on either side of the page's heading counts: the earlier
    of the two first, since clocks and comments are later than an article.

    Args:
        elements: Those that `DATED` finds and the page's ``h1``, in its order.
        surroundings: The page's.
    """
    said: list[str] = []
    before: str | None = None
    after: str | None = None
    heading = surroundings.heading
    passed = heading is None
    for element in elements[:_MAX_FOUND]:
        if element.tag == "h1":
            passed = passed or element == heading
            continue
        names = f"{element.getattr('class') or ''} {element.getattr('itemprop') or ''}"
        is_said = element.hasattr("pubdate") or bool(_PUBLISHED_WORDS.search(names))
        if not is_said and (_CHANGED_WORDS.search(names) or _is_in_prose(element)):
            continue
        day = iso_date(_value(element))
        if day is None or other_date(_label(element)):
            continue
        if not surroundings.belongs(element, said=is_said):
            continue
        if is_said:
            said.append(day)
        elif passed:
            after = after or day
        else:
            before = day
    yield from said
    yield from sorted(filter(None, (before, after)))


def authors_in(elements: Sequence[Any], surroundings: Surroundings) -> Iterator[str]:
    """Names of authors in elements that `WRITTEN_BY` finds."""
    for element in elements[:_MAX_FOUND]:
        name = element.getattr("content") if element.tag == "meta" else None
        if name is None and element.tag not in ("meta", "link"):
            named = element.query_selector('[itemprop~="name"]') or element
            name = named.getattr("content") or named.text
        name = " ".join((name or "")[:_MAX_NAME].split())
        name = re.sub(r"(?i)^(?:by|view all posts by):?\s+", "", name)
        if any(map(str.isalpha, name)) and surroundings.belongs(element, said=True):
            yield name


def _value(element: Any) -> str:
    for name in ("datetime", "content", "title"):
        if value := element.getattr(name):
            return str(value)
    text = element.text or ""
    return text if len(text) <= MAX_STATED else ""


def _is_in_prose(element: Any) -> bool:
    parent = element.parent
    return parent is not None and parent.tag == "p" and len(parent.text or "") > _MAX_LINE


def _around(element: Any) -> Iterator[Any]:
    """An element and those around it, from within outwards."""
    for _ in range(_MAX_AROUND):
        if element is None or not element.tag or element.tag.startswith("#"):
            return
        yield element
        element = element.parent


def _has_around(element: Any, tags: Sequence[str]) -> bool:
    return any(one.tag in tags for one in _around(element))


def _label(element: Any) -> str:
    """The text before an element on its line."""
    label = ""
    while len(label) < _MAX_LABEL:
        before = element.prev
        if before is None:
            if element.parent is None or element.parent.tag not in _INLINE:
                break
            element = element.parent
            continue
        if before.tag not in _INLINE and not (before.tag or "#").startswith("#"):
            break
        label = f"{before.text or ''} {label}"
        element = before
    return label[-_MAX_LABEL:]
