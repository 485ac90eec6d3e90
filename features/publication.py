"""When an article was first published, as far as its page tells: which of two copies was first.

Three things date an article: what its page states for machines (meta tags, structured data, or
the row that holds it), the day in its address (``/2024/05/02/``), and a line above its text or a
line "First published ..." below it. The earliest of the three decides. Pages that are moved, made
anew or sold state the day of that, and keep the old day in the address and above the text. A copy
that keeps the line of its source gets the source's day, and among pages of one day the moment that
each states for machines decides: a copy's own is later.

No other date counts: days on which a page was changed, fetched or printed, the clock in its
head, the dates of comments, reviews and teasers, ages ("5 months ago"), and dates that can be
read in two ways.
"""

import re
from datetime import date
from itertools import islice

from chaffinch.features.addresses import seen_through, site
from chaffinch.features.dates import moment_of, read_date, written_dates
from chaffinch.features.document import Document
from chaffinch.features.hosts import parsed

EDGE_LINES = 12
"""Lines at either end of a text that may date it. Our choice: lines further in are its own."""

_MAX_LINE = 120
"""Characters of a line that is nothing but an article's date, author and section. Our choice:
longer lines are paragraphs."""

_MAX_LABEL = 30
"""Characters of a line that may be the label of a date on the next one. Our choice."""

_MIN_TITLE = 10
"""Characters of a line that may be a part of a longer title. Our choice."""

_WEEKDAY = re.compile(r"(?i)\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b")
"""What clocks in the head of a page say."""

_MAX_DECK = 1
"""Paragraphs before a date that an article may have. Our choice: a summary."""

_MAX_ADDRESS = 1_000
"""Characters of an address that a day is looked for in. Our choice."""

_ADDRESS_DAY = re.compile(
    r"/(?P<year>(?:19|20)\d\d)(?P<mark>[/-]?)(?P<month>0[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul"
    r"|aug|sep|oct|nov|dec)(?P=mark)(?P<day>0[1-9]|[12]\d|3[01])(?=[/._-]|$)",
    re.IGNORECASE,
)
"""A day in an address: ``/2024/05/02/``, ``/2024-05-02-title``, ``/20240502/``."""

_PLANNED = re.compile(r"/(?:events?|calendar|whats-?on|diary)/", re.IGNORECASE)
"""Parts of addresses whose day is that of an event."""

_OTHER_DATE = re.compile(
    r"\b(?:updat|modif|revis|review|edit(?:ed|s)|correct|chang|today|now|current|access|retriev"
    r"|fetch|print(?:ed)? on|expir|deadline|due|until|copyright|comment|repl(?:y|ied)|event|start"
    r"|ends?\b|open|clos|born|died|last|next|previous|as of|checked|version|joined|since|valid"
    r"|weather|forecast|captured|archived)|\N{COPYRIGHT SIGN}",
    re.IGNORECASE,
)
"""Words before a date that make it another one than that of publication."""

_NAME = r"[A-Z][\w.'\N{RIGHT SINGLE QUOTATION MARK}-]*"
_NAMES = rf"{_NAME}(?: (?:and|of|the|&|{_NAME})){{0,4}}"
_SAID = re.compile(
    r"[\s:.()]*(?:(?:(?i:\b(?:this|article|story|page|was|first|originally|date|day|time|the|of|on|at"
    r"|publi(?:shed|cation)|posted|issued|released?|filed|created|written|submitted|added"
    r"|uploaded|dated|mon|tues?|wed|wednes|thu|thurs?|fri|sat|satur|sun)(?:day)?\b)"
    rf"|(?i:\b(?:by|in|under|from|to|at|on)) (?:{_NAMES}|[\w-]+(?:\.[\w-]+)+)"
    r"|\d\d?[:.]\d\d(?::\d\d)?\s*(?i:[ap]\.?m\b\.?)?(?:\s*\(?[A-Z]{1,4}\b\)?)?"
    r"|\d\d?\s*(?i:[ap]\.?m\b\.?)|\d\d? (?i:min(?:ute)?s? read))[\s:.()]*)*"
)
"""All that may stand beside a date of publication: what it says, a weekday, a time, an author."""

_AUTHOR = re.compile(rf"\s*{_NAMES}\s*")
"""What else may stand before a date and a comma."""

_PARTS = re.compile(
    r"[;|/\N{MIDDLE DOT}\N{BULLET}]|\s[-\N{EN DASH}\N{EM DASH}]\s|[\N{EN DASH}\N{EM DASH}]"
)
"""What stands between the facts on one line, whatever they are."""

_FIRST = re.compile(r"\bpublished\b", re.IGNORECASE)
"""What a line below a text says that dates it: comments there are posted."""

_PRESS_DATELINE = re.compile(
    r"[A-Z][\w.'\N{RIGHT SINGLE QUOTATION MARK} -]{2,40}(?:, [A-Z][\w. ]{1,20})?"
    r"\s?[,\N{EN DASH}\N{EM DASH}(-]+\s?\Z"
)
"""A place before the date that begins a press release."""

_MAX_LABEL = 30
"""Characters of a line before that may be the label of a date. Our choice."""

_YEAR = re.compile(r"(?:19|20)\d\d")
"""What a line with a date has: others are passed over quickly."""

_MAX_DATES = 4
"""Dates of a line that are looked at. Our choice: published, updated, and two more."""


_UNDATED = "9999-12-31 9999-12-31T00:00:00"

ORDER_LENGTH = len(_UNDATED)
"""Characters of what `order` gives."""


def earlier_day(document: Document, address: str = "") -> date | None:
    """The day that a document's address or a line beside its text gives it.

    None where they give none, or none before the day of `Document.published`. The address is the
    document's own, else the canonical link of a page that is on no other site.

    Args:
        document: The document.
        address: Where it most probably was, in place of `Document.url`.

    >>> earlier_day(Document("Ferry back\\n2 May 2024", published="2026-09-30T08:00:00Z"))
    datetime.date(2024, 5, 2)
    """
    address = address or document.url
    canonical = (document.metadata and document.metadata.canonical_url) or ""
    if address and site(canonical) != site(address):
        canonical = ""
    days = (
        address_day(address) or address_day(canonical),
        dateline(document.text, document.title),
    )
    first = min(filter(None, days), default=None)
    stated = read_date(document.published)
    return first if first and (stated is None or first < stated.day) else None


def order(published: str | None, dated: str | None) -> str:
    """A text of `ORDER_LENGTH` by which publications sort: first ones first, undated ones last.

    The earlier day goes before all, then the moment that is stated, then noon for a day alone.

    Args:
        published: Date of publication as stated, or None.
        dated: What `earlier_day` gives, in ISO 8601, or None.

    >>> order("2026-09-30", "2024-05-02") < order("2024-05-20", None) < order(None, None)
    True
    """
    dates = [moment_of(stated) for stated in (published, dated) if stated and read_date(stated)]
    if not dates:
        return _UNDATED
    day, clock = dates[0]
    return f"{min(dates)[0]} {day}T{clock}"


def address_day(url: str) -> date | None:
    """The day in the address of a page, which archives and caches are taken off.

    >>> address_day("https://paper.example/2024/05/02/ferry"), address_day("//paper.example/2024/")
    (datetime.date(2024, 5, 2), None)
    """
    address = parsed(seen_through(url)) if url else None
    path = address.parts.path[:_MAX_ADDRESS] if address else ""
    match = _ADDRESS_DAY.search(path)
    if match is None or _PLANNED.search(path):
        return None
    year, month, day = match["year"], match["month"], match["day"]
    stated = f"{year}-{month}-{day}" if month.isdigit() else f"{day} {month} {year}"
    moment = read_date(stated)
    return moment.day if moment else None


def dateline(text: str, title: str = "") -> date | None:
    """The day of publication that a line at the head of a text gives, or else one at its foot.

    A line counts when it is a date with at most a word such as "posted", a time, an author, a
    section or a place, and is not the title. Above the title it may not name the day of the week,
    as clocks do. Of several at the head the earliest counts, since clocks are later; several days
    at the foot are those of other articles.

    >>> dateline("Ferry back\\nBy Ada Brook | Published 2 May 2024, updated 3 June 2024")
    datetime.date(2024, 5, 2)
    >>> dateline("Ferry back\\nLast updated: 3 June 2024\\nIt was 2 May 2024 when it came.")
    """
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    head = lines[:EDGE_LINES]
    titled = [place for place, line in enumerate(head) if _is_title(line, title)]
    if titled:
        above = [line for line in head[: titled[0]] if not _WEEKDAY.search(line)]
        head = above + [line for line in head[titled[0] :] if not _is_title(line, title)]
    if found := _days(head):
        return min(found)
    foot = [line for line in lines[-EDGE_LINES:] if _FIRST.search(line)]
    found = {day for line in foot for day in _days([line])}
    return found.pop() if len(found) == 1 else None


def other_date(label: str) -> bool:
    """Whether the words before a date make it another one than that of publication.

    >>> other_date("Last updated:"), other_date("Posted on")
    (True, False)
    """
    return bool(_OTHER_DATE.search(label))


def _is_title(line: str, title: str) -> bool:
    return line == title.strip() or (len(line) >= _MIN_TITLE and line in title)


def _days(lines: list[str]) -> set[date]:
    """Days of publication that lines give, up to where the article itself begins."""
    found: set[date] = set()
    before = ""
    n_paragraphs = 0
    for line in lines:
        dates = list(islice(written_dates(line), _MAX_DATES)) if _YEAR.search(line) else []
        label = before if len(before) <= _MAX_LABEL else ""
        end = 0
        for start, after, day in dates:
            label = f"{label} {line[end:start]}"
            if len(line) <= _MAX_LINE:
                fits = _is_dateline(line, start, after) and not other_date(label)
            else:
                fits = not end and bool(_PRESS_DATELINE.fullmatch(line, 0, start))
            if fits:
                found.add(day)
            label, end = "", after
        before = "" if dates else line
        n_paragraphs += len(line) > _MAX_LINE
        if n_paragraphs > (0 if found else _MAX_DECK):
            break
    return found


def _is_dateline(line: str, start: int, end: int) -> bool:
    """Whether all that stands beside a date on a line, up to other facts, says when or by whom."""
    *others, before = _PARTS.split(line[:start])[-1].split(",")
    if other := _OTHER_DATE.search(line, end):
        line = line[: other.start()]
    after = _PARTS.split(line[end:])[0].split(",")[0]
    return bool(
        _SAID.fullmatch(before.strip())
        and _SAID.fullmatch(after.strip())
        and all(_SAID.fullmatch(part.strip()) or _AUTHOR.fullmatch(part) for part in others)
    )
