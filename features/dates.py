"""Dates as pages state them: read to the second or the day, or not at all.

A date that could be read in two ways, as 03/12/2024, is not read, nor is one without a year or a
day: which of two copies was first is decided by dates, and none is better than a wrong one.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple

MAX_STATED = 100
"""Characters of a stated date that are read. Our choice: more than any spelling of a date."""

_YEARS = range(1600, 2101)
"""Years that are read. Our choice: the first newspapers are of the 17th century."""

_DEFAULTS = frozenset((date(1970, 1, 1), date(1969, 12, 31), date(1900, 1, 1), date(1899, 12, 30)))
"""Days that programs write where they know none: the zero of Unix, SQL and spreadsheets."""

_EPOCH = range(631_152_000, 4_102_444_800)
"""Seconds since 1970 that are read as a time: the years 1990 to 2099."""

_MONTHS: list[str] = [*"jan feb mar apr may jun jul aug sep oct nov dec".split()]
"""The months' names, in order."""

_AHEAD = "z0 ut0 utc0 gmt0 bst1 cet1 cest2 edt-4 est-5 cdt-5 cst-6 mdt-6 mst-7 pdt-7 pst-8"
_ZONES = {name: int(hours) for name, hours in re.findall(r"([a-z]+)(-?\d+)", _AHEAD)}
"""Hours that a named zone is ahead of UTC: those of RFC 2822, and those of British and central
European summers. Other names stand for several zones."""

# The name of a month, and a date with it or in numbers.
_MONTH = (
    r"(?P<month{0}>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?"
)
_YEAR = r"(?:1[6-9]|20)\d\d"
_WRITTEN = re.compile(
    r"\b(?:(?P<year1>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day1>\d\d)"
    rf"|{_MONTH.format(2)} (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year2>(?:19|20)\d\d)"
    rf"|(?P<day3>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH.format(3)},? (?P<year3>(?:19|20)\d\d))(?!\d)",
    re.IGNORECASE,
)
"""A date in a line of a text, with the month's name or as ISO 8601 has it."""

_STATED = re.compile(
    rf"(?<!\d)(?:(?P<year1>{_YEAR})(?P<mark1>[-/.])(?P<number1>\d\d?)(?P=mark1)(?P<day1>\d\d?)"
    rf"|(?P<first>\d\d?)(?P<mark2>[-/.])(?P<second>\d\d?)(?P=mark2)(?P<year2>{_YEAR})"
    rf"|{_MONTH.format(3)}[\s-]*(?P<day3>\d\d?)(?:st|nd|rd|th)?\b,?(?P<then>.{{0,24}}?)[\s-]"
    rf"(?P<year3>{_YEAR})"
    rf"|(?P<day4>\d\d?)(?:st|nd|rd|th)?[\s-]*(?:of\s+)?{_MONTH.format(4)}[\s,-]*(?P<year4>{_YEAR})"
    rf"|(?P<year5>{_YEAR})[\s,-]*{_MONTH.format(5)}[\s-]*(?P<day5>\d\d?))(?!\d)",
    re.IGNORECASE,
)
"""A date in what a page states for machines or prints, in any order that is plain."""

_CLOCK = re.compile(
    r"(?<!\d)(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?"
    r"\s*\(?(?:(?P<named>[a-z]{1,4})\b)?(?:(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?)?",
    re.IGNORECASE,
)
"""A time of day, with its zone where one is stated."""

_BASIC = re.compile(
    r"(?P<day>\d{8})(?:T?(?P<clock>\d{4}(?:\d\d)?)(?P<zone>Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE
)
"""The basic format of ISO 8601, without marks."""


_NOON = time(12)


class Moment(NamedTuple):
    """A day, or a moment on it, in UTC; in the page's own zone where it states none.

    Attributes:
        day: The day.
        clock: Time of the day to the second, or None.
    """

    day: date
    clock: time | None = None

    @property
    def text(self) -> str:
        """ISO 8601.

        >>> Moment(date(2024, 5, 2)).text, Moment(date(2024, 5, 2), time(8)).text
        ('2024-05-02', '2024-05-02T08:00:00Z')
        """
        return f"{self.day}T{self.clock}Z" if self.clock else f"{self.day}"


def read_date(stated: str | float | None) -> Moment | None:
    """The moment that a statement of a date gives; None where it is none, or in doubt.

    Dates of ISO 8601 and RFC 2822, with names of months, in numbers where their order is plain,
    and seconds or milliseconds since 1970 are read. A zone is taken into account.

    >>> read_date("Thu, 2 May 2024 23:30:00 -0500").text, read_date(1714636800).text
    ('2024-05-03T04:30:00Z', '2024-05-02T08:00:00Z')
    >>> read_date("13/03/2024").text, read_date("03/12/2024"), read_date("5 months ago")
    ('2024-03-13', None, None)
    """
    if isinstance(stated, bool) or stated is None:
        return None
    text = str(stated)[:MAX_STATED].strip()
    if re.fullmatch(r"\d{9,10}(?:\.\d+)?|\d{13}", text):
        return _since_1970(float(text) / (1000 if len(text) == 13 and "." not in text else 1))
    if basic := _BASIC.fullmatch(text):
        return _of_basic(basic)
    found = _STATED.search(text)
    day = _stated_day(found) if found else None
    if found is None or day is None:
        return None
    # A time stands behind its date, in its midst ("Thu May 02 08:00:00 2024") or before it.
    clocks = map(_CLOCK.search, (text[found.end() :], found["then"] or "", text[: found.start()]))
    clock = next(filter(None, clocks), None)
    return _plausible(day, *(_time_and_zone(clock) if clock else (None, 0)))


def iso_date(stated: str | float | None) -> str | None:
    """A statement of a date as ISO 8601, as it was written where it has that form already.

    >>> iso_date("2024-05-02T08:00:00-07:00"), iso_date("May 2, 2024"), iso_date("PT5M")
    ('2024-05-02T08:00:00-07:00', '2024-05-02', None)
    """
    moment = read_date(stated)
    if moment is None:
        return None
    text = str(stated).strip()
    return text if re.match(r"\d{4}-\d\d-\d\d", text) and _is_iso(text) else moment.text


def moment_of(stated: str) -> tuple[date, time]:
    """Day and time of a date, for sorting; noon for a day alone, since that is the least wrong.

    Raises:
        ValueError: It is no date.
    """
    moment = read_date(stated)
    if moment is None:
        raise ValueError(f"must be a date. Got {stated!r} instead.")
    return moment.day, moment.clock or _NOON


def written_dates(line: str) -> Iterator[tuple[int, int, date]]:
    """Start, end and day of each date in a line, with the month's name or as ISO 8601 has it.

    >>> [day.isoformat() for _, _, day in written_dates("2 May 2024, updated Sept. 30, 2026")]
    ['2024-05-02', '2026-09-30']
    """
    for match in _WRITTEN.finditer(line):
        if day := _written_day(match):
            yield match.start(), match.end(), day


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _since_1970(seconds: float) -> Moment | None:
    if int(seconds) not in _EPOCH:
        return None
    moment = datetime.fromtimestamp(seconds, UTC)
    return Moment(moment.date(), moment.time().replace(microsecond=0))


def _of_basic(match: re.Match[str]) -> Moment | None:
    try:
        moment = datetime.fromisoformat(
            match["day"] + (f"T{match['clock']}{match['zone'] or ''}" if match["clock"] else "")
        )
    except ValueError:
        return None
    offset = moment.utcoffset() or timedelta()
    clock = moment.time() if match["clock"] else None
    return _plausible(moment.date(), clock, offset.total_seconds() / 3600)


def _stated_day(match: re.Match[str]) -> date | None:
    number = next(part for part in range(1, 6) if match[f"year{part}"])
    year = int(match[f"year{number}"])
    if number == 2:
        first, second = int(match["first"]), int(match["second"])
        if first != second and max(first, second) <= len(_MONTHS):
            return None
        month, day = sorted((first, second))
    elif number == 1:
        month, day = int(match["number1"]), int(match["day1"])
    else:
        month = _MONTHS.index(match[f"month{number}"].lower()) + 1
        day = int(match[f"day{number}"])
    return _day(year, month, day)


def _written_day(match: re.Match[str]) -> date | None:
    year = match["year1"] or match["year2"] or match["year3"]
    day = match["day1"] or match["day2"] or match["day3"]
    name = match["month2"] or match["month3"]
    month = _MONTHS.index(name.lower()) + 1 if name else int(match["number"])
    return _day(int(year), month, int(day))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time_and_zone(match: re.Match[str]) -> tuple[time | None, float]:
    """A time of day, and the hours that its zone is ahead of UTC."""
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    try:
        clock = time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        return None, 0
    ahead: float = _ZONES.get((match["named"] or "").lower(), 0)
    if match["sign"]:
        hours = int(match["hours"]) + int(match["minutes"] or 0) / 60
        ahead += -hours if match["sign"] == "-" else hours
    return clock, ahead


def _plausible(day: date, clock: time | None, ahead: float = 0) -> Moment | None:
    """A moment in UTC, unless programs write its day where they know none."""
    if day.year not in _YEARS or day in _DEFAULTS:
        return None
    if clock is None:
        return Moment(day)
    zone = timezone(timedelta(hours=ahead)) if abs(ahead) < 24 else UTC
    moment = datetime.combine(day, clock, zone).astimezone(UTC)
    return Moment(moment.date(), moment.time())
