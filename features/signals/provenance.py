"""What a page says of its origin, against what its address and text say."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import islice

import numpy as np

from chaffinch.features.addresses import site
from chaffinch.features.dates import read_date, written_dates
from chaffinch.features.document import Document
from chaffinch.features.hosts import same_owner
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.text.lines import Line
from chaffinch.features.text.tokens import TokenBlock

EDGE_LINES = 12
"""Lines at either end of a text that are searched for bylines, credits and dates. Our choice:
lines further in are the article's own."""

_MAX_LINE = 200
"""Characters of a line that is searched. Our choice: longer lines are paragraphs."""

_MAX_DATE_LINE = 80
"""Characters of a line whose date or age counts. Our choice: in longer lines it is part of
prose."""

_OLDER_DAYS = 7
"""Days from which a date above the text is older than the page. Our choice: weekly papers print
what they published within the week."""

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
"""A publisher's name that is a host."""

# Parts of a person's name.
_PART = r"[A-Z][\w'\N{RIGHT SINGLE QUOTATION MARK}.-]{0,20}"
_NAME = rf"{_PART}(?: {_PART}){{1,3}}"

_BYLINE = re.compile(
    r"(?:[Bb]y|BY|(?:Written|Story|Words) by):? "
    rf"(?P<names>{_NAME}(?:(?:, | and | & ){_NAME}){{0,3}})"
    r"(?=$|[,.;(|]| \W)"
)
"""Names at the beginning of a line that say who wrote the text."""

_CREDIT = re.compile(
    rf"(?P<names>{_NAME}(?:,? and {_NAME})?) report(?:ed|ing) from [A-Z]"
    rf"|\(?Reporting by (?P<reporters>{_NAME})"
)
"""Names in an end credit."""

_AGENCIES = {
    "reuters": ("reuters",),
    "ap": ("associated press", "ap"),
    "afp": ("agence france-presse", "afp"),
    "upi": ("united press international", "upi"),
    "bloomberg": ("bloomberg",),
    "xinhua": ("xinhua",),
    "ians": ("indo-asian news service", "ians"),
}
"""Agencies by the name in their datelines, each with the names by which pages credit it."""

_DATELINE = re.compile(
    r"\((?P<agency>Reuters|AP|AFP|UPI|Bloomberg|Xinhua|IANS)\)"
    r"\s?[-\N{EN DASH}\N{EM DASH}]",
    re.IGNORECASE,
)
"""An agency's name behind the place that begins its report."""

_DATELINE_WITHIN = 1500
"""Characters of a text in which a dateline stands. Our choice: a headline, a deck and a caption."""

_YEAR = re.compile(r"(?:19|20)\d\d")
"""What a line with a date has: others are passed over quickly."""

_AGE = re.compile(
    r"\b(?:\d{1,3}|an?) (?:min(?:ute)?|hour|hr|day|week|month|year)s? ago\b", re.IGNORECASE
)
"""How long ago a page was posted."""

_MAX_STATED_NAME = 200
"""Characters of an author's or site's name that are read. Our choice."""

_MOST_ALONE = 0.3
"""`Feature.most_alone` of each contradiction. Our choice: honest syndication has a foreign
byline and a foreign address at once, and the two together must not flag it."""


class Provenance(Signal):
    """Authors, dates and addresses that contradict each other.

    What it measures: each 0 or 1: the canonical link leads to another owner's host; the
    publisher or an address in the page's structured data does; the text is signed by somebody
    other than the page's author; it has the dateline of an agency that neither author nor site
    name; a date above the text is more than a week older than the page's own; a relative age
    stands above the text beside a date. Four more features say what is missing for such a
    comparison: markup, the page's address, an author or a signature, one of two dates.

    Why farms show it: a scraped page keeps the source's links, bylines and dates below a
    template that states its own.

    When it is wrong: honest syndication names the first publisher on purpose, publishers
    own several hosts, and old articles are published again. Each contradiction says little by
    itself. An agency's dateline says nothing: most who print its texts have its permission.

    Source: RFC 6596 (canonical link relation), schema.org ``Article``; the first farm pages
    studied, posted "5 months ago" by "PR Distribution" above "Jan. 18, 2022" and "Michael
    Crowley reported from Washington".
    """

    name = "provenance"
    features = (
        Feature(
            "foreign_canonical",
            "0 or 1",
            "canonical link elsewhere",
            0,
            1,
            "scraped",
            _MOST_ALONE,
            role="other origin",
        ),
        Feature(
            "foreign_data",
            "0 or 1",
            "structured data names another host",
            0,
            1,
            "scraped",
            _MOST_ALONE,
            role="other origin",
        ),
        Feature(
            "foreign_byline",
            "0 or 1",
            "signed by others than its author",
            0,
            1,
            "scraped",
            _MOST_ALONE,
            role="other origin",
        ),
        Feature(
            "foreign_agency",
            "0 or 1",
            "agency text without its credit",
            0,
            1,
            "context",
            role="other origin",
        ),
        Feature(
            "older_date",
            "0 or 1",
            "dated over a week before the page",
            0,
            1,
            "scraped",
            _MOST_ALONE,
        ),
        Feature(
            "age_beside_date",
            "0 or 1",
            "an age and a date above the text",
            0,
            1,
            "scraped",
            _MOST_ALONE,
        ),
        Feature("no_markup", "0 or 1", "no markup to compare with", 0, 1, "context"),
        Feature("no_address", "0 or 1", "the page's address is unknown", 0, 1, "context"),
        Feature("no_names", "0 or 1", "no author or no signature", 0, 1, "context"),
        Feature("no_dates", "0 or 1", "no date of the page or the text", 0, 1, "context"),
    )
    finds = "origins"

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), len(self.features)))
        spans = []
        for doc, document in enumerate(block.documents):
            shown = [line for line in block.lines[doc] if len(line[1]) <= _MAX_LINE]
            head, tail = shown[:EDGE_LINES], shown[EDGE_LINES:][-EDGE_LINES:]
            signed = _signatures([*head, *tail])
            dated = _dates(head)
            facts = (
                _foreign_canonical(document),
                _foreign_data(document),
                _foreign_byline(document, signed),
                _foreign_agency(document),
                _older_date(document, dated),
                _age_beside_date(head, dated),
            )
            for column, fact in enumerate(facts):
                if fact is not None:
                    values[doc, column] = 1
                    spans.append(fact._replace(doc=doc))
            values[doc, len(facts) :] = (
                document.metadata is None,
                not document.site,
                not signed or not _author(document),
                not dated or read_date(document.published) is None,
            )
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))


def _fact(note: str, start: int = -1, end: int = -1) -> Span:
    return Span(0, "metadata" if start < 0 else "text", start, end, None, 1.0, note)


def _foreign_canonical(document: Document) -> Span | None:
    if document.metadata is None:
        return None
    host = site(document.metadata.canonical_url or "")
    if host and document.site and not same_owner(f"//{host}", f"//{document.site}"):
        return _fact(f"canonical link: {host}")
    return None


def _foreign_data(document: Document) -> Span | None:
    """A host in structured data that is not the page's own, nor its canonical link's."""
    metadata = document.metadata
    if metadata is None:
        return None
    own = document.site or site(metadata.canonical_url or "")
    publisher = (metadata.publisher or "").lower().removeprefix("www.")
    if own and _HOST.fullmatch(publisher) and not same_owner(f"//{publisher}", f"//{own}"):
        return _fact(f"publisher: {publisher}")
    for url in metadata.stated_urls:
        host = site(url)
        if own and host and not same_owner(f"//{host}", f"//{own}"):
            return _fact(f"structured data: {host}")
    return None


def _signatures(shown: Sequence[Line]) -> list[tuple[int, int, str]]:
    """Start, end and names of bylines and end credits."""
    found = []
    for start, line in shown:
        match = _BYLINE.match(line)
        names = match["names"] if match else ""
        if not match and "eport" in line:
            match = _CREDIT.search(line)
            names = (match["names"] or match["reporters"]) if match else ""
        if match:
            found.append((start + match.start(), start + match.end(), names))
    return found


def _author(document: Document) -> set[str]:
    """Words of the author's name in lower case; empty where the author is the site itself."""
    metadata = document.metadata
    if metadata is None or not metadata.author:
        return set()
    words = _words(metadata.author)
    of_site = _words(f"{metadata.site_name or ''} {metadata.publisher or ''}")
    return set() if words <= of_site | _words(document.site) else words


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}", name[:_MAX_STATED_NAME].lower()))


def _foreign_byline(document: Document, signed: list[tuple[int, int, str]]) -> Span | None:
    author = _author(document)
    if not author or any(author & _words(names) for _, _, names in signed):
        return None
    if any(author & set(" ".join(names).split()) for names in _AGENCIES.values()):
        return None
    for start, end, names in signed:
        return _fact(f"signed {names}, posted by another", start, end)
    return None


def _foreign_agency(document: Document) -> Span | None:
    metadata = document.metadata
    found = None if metadata is None else _DATELINE.search(document.text, 0, _DATELINE_WITHIN)
    if metadata is None or not found:
        return None
    agency = found["agency"].lower()
    credited = " ".join(
        filter(None, (metadata.author, metadata.publisher, metadata.site_name, document.site))
    ).lower()
    if any(re.search(rf"\b{name}", credited) for name in _AGENCIES[agency]):
        return None
    return _fact(f"dateline of {found['agency']}", *found.span())


def _dates(head: Sequence[Line]) -> list[tuple[int, int, date]]:
    """Start, end and date of the first date on each line above the text."""
    found = []
    for start, line in head:
        if len(line) > _MAX_DATE_LINE or not _YEAR.search(line):
            continue
        for within, end, day in islice(written_dates(line), 1):
            found.append((start + within, start + end, day))
    return found


def _older_date(document: Document, dated: list[tuple[int, int, date]]) -> Span | None:
    stated = read_date(document.published)
    published = stated.day if stated else None
    for start, end, day in dated:
        if published and (published - day).days > _OLDER_DAYS:
            return _fact(f"dated {day}, published {published}", start, end)
    return None


def _age_beside_date(head: Sequence[Line], dated: list[tuple[int, int, date]]) -> Span | None:
    if not dated:
        return None
    for start, line in head:
        age = _AGE.search(line) if len(line) <= _MAX_DATE_LINE else None
        if age and not any(start <= place < start + len(line) for place, _, _ in dated):
            return _fact("relative age beside a date", start + age.start(), start + age.end())
    return None
