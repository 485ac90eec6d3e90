"""JSON-LD as pages have it: read however it is broken, and what in it is about the page itself."""

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from chaffinch.features.addresses import page_key

JSON_LD = "application/ld+json"
"""Media type of structured data in a page."""

_MAX_SCRIPTS = 50
"""Scripts with JSON-LD that are read. Our choice, against hostile pages."""

_MAX_THINGS = 1_000
"""Things of a page that are looked at. Our choice, against hostile pages."""

_MAX_LISTED = 100
"""Things of a list that are looked at. Our choice, against hostile pages."""

_MAX_TITLE = 300
"""Characters of a title that are compared. Our choice."""

_ARTICLES = ("Article", "Posting", "Report", "Story", "Recipe", "HowTo", "CreativeWork")
"""Endings of the types that an article itself has."""

_PAGES = ("Page",)
"""Endings of the types of pages."""

_NOT_THE_ARTICLE = (
    "Comment", "Answer", "Review", "Rating", "Person", "Organization", "Corporation", "Brand",
    "WebSite", "List", "ListItem", "Action", "Object", "Clip", "Episode", "Event", "CollectionPage",
    "SearchResultsPage", "Blog",
)  # fmt: skip
"""Endings of the types whose dates and authors are not those of the article."""

_BEFORE = re.compile(
    r"(?:\s|\ufeff|<!--|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|//\s*(?:<!--|<!\[CDATA\[))*"
)
_AFTER = re.compile(r"(?:\s|-->|\]\]>|/\*\s*\]\]>\s*\*/|//\s*(?:-->|\]\]>)|;)+\Z")
"""Marks that hide a script from old browsers, and what ends a statement."""

_MAX_AFTER = 200
"""Characters at the end of a script that those marks are looked for in. Our choice."""

_WITHIN = re.compile(
    r'(?P<text>"(?:[^"\\]|\\.)*(?:"|\Z))|//[^\n]*|/\*.*?(?:\*/|\Z)|(?P<commas>,[\s,]*)|\bundefined\b',
    re.DOTALL,
)
"""A text, and what JSON does not allow beside it: comments, commas too many, ``undefined``."""

_OPENING = re.compile(r"[\[{]")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')

_PAIR = re.compile(
    r"[\"'](?P<key>@type|headline|name|url|datePublished|dateCreated|author|publisher)[\"']?\s*:"
    r"\s*(?:\[\s*)?(?:\{|[\"'](?P<value>[^\"'\n]{1,200})[\"']|(?P<number>\d{9,13}))"
)
"""A key that is wanted, with what it holds or the brace that opens it."""

_MIN_TITLE = 10
"""Characters of a title that may be a part of another one. Our choice."""


class PageItself(NamedTuple):
    """What a page says of itself elsewhere, to know it among the things in its data.

    Attributes:
        addresses: Addresses of the page.
        titles: Titles of the page.
    """

    addresses: tuple[str | None, ...]
    titles: tuple[str | None, ...]


def things_of(scripts: Iterable[str]) -> list[dict[str, Any]]:
    """The things that JSON-LD is about, in its order, those within ``@graph`` and ``mainEntity``.

    Marks of comments and CDATA, comments, raw line breaks, commas too many, wrong escapes and
    entities are mended. Of what is no JSON even then, such as a script that is cut off or has
    quotes within its texts, the facts are looked for one by one. json-repair mends as much, but
    takes minutes for some hostile scripts of 100 kB.

    >>> things_of(['<!-- {"@type": "NewsArticle", "headline": "Ferry\\nback",} -->'])
    [{'@type': 'NewsArticle', 'headline': 'Ferry\\nback'}]
    """
    found: list[dict[str, Any]] = []
    for script in islice(scripts, _MAX_SCRIPTS):
        script = _bare(script)
        try:
            read = [json.loads(script, strict=False)]
        except (ValueError, RecursionError):
            read = _values(script)
        found += _things(read)
    return found[:_MAX_THINGS]


def about_the_page(
    things: Iterable[dict[str, Any]], itself: PageItself
) -> Iterator[dict[str, Any]]:
    """Things that describe the article or its page, the likeliest first.

    What has the page's address or title goes first, then articles, then pages, then other
    things. Teasers are left out, which have another address and another title, and so are
    comments, reviews of others, people and media.
    """
    keys = {page_key(address) for address in itself.addresses if address}
    titles = {_plain(title) for title in itself.titles if title} - {""}

    def place(thing: dict[str, Any]) -> int | None:
        kinds = types_of(thing)
        names = [_plain(thing[key]) for key in ("headline", "name") if _is_text(thing.get(key))]
        stated = {page_key(address) for address in addresses_of(thing)}
        titled = any(_is_alike(name, title) for name in names for title in titles)
        is_it = titled or bool(stated & keys)
        if names and stated and keys and titles and not is_it:
            return None
        if any(kind.endswith(_NOT_THE_ARTICLE) for kind in kinds):
            # A critic's page is a review itself.
            return 1 if is_it and any(kind.endswith("Review") for kind in kinds) else None
        if any(kind.endswith(_ARTICLES) for kind in kinds):
            return 0 if is_it else 1
        return 2 if any(kind.endswith(_PAGES) for kind in kinds) else 3

    placed = [(place(thing), thing) for thing in things]
    for number in range(4):
        yield from (thing for at, thing in placed if at == number)


def types_of(thing: dict[str, Any]) -> list[str]:
    """The types of a thing, without the vocabulary that they are from."""
    kinds = thing.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return [re.split(r"[/#:]", kind)[-1] for kind in kinds[:10] if isinstance(kind, str)]


def addresses_of(thing: dict[str, Any]) -> list[str]:
    """The addresses at which a thing says that it is."""
    found = (address_in(thing.get(key)) for key in ("url", "mainEntityOfPage", "@id"))
    return [address for address in found if address]


def address_in(value: object) -> str | None:
    """The address that a value is or holds."""
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value.strip() or None if isinstance(value, str) else None


def name_in(value: object) -> str | None:
    """The name that a value is or holds, of the first of several."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name") or value.get("url")
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() or None if isinstance(value, str) else None


def _things(data: object) -> Iterator[dict[str, Any]]:
    waiting = deque([data])
    while waiting:
        thing = waiting.popleft()
        if isinstance(thing, list):
            waiting += thing[:_MAX_LISTED]
        elif isinstance(thing, dict):
            yield thing
            for key in ("@graph", "mainEntity"):
                within = thing.get(key)
                waiting += within[:_MAX_LISTED] if isinstance(within, list) else [within]


def _bare(script: str) -> str:
    """A script without the marks around it, and unescaped where all of it is escaped."""
    if '"' not in script and "&" in script:
        script = html.unescape(script)
    start = _BEFORE.match(script)
    end = _AFTER.search(script, max(0, len(script) - _MAX_AFTER))
    return script[start.end() if start else 0 : end.start() if end else len(script)]


def _mended(match: re.Match[str]) -> str:
    if match["text"]:
        return _BAD_ESCAPE.sub("", match["text"])
    if match["commas"]:
        return "" if match.string[match.end() : match.end() + 1] in ("]", "}") else ","
    return "null" if match[0] == "undefined" else ""


def _values(script: str) -> list[Any]:
    """The objects and lists that follow each other in a script, and its facts if one is broken."""
    mended = _WITHIN.sub(_mended, script)
    found: list[Any] = []
    decoder = json.JSONDecoder(strict=False)
    end = 0
    while len(found) < _MAX_LISTED and (start := _OPENING.search(mended, end)):
        try:
            value, end = decoder.raw_decode(mended, start.start())
        except (ValueError, RecursionError):
            return found + _facts(script)
        found.append(value)
    return found


def _facts(script: str) -> list[dict[str, Any]]:
    """The things that a broken script names by their types, with the facts that follow.

    A review or comment is a thing of its own; all else belongs to the article or page before it.
    """
    found: list[dict[str, Any]] = []
    thing: dict[str, Any] = {}
    inner = ""
    for match in islice(_PAIR.finditer(script), _MAX_THINGS):
        key, value = match["key"], match["value"] or match["number"]
        if key == "@type":
            opens = (*_ARTICLES, *_PAGES, "Review", "Comment", "Answer")
            if value and value.endswith(opens) and not (inner or value.endswith("Object")):
                thing = {"@type": value}
                found.append(thing)
        elif value is None:
            inner = key
        elif inner and key == "name":
            thing.setdefault(inner, value)
            inner = ""
        else:
            thing.setdefault(key, value)
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _plain(title: str) -> str:
    """Words of a title, in lower case with single spaces."""
    return " ".join(re.findall(r"\w+", html.unescape(title[:_MAX_TITLE]).casefold()))


def _is_alike(one: str, other: str) -> bool:
    """Whether two titles are one, or one has more behind or before it, such as the site's name."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _MIN_TITLE and short in long)
