"""Dates and authors in a page's elements: those of its article, not those beside it."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from chaffinch.features.dates import MAX_STATED, iso_date, moment_of
from chaffinch.features.publication import dateline, other_date

DATED_PROPERTIES = ("datePublished", "dateCreated")
DATED_CLASSES = ("published", "dt-published")
DATED_TERMS = ("schema:datePublished", "datePublished", "dc:date", "dc:created", "dcterms:issued")
"""What marks a date of publication in microdata, in microformats and in RDFa."""

SHOWN_CLASSES = ("date", "byline", "posted")
"""Parts of the class names of what shows a date to readers."""

WRITTEN_CLASS = "p-author"
"""What marks an author in microformats."""

DATED = ", ".join(
    (
        "time",
        *(f'[itemprop~="{name}"]' for name in DATED_PROPERTIES),
        *(f'[property~="{name}"]:not(meta)' for name in DATED_TERMS),
        *(f".{name}" for name in DATED_CLASSES),
        *(f'[class*="{name}"]:is(span, p, div, small, li, b, em, a)' for name in SHOWN_CLASSES),
    )
)
"""Selector of elements that may state a date of publication."""

WRITTEN_BY = f'[itemprop~="author"], [rel~="author"], .{WRITTEN_CLASS}'
"""Selector of elements that may name an author."""

_MAX_FOUND = 100
"""Elements of a kind that are looked at. Our choice, against hostile pages."""

_MAX_AROUND = 60
"""Elements around one that are asked what they are. Our choice."""

_FLAT = 3
"""Elements from a heading on outwards on a page that has it right in its body."""

_MAX_LABEL = 40
"""Characters before an element that may be its label. Our choice."""

_MAX_NAME = 200
"""Characters of an author's name. Our choice."""

_NO_HEADINGS = ("nav", "aside", "form", "dialog", "footer")
"""Elements whose headings are not the page's."""

_MIN_TITLE = 10
"""Characters of a heading that may be a part of a title. Our choice."""

_ELSEWHERE = ("aside", "nav")
_AT_EDGES = ("header", "footer")
"""Elements that stand beside an article, and those that do unless they are within it."""

_OTHERS_WORDS = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|disqus|repl(?:y|ies)|respon\w+|discussions?|feedback|reviews?|ratings?|related"
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
    r"|\bdate(?:Published|Created)\b|\bdc:(?:date|created)\b|\bdcterms:issued\b",
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
        titles: Its titles.
    """

    def __init__(self, headings: Sequence[Any], titles: Sequence[str | None] = ()) -> None:
        shown = [one for one in headings if not _has_around(one, _NO_HEADINGS)]
        titled = (one for one in shown if _is_titled(one, titles))
        within = (one for one in shown if _has_around(one, ("article", "main")))
        self.heading = next(chain(titled, within, shown), None)
        self._around_heading = list(_around(self.heading)) if self.heading else []
        articles = (one for one in self._around_heading if one.tag in ("article", "main"))
        self._article = next(articles, None)

    def are_together(self, element: Any) -> bool:
        """Whether an element stands in the article that has the page's heading.

        Without ``<article>`` and ``<main>`` it is what is in some other element with the heading,
        smaller than the page; where the heading is in none, anything may be.
        """
        if self.heading is None or len(self._around_heading) <= _FLAT:
            return True
        for one in _around(element):
            if self._article is not None:
                if one == self._article:
                    return True
            elif one in self._around_heading:
                return one.tag not in ("body", "html")
        return False

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
    elements. Of these the nearest one on either side of the page's heading counts, where it is in
    one article with it: the earlier of the two first, since clocks and comments are later than an
    article. On a page without a heading they count where they are all of one day.

    Args:
        elements: Those that `DATED` finds and the page's ``h1``, in its order.
        surroundings: The page's.
    """
    said: list[str] = []
    before: list[str] = []
    after: list[str] = []
    heading = surroundings.heading
    passed = False
    for element in elements[:_MAX_FOUND]:
        if element.tag == "h1":
            passed = passed or element == heading
            continue
        attributes = map(element.getattr, ("class", "itemprop", "property"))
        names = " ".join(value or "" for value in attributes)
        is_said = element.hasattr("pubdate") or bool(_PUBLISHED_WORDS.search(names))
        if not is_said and (
            _CHANGED_WORDS.search(names)
            or element.hasattr("itemprop")
            or _is_in_prose(element)
            or not surroundings.are_together(element)
        ):
            continue
        day = _date_of(element)
        if day is None or other_date(_label(element)):
            continue
        if surroundings.belongs(element, said=is_said):
            (said if is_said else after if passed else before).append(day)
    yield from said
    if heading is not None:
        yield from sorted((*before[-1:], *after[:1]), key=moment_of)
    elif len({moment_of(day)[0] for day in before}) == 1:
        yield before[0]


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


def _date_of(element: Any) -> str | None:
    """The date that an element states, in ISO 8601."""
    for name in ("datetime", "content", "title"):
        if value := element.getattr(name):
            return iso_date(value)
    text = element.text or ""
    if len(text) > MAX_STATED:
        return None
    if element.tag == "time" or element.hasattr("itemprop") or element.hasattr("property"):
        return iso_date(text)
    day = dateline(" ".join(text.split()))
    return day.isoformat() if day else None


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


def _is_titled(heading: Any, titles: Sequence[str | None]) -> bool:
    text = " ".join((heading.text or "").split())
    return len(text) >= _MIN_TITLE and any(text in " ".join((one or "").split()) for one in titles)


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
